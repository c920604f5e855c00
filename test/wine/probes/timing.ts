// How long the SCM's answers take, measured beside it. Prints milliseconds as one JSON document.
//   timing start NAME    from StartService until RUNNING, and when it began (ms since 1970)
//   timing query NAME N  one status query of an open service, and one with its opening and closing, N times each
//   timing list N        one enumeration among N services of ours, which are made and removed

import { enumerateServices, queryStatus, requestDelete, requestStart, statusOf, withService } from '../../../src/windows/scm.ts';
import { currentUser } from '../../../src/windows/security.ts';
import { installService } from '../../../src/windows/service-install.ts';

const [, , what = '', ...rest] = process.argv;

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function start(name: string): object {
  // What this process does once is not the service's.
  queryStatus(name);
  const at = Date.now();
  const runningMs = timed(() => {
    requestStart(name);
    while (queryStatus(name)?.state !== 'running');
  });
  return { at, runningMs };
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

if (what === 'start') console.log(JSON.stringify(start(rest[0] ?? '')));
if (what === 'query') console.log(JSON.stringify(query(rest[0] ?? '', Number(rest[1]))));
if (what === 'list') console.log(JSON.stringify(list(Number(rest[0]))));
