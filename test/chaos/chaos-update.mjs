// @ts-check
// An update that records its begin and its end: `node chaos-update.mjs HOME MILLISECONDS`
import { appendFileSync } from 'node:fs';
import path from 'node:path';

const [home = '.', ms] = process.argv.slice(2);
const say = (/** @type {string} */ what) => appendFileSync(path.join(home, 'words.log'), `${what} ${process.pid}\n`);
say('update-begins');
await new Promise(resolve => setTimeout(resolve, Number(ms)));
say('update-ends');
