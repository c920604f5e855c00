/** What each public verb does: calls the manager, prints the answer, and returns the exit code. */

import { en } from '../desktop/messages-en.ts';
import { PHASE_VIEWS } from '../desktop/views.ts';
import { parseGatewayCommand } from '../gateway/command.ts';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import { ERRORS } from '../model/error-table.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import type { GatewayManager } from '../model/manager.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Installable, Status } from '../model/status.ts';
import { readLog } from '../state/log-reader.ts';
import { resumeUpdates } from '../update/resume.ts';
import { runUpdateCommand } from '../update/update-command.ts';
import type { Composition, Selection } from './context.ts';
import { checksText, type DoctorReport, examine, isHealthy } from './doctor.ts';
import { explanations, explanationText } from './explain.ts';
import { interruptible } from './operation.ts';
import { indented, type Output } from './output.ts';
import { statusText } from './status-text.ts';
import { runSupervise } from './supervise.ts';
import type { Terminal } from './terminal.ts';

export interface VerbContext {
  readonly composition: Composition;
  readonly terminal: Terminal;
  readonly output: Output;
  readonly selection: Selection;
}

export interface Target {
  readonly identity: GatewayIdentity;
  readonly manager: GatewayManager;
}

export type InstalledTarget = Target & { readonly status: Status };

async function target({ composition, selection }: VerbContext): Promise<Target> {
  const identity = composition.identity(selection);
  return { identity, manager: composition.manager };
}

/** The present status. @throws GatewayServiceError for a profile that neither has a service nor exists */
async function presentStatus({ identity, manager }: Target): Promise<Status> {
  const status = await manager.status(identity);
  if (status.phase === 'not-installed' && identity.profile !== DEFAULT_PROFILE) requireHome(identity);
  return status;
}

export interface InstallRequest {
  readonly dryRun: boolean;
  readonly gatewayCommand?: string;
  readonly mechanism?: Installable;
}

export async function install(context: VerbContext, options: InstallRequest): Promise<number> {
  const gatewayCommand = options.gatewayCommand === undefined ? undefined : parseGatewayCommand(options.gatewayCommand);
  const found = await target(context);
  const { identity, manager } = found;
  requireHome(identity);
  const { mechanism } = options;
  const installOptions = { ...(gatewayCommand && { gatewayCommand }), ...(mechanism && { mechanism }) };
  if (options.dryRun) return showReceipt(context, await manager.preview('install', identity, installOptions));
  await resume(context);
  const status = await interruptible(manager.install(identity, installOptions, context.output.progress), context);
  return showStatus(context, found, status);
}

export async function uninstall(context: VerbContext, { dryRun }: { dryRun: boolean }): Promise<number> {
  const found = await target(context);
  const { identity, manager } = found;
  const before = await presentStatus(found);
  if (dryRun) return showReceipt(context, await manager.preview('uninstall', identity));
  const status = await interruptible(manager.uninstall(identity, context.output.progress), context);
  await resume(context);
  const what = before.phase === 'not-installed' ? 'was not installed; nothing was changed' : 'was removed';
  context.output.answer(() => `${identity.service} ${what}.`, { status });
  return EXIT.done;
}

export async function operate(context: VerbContext, verb: 'start' | 'stop' | 'restart'): Promise<number> {
  const found = await target(context);
  await presentStatus(found);
  // Gateways that an interrupted update stopped are started first, except before a stop.
  if (verb !== 'stop') await resume(context);
  const status = await interruptible(found.manager[verb](found.identity, context.output.progress), context);
  if (verb === 'stop') await resume(context);
  return showStatus(context, found, status);
}

/** Finishes updates whose owner has ended. */
export async function resume(context: VerbContext): Promise<void> {
  await interruptible(resumeUpdates(context.composition.updates, { report: context.output.progress }), context);
}

export async function status(context: VerbContext): Promise<number> {
  await resume(context);
  const found = await target(context);
  const present = await presentStatus(found);
  showStatus(context, found, present);
  return PHASE_VIEWS[present.phase].exit;
}

export async function logs(context: VerbContext, { lines, follow }: { lines: number; follow: boolean }): Promise<number> {
  const { output } = context;
  const found = await target(context);
  const { phase } = await presentStatus(found);
  if (phase === 'not-installed') throw new GatewayServiceError('not-installed', `(${found.identity.service})`);
  const file = found.manager.logPath(found.identity);
  const shown = await printLog(context, file, { lines, follow, print: line => output.line(line, { line }) });
  if (shown === 0 && lines > 0 && !follow) output.note(`The gateway has printed nothing yet (${file}).`);
  return EXIT.done;
}

export interface LogPrint {
  readonly lines: number;
  readonly follow: boolean;
  print(line: string): void;
}

/** Prints a log until its end, or until Ctrl+C where it is followed; resolves with the number of lines. */
export async function printLog({ terminal }: VerbContext, file: string, { lines, follow, print }: LogPrint): Promise<number> {
  const ended = new AbortController();
  const off = terminal.onInterrupt(() => ended.abort());
  let shown = 0;
  try {
    for await (const line of readLog(file, { lines, follow, signal: ended.signal })) {
      print(line);
      shown += 1;
      if (terminal.stdout.writable === false) break;
    }
  } finally {
    off();
  }
  return shown;
}

/** Supervises in the foreground; Ctrl+C stops like `stop`. */
export async function supervise(context: VerbContext): Promise<number> {
  const { composition, terminal, output } = context;
  const found = await target(context);
  const { identity, manager } = found;
  const { phase, servicePid } = await presentStatus(found);
  if (phase === 'not-installed' || phase === 'foreign') throw new GatewayServiceError(phase, `(${identity.service})`);
  const inCharge = new GatewayServiceError('busy', `(another supervisor is running${servicePid ? `, PID ${servicePid}` : ''})`, {
    remedy: 'End it first with "hermes-gateway stop".',
  });
  if (servicePid !== undefined) throw inCharge;
  const state = composition.state(identity);
  await state.writeDesired('running');
  const unwatch = manager.watch(identity, present => output.progress({ message: en.phase[present.phase] }));
  const off = terminal.onInterrupt(() => void state.writeDesired('stopped'));
  output.note(`Keeping ${identity.service} running; Ctrl+C stops it. Its log: ${manager.logPath(identity)}`);
  try {
    if (!(await runSupervise(identity.service))) throw inCharge;
  } finally {
    unwatch();
    off();
  }
  return showStatus(context, found, await manager.status(identity));
}

/** Ctrl+C also reaches the command, and the gateways are started again after it. */
export async function update(context: VerbContext, command: readonly string[]): Promise<number> {
  const { composition, selection, output, terminal } = context;
  const { identity } = await target(context);
  const identities = selection.profile === undefined ? await composition.identities(selection) : [identity];
  const gateways = await installed(
    composition,
    identities.filter(({ root }) => root === identity.root),
  );
  if (gateways.length === 0) throw new GatewayServiceError('not-installed', `(${identity.home})`);
  const interrupt = new AbortController();
  // A terminal has sent Ctrl+C to the command already.
  const off = terminal.stderr.isTTY ? () => {} : terminal.onInterrupt(() => interrupt.abort());
  const work = runUpdateCommand(composition.updates, {
    identities: gateways.map(found => found.identity),
    command,
    report: output.progress,
    output: chunk => output.passOn(chunk),
    interrupt: interrupt.signal,
  });
  const onInterrupt = 'Interrupted: the gateway is started again when the command has ended. Press Ctrl+C again to end at once.';
  const { code, statuses, journal } = await interruptible(work, { ...context, onInterrupt, waitForEnd: true }).finally(off);
  const shown = () =>
    gateways.flatMap(found => {
      const present = statuses.find(({ service }) => service === found.identity.service);
      return present ? [textOf(context, found, present)] : [];
    });
  const done = code === EXIT.done;
  const how = code === null ? 'ended by a signal' : `exit code ${code}`;
  const failed = journal.profiles.find(({ error }) => error !== undefined);
  if (failed?.error) {
    // Shows which of the others run.
    if (gateways.length > 1) output.note(shown().join('\n\n'));
    const { code: cause, message, remedy } = failed.error;
    const detail = `(${failed.service}: ${message} The update command ${done ? 'succeeded' : `failed too, ${how}`}.)`;
    throw new GatewayServiceError(cause === 'gateway-configuration' ? cause : 'gateway-not-up', detail, { remedy });
  }
  if (!done) throw new GatewayServiceError('update-failed', `(${how})`);
  output.answer(() => shown().join('\n\n'), { statuses });
  return EXIT.done;
}

export async function doctor(context: VerbContext, { fix, all }: { fix: boolean; all: boolean }): Promise<number> {
  const { composition, output } = context;
  if (fix) await resume(context);
  const services = all ? await everyInstalled(context) : [await target(context)];
  const results: { service: ServiceName; result: DoctorReport }[] = [];
  for (const { identity, manager } of services) {
    const checked = { composition, identity, manager, state: composition.state(identity), fix, report: output.progress };
    results.push({ service: identity.service, result: await interruptible(examine(checked), context) });
  }
  const text = ({ service, result }: (typeof results)[number]) => {
    const { checks, refused } = result;
    const because = refused ? `\n\n${refused.message}\n${indented(refused.remedy)}` : '';
    const verdict = isHealthy(result) ? 'Nothing is wrong.' : 'There are problems; the remedy is below each check.';
    return `${all ? `${output.paint('bold', service)}\n` : ''}${checksText(checks, output.paint)}${because}\n\n${verdict}`;
  };
  const healthy = results.every(({ result }) => isHealthy(result));
  const documents = results.map(({ service, result }) => ({ service, healthy: isHealthy(result), ...result }));
  output.answer(() => results.map(text).join('\n\n'), all ? { healthy, reports: documents } : { ...documents[0] });
  const exits = results.flatMap(({ result: { refused } }) => (refused ? [ERRORS[refused.code].exit] : []));
  return Math.max(healthy ? EXIT.done : EXIT.failed, ...exits);
}

export function explain({ output }: VerbContext, code: string | undefined): Promise<number> {
  const entries = explanations(code);
  output.answer(() => explanationText(entries, output.paint), { entries });
  return Promise.resolve(EXIT.done);
}

/** @throws GatewayServiceError `usage` where a profile is named too */
export function selected({ selection }: VerbContext): VerbContext['selection'] {
  if (selection.profile !== undefined) throw new GatewayServiceError('usage', 'Give either --all or --profile, not both.');
  return selection;
}

export async function everyInstalled(context: VerbContext): Promise<InstalledTarget[]> {
  return installed(context.composition, await context.composition.identities(selected(context)));
}

/** The gateways that are installed, each with its manager and status. */
async function installed({ manager }: Composition, identities: readonly GatewayIdentity[]): Promise<InstalledTarget[]> {
  const all = await Promise.all(identities.map(async identity => ({ identity, manager, status: await manager.status(identity) })));
  return all.filter(({ status: { phase } }) => phase !== 'not-installed' && phase !== 'unsupported');
}

export function textOf({ output, terminal, selection }: VerbContext, { identity, manager }: Target, present: Status): string {
  return statusText(present, {
    now: terminal.now(),
    logPath: manager.logPath(identity),
    paint: output.paint,
    selection: Object.entries({ profile: identity.profile === DEFAULT_PROFILE ? undefined : identity.profile, home: selection.home })
      .filter(([, value]) => value !== undefined)
      .map(([option, value]) => ` --${option} ${JSON.stringify(value)}`)
      .join(''),
  });
}

function showStatus(context: VerbContext, found: Target, present: Status): number {
  context.output.answer(() => textOf(context, found, present), { status: present });
  return EXIT.done;
}

function showReceipt({ output }: VerbContext, receipt: Receipt): number {
  const { verb, service, elevated, rows } = receipt;
  const heading = rows.length > 0 ? `"${verb}" of ${service} would:` : `"${verb}" of ${service} would change nothing.`;
  const consent = elevated ? ['', 'Windows would ask for an administrator once.'] : [];
  output.answer(() => [heading, ...rows.map(row => indented(en.receiptLine(row))), ...consent].join('\n'), { receipt });
  return EXIT.done;
}
