/**
 * An update that is a command (`hermes-gateway update -- git pull`): it runs with the gateways stopped; its exit code is the result. The
 * gateways stay stopped while it runs, also where this process ends before it.
 */

import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { progress } from '../model/operation-steps.ts';
import { childOutput } from '../process/child-output.ts';
import { type CommandStart, commandProgram, lookForFile, windowsStart } from '../process/command-program.ts';
import { type EndedUpdate, notUpdated, resultOf } from './ending.ts';
import type { UpdatePorts } from './ports.ts';
import { Update, type UpdateRequest } from './update.ts';

export interface UpdateCommandRequest extends Omit<UpdateRequest, 'who' | 'what'> {
  /** Default: the program's name. Arguments may be long, and secret. */
  readonly what?: string;
  readonly command: readonly string[];
  /** Takes the output of the command; the next chunk comes when it has resolved. */
  readonly output: (chunk: Buffer) => void | Promise<void>;
  /** After it no command begins; one that runs is completed. */
  readonly cancel?: AbortSignal;
  /** Passed on to the running command as SIGINT, where the terminal has not sent it one. */
  readonly interrupt?: AbortSignal;
}

export interface UpdateCommandResult extends EndedUpdate {
  /** Exit code of the command; null when a signal ended it. */
  readonly code: number | null;
}

/**
 * @throws GatewayServiceError `update-program-missing` and `program-not-executable` before a gateway is stopped; what `Update.begin` throws;
 * `update-failed` where the command could not be started: the gateways are running again then
 */
export async function runUpdateCommand(ports: UpdatePorts, request: UpdateCommandRequest): Promise<UpdateCommandResult> {
  const { command, cancel } = request;
  const program = path.basename(command[0] ?? '');
  const start = await startOf(command);
  const update = await Update.begin(ports, { who: 'hermes-gateway update', what: program, ...request });
  try {
    cancel?.throwIfAborted();
    request.report?.(progress('update', 'updating', program));
    const running = run(start, request, update.reportProgress);
    await update.doneBy(running.pid);
    const code = await running.code;
    if (code === null) await running.treeEnded();
    const how = code === null ? 'was ended by a signal' : `ended with exit code ${code}`;
    const ended = await update.end(resultOf(code === 0 ? 'updated' : 'failed', `${program} ${how}.`, code));
    await running.drained();
    return { code, ...ended };
  } catch (thrown) {
    const error = cancel?.aborted ? new GatewayServiceError('interrupted') : toGatewayServiceError(thrown);
    await update.end(notUpdated(error));
    throw error;
  }
}

/** Does `work` with the gateways stopped; they are running again when it resolves, or rejects with the error of `work`. */
export async function updateWhileDown<T>(
  ports: UpdatePorts,
  request: UpdateRequest,
  work: (onProgress: Update['reportProgress'], doneBy: Update['doneBy']) => Promise<T>,
): Promise<{ readonly value: T; readonly ended: EndedUpdate }> {
  const update = await Update.begin(ports, request);
  try {
    const value = await work(update.reportProgress, update.doneBy);
    return { value, ended: await update.end(resultOf('updated', `${request.who} is done.`)) };
  } catch (thrown) {
    await update.end(resultOf('failed', toGatewayServiceError(thrown).message));
    throw thrown;
  }
}

/** A running command; the gateways do not wait for the reader of its output. */
interface RunningCommand {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Exit code; null when a signal ended it. */
  readonly code: Promise<number | null>;
  /** Resolves when no process of it has the output open any more, or after a minute. */
  treeEnded(): Promise<void>;
  /** Resolves when all its output has been passed on. */
  drained(): Promise<void>;
}

/** Where a signal has ended the command, its child processes get this long to end too, in milliseconds. */
const TREE_MS = 60_000;
/** The program begins with SIGHUP ignored: a terminal that is closed must not end an update half-way. */
const WITHOUT_HANGUP = ['/bin/sh', '-c', 'trap "" HUP; exec "$@"', 'sh'];

/** Child processes of a command may hold its output open forever: this long without output ends the wait, in milliseconds. */
const SILENT_MS = 1_000;

function run(
  { argv, verbatim }: CommandStart,
  { output, interrupt }: UpdateCommandRequest,
  onProgress: (line: string) => void,
): RunningCommand {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'], windowsHide: true, windowsVerbatimArguments: verbatim });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', error => reject(new GatewayServiceError('update-failed', `(${error.message})`, { cause: error })));
    child.once('exit', exitCode => resolve(exitCode));
  });
  const interruptIt = () => child.kill('SIGINT');
  interrupt?.addEventListener('abort', interruptIt);
  void code.catch(() => undefined).then(() => interrupt?.removeEventListener('abort', interruptIt));
  let passing = 0;
  let done = false;
  const passOn = async (chunk: Buffer) => {
    passing += 1;
    const line = lastLine(chunk);
    if (line !== undefined) onProgress(line);
    await output(chunk);
    passing -= 1;
  };
  const streams = [child.stdout, child.stderr];
  const passAll = async (stream: Readable) => {
    for await (const chunk of childOutput(stream)) await passOn(chunk);
  };
  const passed = Promise.allSettled(streams.map(passAll)).then(() => {
    done = true;
  });
  return {
    pid: child.pid,
    code,
    treeEnded: () => Promise.race([passed, delay(TREE_MS, undefined, { ref: false })]),
    drained: async () => {
      while (!done) {
        await Promise.race([passed, delay(SILENT_MS, undefined, { ref: false })]);
        if (!done && passing === 0) for (const stream of streams) stream.destroy();
      }
    },
  };
}

/**
 * What to start for the command, looked for before any gateway stops.
 * @throws GatewayServiceError `update-program-missing`, `program-not-executable`
 */
async function startOf([program = '', ...args]: readonly string[]): Promise<CommandStart> {
  const { platform, env } = process;
  const found = await commandProgram(program, { platform, env, cwd: process.cwd(), look: lookForFile });
  if (!found) throw new GatewayServiceError('update-program-missing', `(${program})`);
  if (!found.runnable) throw new GatewayServiceError('program-not-executable', `(${found.file})`);
  return platform === 'win32' ? windowsStart(found.file, args, env) : { argv: [...WITHOUT_HANGUP, program, ...args], verbatim: false };
}

/** A line of progress may be rewritten with carriage returns. */
function lastLine(chunk: Buffer): string | undefined {
  const lines = chunk
    .subarray(-4_096)
    .toString()
    .split(/[\r\n]+/);
  return lines.findLast(line => line.trim() !== '')?.trim();
}
