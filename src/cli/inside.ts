/**
 * A command that an agent runs ends with the gateway that it stops. What only interrupts the gateway is done by a process outside of it,
 * and the command answers at once: the gateway waits for the work of the agent, which waits for the command. What would leave the gateway
 * stopped is refused, because the agent could not start it again.
 */

import fs from 'node:fs';
import path from 'node:path';
import { EXIT } from '../model/cli-exit-codes.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { GatewayIdentity } from '../model/identity.ts';
import { poll } from '../model/poll.ts';
import type { VerbContext } from './context.ts';
import type { VERBS } from './help.ts';
import type { OutputStream } from './terminal.ts';

type Verb = keyof typeof VERBS;

/** What becomes of a verb below the gateway that it is for. Verbs that only read are done there. */
const INSIDE: Partial<Record<Verb, 'outside' | 'refused'>> = {
  install: 'outside',
  start: 'outside',
  restart: 'outside',
  update: 'outside',
  doctor: 'outside',
  stop: 'refused',
  uninstall: 'refused',
  supervise: 'refused',
  'test-recovery': 'refused',
};

/** How long the process outside may take to report that it runs, in milliseconds. */
const BEGINS_MS = 30_000;

export interface InsideCommand {
  readonly verb: Verb;
  /** It changes nothing. */
  readonly reads: boolean;
}

/**
 * Resolves with the exit code where a process outside of the gateway does it; undefined where it can be done here.
 * @throws GatewayServiceError `inside-gateway` before anything was changed
 */
export async function leaveGateway(context: VerbContext, { verb, reads }: InsideCommand): Promise<number | undefined> {
  const { composition, output, argv } = context;
  const how = INSIDE[verb];
  if (!how || reads) return undefined;
  const identity = (await affected(context, verb)).find(composition.isInside);
  if (!identity) return undefined;
  const { service } = identity;
  if (how === 'refused') throw new GatewayServiceError('inside-gateway', `(${service})`);
  if (verb === 'start' && (await composition.manager.status(identity)).phase === 'running') return undefined;
  const file = path.join(path.dirname(composition.manager.logPath(identity)), 'outside.log');
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, '', { mode: 0o600 });
  await composition.runOutside(file, argv);
  await poll(() => fs.readFileSync(file, 'utf8'), { deadlineMs: BEGINS_MS, what: 'the process outside of the gateway' });
  output.answer(() => `"${verb}" of ${service} was started outside of the gateway, below which this command runs. It prints to:\n${file}`, {
    outside: { service, output: file },
  });
  return EXIT.done;
}

async function affected({ composition, selection, all }: VerbContext, verb: Verb): Promise<readonly GatewayIdentity[]> {
  const identity = composition.identity(selection);
  if (!all && (verb !== 'update' || selection.profile !== undefined)) return [identity];
  const identities = await composition.identities(selection);
  return all ? identities : identities.filter(({ root }) => root === identity.root);
}

/** The output of a process that has no terminal. */
export function fileOutput(file: string): OutputStream {
  return {
    write: (text, done) => {
      try {
        fs.appendFileSync(file, text);
      } catch {
        // A full disk, or a folder that was removed: the work continues.
      }
      done?.();
    },
  };
}
