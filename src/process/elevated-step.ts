/**
 * The elevated step: `elevated install|repair|uninstall --service NAME`, the only code of ours that runs with an administrator's rights for a
 * moment. It believes nobody: verb and name are checked here again, the owner is the user of the session it was started in, and it reads
 * and writes no file of a user. It answers with one JSON line.
 */

import { GatewayServiceError, toGatewayServiceError } from '../service/errors.ts';
import { RECOVERY_LADDER } from '../service/ladder.ts';
import { takeMutex } from '../windows/mutex.ts';
import { queryConfig } from '../windows/scm.ts';
import { isElevated } from '../windows/security.ts';
import { ELEVATED_MUTEX, type ElevatedAnswer, type ElevatedVerb, isElevatedVerb, isServiceName } from './elevation.ts';
import { hostCommand } from './host-command.ts';
import { isBroker, registerService, sessionOwner, unregisterService } from './service-registration.ts';
import { readOwner } from './service-registry.ts';
import { takeWhatNeedsRights } from './windows-migration.ts';

/** How long another elevated step is waited for, in milliseconds. */
const TURN_MS = 30_000;

interface ElevatedRequest {
  readonly verb: ElevatedVerb;
  readonly service: string;
}

/** What the arguments after `elevated` ask for. @throws GatewayServiceError `usage` for anything but a verb and a name of ours */
export function parseElevatedRequest(args: readonly string[]): ElevatedRequest {
  const [verb, option, service = '', ...rest] = args;
  if (!isElevatedVerb(verb) || option !== '--service' || !isServiceName(service) || rest.length > 0) {
    throw new GatewayServiceError(
      'usage',
      '(The elevated step takes "install", "repair" or "uninstall", and --service with a name of ours.)',
    );
  }
  return { verb, service };
}

/** Does what is asked, with the rights that this process has; the answer is a value, whatever happens. */
export async function elevatedStep(args: readonly string[]): Promise<ElevatedAnswer> {
  let release: (() => void) | undefined;
  try {
    const request = parseElevatedRequest(args);
    if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${request.verb} ${request.service})`);
    release = takeMutex(ELEVATED_MUTEX, TURN_MS);
    if (!release) throw new GatewayServiceError('busy', '(another elevated step)');
    await perform(request);
    return { ok: true };
  } catch (error) {
    return { ok: false, error: toGatewayServiceError(error).toValue() };
  } finally {
    release?.();
  }
}

async function perform({ verb, service }: ElevatedRequest): Promise<void> {
  const config = queryConfig(service);
  const owner = readOwner(service);
  if (config && !isBroker(config, service)) throw new GatewayServiceError('foreign', `(${service} starts ${config.binaryPath})`);
  // One without an owner is the half of an installation that was interrupted.
  if (config && owner !== undefined && owner !== sessionOwner()) {
    throw new GatewayServiceError('foreign', `(${service} belongs to another Windows user)`);
  }
  if (verb === 'uninstall') return unregisterService(service);
  if (verb === 'repair' && !config) throw new GatewayServiceError('not-installed', `(${service})`);
  registerService({ service, hostCommand: hostCommand(), recovery: RECOVERY_LADDER }, { enable: verb === 'install' });
  // Only when ours is there: there is never nothing that starts the gateway. A failure here is no failure of the installation.
  await takeWhatNeedsRights(service, sessionOwner()).catch(() => undefined);
}

/** The whole process of an elevated step; gives its exit code. */
export async function runElevatedStep(args: readonly string[]): Promise<number> {
  const answer = await elevatedStep(args);
  await new Promise<void>(written => process.stdout.write(`${JSON.stringify(answer)}\n`, () => written()));
  return answer.ok ? 0 : 1;
}
