/**
 * How long an update keeps a gateway down beyond what cannot be saved: its own stop, its own start, and the update command. That is the
 * time from the gateway's end until the command began, and from the command's end until the next gateway was launched.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HistoryRecord } from '../../src/model/history.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import { HOST_COMMAND } from '../support/sandbox.ts';
import type { Part } from './figure.ts';

export const STAMPED_UPDATE = fileURLToPath(new URL('stamped-update.mjs', import.meta.url));
export const DOWNTIME = 'downtime of an update beyond stop, start and command';

interface Stamps {
  readonly began: number;
  readonly ended: number;
}

/** In milliseconds. @param stamps what the update command wrote */
export function downtimeMs(history: readonly HistoryRecord[], stamps: string): number {
  const { began, ended } = JSON.parse(stamps) as Stamps;
  const down = history.findLast(record => record.kind === 'ended');
  const up = history.findLast(record => record.kind === 'started');
  return began - Date.parse(down?.at ?? '') + (Date.parse(up?.at ?? '') - ended);
}

const run = promisify(execFile);

export const downtime: Part = {
  name: 'update',
  measure: async runs => {
    const gateway = await EmbeddedGateway.install();
    const stamps = path.join(gateway.sandbox.path, 'stamps.json');
    const [program, ...args] = HOST_COMMAND;
    const values: number[] = [];
    try {
      for (let round = 0; round < runs; round += 1) {
        await run(program, [...args, 'update', '--home', gateway.identity.home, '--', process.execPath, STAMPED_UPDATE, stamps]);
        values.push(downtimeMs(await gateway.manager.history(gateway.identity), readFileSync(stamps, 'utf8')));
      }
    } finally {
      await gateway.dispose();
    }
    return [{ name: DOWNTIME, unit: 'ms', values, target: { bound: 'below', value: 200 } }];
  },
};
