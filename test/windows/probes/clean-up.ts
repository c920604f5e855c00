// Removes what an aborted run of the suite has left: clean-up OUT. Writes what the check finds, and what is there afterwards, into OUT.
import { writeFileSync } from 'node:fs';
import { readMachineFacts } from '../machine.ts';
import { forgetMade, madeFile, readMade } from '../made.ts';
import { removeMade } from '../remove-made.ts';
import { WindowsStage } from '../windows-stage.ts';

const [, , outFile = ''] = process.argv;
const record = madeFile();
const former = readMade(record);
const found = readMachineFacts('C:\\app', former);
const left = former ? await removeMade(former) : ['no record'];
forgetMade(record);
const after = new WindowsStage().leftovers();
writeFileSync(outFile, JSON.stringify({ found, left, after }));
process.exit(0);
