/** What each public verb does: calls the manager, prints the answer, and returns the exit code. */

import path from 'node:path';
import type { Command } from 'commander';
import { en } from '../desktop/messages-en.ts';
import { withServedProfiles } from '../desktop/served-profiles.ts';
import { PHASE_VIEWS } from '../desktop/views.ts';
import { parseGatewayCommand } from '../gateway/command.ts';
import { type GatewayIdentity, requireHome } from '../gateway/home.ts';
import type { BeforeSignIn } from '../model/before-sign-in.ts';
import { EXIT } from '../model/cli-exit-codes.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { ServiceName } from '../model/identity.ts';
import type { RestartOptions, StopOptions, UninstallOptions } from '../model/manager.ts';
import { DEFAULT_PROFILE } from '../model/profile.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Installable } from '../model/status.ts';
import { readLog } from '../state/log-reader.ts';
import { resumeUpdates } from '../update/resume.ts';
import { runUpdateCommand } from '../update/update-command.ts';
import { completionScript, type Shell } from './completion.ts';
import type { VerbContext } from './context.ts';
import { checksText, type DoctorReport, examine, isHealthy } from './doctor.ts';
import { type ChangingVerb, tick } from './done-line.ts';
import { explanations, explanationText, overviewText } from './explain.ts';
import { interruptible } from './operation.ts';
import { indented } from './output.ts';
import { statusTable } from './status-table.ts';
import { problemTexts } from './status-text.ts';
import { watchTargets } from './status-watch.ts';
import { runSupervise } from './supervise.ts';
import {
  answer,
  type Done,
  doneText,
  installed,
  NONE,
  type Target,
  target,
  targets,
  targetText,
  together,
  type Work,
  withStatus,
  workOn,
} from './targets.ts';
import { DEFAULT_COLUMNS, isScreen, type Terminal } from './terminal.ts';
import { followUpdate, untilCommandEnds } from './update-process.ts';

export interface InstallOptions {
  readonly dryRun?: boolean;
  readonly gatewayCommand?: string;
  readonly mechanism?: Installable;
  readonly watchdog?: boolean;
  readonly beforeSignIn?: boolean;
  readonly stay?: boolean;
}

/** With `--all` every profile of this home; one that another gateway serves or Hermes keeps is reported, and is no failure. */
export async function install(context: VerbContext, given: InstallOptions): Promise<number> {
  const { dryRun, gatewayCommand, mechanism, watchdog } = given;
  const beforeSignIn = chosenBeforeSignIn(given);
  const { composition, selection, all } = context;
  const { manager } = composition;
  const options = {
    ...(gatewayCommand !== undefined && { gatewayCommand: parseGatewayCommand(gatewayCommand) }),
    ...(mechanism && { mechanism }),
    ...(watchdog !== undefined && { watchdog }),
    ...(beforeSignIn && { beforeSignIn }),
  };
  const identity = composition.identity(selection);
  if (!all) requireHome(identity);
  if (dryRun) return showReceipt(context, await manager.preview('install', identity, options));
  await resume(context);
  const identities = all ? (await composition.identities(selection)).filter(({ root }) => root === identity.root) : [identity];
  const operate: Work['operate'] = (each, report) => manager.install(each, options, report);
  // The gateway of the default profile may serve the others: it runs before they are looked at.
  const inOrder = [identities.filter(isDefault), identities.filter(each => !isDefault(each))];
  const outcomes = [];
  for (const some of inOrder) outcomes.push(...(await workOn(context, await withStatus(context, some), { operate, starts: true })));
  return answerDone(context, 'install', outcomes);
}

function chosenBeforeSignIn({ beforeSignIn, stay }: InstallOptions): BeforeSignIn | undefined {
  if (stay && !beforeSignIn) throw new GatewayServiceError('usage', '--stay needs --before-sign-in.');
  if (beforeSignIn === undefined) return undefined;
  return stay ? 'stay' : beforeSignIn ? 'yes' : 'no';
}

const isDefault = ({ profile }: GatewayIdentity) => profile === DEFAULT_PROFILE;

export async function uninstall(
  context: VerbContext,
  { dryRun, keepLogs = false }: UninstallOptions & { readonly dryRun?: boolean },
): Promise<number> {
  const { manager } = context.composition;
  const found = await targets(context);
  if (dryRun && found[0]) return showReceipt(context, await manager.preview('uninstall', found[0].identity, { keepLogs }));
  return operateOn(context, found, 'uninstall', (each, report) => manager.uninstall(each, report, { keepLogs }));
}

/** Gateways that an interrupted update stopped are started first. */
export async function start(context: VerbContext): Promise<number> {
  await resume(context);
  return operateOn(context, await targets(context), 'start');
}

export async function restart(context: VerbContext, { whenIdle = false, cancel = false }: RestartOptions & { readonly cancel?: boolean }) {
  const { manager } = context.composition;
  await resume(context);
  return operateOn(context, await targets(context), 'restart', async (each, report) => {
    if (!cancel) return manager.restart(each, report, { whenIdle });
    await manager.cancelRestart(each);
    return manager.status(each);
  });
}

/** Asks for no confirmation: its name says what it does. */
export async function testRecovery(context: VerbContext): Promise<number> {
  const { composition, output } = context;
  const { identity } = await target(context);
  const { status: present, backMs } = await interruptible(composition.manager.testRecovery(identity, output.progress), context);
  output.answer(() => `${output.paint('green', '✓')} Back in ${(backMs / 1_000).toFixed(1)} s`, { status: present, backMs });
  return EXIT.done;
}

export async function stop(context: VerbContext, { now = false }: StopOptions): Promise<number> {
  const { manager } = context.composition;
  return operateOn(context, await targets(context), 'stop', (each, report) => manager.stop(each, report, { now }));
}

async function operateOn(
  context: VerbContext,
  found: readonly Target[],
  verb: Exclude<ChangingVerb, 'install' | 'supervise'>,
  change: Work['operate'] = (each, report) => context.composition.manager[verb](each, report),
): Promise<number> {
  const starts = verb === 'start' || verb === 'restart';
  const outcomes = await workOn(context, found, { operate: change, starts });
  if (!starts) await resume(context);
  return answerDone(context, verb, outcomes);
}

function answerDone(context: VerbContext, verb: ChangingVerb, outcomes: Awaited<ReturnType<typeof workOn>>): number {
  return answer(context, outcomes, (_, done: Done) => doneText(context, verb, done));
}

/** Finishes updates whose owner has ended. */
async function resume(context: VerbContext): Promise<void> {
  await interruptible(resumeUpdates(context.composition.updates, { report: context.output.progress }), context);
}

export interface StatusOptions {
  /** With `--all` the long form, not a table. */
  readonly verbose?: boolean;
  /** Shows every change until Ctrl+C. */
  readonly watch?: boolean;
}

export async function status(context: VerbContext, { verbose = false, watch = false }: StatusOptions): Promise<number> {
  await resume(context);
  const served = context.all ? context : await withServed(context);
  const found = await targets(served);
  const text = (present: readonly Target[]) => statusesText(served, present, verbose);
  if (watch) return watchStatuses(served, found, text);
  const { output, all } = context;
  const statuses = found.map(each => each.status);
  output.answer(() => text(found), all ? { statuses } : { status: statuses[0] });
  return found.length === 0 ? EXIT.notInstalled : Math.max(...statuses.map(({ phase }) => PHASE_VIEWS[phase].exit));
}

/** A profile that the gateway of another profile serves is shown with the state of that gateway. */
async function withServed(context: VerbContext): Promise<VerbContext> {
  const { composition, selection } = context;
  const { root } = composition.identity(selection);
  const identities = (await composition.identities(selection)).filter(identity => identity.root === root);
  return { ...context, composition: { ...composition, manager: withServedProfiles(composition.manager, identities) } };
}

function statusesText(context: VerbContext, found: readonly Target[], verbose: boolean): string {
  const { output, terminal, all } = context;
  if (found.length === 0) return NONE;
  if (!all || verbose) return found.map(each => targetText(context, each)).join('\n\n');
  const { isTTY, columns } = terminal.stdout;
  const options = { now: terminal.now(), columns: isTTY ? columns || DEFAULT_COLUMNS : undefined, paint: output.paint };
  return statusTable(
    found.map(each => each.status),
    options,
  );
}

async function watchStatuses(
  { composition, output, terminal }: VerbContext,
  found: readonly Target[],
  text: (found: readonly Target[]) => string,
): Promise<number> {
  const screen = isScreen(terminal.stdout, terminal.env) && !output.json;
  const last = await watchTargets(found, {
    manager: composition.manager,
    terminal,
    draw: screen ? present => output.wrapped(text(present)) : undefined,
    print: present => {
      const now = terminal.now();
      output.line(`${en.time(new Date(now).toISOString(), now)} ${present.service}: ${en.sentence(present, now)}`, { status: present });
    },
  });
  if (screen) output.answer(() => text(last), {});
  return EXIT.done;
}

export interface LogsOptions {
  readonly lines: number;
  readonly follow?: boolean;
}

/** With `--all` each line has the name of its service before it. */
export async function logs(context: VerbContext, { lines, follow = false }: LogsOptions): Promise<number> {
  const { composition, output, terminal, all } = context;
  const there = await installedTargets(context);
  const print = async ({ identity }: Target) => {
    const { service } = identity;
    const file = composition.manager.logPath(identity);
    const show = (line: string) => (all ? output.line(`${service} | ${line}`, { service, line }) : output.line(line, { line }));
    const shown = await printLog(terminal, file, { lines, follow }, show);
    if (!all && shown === 0 && lines > 0 && !follow) output.note(`The gateway has printed nothing yet (${file}).`);
  };
  if (follow) await Promise.all(there.map(print));
  else for (const each of there) await print(each);
  return EXIT.done;
}

/** Prints a log until its end, or until Ctrl+C or the end of the reader where it is followed; resolves with the number of lines. */
async function printLog(terminal: Terminal, file: string, options: LogsOptions, print: (line: string) => void): Promise<number> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const off = terminal.onInterrupt(end);
  terminal.stdout.lost?.addEventListener('abort', end);
  let shown = 0;
  try {
    for await (const line of readLog(file, { ...options, signal: ended.signal })) {
      print(line);
      shown += 1;
      if (ended.signal.aborted) break;
    }
  } finally {
    off();
  }
  return shown;
}

/** The last starts and ends, oldest first, with the times of this computer. */
export async function history(context: VerbContext, { lines }: Pick<LogsOptions, 'lines'>): Promise<number> {
  const { composition, output, terminal, all } = context;
  const histories = await Promise.all(
    (await installedTargets(context)).map(async ({ identity }) => ({
      service: identity.service,
      history: (await composition.manager.history(identity)).slice(lines === 0 ? Number.POSITIVE_INFINITY : -lines),
    })),
  );
  const text = () =>
    histories
      .map(({ service, history: records }) => {
        const shown = records.map(record => [en.time(record.at, terminal.now()), en.historyLine(record)] as const);
        const width = Math.max(...shown.map(([time]) => time.length));
        const rows = shown.map(([time, line]) => `${output.paint('dim', time.padEnd(width))}  ${line}`);
        return [...(all ? [output.paint('bold', service)] : []), ...(rows.length > 0 ? rows : [en.details.noHistory])].join('\n');
      })
      .join('\n\n');
  output.answer(text, all ? { histories } : { ...histories[0] });
  return EXIT.done;
}

/** @throws GatewayServiceError `not-installed` where there is none */
async function installedTargets(context: VerbContext): Promise<readonly Target[]> {
  const found = await targets(context);
  const there = found.filter(({ status: { phase } }) => phase !== 'not-installed');
  if (there.length === 0) throw new GatewayServiceError('not-installed', found[0] && `(${found[0].identity.service})`);
  return there;
}

/** Supervises in the foreground; Ctrl+C stops like `stop`. */
export async function supervise(context: VerbContext): Promise<number> {
  const { composition, terminal, output } = context;
  const { manager } = composition;
  const { identity, status: before } = await target(context);
  const { phase, servicePid } = before;
  if (phase === 'not-installed' || phase === 'foreign') throw new GatewayServiceError(phase, `(${identity.service})`);
  const inCharge = new GatewayServiceError('busy', `(another supervisor is running${servicePid ? `, PID ${servicePid}` : ''})`, {
    remedy: 'End it first with "hermes-gateway stop".',
  });
  if (servicePid !== undefined) throw inCharge;
  const state = composition.state(identity);
  const began = terminal.now();
  await state.writeDesired('running');
  const unwatch = manager.watch(identity, present => output.progress({ message: en.phase[present.phase] }));
  const off = terminal.onInterrupt(signal => signal === 'SIGINT' && void state.writeDesired('stopped'));
  output.note(`Keeping ${identity.service} running; Ctrl+C stops it. Its log: ${manager.logPath(identity)}`);
  try {
    if (!(await runSupervise(identity.service))) throw inCharge;
  } finally {
    unwatch();
    off();
  }
  const done = { identity, before, status: await manager.status(identity), elapsedMs: terminal.now() - began };
  return answerDone(context, 'supervise', [done]);
}

/** Ctrl+C also reaches the command; the gateways are started again after it in any case. */
export async function update(context: VerbContext, command: readonly string[]): Promise<number> {
  const { composition, selection, output, terminal } = context;
  if (composition.startUpdateProcess) return followUpdate(context, composition.startUpdateProcess);
  const identity = composition.identity(selection);
  const identities = selection.profile === undefined ? await composition.identities(selection) : [identity];
  const ofThisHome = identities.filter(({ root }) => root === identity.root);
  const gateways = (await installed(context, ofThisHome)).map(found => found.identity);
  if (gateways.length === 0) throw new GatewayServiceError('not-installed', `(${identity.home})`);
  const began = terminal.now();
  const { code, statuses, journal } = await untilCommandEnds(context, interruptions =>
    runUpdateCommand(composition.updates, {
      identities: gateways,
      command,
      report: output.progress,
      output: chunk => output.passOn(chunk),
      ...interruptions,
    }),
  );
  const shown = () =>
    gateways.flatMap(gateway => {
      const present = statuses.find(({ service }) => service === gateway.service);
      return present ? [targetText(context, { identity: gateway, status: present })] : [];
    });
  const done = code === EXIT.done;
  const how = code === null ? 'ended by a signal' : `exit code ${code}`;
  const failed = journal.profiles.find(({ error }) => error !== undefined);
  if (failed?.error) {
    // Shows which of the others run.
    if (gateways.length > 1) output.note(together(shown()));
    const { code: cause, message, remedy } = failed.error;
    const detail = `(${failed.service}: ${message} The update command ${done ? 'succeeded' : `failed too, ${how}`}.)`;
    throw new GatewayServiceError(cause === 'gateway-configuration' ? cause : 'gateway-not-up', detail, { remedy });
  }
  if (!done) throw new GatewayServiceError('update-failed', `(${how})`);
  const problems = statuses.flatMap(present => problemTexts(present, output.paint));
  const again = statuses.length > 0 ? `, and started ${statuses.map(({ service }) => service).join(', ')} again` : '';
  const line = () => tick(`Ran ${path.basename(command[0] ?? '')}${again}`, terminal.now() - began, output.paint);
  output.answer(() => [...problems, line()].join('\n\n'), { statuses });
  return EXIT.done;
}

export async function doctor(context: VerbContext, { fix = false }: { readonly fix?: boolean }): Promise<number> {
  const { composition, output, selection, all } = context;
  if (fix) await resume(context);
  const identities = all ? (await targets(context)).map(({ identity }) => identity) : [composition.identity(selection)];
  const results: { service: ServiceName; result: DoctorReport }[] = [];
  for (const identity of identities) {
    results.push({ service: identity.service, result: await interruptible(examine(context, identity, fix), context) });
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
  const exits = results.flatMap(({ result: { refused } }) => (refused ? [GatewayServiceError.fromValue(refused).exit] : []));
  return Math.max(healthy ? EXIT.done : EXIT.failed, ...exits);
}

export function explain({ output }: VerbContext, code: string | undefined): Promise<number> {
  const entries = explanations(code);
  const text = code === undefined ? overviewText : explanationText;
  output.answer(() => text(entries, output.paint), { entries });
  return Promise.resolve(EXIT.done);
}

export function completion({ output }: VerbContext, program: Command, shell: Shell): Promise<number> {
  const script = completionScript(shell, program);
  output.line(script, { ok: true, shell, script });
  return Promise.resolve(EXIT.done);
}

function showReceipt({ output }: VerbContext, receipt: Receipt): number {
  const { verb, service, elevated, rows } = receipt;
  const heading = rows.length > 0 ? `"${verb}" of ${service} would:` : `"${verb}" of ${service} would change nothing.`;
  const consent = elevated ? ['', 'Windows would ask for an administrator once.'] : [];
  output.answer(() => [heading, ...rows.map(row => indented(en.receiptLine(row))), ...consent].join('\n'), { receipt });
  return EXIT.done;
}
