/** The command line of `npm start`. */

import path from 'node:path';
import { parseArgs } from 'node:util';
import { GatewayServiceError } from '../../src/model/errors.ts';
import type { GatewayKind } from './trial-system.ts';

export interface StartOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly browser: boolean;
  readonly gateway: GatewayKind;
  readonly home?: string;
  /** The Windows service below Wine, instead of this system's mechanism. */
  readonly wine: boolean;
}

export const HELP = `Tries out the gateway service on this computer, without touching any Hermes that you have.

usage: npm start -- [options]

It switches the service on for a sample gateway in a throw-away folder, then lets everything happen to
it that can happen: a kill, a wish to be restarted, a refused configuration, a hang, a stop, an update.
Each step is confirmed by what the panel shows and by the facts (status, PIDs, process list), and timed.
In a terminal it then stays: open the address that it prints, and try it yourself. Ctrl+C ends it at any
time and removes everything. It downloads nothing.

  --gateway sample   the sample gateway of this project (default)
  --gateway hermes   the real one: "hermes" on PATH, or the installation in the home
  --home DIR         use this Hermes home instead of a throw-away one: no gateway may be running there,
                     and what the gateway writes there stays
  --wine             the real Windows service instead, below Wine, whose SCM is rebuilt with failure actions that
                     act ("bash test/wine/setup.sh" installs what it needs)
  --no-browser       do without a browser: no clicks, no pictures
  --json             print the steps and their times as one JSON document, and end
  --help             this text

Pictures of every step go to test-results/story/ (with --wine story-wine/), where a Chromium is found
(or named by CHROMIUM).
Exit code: 0 all as expected, 1 a step failed, 2 the command line was not understood, 130 ended by Ctrl+C.
`;

/** @throws GatewayServiceError `usage` */
export function parseStartOptions(argv: readonly string[]): StartOptions {
  const { help, json, gateway, home, wine, ...rest } = parse(argv);
  if (gateway !== 'sample' && gateway !== 'hermes') throw usage(`(--gateway is "sample" or "hermes", not "${gateway}")`);
  if (wine && (gateway !== 'sample' || home !== undefined)) throw usage('(--wine has the sample gateway, in a home of its own)');
  return { help, json, gateway, wine, browser: !rest['no-browser'], ...(home !== undefined && { home: path.resolve(home) }) };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        'no-browser': { type: 'boolean', default: false },
        gateway: { type: 'string', default: 'sample' },
        home: { type: 'string' },
        wine: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw usage(`(${cause instanceof Error ? cause.message : cause})`);
  }
}

function usage(detail: string): GatewayServiceError {
  return new GatewayServiceError('usage', detail, { remedy: 'See "npm start -- --help".' });
}
