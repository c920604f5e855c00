// The pictures of README, made anew from the real page: `npm run pictures` plays the story (demo/start.mjs) and keeps three of its
// pictures in docs/images/, made small. It needs a Chromium, as `npm start` does to make pictures.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { smallPng } from './small-png.mjs';

/** Pictures of the story by name, without their number. */
const KEPT = ['before-switching-on', 'running', 'killed'];
const MAX_BYTES = 80_000;

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = path.join(root, 'docs/images');

const story = spawnSync(process.execPath, [path.join(root, 'demo/start.mjs'), '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
const { ok, pictures, noPictures } = JSON.parse(story.stdout || '{}');
if (!ok || !pictures) throw new Error(noPictures ?? 'the story failed; "npm start" says where');

mkdirSync(target, { recursive: true });
for (const name of KEPT) {
  const file = readdirSync(pictures).find(picture => picture.replace(/^\d+-/, '') === `${name}.png`);
  if (!file) throw new Error(`the story made no picture "${name}"`);
  const png = smallPng(readFileSync(path.join(pictures, file)));
  if (png.length >= MAX_BYTES) throw new Error(`${name}.png has ${png.length} bytes; README is not to wait for more than ${MAX_BYTES}`);
  writeFileSync(path.join(target, `${name}.png`), png);
  console.log(`docs/images/${name}.png  ${(png.length / 1_000).toFixed(0)} kB`);
}
