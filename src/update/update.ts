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
import type { GatewayManager, HoldReason, Report } from '../service/manager.ts';
import type { Status } from '../service/status.ts';

export interface DownOptions extends HoldReason {
  readonly manager: GatewayManager;
  /** Profiles whose gateways use what is updated; those that are not installed, or stopped by the user, are left as they are. */
  readonly identities: readonly GatewayIdentity[];
  readonly report?: Report;
}

export interface UpdateOptions extends Omit<DownOptions, keyof HoldReason> {
  readonly command: readonly string[];
  /** Takes the output of the command as it comes. */
  readonly output: (chunk: Buffer) => void;
}

export interface UpdateResult {
  /** Exit code of the command; null when a signal ended it. */
  readonly code: number | null;
  readonly statuses: readonly Status[];
}

/** @throws GatewayServiceError where a gateway did not stop, the command could not be started, or a gateway did not come up again */
export async function runUpdate({ command, output, ...options }: UpdateOptions): Promise<UpdateResult> {
  // Arguments may be long, and secret: the program's name is what a person knows it by.
  const program = path.basename(command[0] ?? '');
  const { value: code, statuses } = await whileDown({ ...options, who: 'hermes-gateway update', why: `runs ${program}` }, () => {
    options.report?.({ operation: 'update', message: `Updating with ${program}` });
    return run(command, output);
  });
  return { code, statuses };
}

/** Does `work` with the gateways down. @throws what `work` throws, and GatewayServiceError where a gateway did not stop or come up again */
export async function whileDown<T>(
  { manager, identities, who, why, report = () => undefined }: DownOptions,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly statuses: readonly Status[] }> {
  const say = (message: string) => report({ operation: 'update', message });
  const planned = await plan(manager, identities);
  const releases: (() => Promise<void>)[] = [];
  let value: T;
  try {
    for (const { profile, serviceName } of planned.map(({ identity }) => identity))
      say(`Stopping the gateway of ${profile} (${serviceName})`);
    const held = await Promise.allSettled(planned.map(({ identity }) => manager.hold(identity, { who, why })));
    releases.push(...held.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])));
    const refused = held.find(result => result.status === 'rejected');
    if (refused) throw refused.reason;
    value = await work();
  } finally {
    for (const release of releases) await release();
  }
  say('Starting the gateways again');
  const statuses = await Promise.all(planned.map(({ identity }) => manager.start(identity, report)));
  return { value, statuses };
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
