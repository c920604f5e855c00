/** The installation of a gateway service: what it would change, and the order in which it is made, so that a refusal changes nothing. */

import { requireHome } from '../gateway/home.ts';
import { requireFreeHome } from '../gateway/home-record.ts';
import type { HostPort } from '../mechanisms/host-port.ts';
import { type Definition, definitionOf } from '../model/definition.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import type { InstallOptions, UninstallOptions } from '../model/manager.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { requirePermitted } from '../model/policy.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Status } from '../model/status.ts';
import { requireOwnFolder } from '../state/folder-owner.ts';
import { waitUntilUp } from './bring-up.ts';
import type { GatewayService } from './gateway-service.ts';
import { installReceipt, uninstallReceipt } from './host-receipt.ts';
import { askRunner, endOtherHost, standDown, takeDown } from './take-down.ts';

export async function preview(
  service: GatewayService,
  verb: 'install' | 'uninstall',
  options: InstallOptions & UninstallOptions,
): Promise<Receipt> {
  const { identity, folder, mechanisms } = service;
  const { former, checkCommand } = service.options;
  if (verb === 'install') await requireFreeHome(identity.home, folder, service.processes);
  const [status, registered, asked] = await Promise.all([
    service.status(),
    mechanisms.registered(identity, folder),
    service.command(options),
  ]);
  if (verb === 'uninstall' && status.phase !== 'not-installed') requirePermitted(status.policy, verb, status.mechanism);
  const host =
    verb === 'install'
      ? await mechanisms.toInstall(identity, folder, options.mechanism, asked)
      : (await mechanisms.inCharge(identity, folder)).host;
  const facts = { identity, folder, status, host, others: registered.filter(each => each !== host), former };
  if (verb === 'uninstall') return uninstallReceipt(facts, options);
  requireBeforeSignIn(host, options);
  const { beforeSignIn } = options;
  const isOther = beforeSignIn !== undefined && beforeSignIn !== (status.beforeSignIn ?? 'no');
  const choice = { recovery: options.recovery ?? status.recovery, beforeSignIn: isOther ? beforeSignIn : undefined };
  return installReceipt(facts, checkCommand(identity, asked), choice);
}

function requireBeforeSignIn({ mechanism }: HostPort, { beforeSignIn = 'no' }: InstallOptions): void {
  if (mechanism !== 'service' && beforeSignIn !== 'no') throw new GatewayServiceError('before-sign-in-unavailable', `(${mechanism})`);
}

/** @param replaced a service that is removed with the same consent, where one is needed */
export async function install(service: GatewayService, options: InstallOptions, report: Report, replaced?: ServiceName): Promise<Status> {
  const { identity, folder, mechanisms } = service;
  const { former, checkCommand } = service.options;
  const before = await service.exclusively('install', report, async () => {
    report(progress('install', 'checking'));
    requireHome(identity);
    requireOwnFolder(identity.home);
    await requireFreeHome(identity.home, folder, service.processes);
    const gatewayCommand = await service.command(options);
    const host = await mechanisms.toInstall(identity, folder, options.mechanism, gatewayCommand);
    const others = (await mechanisms.registered(identity, folder)).filter(each => each !== host);
    const status = await service.status();
    checkCommand(identity, gatewayCommand);
    requireBeforeSignIn(host, options);
    await host.checkRights(identity);
    await former?.checkRights(identity, host.elevated);
    const known = await folder.knownDefinition();
    // A runner that is starting the old command would otherwise answer for the new one.
    const another = JSON.stringify(known?.gatewayCommand) !== JSON.stringify(gatewayCommand);
    if (another && (status.phase === 'starting' || status.phase === 'restarting')) await takeDown(service, 'install', report);
    const definition = definitionOf(identity, host.mechanism, { ...known, ...options, gatewayCommand });
    // The present mechanism stays registered until the new one is: a consent may be declined.
    if (others.length > 0) await register(service, host, definition, report, replaced);
    let history = await folder.history();
    report(progress('install', 'defining'));
    await folder.make();
    // For a new service desired is written first: a definition without it would look like a failed service.
    if (!known) await folder.writeDesired('running');
    await folder.writeDefinition(definition);
    // For an existing one it is written last: it ends a delay of the ladder, and then the new definition must be started.
    if (known) await folder.writeDesired('running');
    if (others.length > 0) await standDown(others, service);
    else await registerNew(service, host, definition, report, { known: known !== undefined, replaced });
    await former?.takeOver(identity, report);
    const ended = await endOtherHost(service, 'install', report);
    if (ended) {
      history = await folder.history();
      await folder.writeDesired('running');
    }
    await host.start(identity, folder);
    // The runner of a gateway with the old command reads the definition again before it starts another one.
    const isUp = status.phase === 'running' || status.phase === 'degraded';
    if (isUp && another && !ended && others.length === 0) await askRunner(service, 'restart', 'install', report);
    await mechanisms.sweep(identity, report, host);
    return history;
  });
  return waitUntilUp(service, 'install', report, before);
}

async function register(
  { identity, options }: GatewayService,
  host: HostPort,
  definition: Definition,
  report: Report,
  replaced: ServiceName | undefined,
): Promise<void> {
  await options.former?.remember(identity);
  await host.register(identity, definition, report, replaced);
}

/** Registration and definition, or neither. */
async function registerNew(
  service: GatewayService,
  host: HostPort,
  definition: Definition,
  report: Report,
  { known, replaced }: { readonly known: boolean; readonly replaced: ServiceName | undefined },
): Promise<void> {
  try {
    await register(service, host, definition, report, replaced);
  } catch (error) {
    // After a deadline an elevated step may still be registering; the registration needs this definition.
    const mayStillCome = error instanceof GatewayServiceError && error.code === 'timed-out';
    // An elevated step may have removed autostarts before it failed: they are restored before their record is removed.
    const restored = () => service.options.former?.restore(service.identity, report).catch(() => ['']);
    const kept = known || mayStillCome || (await restored())?.length;
    if (!kept) await service.folder.remove({ keepLogs: true });
    throw error;
  }
}
