/**
 * Drives the panel in the story: through the page, or through the controller where there is no browser. An action returns at once, as a
 * click does; its effect is read afterwards.
 */

import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { type ActionVerb, switchOn } from '../../src/desktop/views.ts';
import type { GatewayAction } from './try-it.ts';

type PressVerb = Exclude<ActionVerb, 'refresh' | 'repair' | 'showLog'>;

/** What the panel shows now. */
export interface Shown {
  /** The phase, or the running operation, in the words of the live region for screen readers. */
  readonly announcement: string;
  readonly switchOn: boolean;
  /** The error of the last operation, if one is shown. */
  readonly error?: string;
  /** The notice of an update: that it is running, or how it ended. */
  readonly update?: string;
}

export interface Driver {
  /** Uses the switch, and confirms the changes that it lists. */
  turn(on: boolean): Promise<void>;
  press(verb: PressVerb): Promise<void>;
  attempt(what: GatewayAction): Promise<void>;
  /** Dismisses the notice of an update that ended. */
  dismiss(): Promise<void>;
  /** Opens the details. */
  showDetails(): Promise<void>;
  shown(): Promise<Shown>;
  /** Saves a picture; resolves with its path, or with undefined without a page. */
  picture(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface ControllerDriverOptions {
  readonly controller: GatewayServiceController;
  readonly profile: string;
  readonly attempt: (what: GatewayAction) => Promise<Snapshot>;
}

/** Calls the controller as a page does, and reads the snapshots that every page receives. */
export function controllerDriver({ controller, profile, attempt }: ControllerDriverOptions): Driver {
  let snapshot: Snapshot | undefined;
  let refused: string | undefined;
  const unsubscribe = controller.onChanged(changed => {
    snapshot = changed;
  });

  async function ask(verb: Verb, payload: unknown): Promise<void> {
    refused = undefined;
    const reply = await controller.handle(verb, payload);
    if (!reply.ok) refused = reply.error.message;
  }

  return {
    async turn(on) {
      await controller.handle('preview', { profile, on });
      void ask('set', { profile, on });
    },
    async press(verb) {
      void ask(verb, { profile });
    },
    async attempt(what) {
      refused = undefined;
      void attempt(what).catch((error: unknown) => {
        refused = String(error instanceof Error ? error.message : error);
      });
    },
    async shown() {
      const error = refused ?? snapshot?.lastError?.message;
      const update = snapshot && updateWords(snapshot);
      return {
        announcement: snapshot ? announcementOf(snapshot) : '',
        switchOn: snapshot !== undefined && switchOn(snapshot),
        ...(error !== undefined && { error }),
        ...(update !== undefined && { update }),
      };
    },
    async dismiss() {
      if (snapshot?.updateEnd) await ask('dismiss', { profile, update: snapshot.updateEnd.id });
    },
    showDetails: async () => undefined,
    picture: async () => undefined,
    async close() {
      unsubscribe();
    },
  };
}

function announcementOf({ status, operation }: Snapshot): string {
  return operation ? en.operation(operation) : en.announcement(status);
}

function updateWords({ update, updateEnd }: Snapshot): string | undefined {
  if (update) return en.update.title(update);
  return updateEnd && en.update.end(updateEnd, Date.now()).message;
}
