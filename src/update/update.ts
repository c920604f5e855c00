/**
 * stop → update → start: runs a command with the gateways down, and brings them up again whatever becomes of it.
 *
 *   plan ──▶ hold (each gateway gone, verified) ──▶ update ──▶ release ──▶ up (verified)
 *                         └──── one that will not stop: nothing is updated, the others come up again
 *
 * A hold ends with the process that placed it, and the runner that honours it starts the gateway again by itself; so a killed updater
 * leaves nothing down.
 */

import { spawn } from 'node:child_process';
import path from 'node:path';
import type { GatewayIdentity } from '../gateway/home.ts';
import { GatewayServiceError } from '../service/errors.ts';
import type { GatewayManager, Report } from '../service/manager.ts';
import type { Status } from '../service/status.ts';

export interface UpdateOptions {
  readonly manager: GatewayManager;
  /** Profiles whose gateways use what is updated; those that are not installed, or stopped by the user, are left as they are. */
  readonly identities: readonly GatewayIdentity[];
  readonly command: readonly string[];
  readonly report?: Report;
  /** Takes the output of the command as it comes. */
  readonly output: (chunk: Buffer) => void;
}

export interface UpdateResult {
  /** Exit code of the command; null when a signal ended it. */
  readonly code: number | null;
  readonly statuses: readonly Status[];
}

/** @throws GatewayServiceError where a gateway did not stop, the command could not be started, or a gateway did not come up again */
export async function runUpdate({ manager, identities, command, report = () => undefined, output }: UpdateOptions): Promise<UpdateResult> {
  const say = (message: string) => report({ operation: 'update', message });
  // Arguments may be long, and secret: the program's name is what a person knows it by.
  const program = path.basename(command[0] ?? '');
  const planned = await plan(manager, identities);
  const releases: (() => Promise<void>)[] = [];
  let code: number | null;
  try {
    for (const { profile, serviceName } of planned.map(({ identity }) => identity))
      say(`Stopping the gateway of ${profile} (${serviceName})`);
    const held = await Promise.allSettled(
      planned.map(({ identity }) => manager.hold(identity, { who: 'hermes-gateway update', why: `runs ${program}` })),
    );
    releases.push(...held.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])));
    const refused = held.find(result => result.status === 'rejected');
    if (refused) throw refused.reason;
    say(`Updating with ${program}`);
    code = await run(command, output);
  } finally {
    for (const release of releases) await release();
  }
  say('Starting the gateways again');
  const statuses = await Promise.all(planned.map(({ identity }) => manager.start(identity, report)));
  return { code, statuses };
}

async function plan(
  manager: GatewayManager,
  identities: readonly GatewayIdentity[],
): Promise<{ identity: GatewayIdentity; status: Status }[]> {
  const all = await Promise.all(identities.map(async identity => ({ identity, status: await manager.status(identity) })));
  return all.filter(({ status }) => status.mechanism !== 'none' && status.desired === 'running');
}

function run([program = '', ...args]: readonly string[], output: (chunk: Buffer) => void): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'], windowsHide: true });
    child.stdout.on('data', output);
    child.stderr.on('data', output);
    child.once('error', error => reject(new GatewayServiceError('update-failed', `(${error.message})`, { cause: error })));
    child.once('close', code => resolve(code));
  });
}
