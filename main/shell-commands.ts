/** Runs the commands of tray and notifications. The window may be closed then, so a failure is shown as a notification. */

import path from 'node:path';
import { formatDetails } from '../src/desktop/details.ts';
import type { Show } from '../src/desktop/ipc.ts';
import type { Messages } from '../src/desktop/messages.ts';
import { retryVerb } from '../src/desktop/notification-model.ts';
import type { ShellCommand } from '../src/desktop/shell-command.ts';
import { type ErrorValue, toGatewayServiceError } from '../src/model/errors.ts';
import type { ElectronParts } from './electron-parts.ts';
import type { Engine } from './engine.ts';
import type { Log } from './log.ts';
import type { Notifications } from './notifications.ts';
import type { Subscribers } from './subscribers.ts';
import type { UpdaterPort } from './updater/electron-updater.ts';

export interface ShellCommandsOptions {
  readonly engine: Promise<Engine>;
  readonly openPanel: (profile?: string) => void;
  readonly subscribers: Pick<Subscribers, 'show'>;
  readonly quit: () => void;
  readonly updater: UpdaterPort | undefined;
  readonly installUpdate: () => Promise<never>;
  readonly shell: ElectronParts['shell'];
  readonly clipboard: ElectronParts['clipboard'];
  readonly messages: Messages;
  readonly notifications: Pick<Notifications, 'announce'>;
  readonly log: Log;
}

/** Never rejects. */
export function createShellCommandHandler(options: ShellCommandsOptions): (command: ShellCommand) => Promise<void> {
  const { engine, openPanel, subscribers, quit, updater, installUpdate, shell, clipboard, messages, notifications, log } = options;

  function show(profile: string, part: Show): void {
    subscribers.show(profile, part);
    openPanel(profile);
  }

  async function run(command: ShellCommand): Promise<void> {
    switch (command.do) {
      case 'open':
        return openPanel();
      case 'quit':
        return quit();
      case 'check-for-update':
        return updater?.check();
      case 'install-update':
        // It returns only where it failed.
        return installUpdate().catch(thrown => announce(command.do, undefined, toGatewayServiceError(thrown).toValue()));
      case 'show':
        return show(command.profile, 'panel');
      case 'showCause':
        return show(command.profile, 'log');
      case 'tryNow':
        return tryNow(command.profile);
      case 'turnOn':
        return show(command.profile, 'turnOn');
      case 'logs':
        return openLogs(command.profile);
      case 'copyDetails':
        return copyDetails(command.profile);
      case 'start':
      case 'stop':
      case 'stopNow':
      case 'restart':
        return operate(command.do, command.profile);
    }
  }

  function announce(verb: ShellCommand['do'], profile: string | undefined, error: ErrorValue): void {
    log.warn(`${verb}: ${error.code}: ${error.message}`);
    const { message, remedy } = messages.error(error);
    notifications.announce(profile, { title: message, body: remedy });
  }

  async function operate(verb: 'start' | 'stop' | 'stopNow' | 'restart', profile: string): Promise<void> {
    const reply = await (await engine).controller.handle(verb, { profile });
    if (!reply.ok) announce(verb, profile, reply.error);
  }

  async function tryNow(profile: string): Promise<void> {
    const reply = await (await engine).controller.handle('get', { profile });
    const verb = reply.ok && retryVerb(reply.value);
    return verb ? operate(verb, profile) : show(profile, 'panel');
  }

  /** The folder and not the file, because the program that the user has chosen for log files could run the file. */
  async function openLogs(profile: string): Promise<void> {
    const { manager, identities } = await engine;
    const identity = identities.find(each => each.profile === profile);
    const failure = identity && (await shell.openPath(path.dirname(manager.logPath(identity))));
    if (failure) log.warn(`logs: ${failure}`);
  }

  async function copyDetails(profile: string): Promise<void> {
    const { controller } = await engine;
    const [snapshot, tail] = await Promise.all([controller.handle('get', { profile }), controller.handle('logs', { profile })]);
    if (snapshot.ok) clipboard.writeText(formatDetails(snapshot.value, {}, tail.ok ? tail.value : undefined));
    else announce('copyDetails', profile, snapshot.error);
  }

  return command => run(command).catch(error => log.error(`${command.do}: ${toGatewayServiceError(error).message}`));
}
