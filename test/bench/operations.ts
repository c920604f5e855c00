/** What a person waits for: a stop of a healthy gateway, a start until it is up, and a look at the status. */

import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import type { Part } from './figure.ts';

const QUERIES_A_RUN = 20;

export const operations: Part = {
  name: 'operations',
  measure: async runs => {
    const gateway = await EmbeddedGateway.install();
    const { manager, identity } = gateway;
    const [stops, starts, queries]: [number[], number[], number[]] = [[], [], []];
    try {
      for (let run = 0; run < runs; run += 1) {
        for (let query = 0; query < QUERIES_A_RUN; query += 1) queries.push(await timeOf(() => manager.status(identity)));
        stops.push(await timeOf(() => manager.stop(identity)));
        starts.push(await timeOf(() => manager.start(identity)));
      }
    } finally {
      await gateway.dispose();
    }
    return [
      { name: 'stop of a healthy gateway', unit: 'ms', values: stops, target: { bound: 'at most', value: 1_000 } },
      { name: 'start → up', unit: 'ms', values: starts, target: { bound: 'at most', value: 2_000 } },
      { name: 'status query', unit: 'ms', values: queries, target: { bound: 'at most', value: 50 } },
    ];
  },
};

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
