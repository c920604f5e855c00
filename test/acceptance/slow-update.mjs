// @ts-check
/** The command of an update that takes as long as a test wants: says in the folder that it began, with the PIDs
 * of the process that does the update and of its own, and ends when it finds `finish` there. */

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder = '', code = '0'] = process.argv.slice(2);
writeFileSync(path.join(folder, 'began'), `${process.ppid} ${process.pid}\n`);
// The folder goes with the test: then nobody waits for the end any more.
while (existsSync(folder) && !existsSync(path.join(folder, 'finish'))) await new Promise(resolve => setTimeout(resolve, 20));
process.exit(Number(code));
