/** Something that is done to the gateways of all profiles at once, shown as an update of each, so that none takes another operation meanwhile. */

import type { GatewayIdentity } from '../../src/model/identity.ts';
import type { Report } from '../../src/model/steps.ts';
import type { Engine } from '../engine.ts';

/** @throws what `work` throws, and GatewayServiceError `busy` */
export async function inEveryProfile<T>(
  { controller, identities }: Pick<Engine, 'controller' | 'identities'>,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const results: T[] = [];
  const inTurn = async (rest: readonly GatewayIdentity[], reports: readonly Report[]): Promise<void> => {
    const [next, ...others] = rest;
    if (next) {
      await controller.operate(next.profile, 'update', report => inTurn(others, [...reports, report]));
      return;
    }
    results.push(
      await work(progress => {
        for (const report of reports) report(progress);
      }),
    );
  };
  await inTurn(identities, []);
  // Exactly one: otherwise something was thrown.
  return results[0] as T;
}
