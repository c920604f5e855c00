/**
 * Who acts and looks in the story: a person at the page, or the controller itself where there is no browser. Asking returns at once, as a
 * click does; what became of it is looked at.
 */

import type { GatewayServiceController } from '../../src/desktop/controller.ts';
import type { Snapshot, Verb } from '../../src/desktop/ipc.ts';
import { en } from '../../src/desktop/messages-en.ts';
import { type ActionVerb, switchOn } from '../../src/desktop/views.ts';
import type { Happening } from './try-it.ts';

export type PressVerb = Exclude<ActionVerb, 'refresh' | 'repair'>;

/** What stands there now. */
export interface Shown {
  /** The phase, or the operation at work, in the words that a screen reader is told. */
  readonly announcement: string;
  readonly switchOn: boolean;
  /** Why the last operation failed, if that is shown. */
  readonly error?: string;
  /** What is said of an update: that it is under way, or how it ended. */
  readonly update?: string;
}

export interface Hands {
  /** Uses the switch, and agrees to what it says will change. */
  turn(on: boolean): Promise<void>;
  press(verb: PressVerb): Promise<void>;
  attempt(what: Happening): Promise<void>;
  /** Dismisses the end of an update. */
  dismiss(): Promise<void>;
  /** Opens the details, until something is pressed. */
  showDetails(): Promise<void>;
  shown(): Promise<Shown>;
  /** Keeps a picture of what stands there; its path, or undefined where there is nothing to see. */
  picture(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface ControllerHandsOptions {
  readonly controller: GatewayServiceController;
  readonly profile: string;
  readonly attempt: (what: Happening) => Promise<Snapshot>;
}

/** Drives the controller as a page would, and reads what it tells every page. */
export function controllerHands({ controller, profile, attempt }: ControllerHandsOptions): Hands {
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
