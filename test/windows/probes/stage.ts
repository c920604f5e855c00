// A turn on the stage of the suite for Windows, without the test runner: stage OUT [abort]. Writes what was seen into OUT as one JSON document,
// so that the programs which the suite drives Windows with can be tried below Wine. With "abort" it ends in the middle, as a run that is
// killed does.
import { writeFileSync } from 'node:fs';
import { startTime } from '../../../src/windows/process-info.ts';
import { another } from '../../acceptance/service-stage.ts';
import { checksOf, checkTable } from '../checks.ts';
import { readMachineFacts } from '../machine.ts';
import { beginMade, forgetMade, madeFile, readMade } from '../made.ts';
import { WindowsStage } from '../windows-stage.ts';

const [, , outFile = '', abort] = process.argv;
const record = madeFile();
const checks = checksOf(readMachineFacts('C:\\app', readMade(record)), true);
beginMade(record, process.pid, startTime(process.pid) ?? 0);
const stage = new WindowsStage();
stage.open();
await stage.fresh();
const installed = await stage.install(stage.sampleGateway());
if (abort) {
  writeFileSync(outFile, JSON.stringify({ during: stage.leftovers() }));
  process.exit(1);
}
const gateways = stage.gateways();
const key = await stage.serviceKey(stage.of.service);
const killed = await stage.run(['taskkill', '/F', '/PID', String(installed.gatewayPid)]);
const again = await another(stage, installed);
const history = (await stage.history()).map(({ kind }) => kind);
const limited = await stage.limited([...stage.program, '--home', stage.of.home, '--json', 'stop']);
const stopped = await stage.status();
const during = stage.leftovers();
await stage.clear();
const after = await stage.settled();
stage.dispose();
forgetMade(record);
const table = checkTable(checks);
const seen = { checks, table, installed, gateways, key, killed, again, history, limited, stopped, during, after };
writeFileSync(outFile, JSON.stringify(seen));
process.exit(0);
