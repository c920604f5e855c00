/** Updates with the gateways of all profiles stopped. They are started again, also where the work fails or this process dies. */

import type { Report } from '../../src/model/operation-steps.ts';
import { updateWhileDown as whileDown } from '../../src/update/update-command.ts';
import type { UpdateVersions } from '../../src/update/update-shape.ts';
import type { Engine } from '../engine.ts';

/** Reports what the work is doing, one line for people; the windows show the last one. */
export type OnUpdateProgress = (progress: string) => void;

/** Names the process that does the work: the gateways stay stopped while it runs, also where the app ends before it. */
export type DoneBy = (pid: number | undefined) => Promise<void>;

export type UpdateWork<T> = (onProgress: OnUpdateProgress, doneBy: DoneBy) => Promise<T>;

export interface UpdateSubject {
  /** The program that updates, as text. */
  readonly who: string;
  /** What is updated, as text. */
  readonly what: string;
  readonly versions?: UpdateVersions;
}

/** @throws what `work` throws, and GatewayServiceError where a gateway is busy, did not stop or did not start again */
export function updateWhileDown<T>(engine: Engine, subject: UpdateSubject, work: UpdateWork<T>): Promise<T> {
  const { updates, identities } = engine;
  return inEveryProfile(engine, async report => (await whileDown(updates, { ...subject, identities, report }, work)).value);
}

/** @throws what `work` throws, and GatewayServiceError `busy` */
export async function inEveryProfile<T>(
  { controller, identities: [next, ...rest] }: Pick<Engine, 'controller' | 'identities'>,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  if (!next) return work(() => undefined);
  const results: T[] = [];
  await controller.operate(next.profile, 'update', async report => {
    const workInRest = (reportInRest: Report) =>
      work(progress => {
        report(progress);
        reportInRest(progress);
      });
    results.push(await inEveryProfile({ controller, identities: rest }, workInRest));
  });
  // It has exactly one item; otherwise an error was thrown.
  return results[0] as T;
}
