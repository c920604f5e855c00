/**
 * The machine on Windows: processes by PID and creation time, and gateways created in their own job with pipes for their output. The job
 * ends with the runner, so that no gateway outlives it, and no process in it ever has a console to show.
 */

import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { poll } from '../model/poll.ts';
import { isInUse } from '../windows/file.ts';
import { closeHandle } from '../windows/handle.ts';
import { createJob } from '../windows/job.ts';
import { openChildOutput, openNothing } from '../windows/pipe.ts';
import { startIndependent, startProcess } from '../windows/process-birth.ts';
import { commandLineOf, isAlive, isDebugged, parentOf, startTime, terminateSelf } from '../windows/process-info.ts';
import { listenForSessionEnd } from '../windows/session-end-window.ts';
import { portHolder } from '../windows/tcp-table.ts';
import type { GatewayExit, LaunchGateway } from './gateway-process.ts';
import type { Machine } from './machine.ts';

const GONE_MS = 5_000;
/** The exit code of a process that is ended with its job. */
const TERMINATED = 1;
/** How long Windows waits for the gateway at a sign-out at most: the time of its graceful stop, in milliseconds. */
const SESSION_END_HOLD_MS = 15_000;

const launchInJob: LaunchGateway = async ({ argv, cwd, env }) => {
  const [program = '', ...args] = argv;
  const job = createJob();
  const [output, error] = await Promise.all([openChildOutput(), openChildOutput()]);
  const input = openNothing();
  try {
    const born = startProcess({ program, args, cwd, job }, { input, output: output.childEnd, error: error.childEnd }, env);
    let exit: GatewayExit | undefined;
    let open = true;
    const active = () => (open ? job.activeProcesses() : 0);
    return {
      pid: born.pid,
      stdout: output.stream,
      stderr: error.stream,
      get exit() {
        return exit;
      },
      exited: born.exited.then(code => {
        exit = { code, signal: null };
        return exit;
      }),
      isEmpty: () => active() === 0,
      kill: async () => {
        if (!open) return;
        if (active() > 0) job.terminate(TERMINATED);
        await poll(() => active() === 0, { deadlineMs: GONE_MS, everyMs: 10, what: `the job of process ${born.pid} to be empty` });
        open = false;
        job.close();
      },
    };
  } catch (thrown) {
    job.close();
    output.stream.destroy();
    error.stream.destroy();
    throw thrown;
  } finally {
    // The child has its own handle; an open one here would keep the output from ending.
    for (const handle of [input, output.childEnd, error.childEnd]) closeHandle(handle);
  }
};

export const windowsMachine: Machine = {
  processes: { isAlive, startTime },
  launch: launchInJob,
  commandLine: commandLineOf,
  parentOf,
  isDebugged,
  portHolder,
  startOutside: async ([program = '', ...args], cwd, env) => {
    try {
      startIndependent({ program, args, cwd, env, outsideJobs: true });
    } catch (error) {
      throw new GatewayServiceError('inside-gateway', `(${toGatewayServiceError(error).message})`, { cause: error });
    }
  },
  isInUse,
  onSessionEnd: async listener => {
    const untilOurEnd = () => {
      listener();
      return new Promise<void>(() => undefined);
    };
    await listenForSessionEnd(untilOurEnd, { blockReason: 'The Hermes gateway is saving its work.', maxHoldMs: SESSION_END_HOLD_MS });
  },
  // The hidden window and its thread end with the process; closing them one by one would take longer than the rest of its end.
  endWithCode: terminateSelf,
};
