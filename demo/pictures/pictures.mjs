// Makes the picture of README again from the real page: `npm run pictures` plays the story (demo/start.mjs) and keeps one of its
// pictures in docs/images/, reduced to a palette. It needs a Chromium, as the pictures of `npm start` do.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** A picture of the story by name, without its number. */
const KEPT = 'killed';
const MAX_BYTES = 80_000;

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = path.join(root, 'docs/images');

const story = spawnSync(process.execPath, [path.join(root, 'demo/start.mjs'), '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
const { ok, pictures, noPictures } = JSON.parse(story.stdout || '{}');
if (!ok || !pictures) throw new Error(noPictures ?? 'The story failed. Run "npm start" to see where.');

mkdirSync(target, { recursive: true });
const file = readdirSync(pictures).find(picture => picture.replace(/^\d+-/, '') === `${KEPT}.png`);
if (!file) throw new Error(`The story made no picture "${KEPT}".`);
const { size } = await sharp(path.join(pictures, file))
  .png({ palette: true, quality: 80, dither: 0, compressionLevel: 9 })
  .toFile(path.join(target, `${KEPT}.png`));
if (size > MAX_BYTES) throw new Error(`${KEPT}.png has ${size} bytes. Make it smaller: README must load fast (at most ${MAX_BYTES}).`);
console.log(`docs/images/${KEPT}.png  ${(size / 1_000).toFixed(0)} kB`);
