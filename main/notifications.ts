/** Shows what the notification model decides, one per profile. The only timer, after an alert, waits until a recovery has lasted. */

import type { Snapshot } from '../src/desktop/ipc.ts';
import type { ShellMessages } from '../src/desktop/messages.ts';
import { ALERT_ACTIONS, type AlertAction, decide, type Episode, QUIET } from '../src/desktop/notification-model.ts';
import type { ShellCommand } from '../src/desktop/shell-command.ts';
import type { Announcement } from '../src/desktop/shell-messages.ts';
import type { ElectronParts, NotificationPort } from './electron-parts.ts';

export interface NotificationsDelegate {
  readonly Notification: ElectronParts['Notification'];
  readonly platform: NodeJS.Platform;
  readonly shell: ShellMessages;
  /** Whether the window with the gateway's state is in front. */
  attended(): boolean;
  /** What the user chose, once for each notification. */
  onChosen(command: ShellCommand): void;
}

const GROUP = 'hermes-gateway';

/**
 * Whether a notification has buttons here that report their click. Linux shows none. Before Electron 42, which has `handleActivation`, an app
 * that is not packaged as MSIX is not told of them on Windows (github.com/electron/electron/issues/51147).
 */
export function showsButtons(platform: NodeJS.Platform, Notification: ElectronParts['Notification']): boolean {
  return platform === 'darwin' || (platform === 'win32' && Notification.handleActivation !== undefined);
}

export class Notifications {
  readonly #delegate: NotificationsDelegate;
  readonly #episodes = new Map<string, Episode>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** By their id; kept here, because a garbage-collected notification receives no clicks. */
  readonly #shown = new Map<string, NotificationPort>();

  constructor(delegate: NotificationsDelegate) {
    this.#delegate = delegate;
  }

  consider(snapshot: Snapshot): void {
    const { profile } = snapshot;
    clearTimeout(this.#timers.get(profile));
    const decision = decide(this.#episodes.get(profile) ?? QUIET, snapshot, { attended: this.#delegate.attended(), now: Date.now() });
    this.#episodes.set(profile, decision.episode);
    if (decision.show) this.announce(profile, this.#delegate.shell.alert(decision.show, snapshot), ALERT_ACTIONS[decision.show]);
    if (decision.recheckAfterMs !== undefined)
      this.#timers.set(profile, setTimeout(() => this.consider(snapshot), decision.recheckAfterMs).unref());
  }

  /** @param profile absent where it is about the app */
  announce(profile: string | undefined, { title, body }: Announcement, actions: readonly AlertAction[] = []): void {
    const { Notification, platform, shell, onChosen } = this.#delegate;
    if (!Notification.isSupported()) return;
    const id = profile === undefined ? GROUP : `${GROUP}-${profile}`.slice(0, 64);
    this.#shown.get(id)?.close();
    const buttons = showsButtons(platform, Notification) ? actions : [];
    const notification = new Notification({
      title,
      body,
      id,
      groupId: GROUP,
      ...(buttons.length > 0 && { actions: buttons.map(action => ({ type: 'button', text: shell.alertAction[action] }) as const) }),
    });
    // Windows may report one click in several ways.
    let isChosen = false;
    const choose = (action: AlertAction | undefined) => {
      if (isChosen) return;
      isChosen = true;
      onChosen(profile === undefined ? { do: 'open' } : { do: action ?? 'show', profile });
    };
    notification.on('click', () => choose(actions[0]));
    notification.on('action', ({ actionIndex }) => choose(buttons[actionIndex]));
    this.#shown.set(id, notification);
    notification.show();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const notification of this.#shown.values()) notification.close();
    this.#timers.clear();
    this.#shown.clear();
  }
}
