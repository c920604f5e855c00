// @ts-check
// The sample gateway for the chaos tests: first it records its start, then it takes its switches from the mood that is written in its home.
// It is copied beside `gateway.mjs` and `bend.cjs`.
import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const home = process.env['HERMES_HOME'] ?? '.';
if (!process.argv.includes('--help')) {
  appendFileSync(path.join(home, 'words.log'), `born ${process.pid}\n`);
  try {
    process.argv.splice(2, 0, .../** @type {string[]} */ (JSON.parse(readFileSync(path.join(home, 'mood.json'), 'utf8'))));
  } catch {
    // It is well.
  }
}
// `--as NAME` distinguishes its processes from others, from outside of Wine.
const as = process.argv.indexOf('--as');
if (as > 0) process.argv.splice(as, 2);
createRequire(import.meta.url)('./bend.cjs');
await import(new URL('./gateway.mjs', import.meta.url).href);
