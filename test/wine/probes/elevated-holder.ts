// An elevated step that is at work for a while and then dies without an answer: elevated-holder MILLISECONDS.
// Makes C:\holding when it is at work, and dies earlier when somebody removes that.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { ELEVATED_MUTEX } from '../../../src/model/elevation.ts';
import { takeMutex } from '../../../src/windows/mutex.ts';

takeMutex(ELEVATED_MUTEX, 0);
writeFileSync('C:\\holding', '');
const end = () => {
  rmSync('C:\\holding', { force: true });
  process.exit(1);
};
setTimeout(end, Number(process.argv[2]));
setInterval(() => existsSync('C:\\holding') || end(), 50);
