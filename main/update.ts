/**
 * The host's own update with the gateways down. It is shown as an operation of every profile, so that none takes another one meanwhile;
 * the gateways come up again whatever becomes of the work, and of this process.
 */

import type { GatewayIdentity } from '../src/gateway/home.ts';
import type { Report } from '../src/service/manager.ts';
import { updateWhileDown as whileDown } from '../src/update/update-command.ts';
import type { Engine } from './engine.ts';

/** @throws what `work` throws, and GatewayServiceError where a gateway is busy, did not stop or did not come up again */
export async function updateWhileDown<T>(engine: Engine, who: string, work: () => Promise<T>): Promise<T> {
  const { controller, updates, identities } = engine;
  const results: T[] = [];
  const inTurn = async (rest: readonly GatewayIdentity[], reports: readonly Report[]): Promise<void> => {
    const [next, ...others] = rest;
    if (next) {
      await controller.operate(next.profile, 'update', report => inTurn(others, [...reports, report]));
      return;
    }
    const report: Report = progress => {
      for (const each of reports) each(progress);
    };
    const { value } = await whileDown(updates, { identities, report, who, what: 'the app' }, work);
    results.push(value);
  };
  await inTurn(identities, []);
  // Exactly one: otherwise something was thrown.
  return results[0] as T;
}
