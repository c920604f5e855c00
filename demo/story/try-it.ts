/**
 * The actions behind the "Try it" strip: a crash, a hang or an update of the trial's gateway. The panel then shows how the service reacts.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import { attempt } from '../../src/model/attempt.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import { poll } from '../../src/model/poll.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import { runUpdateCommand } from '../../src/update/update-command.ts';
import type { ConsentStandIn } from './consent-stand-in.ts';
import type { GatewayKind } from './trial-system.ts';

const GATEWAY_ACTIONS = ['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'] as const;
export type GatewayAction = (typeof GATEWAY_ACTIONS)[number];
/** Whether the switch asks for an administrator, and the answers to that question. */
const CONSENTS = ['consent-on', 'consent-off', 'consent-yes', 'consent-no', 'consent-never'] as const;

export const TRIES = [...GATEWAY_ACTIONS, ...CONSENTS] as const;
export type TryIt = (typeof TRIES)[number];

/** How long a gateway that runs may take until it handles signals, in milliseconds. */
const READY_MS = 20_000;

export interface StandInOptions {
  readonly gateway: GatewayKind;
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  readonly controller: GatewayServiceController;
  readonly identity: GatewayIdentity;
  /** Path of the Hermes home for this process. */
  readonly homeFolder: string;
  /** Run instead of an updater, while the gateway is stopped. */
  readonly updateCommand: readonly string[];
  readonly consent: Pick<ConsentStandIn, 'require' | 'answer'>;
  /** Sends a request to the gateway's own control pipe. */
  ask(verb: string): Promise<ControlAnswer<JsonObject>>;
  /** Kills a process. */
  kill(pid: number): Promise<void>;
}

/** Performs one of `TRIES`; resolves with the snapshot afterwards. */
export function createStandIn(options: StandInOptions): (what: TryIt) => Promise<Snapshot> {
  const { manager, updates, controller, identity, homeFolder, updateCommand, consent } = options;
  const { profile } = identity;
  /** While this file exists, the sample gateway ends with 78, as Hermes does for an invalid configuration. */
  const refusal = path.join(homeFolder, 'state', 'sample-gateway.refuse');

  async function runningPid(): Promise<number> {
    const { gatewayPid } = await manager.status(identity);
    if (gatewayPid === undefined) throw new GatewayServiceError('service-not-running', `(${identity.service})`);
    return gatewayPid;
  }

  /** Sends a verb that only the sample gateway supports. */
  async function sendTestVerb(verb: string): Promise<void> {
    await runningPid();
    const answer = await options.ask(verb);
    if (answer.ok) return;
    const remedy = 'Use the sample gateway for this: omit --gateway.';
    throw new GatewayServiceError('unsupported', `The gateway did not accept "${verb}": ${answer.detail}.`, { remedy });
  }

  /** As systemd does. Hermes 0.22 says that it runs before it handles the signal, which would end it until then. */
  async function requestRestart(pid: number): Promise<void> {
    await poll(() => handlesSignal(pid, os.constants.signals.SIGUSR1), { what: `process ${pid} to handle SIGUSR1`, deadlineMs: READY_MS });
    process.kill(pid, 'SIGUSR1');
  }

  async function perform(what: TryIt): Promise<void> {
    switch (what) {
      case 'kill':
        return options.kill(await runningPid());
      case 'exit-75':
        return options.gateway === 'sample' ? sendTestVerb('test-exit 75') : requestRestart(await runningPid());
      case 'exit-78':
        await sendTestVerb('test-exit 78');
        // Written after the exit, which is final: no start can happen in between.
        writeFileSync(refusal, '');
        return;
      case 'hang':
        return sendTestVerb('test-hang');
      case 'repair':
        rmSync(refusal, { force: true });
        await controller.operate(profile, 'start', report => manager.start(identity, report));
        return;
      case 'update':
        await controller.operate(profile, 'update', report =>
          runUpdateCommand(updates, {
            what: 'Hermes',
            identities: [identity],
            command: updateCommand,
            report,
            output: () => undefined,
          }),
        );
        return;
      case 'consent-on':
      case 'consent-off':
        return consent.require(what === 'consent-on');
      case 'consent-yes':
        return consent.answer('yes');
      case 'consent-no':
        return consent.answer('no');
      case 'consent-never':
        return consent.answer('never');
    }
  }

  return async what => {
    await perform(what);
    const reply = await controller.handle('get', { profile });
    if (!reply.ok) throw new GatewayServiceError(reply.error.code, undefined, { remedy: reply.error.remedy });
    return reply.value;
  };
}

/** Whether a process has a handler for a signal; true where the system does not show that. */
function handlesSignal(pid: number, signal: number): boolean {
  const [, caught] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '') ?? [];
  return caught === undefined || (BigInt(`0x${caught}`) & (1n << BigInt(signal - 1))) !== 0n;
}
