/**
 * The host of the sign-in start: a supervisor that Explorer starts from our entry in the user's Startup folder. For users who cannot ask
 * for an administrator; everything is the user's own, and the supervisor has the same restart delays as the SCM.
 */

import type { TrustsServer } from '../control/control-client.ts';
import { sameFolder } from '../gateway/home.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { startDetached } from '../process/detach.ts';
import type { HostPort } from './host-port.ts';
import { shortcutOf } from './startup-entry.ts';
import { StartupProgram, type StartupProgramOptions } from './startup-program.ts';
import {
  continueSupervisor,
  movedProgram,
  supervisedHost,
  supervisedRegistration,
  supervisorProgram,
  supervisorReceipt,
} from './supervised-host.ts';

export interface StartupHostOptions extends StartupProgramOptions {
  /** Which server of the control pipe a client trusts. */
  readonly trustsServer: TrustsServer;
}

export function startupHost(options: StartupHostOptions): HostPort {
  const { stateRoot, processes, shell, trustsServer } = options;
  const program = new StartupProgram(options);
  return {
    ...supervisedHost(processes),
    mechanism: 'startup',
    registration: async ({ service, home }, folder) => {
      const definition = await folder.definition().catch(() => undefined);
      const defined = definition?.mechanism === 'startup';
      if (defined && !sameFolder(definition.home, home)) return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
      return defined || program.entries.find(service) ? supervisedRegistration(folder, processes) : { state: 'absent' };
    },
    trustsServer,
    problems: async ({ service }, folder) => [...(await program.problems(service)), ...(await movedProgram(folder, processes))],
    examine: ({ service }) => program.examine(service),
    repair: async ({ service }) => {
      await program.requireFreeName(service);
      await program.install(service);
    },
    receipt: async (verb, { service }, status) => {
      const supervisor = supervisorReceipt(verb, status);
      if (verb === 'install') return [...(await program.installReceipt(service)), ...supervisor];
      return [...supervisor, ...(await program.removalReceipt(service))];
    },
    checkRights: ({ service }) => program.requireInstallable(service),
    register: async ({ service }) => {
      await program.install(service);
    },
    unregister: ({ service }) => program.remove(service),
    programOfHost: async ({ service }, folder) => {
      const command = program.entries.find(service)?.command ?? [];
      return supervisorProgram(folder, processes, command[command.indexOf('supervise') - 1]);
    },
    start: async ({ service }, folder) => {
      if (continueSupervisor(folder, processes)) return;
      const command = await program.command(service);
      if (await shell.start(shortcutOf(command, stateRoot))) return;
      // At every later sign-in the gateway has the user's own rights; the first start must not give it more.
      if (shell.hasMoreRights()) throw new GatewayServiceError('started-elevated', `(${service})`);
      await startDetached(command, stateRoot);
    },
  };
}
