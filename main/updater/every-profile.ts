/** Runs one update of the gateways of all profiles. Each profile shows it as its operation, and refuses others until it ends. */

import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { Report } from '../../src/model/operation-steps.ts';
import type { Engine } from '../engine.ts';

/** @throws what `work` throws, and GatewayServiceError `busy` */
export async function inEveryProfile<T>(
  { controller, identities }: Pick<Engine, 'controller' | 'identities'>,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const results: T[] = [];
  const withRest = async (rest: readonly GatewayIdentity[], reports: readonly Report[]): Promise<void> => {
    const [next, ...others] = rest;
    if (next) {
      await controller.operate(next.profile, 'update', report => withRest(others, [...reports, report]));
      return;
    }
    results.push(
      await work(progress => {
        for (const report of reports) report(progress);
      }),
    );
  };
  await withRest(identities, []);
  // It has exactly one item; otherwise an error was thrown.
  return results[0] as T;
}
