// @ts-check
/**
 * A gateway program that does nothing but print: numbered lines of 1 kB, as fast as they are taken. It begins when the file `go` appears in
 * the folder it was given, and writes to `said.json` what it printed; then it keeps running without output.
 */

import { createHash } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder = '', megabytes = '0', hashing = ''] = process.argv.slice(2);
const LINE_BYTES = 1_024;
const LINES_A_BLOCK = 64;
const NUMBER_DIGITS = 12;

while (!existsSync(path.join(folder, 'go'))) await new Promise(resolve => setTimeout(resolve, 20));

const hash = createHash('sha256');
const lines = Number(megabytes) * 1_024;
const beganAt = Date.now();
for (let first = 0; first < lines; first += LINES_A_BLOCK) {
  // A new buffer each time: the last one may not be written yet.
  const block = Buffer.alloc(LINE_BYTES * LINES_A_BLOCK, 'chatter ');
  for (let i = 0; i < LINES_A_BLOCK; i += 1) {
    block.write(String(first + i).padStart(NUMBER_DIGITS, '0'), i * LINE_BYTES, 'latin1');
    block[(i + 1) * LINE_BYTES - 1] = 0x0a;
  }
  if (hashing) hash.update(block);
  if (!process.stdout.write(block)) await new Promise(resolve => process.stdout.once('drain', () => resolve(undefined)));
}
const said = { beganAt, lines, bytes: lines * LINE_BYTES, sha256: hash.digest('hex') };
writeFileSync(path.join(folder, 'said.tmp'), JSON.stringify(said));
renameSync(path.join(folder, 'said.tmp'), path.join(folder, 'said.json'));
setInterval(() => {}, 60_000);
