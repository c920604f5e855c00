// An update of the sample gateway: after one second, writes the next version into the file VERSION beside this program.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const WORK_MS = 1_000;
const file = path.join(import.meta.dirname, 'VERSION');

await delay(WORK_MS);
const present = Number(/\d+$/.exec(readFileSync(file, 'utf8').trim())?.[0] ?? 0);
writeFileSync(file, `sample ${present + 1}\n`);
console.log(`updated to sample ${present + 1}`);
