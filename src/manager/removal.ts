/** The removal of a gateway service: nothing that `install` made is left, and a declined consent leaves the gateway running. */

import { releaseHome } from '../gateway/home-record.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { UninstallOptions } from '../model/manager.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { requirePermitted } from '../model/policy.ts';
import type { Status } from '../model/status.ts';
import { requestRunning } from './bring-up.ts';
import { type GatewayService, refuseForeign } from './gateway-service.ts';
import { takeDown } from './take-down.ts';

export async function uninstall(service: GatewayService, report: Report, options: UninstallOptions): Promise<Status> {
  const { identity, folder, mechanisms } = service;
  const { former } = service.options;
  await service.exclusively('uninstall', report, async () => {
    const status = await service.status();
    refuseForeign(status);
    if (status.phase === 'not-installed') return clearHalf(service, report, options);
    requirePermitted(status.policy, 'uninstall', status.mechanism);
    const registered = await mechanisms.registered(identity, folder);
    await takeDown(service, 'uninstall', report);
    let notRestored: readonly string[] = [];
    try {
      notRestored = (await former?.restore(identity, report)) ?? [];
      for (const host of registered) await host.unregister(identity, report);
    } catch (error) {
      // Nothing was removed, so the gateway runs again: a declined consent must not leave it stopped.
      await former?.takeOver(identity, report).catch(() => undefined);
      if (status.desired === 'running') await requestRunning(service, 'uninstall', report).catch(() => undefined);
      throw error;
    }
    report(progress('uninstall', 'clearing'));
    await forget(service, notRestored, options);
  });
  return service.status();
}

/** Removes the leftovers of an interrupted installation or removal, except a folder of another system. */
async function clearHalf(service: GatewayService, report: Report, kept: UninstallOptions): Promise<void> {
  const { identity, folder, mechanisms, options } = service;
  const definition = await folder.definition().catch(() => 'unreadable' as const);
  if (definition !== undefined && (definition === 'unreadable' || !mechanisms.names.includes(definition.mechanism))) return;
  const notRestored = (await options.former?.restore(identity, report)) ?? [];
  await mechanisms.sweep(identity, report);
  await forget(service, notRestored, kept);
}

/** @param notRestored autostarts that could not be restored: the removal is done, but the user must know. */
export async function forget(
  { identity, folder }: GatewayService,
  notRestored: readonly string[],
  kept: UninstallOptions = {},
): Promise<void> {
  // A record that remains counts for nothing without the folder.
  await releaseHome(identity.home, folder).catch(() => undefined);
  await folder.remove(kept);
  if (notRestored.length > 0) throw new GatewayServiceError('autostart-not-restored', `(${notRestored.join(', ')})`);
}
