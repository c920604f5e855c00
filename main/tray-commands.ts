/** Runs the commands of the tray menu. The window may be closed then, so a failure is shown as a notification. */

import path from 'node:path';
import type { Messages } from '../src/desktop/messages.ts';
import type { TrayCommand } from '../src/desktop/tray-model.ts';
import { type ErrorValue, toGatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { Engine } from './engine.ts';
import type { Log } from './log.ts';
import type { Notifications } from './notifications.ts';
import type { UpdaterPort } from './updater/electron-updater.ts';

export interface TrayCommandsOptions {
  readonly engine: Promise<Engine>;
  readonly openPanel: () => void;
  readonly quit: () => void;
  readonly updater: UpdaterPort | undefined;
  readonly installUpdate: () => Promise<never>;
  readonly shell: ElectronParts['shell'];
  readonly messages: Messages;
  readonly notifications: Pick<Notifications, 'announce'>;
  readonly log: Log;
}

/** Never rejects. */
export function createTrayCommandHandler(options: TrayCommandsOptions): (command: TrayCommand) => Promise<void> {
  const { engine, openPanel, quit, updater, installUpdate, shell, messages, notifications, log } = options;

  async function run(command: TrayCommand): Promise<void> {
    switch (command.do) {
      case 'open':
        return openPanel();
      case 'quit':
        return quit();
      case 'check-for-update':
        return updater?.check();
      case 'install-update':
        // It returns only where it failed.
        return installUpdate().catch(thrown => announce(command.do, '', toGatewayServiceError(thrown).toValue()));
      case 'logs':
        return openLogs(command.profile);
      case 'start':
      case 'stop':
      case 'stopNow':
      case 'restart':
        return operate(command.do, command.profile);
    }
  }

  function announce(verb: TrayCommand['do'], profile: string, error: ErrorValue): void {
    log.warn(`${verb}: ${error.code}: ${error.message}`);
    const { message, remedy } = messages.error(error);
    notifications.announce(profile, { title: message, body: remedy });
  }

  async function operate(verb: 'start' | 'stop' | 'stopNow' | 'restart', profile: string): Promise<void> {
    const reply = await (await engine).controller.handle(verb, { profile });
    if (!reply.ok) announce(verb, profile, reply.error);
  }

  /** The folder and not the file, because the program that the user has chosen for log files could run the file. */
  async function openLogs(profile: string): Promise<void> {
    const { manager, identities } = await engine;
    const identity = identities.find(each => each.profile === profile);
    const failure = identity && (await shell.openPath(path.dirname(manager.logPath(identity))));
    if (failure) log.warn(`logs: ${failure}`);
  }

  return command => run(command).catch(error => log.error(`${command.do}: ${toGatewayServiceError(error).message}`));
}
