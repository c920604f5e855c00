/**
 * A trial: one gateway service, separate from the user's own, with the controller of panel and tray, and the actions of the "Try it" strip.
 */

import { updateFeed } from '../../main/updater/update-feed.ts';
import { mainVersions } from '../../main/versions.ts';
import { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot } from '../../src/desktop/ipc.ts';
import { askingManager, ConsentStandIn } from './consent-stand-in.ts';
import { type GatewayActions, gatewayActions } from './gateway-actions.ts';
import type { TrialSystem } from './trial-system.ts';
import { createStandIn, type TryIt } from './try-it.ts';

export interface Trial extends TrialSystem {
  readonly controller: GatewayServiceController;
  readonly consent: ConsentStandIn;
  readonly actions: GatewayActions;
  attempt(what: TryIt): Promise<Snapshot>;
}

/** Interval of the health probe, in milliseconds: short, so that a hang is noticed within seconds. */
const PROBE_MS = 250;

export function openTrial(system: TrialSystem): Trial {
  const { manager, updates, identity, homeFolder, gatewayCommand } = system;
  const consent = new ConsentStandIn();
  const controller = new GatewayServiceController({
    manager: askingManager(manager, consent, { probeMs: PROBE_MS, ...(gatewayCommand && { gatewayCommand }) }),
    updates: updateFeed({ ...updates, root: homeFolder }),
    identities: [identity],
    versions: mainVersions(),
  });
  const actions = gatewayActions(system);
  return { ...system, controller, consent, actions, attempt: createStandIn({ ...system, actions, controller, consent }) };
}
