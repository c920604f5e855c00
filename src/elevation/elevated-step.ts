/**
 * The elevated step: `elevated install|repair|uninstall --service NAME`, the only code of ours that runs with an administrator's rights for a
 * moment. It believes nobody: verb and name are checked here again, the owner is the user of the session it was started in, and it reads
 * and writes no file of a user. What it registers is the very program that it is, once it has seen that nobody else can change it. It answers
 * with one JSON line. `elevated uninstall --all` is what Windows' list of apps asks for.
 */

import { readOwner } from '../host/service-registry.ts';
import { holdThisHost, tidyHosts } from '../mechanisms/installed-host.ts';
import { isBroker, registerService, sessionOwner, unregisterService } from '../mechanisms/service-registration.ts';
import { takeWhatNeedsRights } from '../migration/windows-migration.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import { ELEVATED_MUTEX, type ElevatedAnswer, type ElevatedVerb, isElevatedVerb } from '../model/elevation.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { isServiceName, SERVICE_NAME, type ServiceName } from '../model/identity.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import { hostCommand } from '../process/host-command.ts';
import { quoteArgument } from '../windows/argv.ts';
import { systemDirectory } from '../windows/library.ts';
import { takeMutex } from '../windows/mutex.ts';
import { enumerateServices, queryConfig } from '../windows/scm.ts';
import { isElevated } from '../windows/security.ts';
import { runElevated } from '../windows/shell-execute.ts';

/** How long another elevated step is waited for, in milliseconds. */
const TURN_MS = 30_000;

interface ElevatedRequest {
  readonly verb: ElevatedVerb;
  /** Undefined for all of them. */
  readonly service: ServiceName | undefined;
}

/** What the arguments after `elevated` ask for. @throws GatewayServiceError `usage` for anything but a verb and a name of ours */
export function parseElevatedRequest(args: readonly string[]): ElevatedRequest {
  const [verb, option, service = '', ...rest] = args;
  if (verb === 'uninstall' && option === '--all' && args.length === 2) return { verb, service: undefined };
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
    if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${args.join(' ')})`);
    release = takeMutex(ELEVATED_MUTEX, TURN_MS);
    if (!release) throw new GatewayServiceError('busy', '(another elevated step)');
    // No program and no library is looked for beside whatever the caller works on.
    process.chdir(systemDirectory());
    try {
      await perform(request);
    } finally {
      // An installation that failed leaves no copy of the program behind either.
      await tidyHosts().catch(() => undefined);
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, error: toGatewayServiceError(error).toValue() };
  } finally {
    release?.();
  }
}

async function perform({ verb, service }: ElevatedRequest): Promise<void> {
  if (service === undefined) return unregisterAll();
  const config = queryConfig(service);
  const owner = readOwner(service);
  if (config && !isBroker(config, service)) throw new GatewayServiceError('foreign', `(${service} starts ${config.binaryPath})`);
  // One without an owner is the half of an installation that was interrupted.
  if (config && owner !== undefined && owner !== sessionOwner()) {
    throw new GatewayServiceError('foreign', `(${service} belongs to another Windows user)`);
  }
  if (verb === 'uninstall') return unregisterService(service);
  if (verb === 'repair' && !config) throw new GatewayServiceError('not-installed', `(${service})`);
  const held = holdThisHost();
  try {
    registerService({ service, hostCommand: hostCommand(), recovery: RECOVERY_LADDER }, { enable: verb === 'install' });
  } finally {
    held.close();
  }
  // Only when ours is there: there is never nothing that starts the gateway. A failure here is no failure of the installation.
  await takeWhatNeedsRights(service, sessionOwner()).catch(() => undefined);
}

/** Includes the services of every user, because an administrator removes the app from this machine. */
async function unregisterAll(): Promise<void> {
  for (const { name } of enumerateServices(SERVICE_NAME)) {
    const config = queryConfig(name);
    if (config && isServiceName(name) && isBroker(config, name)) await unregisterService(name);
  }
}

/** The entry of Windows' list of apps: asks for an administrator where it has to. Gives the exit code. */
export async function removeApp(): Promise<number> {
  if (isElevated()) return runElevatedStep(['uninstall', '--all']);
  const [program = '', ...script] = hostCommand();
  const parameters = [...script, 'elevated', 'uninstall', '--all'].map(quoteArgument).join(' ');
  return (await runElevated({ program, parameters, cwd: systemDirectory() })) ?? EXIT.needsAdministrator;
}

/** The whole process of an elevated step; gives its exit code. */
export async function runElevatedStep(args: readonly string[]): Promise<number> {
  const answer = await elevatedStep(args);
  await new Promise<void>(written => process.stdout.write(`${JSON.stringify(answer)}\n`, () => written()));
  return answer.ok ? 0 : 1;
}
