/**
 * One prompt for all services that are removed with the app. It runs each service's own host, which no user can change, with administrator
 * rights; cmd.exe first empties the variables that could load other code.
 */

import { brokerCommand, isBroker, isUnregistered } from '../mechanisms/service-registration.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import { splitCommandLine } from '../windows/argv.ts';
import { systemDirectory } from '../windows/library.ts';
import { queryConfig } from '../windows/scm.ts';
import { runElevated } from '../windows/shell-execute.ts';
import { cleanStart, startOfLine, whyTooLong } from './prompt-command.ts';

/** A service, and the command of its broker without the broker's own arguments. */
interface ServiceToRemove {
  readonly service: ServiceName;
  readonly hostCommand: readonly string[];
}

/** The line for cmd.exe; undefined where a path cannot be in one. Pure. */
export function removalLine(services: readonly ServiceToRemove[], systemFolder: string, variables: readonly string[]): string | undefined {
  const start = cleanStart(
    systemFolder,
    services.flatMap(({ hostCommand }) => hostCommand),
    variables,
  );
  // Most have the same host; its path once keeps the line short.
  const hosts = new Map<string, ServiceName[]>();
  for (const { service, hostCommand } of services) {
    const host = hostCommand.map(path => `"${path}"`).join(' ');
    hosts.set(host, [...(hosts.get(host) ?? []), service]);
  }
  const steps = [...hosts].map(([host, names]) => `(for %s in (${names.join(' ')}) do ${host} elevated uninstall --service %s)`);
  return start && [...start, ...steps].join('&');
}

/**
 * Asks an administrator once and removes these services.
 * @throws GatewayServiceError `consent-declined`, `elevation-unavailable`, `elevation-failed`
 */
export async function removeWithConsent(names: readonly ServiceName[]): Promise<void> {
  const line = removalLine(names.flatMap(toRemove), systemDirectory(), Object.keys(process.env));
  if (line === undefined) throw new GatewayServiceError('elevation-unavailable', '(a path that cmd.exe cannot take)');
  const reason = whyTooLong(line);
  if (reason !== undefined) throw new GatewayServiceError('elevation-unavailable', `(${reason})`);
  const exitCode = await runElevated(startOfLine(line));
  if (exitCode === undefined) throw new GatewayServiceError('consent-declined');
  const left = names.filter(name => !isUnregistered(name));
  if (left.length > 0) throw new GatewayServiceError('elevation-failed', `(left: ${left.join(', ')})`);
}

function toRemove(service: ServiceName): ServiceToRemove[] {
  const config = queryConfig(service);
  if (!config || !isBroker(config, service)) return [];
  const [program = '', ...args] = splitCommandLine(config.binaryPath);
  const own = brokerCommand([], service).args.length;
  return [{ service, hostCommand: [program, ...args.slice(0, -own)] }];
}
