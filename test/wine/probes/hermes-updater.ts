// What "hermes update" does to a Windows service (`update_cmd_windows.py`), call by call and with its limits: the service is looked at, its
// gateway must be below it, `sc.exe stop`, stopped and every descendant dead within 30 s, the update, `sc.exe start`, running within 30 s.
//   hermes-updater SERVICE HOME [dies]     dies: ends without a word between stop and start
// With a home it writes Hermes' marker there while it lives. Prints what it saw, also to C:\hermes-updater.json.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../../src/model/poll.ts';
import { isAlive, listProcesses } from '../../../src/windows/process-info.ts';
import { queryStatus } from '../../../src/windows/scm.ts';

/** Upstream's limits, in milliseconds. */
const CALL_MS = 10_000;
const STATE_MS = 30_000;
const [, , service = '', home = '', dies = ''] = process.argv;

/** Every process below this one, this one included; itself and its own children are not counted. */
function treeBelow(pid: number): number[] {
  const entries = listProcesses();
  const tree = [pid];
  // PIDs are reused, so the recorded parents can form a cycle.
  const isNew = (found: number) => found !== process.pid && !tree.includes(found);
  for (const above of tree) tree.push(...entries.filter(each => each.parentPid === above && isNew(each.pid)).map(each => each.pid));
  return tree;
}

/** As the updater calls it: no shell, ten seconds. */
function sc(verb: 'stop' | 'start'): number {
  const began = performance.now();
  execFileSync('sc.exe', [verb, service], { stdio: 'ignore', timeout: CALL_MS, windowsHide: true });
  return Math.round(performance.now() - began);
}

async function timed(what: string, fact: () => boolean): Promise<number> {
  const began = performance.now();
  await poll(fact, { what, deadlineMs: STATE_MS, everyMs: 100 });
  return Math.round(performance.now() - began);
}

const marker = path.join(home, '.hermes-update-in-progress');
if (home !== '') writeFileSync(marker, `${process.pid}\n${Math.floor(Date.now() / 1_000) - 1}\n`);
// Discovery: a service that is starting or stopping makes the updater give up.
const found = queryStatus(service);
const tree = found?.pid === undefined ? [] : treeBelow(found.pid);
const seen: Record<string, unknown> = { state: found?.state, treeSize: tree.length };
seen['stopCallMs'] = sc('stop');
const left = () => ({ state: queryStatus(service)?.state, tree: listProcesses().filter(({ pid }) => tree.includes(pid) && isAlive(pid)) });
seen['stoppedMs'] = await timed('the service and its tree to be gone', () => {
  const { state, tree } = left();
  return state === 'stopped' && tree.length === 0;
}).catch(error => {
  throw new Error(JSON.stringify(left()), { cause: error });
});
if (dies === '') {
  seen['startCallMs'] = sc('start');
  seen['runningMs'] = await timed('the service to run', () => queryStatus(service)?.state === 'running');
  // Its own check that the gateway lives, while its marker is still there: broker, runner, gateway.
  seen['gatewayMs'] = await timed('a gateway below the service', () => treeBelow(queryStatus(service)?.pid ?? 0).length >= 3);
  if (home !== '') rmSync(marker);
}
writeFileSync('C:\\hermes-updater.json', JSON.stringify(seen));
console.log(JSON.stringify(seen));
