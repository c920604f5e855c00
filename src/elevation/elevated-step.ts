/**
 * The elevated step: `elevated install|repair|uninstall --service NAME` (with `--removes NAME` and `--before-sign-in` where the task has
 * them; with `--while-requested` only while its requester waits), the only code that runs with administrator rights. It trusts no input: it checks verb and name again, takes the user of its session as owner, and reads and
 * writes no file of a user. It registers its own program, once no other user can change it, and answers with one JSON line. Windows' list
 * of apps runs `elevated uninstall --all`.
 */

import { readOwner } from '../host/service-registry.ts';
import { holdThisHost, tidyHosts } from '../mechanisms/installed-host.ts';
import { isBroker, ourServices, registerService, sessionOwner, unregisterService } from '../mechanisms/service-registration.ts';
import { takeWhatNeedsRights } from '../migration/windows-migration.ts';
import { isBeforeSignIn } from '../model/before-sign-in.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import {
  ELEVATED_MUTEX,
  type ElevatedAnswer,
  type ElevatedTask,
  isElevatedVerb,
  NOT_REQUESTED_EXIT,
  requestName,
  WHILE_REQUESTED,
} from '../model/elevation.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { isServiceName, type ServiceName } from '../model/identity.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import { requirePermitted } from '../model/policy.ts';
import { HOST_GRACE_MS, KILL_MS } from '../model/stop-times.ts';
import { hostCommand } from '../process/host-command.ts';
import { quoteArgument } from '../windows/argv.ts';
import { computerPolicy } from '../windows/group-policy.ts';
import { isNameHeld } from '../windows/held-name.ts';
import { systemDirectory } from '../windows/library.ts';
import { takeMutex } from '../windows/mutex.ts';
import { queryConfig } from '../windows/scm.ts';
import { stopService } from '../windows/scm-wait.ts';
import { isElevated } from '../windows/security.ts';
import { runElevated } from '../windows/shell-execute.ts';

/** How long to wait for another elevated step, in milliseconds. */
const TURN_MS = 30_000;
/** The longest stop of a service, and some time for the SCM, in milliseconds. */
const STOP_MS = HOST_GRACE_MS + KILL_MS + 2_000;

/** Without a service: all of them. */
type ElevatedRequest = (ElevatedTask & { readonly whileRequested?: true }) | { readonly verb: 'uninstall'; readonly service: undefined };

/** Parses the arguments after `elevated`. @throws GatewayServiceError `usage` for anything but a verb and a valid service name */
export function parseElevatedRequest(args: readonly string[]): ElevatedRequest {
  const [verb, option, service = '', ...rest] = args;
  if (verb === 'uninstall' && option === '--all' && args.length === 2) return { verb, service: undefined };
  const removes = optionValue('--removes', rest);
  const beforeSignIn = optionValue('--before-sign-in', rest);
  const whileRequested = rest[0] === WHILE_REQUESTED && rest.shift() !== undefined;
  const isTask = isElevatedVerb(verb) && option === '--service' && isServiceName(service) && rest.length === 0;
  const removesOne = removes === undefined || (verb === 'install' && isServiceName(removes) && removes !== service);
  const isEarly = beforeSignIn === undefined || (verb !== 'uninstall' && isBeforeSignIn(beforeSignIn) && beforeSignIn !== 'no');
  if (!isTask || !removesOne || !isEarly) {
    throw new GatewayServiceError(
      'usage',
      '(The elevated step takes "install", "repair" or "uninstall", and --service with a name of ours; "install" also takes --removes, and "install" and "repair" take --before-sign-in; --while-requested is the last option.)',
    );
  }
  return {
    verb,
    service,
    ...(whileRequested && { whileRequested }),
    ...(removes !== undefined && { removes }),
    ...(beforeSignIn !== undefined && { beforeSignIn }),
  };
}

/** Takes an option and its value from the front of the arguments; an empty text where the value is missing. */
const optionValue = (option: string, args: string[]): string | undefined => (args[0] === option ? (args.splice(0, 2)[1] ?? '') : undefined);

/** Does the step with the rights of this process; every outcome is a value. */
export async function elevatedStep(args: readonly string[]): Promise<ElevatedAnswer> {
  let release: (() => void) | undefined;
  try {
    const request = parseElevatedRequest(args);
    if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${args.join(' ')})`);
    release = takeMutex(ELEVATED_MUTEX, TURN_MS);
    if (!release) throw new GatewayServiceError('busy', '(another elevated step)');
    // The requester lets go of the name before it looks for a running step, so that one of both sees the other.
    if (request.service !== undefined && request.whileRequested && !isNameHeld(requestName(request)))
      throw new GatewayServiceError('consent-cancelled');
    // No program and no library is loaded from the caller's working directory.
    process.chdir(systemDirectory());
    try {
      await perform(request);
    } finally {
      // A failed installation leaves no copy of the program.
      await tidyHosts().catch(() => undefined);
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, error: toGatewayServiceError(error).toValue() };
  } finally {
    release?.();
  }
}

async function perform(request: ElevatedRequest): Promise<void> {
  if (request.service === undefined) return unregisterAll();
  const { verb, service, removes, beforeSignIn } = request;
  const config = ownConfig(service);
  // Again, because the caller is a program of a user. A repair moves no switch.
  if (verb !== 'repair') requirePermitted(computerPolicy(), verb, 'service');
  if (removes) ownConfig(removes);
  if (verb === 'uninstall') return unregisterService(service);
  if (verb === 'repair' && !config) throw new GatewayServiceError('not-installed', `(${service})`);
  const held = holdThisHost();
  try {
    const recovery = RECOVERY_LADDER;
    registerService({ service, hostCommand: hostCommand(), recovery, beforeSignIn }, { enable: verb === 'install' });
  } finally {
    held.close();
  }
  if (removes) await unregisterService(removes);
  // Only when the service exists, so that something always starts the gateway. A failure here does not fail the installation.
  await takeWhatNeedsRights(service, sessionOwner()).catch(() => undefined);
}

/** The settings of a service of this user, where it is registered. @throws GatewayServiceError `foreign` */
function ownConfig(service: ServiceName) {
  const config = queryConfig(service);
  const owner = readOwner(service);
  if (config && !isBroker(config, service)) throw new GatewayServiceError('foreign', `(${service} starts ${config.binaryPath})`);
  // A service without an owner is half of an interrupted installation.
  if (config && owner !== undefined && owner !== sessionOwner()) {
    throw new GatewayServiceError('foreign', `(${service} belongs to another Windows user)`);
  }
  return config;
}

/**
 * Includes the services of every user, because an administrator removes the app from this machine. Windows only marks a running service for
 * deletion, and its gateway would continue to run.
 */
async function unregisterAll(): Promise<void> {
  const services = ourServices().map(({ service }) => service);
  await Promise.all(services.map(service => stopService(service, { deadlineMs: STOP_MS }).catch(() => undefined)));
  for (const service of services) await unregisterService(service);
}

/** The command in Windows' list of apps: shows a prompt where it needs one. Resolves with the exit code. */
export async function removeApp(): Promise<number> {
  if (isElevated()) return runElevatedStep(['uninstall', '--all']);
  const [program = '', ...script] = hostCommand();
  const parameters = [...script, 'elevated', 'uninstall', '--all'].map(quoteArgument).join(' ');
  return (await runElevated({ program, parameters, cwd: systemDirectory() })) ?? EXIT.needsAdministrator;
}

/** The whole process of an elevated step; resolves with its exit code. */
export async function runElevatedStep(args: readonly string[]): Promise<number> {
  const answer = await elevatedStep(args);
  await new Promise<void>(written => process.stdout.write(`${JSON.stringify(answer)}\n`, () => written()));
  if (answer.ok) return 0;
  return answer.error.code === 'consent-cancelled' ? NOT_REQUESTED_EXIT : 1;
}
