// An elevated step that is at work for a while and then dies without an answer: elevated-holder MILLISECONDS.
// Makes C:\holding when it is at work.
import { rmSync, writeFileSync } from 'node:fs';
import { ELEVATED_MUTEX } from '../../../src/process/elevation.ts';
import { takeMutex } from '../../../src/windows/mutex.ts';

takeMutex(ELEVATED_MUTEX, 0);
writeFileSync('C:\\holding', '');
setTimeout(() => {
  rmSync('C:\\holding');
  process.exit(1);
}, Number(process.argv[2]));
