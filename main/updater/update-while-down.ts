/** The host's own update with the gateways stopped; they are started again, also where the work fails or this process dies. */

import { updateWhileDown as whileDown } from '../../src/update/update-command.ts';
import type { UpdateVersions } from '../../src/update/update-shape.ts';
import type { Engine } from '../engine.ts';
import { inEveryProfile } from './every-profile.ts';

/** Reports what the work is doing, one line for people; the windows show the last one. */
export type OnProgress = (progress: string) => void;

export interface UpdateSubject {
  /** The program that updates, in plain words. */
  readonly who: string;
  /** What is updated, in plain words. */
  readonly what: string;
  readonly versions?: UpdateVersions;
}

/** @throws what `work` throws, and GatewayServiceError where a gateway is busy, did not stop or did not start again */
export function updateWhileDown<T>(engine: Engine, subject: UpdateSubject, work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const { updates, identities } = engine;
  return inEveryProfile(engine, async report => (await whileDown(updates, { ...subject, identities, report }, work)).value);
}
