/** Shows what the notification model decides, one per profile. The only timer, after an alert, waits until a recovery has lasted. */

import type { Snapshot } from '../src/desktop/ipc.ts';
import type { ShellMessages } from '../src/desktop/messages.ts';
import { decide, type Episode, QUIET } from '../src/desktop/notification-model.ts';
import type { Announcement } from '../src/desktop/shell-messages.ts';
import type { ElectronParts, NotificationPort } from './electron-parts.ts';

export interface NotificationsDelegate {
  readonly Notification: ElectronParts['Notification'];
  readonly shell: ShellMessages;
  /** Whether the window with the gateway's state is in front. */
  attended(): boolean;
  onClick(): void;
}

const GROUP = 'hermes-gateway';

export class Notifications {
  readonly #delegate: NotificationsDelegate;
  readonly #episodes = new Map<string, Episode>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** By profile; kept here, because a garbage-collected notification receives no clicks. */
  readonly #shown = new Map<string, NotificationPort>();

  constructor(delegate: NotificationsDelegate) {
    this.#delegate = delegate;
  }

  consider(snapshot: Snapshot): void {
    const { profile } = snapshot;
    clearTimeout(this.#timers.get(profile));
    const decision = decide(this.#episodes.get(profile) ?? QUIET, snapshot, { attended: this.#delegate.attended(), now: Date.now() });
    this.#episodes.set(profile, decision.episode);
    if (decision.show) this.announce(profile, this.#delegate.shell.alert(decision.show, profile, snapshot.status.lastExit));
    if (decision.recheckAfterMs !== undefined)
      this.#timers.set(profile, setTimeout(() => this.consider(snapshot), decision.recheckAfterMs).unref());
  }

  announce(profile: string, { title, body }: Announcement): void {
    const { Notification, onClick } = this.#delegate;
    if (!Notification.isSupported()) return;
    this.#shown.get(profile)?.close();
    const notification = new Notification({ title, body, id: `${GROUP}-${profile}`.slice(0, 64), groupId: GROUP });
    notification.on('click', onClick);
    this.#shown.set(profile, notification);
    notification.show();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const notification of this.#shown.values()) notification.close();
    this.#timers.clear();
    this.#shown.clear();
  }
}
