/** What the catalogues say of an update of Hermes or of the app: who does it, how far it is, how it ended. */

import type { PlannedGateway, UpdateStep } from '../update/update-shape.ts';
import type { ShownUpdate, UpdateEnd } from './ipc.ts';
import type { UpdateStage } from './update-view.ts';

/** A failure or a problem in the words of a locale: what happened, and what to do about it. */
export interface Explained {
  readonly message: string;
  readonly remedy: string;
}

export interface UpdateMessages {
  /** "Updating Hermes from 0.19 to 0.20" */
  title(update: ShownUpdate): string;
  /** Who does it, and since when. `now` in epoch milliseconds. */
  by(update: ShownUpdate, now: number): string;
  readonly stages: string;
  readonly stage: Readonly<Record<UpdateStage, string>>;
  /** The one sentence of what happens now. */
  readonly step: Readonly<Record<UpdateStep, string>>;
  readonly gateways: string;
  readonly gateway: Readonly<Record<PlannedGateway['state'], string>>;
  /** How it ended, and what to do about it: nothing, where the remedy is empty. */
  end(end: UpdateEnd, now: number): Explained;
  readonly dismiss: string;
}
