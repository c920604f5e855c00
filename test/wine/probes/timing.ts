// How long the SCM's answers take, measured beside it. Prints milliseconds as one JSON document.
//   timing start NAME    from StartService until RUNNING, and when it began (ms since 1970)
//   timing stop NAME     from the STOP control until STOPPED, and when it began
//   timing spawn HOME PROGRAM [ARGUMENTS]
//                        starts a gateway of that home and goes; says when
//   timing sc NAME N     one `sc.exe query`, N times
//   timing query NAME N  one status query of an open service, and one with its opening and closing, N times each
//   timing list N        one enumeration among N services of ours, which are made and removed

import { spawn, spawnSync } from 'node:child_process';
import {
  enumerateServices,
  queryStatus,
  requestDelete,
  requestStart,
  requestStop,
  statusOf,
  withService,
} from '../../../src/windows/scm.ts';
import { currentUser } from '../../../src/windows/security.ts';
import { installService } from '../../../src/windows/service-install.ts';

const [, , what = '', ...rest] = process.argv;

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** A look at the SCM keeps Wine's one server busy, which whoever is started needs: so there is a pause between two, in milliseconds. */
const LOOK_MS = 5;
const asleep = new Int32Array(new SharedArrayBuffer(4));

function untilState(name: string, wanted: 'running' | 'stopped'): void {
  while (queryStatus(name)?.state !== wanted) Atomics.wait(asleep, 0, 0, LOOK_MS);
}

function start(name: string): object {
  // What this process does once is not the service's.
  queryStatus(name);
  const at = Date.now();
  const runningMs = timed(() => {
    requestStart(name);
    untilState(name, 'running');
  });
  return { at, runningMs };
}

function stop(name: string): object {
  queryStatus(name);
  const at = Date.now();
  const stoppedMs = timed(() => {
    requestStop(name);
    untilState(name, 'stopped');
  });
  return { at, stoppedMs };
}

function spawnGateway(home: string, [program = '', ...args]: readonly string[]): object {
  const env = { ...process.env, HERMES_HOME: home };
  const at = Date.now();
  const { pid } = spawn(program, args, { env, detached: true, stdio: 'ignore', windowsHide: true });
  return { at, pid };
}

function sc(name: string, count: number): number[] {
  return Array.from({ length: count }, () => timed(() => spawnSync('C:\\windows\\system32\\sc.exe', ['query', name], { stdio: 'ignore' })));
}

function query(name: string, count: number): { readonly open: number[]; readonly whole: number[] } {
  const times = (work: () => unknown) => Array.from({ length: count }, () => timed(work));
  const open = withService(name, ['queryStatus'], service => times(() => statusOf(service)));
  return { open: open ?? [], whole: times(() => queryStatus(name)) };
}

function list(count: number): number[] {
  const names = Array.from({ length: count }, (_, index) => `HermesGatewayTiming-${index}`);
  const owner = currentUser();
  for (const name of names) {
    installService({
      name,
      displayName: name,
      description: '',
      program: process.execPath,
      args: [],
      owner,
      recovery: { delaysMs: [1_000], resetMs: 60_000 },
      preshutdownTimeoutMs: 20_000,
      startType: 'manual',
    });
  }
  const times = Array.from({ length: 10 }, () => timed(() => enumerateServices('HermesGatewayTiming')));
  if (enumerateServices('HermesGatewayTiming').length !== count) throw new Error('not all services were listed');
  for (const name of names) requestDelete(name);
  return times;
}

const ANSWERS: Readonly<Record<string, () => unknown>> = {
  start: () => start(rest[0] ?? ''),
  stop: () => stop(rest[0] ?? ''),
  spawn: () => spawnGateway(rest[0] ?? '', rest.slice(1)),
  sc: () => sc(rest[0] ?? '', Number(rest[1])),
  query: () => query(rest[0] ?? '', Number(rest[1])),
  list: () => list(Number(rest[0])),
};
console.log(JSON.stringify(ANSWERS[what]?.()));
// A gateway that was started goes on without us.
process.exit(0);
