/** Composition of the broker: `service --service NAME`, started by the SCM. Connects the dispatcher first: Windows allows 30 s for it. */

import path from 'node:path';
import { type DownMessage, formatDown } from '../control/host-link.ts';
import type { ErrorCode } from '../model/error-table.ts';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import type { HostFacts } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import { poll } from '../model/poll.ts';
import { hostCommand } from '../process/host-command.ts';
import { noteEvent } from '../windows/event-log.ts';
import { holdTrusted } from '../windows/file-trust.ts';
import { closeHandle } from '../windows/handle.ts';
import { createJob, type Job } from '../windows/job.ts';
import { systemDirectory } from '../windows/library.ts';
import { passwordlessToken } from '../windows/passwordless-logon.ts';
import { openChildInput } from '../windows/pipe.ts';
import { startProcessAs } from '../windows/process-birth.ts';
import { listProcesses, terminateSelf } from '../windows/process-info.ts';
import type { Sid } from '../windows/sddl.ts';
import { userOfToken } from '../windows/security.ts';
import { connectService, type HostedService } from '../windows/service-host.ts';
import { isProfileLoaded, openSessionToken, sessionsWithUser } from '../windows/session.ts';
import { singleExecutable } from '../windows/single-executable.ts';
import type { Handle } from '../windows/types.ts';
import { loadProfile } from '../windows/user-profile.ts';
import { type BrokerRunner, type RunnerSession, WindowsGatewayService } from './broker.ts';
import { HOST_FILES, HOST_MANIFEST } from './host-files.ts';
import { readBeforeSignIn, readHostFacts, readLadder, readOwner, writeHostFacts } from './service-registry.ts';

/** Exit code of a broker that the SCM must restart. The SCM decides by the missing report; this code is for administrators. */
const FAILED = 1;
const GONE_MS = 5_000;
/** The programs of Windows that stop a service. Updaters call them. */
const STOPPERS: ReadonlySet<string> = new Set(['sc.exe', 'net.exe', 'net1.exe']);
/** A restart would find the same; every other error may be gone by then, for example a file that a scanner has open. */
const LASTING: ReadonlySet<ErrorCode> = new Set(['service-program-unsafe', 'service-program-damaged']);

export async function runService(name: ServiceName): Promise<void> {
  const service = await connectService(name);
  // From here on process.exit() would wait for the dispatcher forever, and the service would seem to run. So every uncaught error, in
  // any callback, ends this process as a failure.
  const fail = (thrown: unknown): never => {
    noteEvent('failed', `(${name}: ${toGatewayServiceError(thrown).message})`);
    return terminateSelf(FAILED);
  };
  process.on('uncaughtException', fail);
  await host(name, service).catch(fail);
}

async function host(name: ServiceName, service: HostedService): Promise<void> {
  const owner = readOwner(name);
  const refusal = whyNot(name, owner, error => {
    // Otherwise the next broker would take its own restart for one that was queued before the last stop.
    const launchError = error.toValue();
    writeFacts(name, { ...readHostFacts(name), phase: 'restarting', since: new Date().toISOString(), launchError });
  });
  if (!owner || refusal) {
    // No token may be used, and a restart would not help.
    service.reportRunning();
    const launchError = (refusal ?? new GatewayServiceError('service-owner-missing')).toValue();
    const at = new Date().toISOString();
    writeFacts(name, { phase: 'stopped', since: at, lastStop: { at, reason: launchError.message }, launchError });
    noteEvent('start-failed', launchError.message);
    return service.reportStopped();
  }
  await new WindowsGatewayService({
    service,
    owner,
    sessions: sessionsWithUser,
    isProfileLoaded,
    beforeSignIn: () => readBeforeSignIn(name),
    startRunner: (session, asked) => startRunner(name, session, asked),
    lastFacts: readHostFacts(name),
    writeFacts: facts => writeFacts(name, facts),
    report: (event, detail) => noteEvent(event, `(${name}: ${detail})`),
    recovery: readLadder(name) ?? RECOVERY_LADDER,
    die: () => terminateSelf(FAILED),
    now: Date.now,
  }).run();
}

/**
 * Rights may have changed since the elevated step checked them.
 * @param onPassing called before an error is thrown that may be gone at the restart
 */
function whyNot(
  name: ServiceName,
  owner: Sid | undefined,
  onPassing: (error: GatewayServiceError) => void,
): GatewayServiceError | undefined {
  if (!owner) return new GatewayServiceError('service-owner-missing', `(${name})`);
  try {
    if (singleExecutable()) holdTrusted(path.win32.dirname(process.execPath), [...HOST_FILES, HOST_MANIFEST]).close();
    return undefined;
  } catch (thrown) {
    const error = toGatewayServiceError(thrown);
    if (LASTING.has(error.code)) return error;
    onPassing(error);
    throw error;
  }
}

function writeFacts(name: ServiceName, facts: HostFacts): void {
  try {
    writeHostFacts(name, facts);
  } catch {
    // The facts are only shown to users; the service continues without them.
  }
}

function startRunner(name: ServiceName, session: RunnerSession, asked: boolean): BrokerRunner {
  const [program = '', ...script] = hostCommand();
  const args = [...script, 'run', '--service', name, ...(asked ? ['--asked'] : [])];
  const job = createJob();
  const { input, childEnd } = openChildInput();
  let user: SessionUser | undefined;
  try {
    user = session.beforeSignIn ? userWithoutSession(session.user) : userOfSession(session);
    const { token, leave } = user;
    const born = startProcessAs(token, { program, args, cwd: systemDirectory(), job }, { input: childEnd }, !session.beforeSignIn);
    // An open token would keep the session from ending; without a session it belongs to the profile.
    if (!session.beforeSignIn) leave();
    const ended = async (code: number) => {
      await endJob(job);
      if (session.beforeSignIn) leave();
      return code;
    };
    return {
      pid: born.pid,
      exited: born.exited.then(ended),
      hasStopper: () => hasStopper(job),
      down: (message: DownMessage) => {
        // A runner that has ended does not read.
        input.write(formatDown(message)).catch(() => undefined);
        void input.end();
      },
      terminate: () => job.terminate(FAILED),
    };
  } catch (error) {
    user?.leave();
    job.close();
    throw error;
  } finally {
    closeHandle(childEnd);
  }
}

/** The user that a runner runs as. */
interface SessionUser {
  readonly token: Handle;
  /** Closes it, and what belongs to it. */
  readonly leave: () => void;
}

function userOfSession({ id, user }: RunnerSession): SessionUser {
  const token = openSessionToken(id);
  const leave = () => closeHandle(token);
  // Another user may have this session by now.
  if (userOfToken(token) === user) return { token, leave };
  leave();
  throw new GatewayServiceError('not-signed-in', `(session ${id})`);
}

function userWithoutSession(user: Sid): SessionUser {
  const owner = passwordlessToken(user);
  try {
    const unload = loadProfile(owner);
    const leave = () => {
      unload();
      closeHandle(owner.token);
    };
    return { token: owner.token, leave };
  } catch (error) {
    closeHandle(owner.token);
    throw error;
  }
}

/** Never throws, because it is called before the SCM has its answer. */
function hasStopper(job: Job): boolean {
  try {
    return listProcesses().some(({ pid, program }) => STOPPERS.has(program.toLowerCase()) && job.has(pid));
  } catch {
    return false;
  }
}

/** Ends the processes that outlived the runner, so that two gateways never run and STOPPED is reported only when none is left. */
async function endJob(job: Job): Promise<void> {
  if (job.activeProcesses() > 0) job.terminate(FAILED);
  await poll(() => job.activeProcesses() === 0, { deadlineMs: GONE_MS, everyMs: 10, what: 'the job of the runner to be empty' });
  job.close();
}
