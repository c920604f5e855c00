// A turn on the stage of the suite for Windows, without the test runner: stage OUT. Writes what was seen into OUT as one JSON document, so
// that the programs which the suite drives Windows with can be tried below Wine.
import { writeFileSync } from 'node:fs';
import { another } from '../../acceptance/service-stage.ts';
import { WindowsStage } from '../windows-stage.ts';

const [, , outFile = ''] = process.argv;
const stage = new WindowsStage();
const facts = stage.facts();
stage.open();
await stage.fresh();
const installed = await stage.install(stage.sampleGateway());
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
writeFileSync(outFile, JSON.stringify({ facts, installed, gateways, key, killed, again, history, limited, stopped, during, after }));
process.exit(0);
