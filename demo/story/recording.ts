/** The walk-through as one animated picture, made of the story's own by a script of this project. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const FRAME = /^\d+-.*\.png$/;

/** Writes `story.png` beside the pictures; resolves with its path. */
export async function record(root: string, pictures: string): Promise<string> {
  const script = pathToFileURL(path.join(root, 'demo/pictures/animated-png.mjs')).href;
  const { animatedPng } = (await import(script)) as { animatedPng(pngs: readonly Buffer[]): Buffer };
  const frames = readdirSync(pictures).filter(name => FRAME.test(name));
  const file = path.join(pictures, 'story.png');
  writeFileSync(file, animatedPng(frames.sort().map(name => readFileSync(path.join(pictures, name)))));
  return file;
}
