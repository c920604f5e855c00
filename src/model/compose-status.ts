/** The only function that makes a `Status`: pure, from facts to document. It runs in the client, so that a status needs no running host. */

import { type SuspectUpdate, sinceUpdate, suspectUpdate } from './bad-update.ts';
import type { HostFacts, Registered, Registration, RunnerState, SilentRunner } from './facts.ts';
import { crashesInARow, type EndedRecord, failureTimes, type HistoryRecord, lastEnded, lastExit, unaskedRestarts } from './history.ts';
import type { Hold } from './hold.ts';
import type { GatewayIdentity } from './identity.ts';
import { ladderPosition, type RecoveryLadder } from './ladder.ts';
import { isDown } from './platforms.ts';
import type { Policy } from './policy.ts';
import { PROBLEMS, type Problem, type ProblemCode, problem } from './problems.ts';
import type { DesiredRecord } from './records.ts';
import { RUNNER_EXIT, staysStopped } from './runner-exit.ts';
import type { Mechanism, Phase, Restarts, Status } from './status.ts';

export interface StatusFacts {
  readonly identity: GatewayIdentity;
  readonly mechanism: Mechanism;
  readonly policy?: Policy | undefined;
  readonly registration: Registration;
  readonly host?: HostFacts | undefined;
  /** The state that the runner reports; absent where none answers. */
  readonly runner?: RunnerState | undefined;
  /** The runner that lives and does not answer. */
  readonly silent?: SilentRunner | undefined;
  /** The gateway of a runner that was killed, where the host cannot end it now. */
  readonly orphan?: RunnerState['gateway'] | undefined;
  readonly history: readonly HistoryRecord[];
  readonly desired: DesiredRecord;
  /** The hold in force. */
  readonly hold?: Hold | undefined;
  readonly recovery: RecoveryLadder;
  readonly watchdog?: boolean | undefined;
  /** The gateway of another profile that serves this one. */
  readonly servedBy?: Status['servedBy'] | undefined;
  /** Problems that were found while the facts were read. */
  readonly problems: readonly Problem[];
}

/** How long the phase is `starting` or `restarting` after a request or the end of the host, in milliseconds; after it, it is `failed`. */
const SETTLING_MS = 5_000;

/** Phases in which a start that failed before there was a process is still the reason. */
const NOT_LAUNCHED: ReadonlySet<Phase> = new Set<Phase>(['starting', 'restarting', 'failed']);

/** Phases of a gateway that runs or is restarted: its failures are not over. */
const GOING_ON: ReadonlySet<Phase> = new Set<Phase>(['starting', 'restarting', 'running', 'degraded']);

/** Failures in a row from which on the user should know. */
const CRASH_LOOP = 3;

export function composeStatus(facts: StatusFacts, nowMs: number): Status {
  const { identity, registration, runner, history } = facts;
  const installed = registration.state === 'registered' || registration.state === 'removal-pending';
  const { phase, detail } = phaseOf(facts, nowMs);
  const exit = installed ? lastExit(history) : undefined;
  const { hostPid, startType, automaticSignIn, beforeSignIn }: Partial<Registered> =
    registration.state === 'registered' ? registration : {};
  const gateway = (runner ?? facts.silent)?.gateway ?? facts.orphan;
  const uptimeMs = gateway && Math.max(0, nowMs - Date.parse(gateway.startedAt));
  const restarts = installed ? restartsOf(facts, phase, uptimeMs) : { count: 0 };
  return {
    schema: 1,
    profile: identity.profile,
    service: identity.service,
    mechanism: installed ? facts.mechanism : 'none',
    ...(facts.policy && { policy: facts.policy }),
    phase,
    ...(detail === undefined ? {} : { detail }),
    ...((phase === 'starting' || phase === 'stopping') && { phaseSince: runner?.since ?? facts.host?.since ?? facts.desired.at }),
    ...(phase === 'restarting' && runner?.restartRequested && { restartRequested: true }),
    ...(runner?.restartWhenIdle && { restartWhenIdle: true }),
    ...(runner?.finishingWork && { finishingWorkSince: runner.since }),
    ...(registration.state === 'foreign' && registration.program && { takenBy: registration.program }),
    ...(facts.servedBy && { servedBy: facts.servedBy }),
    desired: installed ? facts.desired.desired : 'stopped',
    ...(gateway && uptimeMs !== undefined && { gatewayPid: gateway.pid, startedAt: gateway.startedAt, uptimeMs }),
    ...(hostPid === undefined ? {} : { servicePid: hostPid }),
    ...(runner?.platforms && { platforms: runner.platforms }),
    restarts,
    ...(exit && { lastExit: exit }),
    ...(facts.host?.session && { session: facts.host.session }),
    ...(startType === undefined ? {} : { startType }),
    ...(phase === 'waiting-for-sign-in' && facts.host && { waitingForSignInSince: facts.host.since }),
    ...(automaticSignIn && { automaticSignIn }),
    ...(beforeSignIn && { beforeSignIn }),
    recovery: facts.recovery,
    ...(installed && facts.watchdog !== undefined && { watchdog: facts.watchdog }),
    problems: withoutRepeats([...facts.problems, ...problemsOf(facts, phase, restarts)]),
  };
}

interface PhaseAndDetail {
  readonly phase: Phase;
  readonly detail?: string | undefined;
}

function phaseOf(facts: StatusFacts, nowMs: number): PhaseAndDetail {
  const { registration, runner } = facts;
  switch (registration.state) {
    case 'absent':
      return { phase: 'not-installed' };
    case 'foreign':
    case 'unknown':
      return { phase: registration.state, detail: registration.detail };
    case 'removal-pending':
    case 'unsupported':
      return { phase: registration.state };
    case 'registered':
      if (registration.host === 'stopping') return { phase: 'stopping' };
      if (runner) return { phase: runner.phase, detail: runner.detail };
      if (facts.silent) return silentPhase(facts, facts.silent);
      return registration.host === 'stopped' ? stoppedHost(facts, nowMs) : hostWithoutRunner(facts, registration);
  }
}

/** The runner lives and does not answer. */
function silentPhase({ hold, desired }: StatusFacts, { why, gateway }: SilentRunner): PhaseAndDetail {
  if (desired.desired === 'stopped') return { phase: 'stopping' };
  if (gateway) return { phase: 'degraded', detail: `runs, but its runner does not answer: ${why}` };
  return hold ? { phase: 'held-for-update', detail: `${hold.who}: ${hold.why}` } : { phase: 'starting', detail: why };
}

/** The host lives, its runner does not. */
function hostWithoutRunner({ host, hold, desired, orphan }: StatusFacts, { suspended, hostPid }: Registered): PhaseAndDetail {
  if (host?.phase === 'waiting-for-sign-in') return { phase: 'waiting-for-sign-in' };
  if (desired.desired === 'stopped') return { phase: 'stopping' };
  if (hold) return { phase: 'held-for-update', detail: `${hold.who}: ${hold.why}` };
  if (suspended) {
    const why = `the supervisor (PID ${hostPid}) was stopped by a signal (SIGSTOP)`;
    return orphan ? { phase: 'degraded', detail: `runs, but nothing watches it: ${why}` } : { phase: 'failed', detail: why };
  }
  return { phase: host?.phase === 'restarting' ? 'restarting' : 'starting' };
}

function stoppedHost(facts: StatusFacts, nowMs: number): PhaseAndDetail {
  const { desired, history, hold, host } = facts;
  if (desired.desired === 'stopped') return { phase: 'stopped' };
  const ended = lastEnded(history);
  const askedAt = Date.parse(desired.at);
  const endedAt = ended ? Date.parse(ended.at) : Number.NEGATIVE_INFINITY;
  const suspect = suspectOf(facts);
  if (ended?.outcome === 'needs-attention' && endedAt >= askedAt) {
    return { phase: 'needs-attention', detail: suspect ? `${ended.reason} It is so ${sinceUpdate(suspect)}.` : ended.reason };
  }
  if (hold) return { phase: 'held-for-update', detail: `${hold.who}: ${hold.why}` };
  if (suspect?.bad && endedAt >= askedAt) return { phase: 'failed', detail: `${ended?.reason} It is so ${sinceUpdate(suspect)}.` };
  // The service itself was stopped (services.msc, an updater): desired stays, so that it runs again after the next start of Windows.
  const stoppedAt = host?.phase === 'stopped' && !host.launchError ? Date.parse(host.lastStop?.at ?? '') : Number.NaN;
  if (stoppedAt >= askedAt) return { phase: 'stopped', detail: host?.lastStop?.reason };
  if (nowMs - askedAt < SETTLING_MS && endedAt < askedAt) return { phase: 'starting' };
  const { nextAt } = ladderPosition(facts.recovery, hostFailures(facts));
  // The SCM restarts a service; an embedded host that died is restarted by its runner within a moment.
  const comesBack = facts.mechanism === 'service' ? nextAt !== undefined && nowMs < nextAt + SETTLING_MS : nowMs - endedAt < SETTLING_MS;
  return comesBack ? { phase: 'restarting' } : { phase: 'failed', detail: host?.launchError?.message ?? ended?.reason };
}

function restartsOf(facts: StatusFacts, phase: Phase, uptimeMs: number | undefined): Restarts {
  const { count, lastAt } = unaskedRestarts(facts.history);
  // With a runner the restart is in progress; during a delay of the ladder there is no runner.
  const waiting = phase === 'restarting' && !facts.runner;
  const position = ladderPosition(facts.recovery, hostFailures(facts));
  const next = waiting ? facts.host?.nextTry : undefined;
  const estimate = waiting && !next && position.nextAt !== undefined ? new Date(position.nextAt).toISOString() : undefined;
  const attempt = next?.attempt ?? (waiting ? position.failures || undefined : undefined);
  const { resetMs } = facts.recovery;
  const crashes = GOING_ON.has(phase) && (uptimeMs ?? 0) < resetMs ? crashesInARow(facts.history, resetMs) : undefined;
  return {
    count,
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(next && { nextAt: next.at }),
    ...(estimate && { nextAt: estimate, estimated: true }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(crashes && { crashes }),
  };
}

/** The gateway's failures from the history, and the death of the runner, which the runner could not record. */
function hostFailures({ history, host }: StatusFacts): number[] {
  const failures = failureTimes(history);
  const lost = host?.lastRunnerExit;
  if (lost && !staysStopped(lost.code) && lost.code !== RUNNER_EXIT.sessionEnding) {
    const at = Date.parse(lost.at);
    const known = failures.some(time => Math.abs(time - at) < SETTLING_MS);
    if (!known && at > (failures.at(-1) ?? 0)) failures.push(at);
  }
  return failures;
}

function suspectOf({ history, recovery }: StatusFacts): SuspectUpdate | undefined {
  return suspectUpdate(history, recovery.resetMs);
}

function problemsOf(facts: StatusFacts, phase: Phase, restarts: Restarts): Problem[] {
  const found = (facts.runner?.problems ?? []).filter(isProblemCode).map(code => problem(code));
  const { registration, silent } = facts;
  if (registration.state === 'registered') {
    if (silent) found.push(problem('runner-silent', `(PID ${silent.pid}: ${silent.why})`));
    if (registration.suspended) found.push(problem('host-suspended', `(PID ${registration.hostPid})`));
    if (registration.startType === 'disabled') found.push(problem('start-disabled'));
    if (registration.outdated) found.push(problem('host-outdated'));
  }
  found.push(...platformProblems(facts));
  const refused = phase === 'waiting-for-sign-in' ? facts.host?.launchError : undefined;
  if (refused?.code === 'before-sign-in-refused') found.push(problem('before-sign-in-refused', refused.detail));
  const suspect = suspectOf(facts);
  const ended = lastEnded(facts.history);
  if (phase === 'needs-attention') found.push(attentionTo(ended, suspect));
  if (ended?.pid === null && ended.at >= facts.desired.at && NOT_LAUNCHED.has(phase)) found.push(launchFailed(ended));
  if (phase === 'failed' && suspect?.bad) found.push(problem('bad-update', `(${sinceUpdate(suspect)})`));
  if (Math.max(restarts.attempt ?? 0, restarts.crashes?.count ?? 0) >= CRASH_LOOP) found.push(problem('crash-loop'));
  return found;
}

/** Platforms that are not connected; one whose bot another gateway uses has its own problem. */
function platformProblems({ runner, problems }: StatusFacts): Problem[] {
  const isHeld = problems.some(({ code }) => code === 'bot-held');
  const isDownHere = runner?.platforms?.some(platform => isDown(platform) && !(isHeld && platform.known === 'token-in-use'));
  return isDownHere ? [problem('platform-down')] : [];
}

/** A gateway that never had a process could not be started; one that had refuses its configuration. */
function attentionTo(ended: ReturnType<typeof lastEnded>, suspect: SuspectUpdate | undefined): Problem {
  if (ended?.served) return problem('service-superfluous');
  if (ended?.pid === null) return launchFailed(ended);
  return problem('configuration', suspect && `(${sinceUpdate(suspect)})`);
}

function launchFailed({ reason, remedy }: EndedRecord): Problem {
  const found = problem('launch-failed', `(${reason})`);
  return remedy === undefined ? found : { ...found, remedy };
}

/** The first one of each kind: facts of the system name a PID where the runner cannot. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ code }, index) => problems.findIndex(other => other.code === code) === index);
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
