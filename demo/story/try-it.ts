/**
 * The actions behind the "Try it" strip: a crash, a hang or an update of the trial's gateway. The panel then shows how the service reacts.
 */

import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import type { GatewayIdentity } from '../../src/gateway/home.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayManager } from '../../src/model/manager.ts';
import type { UpdatePorts } from '../../src/update/ports.ts';
import { runUpdateCommand } from '../../src/update/update-command.ts';
import type { ConsentStandIn } from './consent-stand-in.ts';
import type { GatewayActions } from './gateway-actions.ts';

const GATEWAY_ACTIONS = ['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'] as const;
export type GatewayAction = (typeof GATEWAY_ACTIONS)[number];
/** Whether the switch asks for an administrator, and the answers to that question. */
const CONSENTS = ['consent-on', 'consent-off', 'consent-yes', 'consent-no', 'consent-never'] as const;

export const TRIES = [...GATEWAY_ACTIONS, ...CONSENTS] as const;
export type TryIt = (typeof TRIES)[number];

export interface StandInOptions {
  readonly actions: GatewayActions;
  readonly manager: GatewayManager;
  readonly updates: UpdatePorts;
  readonly controller: GatewayServiceController;
  readonly identity: GatewayIdentity;
  /** Run instead of an updater, while the gateway is stopped. */
  readonly updateCommand: readonly string[];
  readonly consent: Pick<ConsentStandIn, 'require' | 'answer'>;
  /** Kills a process. */
  kill(pid: number): Promise<void>;
}

/** Performs one of `TRIES`; resolves with the snapshot afterwards. */
export function createStandIn(options: StandInOptions): (what: TryIt) => Promise<Snapshot> {
  const { actions, manager, updates, controller, identity, updateCommand, consent } = options;
  const { profile } = identity;
  async function runningPid(): Promise<number> {
    const { gatewayPid } = await manager.status(identity);
    if (gatewayPid === undefined) throw new GatewayServiceError('service-not-running', `(${identity.service})`);
    return gatewayPid;
  }

  async function perform(what: TryIt): Promise<void> {
    switch (what) {
      case 'kill':
        return options.kill(await runningPid());
      case 'exit-75':
        return actions.requestRestart(await runningPid());
      case 'exit-78':
        return actions.refuseConfiguration(await runningPid());
      case 'hang':
        return actions.hang(await runningPid());
      case 'repair':
        actions.repairConfiguration();
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
