// What "hermes update" does to a Windows service (`update_cmd_windows.py`), call by call and with its limits: the service is looked at, its
// gateway must be below it, `sc.exe stop`, stopped and every descendant dead within 30 s, the update, `sc.exe start`, running within 30 s.
//   hermes-updater SERVICE HOME [dies]     dies: ends without a word between stop and start
// With a home it writes Hermes' marker there while it lives. Prints what it saw, also to C:\hermes-updater.json.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../../src/model/poll.ts';
import { listProcesses, startTime } from '../../../src/windows/process-info.ts';
import { queryStatus } from '../../../src/windows/scm.ts';

/** Upstream's limits, in milliseconds. */
const CALL_MS = 10_000;
const STATE_MS = 30_000;
const [, , service = '', home = '', dies = ''] = process.argv;

/** Every process below this one, this one included, with its start time; itself and its own children are not counted. */
function treeBelow(pid: number): ReadonlyMap<number, number> {
  const entries = listProcesses();
  const tree = new Map([[pid, startTime(pid) ?? 0]]);
  // PIDs are reused: a recorded parent may have ended long before, and the parents can form a cycle. A Map is walked to its end as it grows.
  for (const [above, since] of tree) {
    for (const { pid: below, parentPid } of entries) {
      const start = parentPid === above && below !== process.pid && !tree.has(below) ? startTime(below) : undefined;
      if (start !== undefined && start >= since) tree.set(below, start);
    }
  }
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
const tree = found?.pid === undefined ? new Map<number, number>() : treeBelow(found.pid);
const seen: Record<string, unknown> = { state: found?.state, treeSize: tree.size };
seen['stopCallMs'] = sc('stop');
const left = () => ({
  state: queryStatus(service)?.state,
  tree: listProcesses().filter(({ pid }) => tree.has(pid) && startTime(pid) === tree.get(pid)),
});
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
  seen['gatewayMs'] = await timed('a gateway below the service', () => treeBelow(queryStatus(service)?.pid ?? 0).size >= 3);
  if (home !== '') rmSync(marker);
}
writeFileSync('C:\\hermes-updater.json', JSON.stringify(seen));
console.log(JSON.stringify(seen));
