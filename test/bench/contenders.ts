/**
 * Who is measured side by side below one Wine: our service, NSSM, and the bare service that supervises nothing. All are started, stopped
 * and watched in the same way: through the SCM, by the files that the sample gateway writes, and as the processes that Linux lists.
 */

import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { poll } from '../../src/model/poll.ts';
import { quoteArgument } from '../../src/windows/argv.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import type { RemoteManager } from '../wine/remote-manager.ts';
import type { WineRig } from '../wine/rig.ts';
import { runningPid } from './gateway-up.ts';

/** A service that keeps a gateway, registered and stopped. */
export interface Registered {
  readonly service: string;
  readonly home: string;
  /** What the gateway's output goes to, on Linux. */
  readonly log: string;
  /** Its own processes, without the gateway, by Linux PIDs. */
  supervisors(): readonly number[];
  /** Where it is known: when its gateway was launched last, in milliseconds since 1970. */
  launchedAt?(): Promise<number>;
  /** Where known: when the SCM noticed its last failure, and how long it waited then, both in milliseconds. */
  lastFailure?(): { readonly at: number; readonly delayMs: number };
  remove(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** @param gatewayCommand its program and arguments inside Windows */
  register(home: string, gatewayCommand: readonly string[]): Promise<Registered>;
}

const NSSM_IN_WINDOWS = 'C:\\peers\\nssm.exe';
export const BARE_IN_WINDOWS = 'C:\\peers\\bare-service.cjs';
/** Plain Node, copied as an installation copies the host, because that affects which pages Linux maps. */
export const NODE_IN_WINDOWS = 'C:\\peers\\node.exe';
const KOFFI_IN_WINDOWS = 'C:\\app\\host\\koffi.node';
const EVENT_MS = 30_000;

/** Puts the peers into Windows. */
export async function layOutPeers(rig: WineRig): Promise<void> {
  rig.write(NSSM_IN_WINDOWS, '');
  const nssmPackage = createRequire(new URL('../wine/package.json', import.meta.url)).resolve('nssm/package.json');
  copyFileSync(path.join(path.dirname(nssmPackage), 'examples', 'nssm.exe'), rig.onLinux(NSSM_IN_WINDOWS));
  copyFileSync(path.join(REPOSITORY, 'test/bench/peers/bare-service.cjs'), rig.onLinux(BARE_IN_WINDOWS));
  await told(rig, rig.node, '-e', `require('node:fs').copyFileSync(process.execPath, ${JSON.stringify(NODE_IN_WINDOWS)})`);
}

const living = (rig: WineRig, ...words: readonly string[]): number[] =>
  processesOf(rig.prefix)
    .filter(({ command }) => words.every(word => command.includes(word)))
    .map(({ pid }) => pid);

async function told(rig: WineRig, ...argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await rig.run(argv);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}\n${stdout}${stderr}`);
}

export function ours(rig: WineRig, manager: RemoteManager): Contender {
  return {
    name: 'ours',
    register: async (home, gatewayCommand) => {
      const of = await manager.identity(home);
      const { service } = of;
      await manager.install(of, { gatewayCommand });
      await manager.stop(of);
      // Only the SCM is to be asked for the start.
      await manager.wish(of, 'running');
      return {
        service,
        home: of.home,
        log: manager.logPath(of),
        supervisors: () => ['service', 'run'].flatMap(verb => living(rig, `${verb} --service ${service}`)),
        launchedAt: async () => {
          const start = (await manager.history(of)).findLast(({ kind }) => kind === 'started');
          return Date.parse(start?.at ?? '');
        },
        lastFailure: () => {
          const failure = rig.recoveryLog().findLast(entry => entry.service === service);
          return { at: Date.parse(failure?.at ?? ''), delayMs: failure?.restartInMs ?? Number.NaN };
        },
        remove: async () => {
          await manager.uninstall(of);
        },
      };
    },
  };
}

export function nssm(rig: WineRig): Contender {
  return {
    name: 'NSSM',
    register: async (home, [program = '', ...args]) => {
      const service = `Nssm-${home.split('\\').at(-1)}`;
      const log = `${home}.log`;
      const set = (...words: readonly string[]) => told(rig, NSSM_IN_WINDOWS, 'set', service, ...words);
      // It puts the arguments together as they are.
      await told(rig, NSSM_IN_WINDOWS, 'install', service, program, ...args.map(quoteArgument));
      await set('AppEnvironmentExtra', `HERMES_HOME=${home}`);
      // As we have it: a log that is rotated while the program runs. A program that lives shortly is no reason to wait, either.
      await set('AppStdout', log);
      await set('AppRotateFiles', '1');
      await set('AppRotateOnline', '1');
      await set('AppRotateBytes', '10000000');
      await set('AppThrottle', '0');
      return {
        service,
        home,
        log: rig.onLinux(log),
        supervisors: () => living(rig, 'nssm.exe').slice(0, 1),
        remove: async () => {
          await rig.run(['sc', 'stop', service]);
          await told(rig, NSSM_IN_WINDOWS, 'remove', service, 'confirm');
        },
      };
    },
  };
}

/** Has no gateway; what it is compared by starts its own. */
export function bare(rig: WineRig): Contender {
  return {
    name: 'bare service',
    register: async home => {
      const service = `Bare-${home.split('\\').at(-1)}`;
      const program = `"${rig.node}" "${BARE_IN_WINDOWS}" "${KOFFI_IN_WINDOWS}" ${service}`;
      await told(rig, 'sc', 'create', service, 'binPath=', program);
      return {
        service,
        home,
        log: '',
        supervisors: () => living(rig, 'bare-service.cjs', service),
        remove: () => told(rig, 'sc', 'delete', service),
      };
    },
  };
}

/**
 * When the gateway of a home is up, by its own files: milliseconds since 1970, and its PID inside Windows. It looks at once, even if it is
 * awaited later.
 */
export function up(rig: WineRig, home: string, notPid?: number): Promise<{ readonly at: number; readonly pid: number }> {
  const look = () => {
    const pid = runningPid(rig.read(`${home}\\gateway_state.json`), notPid);
    return pid !== undefined && { at: Date.now(), pid };
  };
  return poll(look, { what: `the gateway of ${home}`, deadlineMs: EVENT_MS, everyMs: 2 });
}
