/** An update that is a command (`hermes-gateway update -- git pull`): it runs with the gateways stopped; its exit code is the result. */

import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayServiceError, toGatewayServiceError } from '../model/errors.ts';
import { progress } from '../model/operation-steps.ts';
import { type EndedUpdate, notUpdated, resultOf } from './ending.ts';
import type { UpdatePorts } from './ports.ts';
import { Update, type UpdateRequest } from './update.ts';

export interface UpdateCommandRequest extends Omit<UpdateRequest, 'who' | 'what'> {
  /** Default: the program's name. Arguments may be long, and secret. */
  readonly what?: string;
  readonly command: readonly string[];
  /** Takes the output of the command; the next chunk comes when it has resolved. */
  readonly output: (chunk: Buffer) => void | Promise<void>;
  /** Passed on to the command as SIGINT, where the terminal has not sent it one. */
  readonly interrupt?: AbortSignal;
}

export interface UpdateCommandResult extends EndedUpdate {
  /** Exit code of the command; null when a signal ended it. */
  readonly code: number | null;
}

/** @throws what `Update.begin` throws, and `update-failed` where the command could not be started; the gateways are running again then */
export async function runUpdateCommand(ports: UpdatePorts, request: UpdateCommandRequest): Promise<UpdateCommandResult> {
  const { command, interrupt } = request;
  const program = path.basename(command[0] ?? '');
  const update = await Update.begin(ports, { who: 'hermes-gateway update', what: program, ...request });
  try {
    interrupt?.throwIfAborted();
    request.report?.(progress('update', 'updating', program));
    const running = run(request, update.reportProgress);
    const code = await running.code;
    const how = code === null ? 'was ended by a signal' : `ended with exit code ${code}`;
    const ended = await update.end(resultOf(code === 0 ? 'updated' : 'failed', `${program} ${how}.`, code));
    await running.drained();
    return { code, ...ended };
  } catch (thrown) {
    const error = interrupt?.aborted ? new GatewayServiceError('interrupted') : toGatewayServiceError(thrown);
    await update.end(notUpdated(error));
    throw error;
  }
}

/** Does `work` with the gateways stopped; they are running again when it resolves, or rejects with the error of `work`. */
export async function updateWhileDown<T>(
  ports: UpdatePorts,
  request: UpdateRequest,
  work: (onProgress: Update['reportProgress']) => Promise<T>,
): Promise<{ readonly value: T; readonly ended: EndedUpdate }> {
  const update = await Update.begin(ports, request);
  try {
    const value = await work(update.reportProgress);
    return { value, ended: await update.end(resultOf('updated', `${request.who} is done.`)) };
  } catch (thrown) {
    await update.end(resultOf('failed', toGatewayServiceError(thrown).message));
    throw thrown;
  }
}

/** A running command; the gateways do not wait for the reader of its output. */
interface RunningCommand {
  /** Exit code; null when a signal ended it. */
  readonly code: Promise<number | null>;
  /** Resolves when all its output has been passed on. */
  drained(): Promise<void>;
}

/** Child processes of a command may hold its output open forever: this long without output ends the wait, in milliseconds. */
const SILENT_MS = 1_000;

function run({ command, output, interrupt }: UpdateCommandRequest, onProgress: (line: string) => void): RunningCommand {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'], windowsHide: true });
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
    for await (const chunk of stream as AsyncIterable<Buffer>) await passOn(chunk);
  };
  const passed = Promise.allSettled(streams.map(passAll)).then(() => {
    done = true;
  });
  return {
    code,
    drained: async () => {
      while (!done) {
        await Promise.race([passed, delay(SILENT_MS, undefined, { ref: false })]);
        if (!done && passing === 0) for (const stream of streams) stream.destroy();
      }
    },
  };
}

/** A line of progress may be rewritten with carriage returns. */
function lastLine(chunk: Buffer): string | undefined {
  const lines = chunk
    .subarray(-4_096)
    .toString()
    .split(/[\r\n]+/);
  return lines.findLast(line => line.trim() !== '')?.trim();
}
