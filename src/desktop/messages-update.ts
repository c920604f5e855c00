/** The texts about an update of Hermes or of the app: which program runs it, its progress, its end. */

import type { PlannedGateway, UpdateStep } from '../update/update-shape.ts';
import type { ShownUpdate, UpdateEnd } from './ipc.ts';
import type { UpdateStage } from './update-view.ts';

/** A failure or a problem: what happened, and what to do about it. */
export interface Explained {
  readonly message: string;
  readonly remedy: string;
}

export interface UpdateMessages {
  /** "Updating Hermes from 0.19 to 0.20" */
  title(update: ShownUpdate): string;
  /** Which program runs it, and since when. `now` in epoch milliseconds. */
  by(update: ShownUpdate, now: number): string;
  readonly stages: string;
  readonly stage: Readonly<Record<UpdateStage, string>>;
  /** What happens now, as one sentence. */
  readonly step: Readonly<Record<UpdateStep, string>>;
  readonly gateways: string;
  readonly gateway: Readonly<Record<PlannedGateway['state'], string>>;
  /** How it ended, and what to do about it; the remedy is empty where there is nothing to do. */
  end(end: UpdateEnd, now: number): Explained;
  readonly dismiss: string;
}
