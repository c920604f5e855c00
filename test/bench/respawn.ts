/**
 * Time from a kill until the gateway runs again, at the first failure, as a watching client receives it. Two gateways at once are an error.
 */

import { EmbeddedGateway, type Role } from '../support/embedded-gateway.ts';
import { watchGateways } from '../support/sandbox.ts';
import type { Outcome, Part } from './figure.ts';

const ROLES: readonly Role[] = ['gateway', 'runner', 'supervisor'];
const TARGET_MS = 2_000;

export const respawn: Part = {
  name: 'respawn',
  measure: async runs => {
    const gateway = await EmbeddedGateway.install();
    const census = process.platform === 'linux' ? watchGateways(gateway.sandbox, gateway.identity.home) : undefined;
    try {
      const outcomes: Outcome[] = [];
      for (const role of ROLES) {
        const values: number[] = [];
        for (let run = 0; run < runs; run += 1) {
          values.push((await gateway.killAndAwaitReturn(role)).afterMs);
          // A stop and a start by the user reset the ladder, so that every kill is a first failure.
          await gateway.manager.stop(gateway.identity);
          await gateway.manager.start(gateway.identity);
        }
        outcomes.push({ name: `killed ${role} → another gateway up`, unit: 'ms', values, target: { bound: 'at most', value: TARGET_MS } });
      }
      const name = 'most gateways at once meanwhile';
      outcomes.push(
        census
          ? { name, unit: '', values: [census.most], target: { bound: 'at most', value: 1, judged: 'max' } }
          : { name, skipped: 'processes are counted on Linux only' },
      );
      return outcomes;
    } finally {
      census?.stop();
      await gateway.dispose();
    }
  },
};
