/**
 * What a trial does to its gateway from outside: the sample gateway has verbs for it; the real Hermes is stopped by a signal and given a
 * configuration that it refuses.
 */

import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readHeartbeat } from '../../src/gateway/identity-files.ts';
import { attempt } from '../../src/model/attempt.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { poll } from '../../src/model/poll.ts';
import type { TrialSystem } from './trial-system.ts';

/** Each rejects with GatewayServiceError where the gateway does not do it. */
export interface GatewayActions {
  /** Makes the gateway end with 75. */
  requestRestart(pid: number): Promise<void>;
  /** Makes its configuration one that it refuses, and makes it end: with 78, at once or after a start in place. */
  refuseConfiguration(pid: number): Promise<void>;
  /** Makes its configuration what it was. */
  repairConfiguration(): void;
  /** Resolves when the runner has had an answer: it reports a hang only of a gateway that has answered. */
  answered(): Promise<void>;
  hang(pid: number): Promise<void>;
  /** Ends a hang, where that is possible. */
  readonly answerAgain?: (pid: number) => void;
  /** Why it is not given a configuration that it refuses; absent where it is. */
  readonly keepsConfiguration?: string;
}

type Of = Pick<TrialSystem, 'gateway' | 'homeFolder' | 'ownHome' | 'ask'>;

/** How long a gateway that runs may take until it handles signals or answers, in milliseconds. */
const READY_MS = 20_000;

export function gatewayActions(of: Of): GatewayActions {
  return of.gateway === 'sample' ? sampleActions(of) : hermesActions(of);
}

/** The runner sends its second request only after the answer to the first. */
const ANSWERED = 2;

function sampleActions({ homeFolder, ask }: Of): GatewayActions {
  /** While this file exists, the sample gateway ends with 78, as Hermes does for an invalid configuration. */
  const refusal = path.join(homeFolder, 'state', 'sample-gateway.refuse');

  async function send(verb: string): Promise<void> {
    const answer = await ask(verb);
    if (!answer.ok) throw new GatewayServiceError('unsupported', `The gateway did not accept "${verb}": ${answer.detail}.`);
  }

  return {
    requestRestart: () => send('test-exit 75'),
    async refuseConfiguration() {
      await send('test-exit 78');
      // Written after the exit, which is final: no start can happen in between.
      writeFileSync(refusal, '');
    },
    repairConfiguration: () => rmSync(refusal, { force: true }),
    async answered() {
      const identified = async () => {
        const answer = await ask('status');
        return answer.ok && Number(answer.result['identified']) >= ANSWERED;
      };
      await poll(identified, { what: 'an answer to the runner', deadlineMs: READY_MS });
    },
    hang: () => send('test-hang'),
  };
}

/** An SMS account without a telephone number: refused by each known version of Hermes, without a network. */
const REFUSED = '\nTWILIO_ACCOUNT_SID=AC0\nTWILIO_AUTH_TOKEN=0\n';
const CHANGES_YOURS = 'would change the configuration of your Hermes';
/** Twice the interval at which Hermes stamps its file. */
const STAMPED_MS = 60_000;
/** Several times the interval of the runner's probe. */
const PROBED_MS = 1_000;

function hermesActions({ homeFolder, ownHome, ask }: Of): GatewayActions {
  const settings = path.join(homeFolder, '.env');
  let before: string | undefined;

  /** As systemd does. Hermes 0.22 says that it runs before it handles the signal, which would end it until then. */
  async function requestRestart(pid: number): Promise<void> {
    await poll(() => handlesSignal(pid, os.constants.signals.SIGUSR1), { what: `process ${pid} to handle SIGUSR1`, deadlineMs: READY_MS });
    process.kill(pid, 'SIGUSR1');
  }

  return {
    requestRestart,
    async refuseConfiguration(pid) {
      if (ownHome) throw new GatewayServiceError('unsupported', `(it ${CHANGES_YOURS})`, { remedy: 'Leave out --home.' });
      before = existsSync(settings) ? readFileSync(settings, 'utf8') : undefined;
      appendFileSync(settings, REFUSED);
      await requestRestart(pid);
    },
    repairConfiguration() {
      if (before === undefined) rmSync(settings, { force: true });
      else writeFileSync(settings, before);
    },
    async answered() {
      const stamped = readHeartbeat(homeFolder)?.updatedAt;
      // Hermes 0.19 and 0.20 have no control pipe: the runner reads the stamps of their event loop.
      const isAlive = async () => (await ask('identify')).ok || readHeartbeat(homeFolder)?.updatedAt !== stamped;
      await poll(isAlive, { what: 'an answer or a stamp of the gateway', deadlineMs: STAMPED_MS });
      await setTimeout(PROBED_MS);
    },
    hang: async pid => void process.kill(pid, 'SIGSTOP'),
    answerAgain: pid => void process.kill(pid, 'SIGCONT'),
    ...(ownHome && { keepsConfiguration: CHANGES_YOURS }),
  };
}

/** Whether a process has a handler for a signal; true where the system does not show that. */
function handlesSignal(pid: number, signal: number): boolean {
  const [, caught] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '') ?? [];
  return caught === undefined || (BigInt(`0x${caught}`) & (1n << BigInt(signal - 1))) !== 0n;
}
