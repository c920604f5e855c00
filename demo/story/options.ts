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
  /** Use the Windows service below Wine instead of this system's mechanism. */
  readonly wine: boolean;
  /** On Windows, use the Windows service instead of the sign-in start. */
  readonly service: boolean;
}

export const HELP = `Demonstrates the gateway service on this computer. Your own Hermes is not changed.

usage: npm start -- [options]

It switches the service on for a sample gateway in a temporary folder, then kills the gateway, lets it
request a restart, refuse its configuration and hang, and stops, starts and updates it. Each step is
timed, and checked in the panel and by the facts (status, PIDs, process list).
In a terminal it then keeps running: open the printed address to try it yourself. Ctrl+C ends it at any
time and removes everything. It downloads nothing.

  --gateway sample   the sample gateway of this project (default)
  --gateway hermes   the real Hermes: "hermes" on PATH, or the installation in the home
  --home DIR         use this Hermes home instead of a temporary one. No gateway may run there. Files that
                     the gateway writes there remain
  --wine             use the real Windows service, below Wine with a rebuilt SCM that performs the failure
                     actions ("bash test/wine/setup.sh" installs what is needed)
  --service          on Windows: use the Windows service, which asks for an administrator, instead of the sign-in
                     start, which asks nobody
  --no-browser       use no browser: no clicks, no pictures
  --json             print the steps and their times as one JSON document, then exit
  --help             print this text

With a Chromium (the variable CHROMIUM may name it), pictures of every step are written to
test-results/story/, or story-wine/ with --wine.
Exit code: 0 all as expected, 1 a step failed, 2 invalid command line, 130 ended by Ctrl+C.
`;

/** @throws GatewayServiceError `usage` */
export function parseStartOptions(argv: readonly string[], platform: NodeJS.Platform = process.platform): StartOptions {
  const { help, json, gateway, home, wine, service, ...rest } = parse(argv);
  if (gateway !== 'sample' && gateway !== 'hermes') throw usage(`(--gateway is "sample" or "hermes", not "${gateway}")`);
  if (wine && (gateway !== 'sample' || home !== undefined))
    throw usage('(--wine uses the sample gateway in a temporary home; omit --gateway and --home)');
  if (service && platform !== 'win32') throw usage('(--service needs Windows; --wine uses the Windows service below Wine)');
  return { help, json, gateway, wine, service, browser: !rest['no-browser'], ...(home !== undefined && { home: path.resolve(home) }) };
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
        service: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw usage(`(${cause instanceof Error ? cause.message : cause})`);
  }
}

function usage(detail: string): GatewayServiceError {
  return new GatewayServiceError('usage', detail, { remedy: 'See "npm start -- --help".' });
}
