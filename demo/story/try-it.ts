/**
 * What can happen to a gateway, on request: the stand-in behind the browser shell's "Try it" strip. It does what a crash, a hang or an
 * update would do, to the gateway of a trial and to no other; the panel then shows how the service answers.
 */

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import type { ControlAnswer } from '../../src/gateway/control-socket.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import type { JsonObject } from '../../src/gateway/tolerant-json.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import { runUpdateCommand } from '../../src/update/update-command.ts';
import type { ConsentStandIn } from './consent-stand-in.ts';

const HAPPENINGS = ['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'] as const;
/** What can happen to a gateway. */
export type Happening = (typeof HAPPENINGS)[number];
/** Whether a switch asks for an administrator, and what is answered then. */
const CONSENTS = ['consent-on', 'consent-off', 'consent-yes', 'consent-no', 'consent-never'] as const;

export const TRIES = [...HAPPENINGS, ...CONSENTS] as const;
export type TryIt = (typeof TRIES)[number];

export interface StandInOptions {
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  readonly controller: GatewayServiceController;
  readonly identity: GatewayIdentity;
  /** The Hermes home, as this process reaches it. */
  readonly homeFolder: string;
  /** Run in the place of an updater, with the gateway down. */
  readonly updateCommand: readonly string[];
  readonly consent: Pick<ConsentStandIn, 'require' | 'answer'>;
  /** Asks the gateway by its own control pipe. */
  ask(verb: string): Promise<ControlAnswer<JsonObject>>;
  /** Ends a process at once. */
  kill(pid: number): Promise<void>;
}

/** Does one of `TRIES`; resolves with what is so afterwards. */
export function createStandIn(options: StandInOptions): (what: TryIt) => Promise<Snapshot> {
  const { manager, updates, controller, identity, homeFolder, updateCommand, consent } = options;
  const { profile } = identity;
  /** The sample gateway ends with 78 while this file is there, as Hermes does with a configuration that it refuses. */
  const refusal = path.join(homeFolder, 'state', 'sample-gateway.refuse');

  async function runningPid(): Promise<number> {
    const { gatewayPid } = await manager.status(identity);
    if (gatewayPid === undefined) throw new GatewayServiceError('gateway-not-running', `(${identity.service})`);
    return gatewayPid;
  }

  /** A verb that only the sample gateway knows. */
  async function tell(verb: string): Promise<void> {
    await runningPid();
    const answer = await options.ask(verb);
    if (answer.ok) return;
    const remedy = 'Use the sample gateway to try this: leave out --gateway.';
    throw new GatewayServiceError('unsupported', `The gateway was asked for "${verb}": ${answer.detail}.`, { remedy });
  }

  async function happen(what: TryIt): Promise<void> {
    switch (what) {
      case 'kill':
        return options.kill(await runningPid());
      case 'exit-75':
        return tell('test-exit 75');
      case 'exit-78':
        await tell('test-exit 78');
        // It is not started again, so it cannot miss this.
        writeFileSync(refusal, '');
        return;
      case 'hang':
        return tell('test-hang');
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
    await happen(what);
    const reply = await controller.handle('get', { profile });
    if (!reply.ok) throw new GatewayServiceError(reply.error.code, undefined, { remedy: reply.error.remedy });
    return reply.value;
  };
}
