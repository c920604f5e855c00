/**
 * `update` is done by a process that outlives the command line: an update that ends half-way, or a gateway that starts beside it, is worse
 * than output that is lost. The command line only passes on what that process prints.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { GatewayServiceError } from '../model/errors.ts';
import { childOutput } from '../process/child-output.ts';
import { thisProgram } from '../process/host-command.ts';
import type { UpdateCommandRequest } from '../update/update-command.ts';
import type { Output } from './output.ts';
import { type Interruption, type OutputStream, type Terminal, written } from './terminal.ts';

type UpdateProcess = ChildProcessByStdio<null, Readable, Readable>;

export type StartUpdateProcess = (argv: readonly string[], terminal: Terminal) => UpdateProcess;

/** It is in the same process group, so that its command may use the terminal, which sends Ctrl+C to all of them. */
export const startUpdateProcess: StartUpdateProcess = (argv, { stdout, stderr }) => {
  const above = [stdout, stderr].map(({ isTTY = false, columns = 0 }) => ({ isTTY, columns }));
  const [program = '', ...args] = thisProgram();
  return spawn(program, [...args, 'update-process', JSON.stringify(above), ...argv], {
    stdio: ['inherit', 'pipe', 'pipe'],
    windowsHide: true,
  });
};

/** The terminal of the command line, as `startUpdateProcess` describes it: this process only has pipes. */
export function terminalAbove(description: string, terminal: Terminal): Terminal {
  const [stdout, stderr] = JSON.parse(description);
  const seen = (stream: OutputStream, above: object): OutputStream => ({ ...above, write: (text, done) => stream.write(text, done) });
  return { ...terminal, stdout: seen(terminal.stdout, stdout), stderr: seen(terminal.stderr, stderr) };
}

/**
 * Passes on what the process prints, and resolves with its exit code. It is left alone at SIGTERM, when the terminal is closed, and at a
 * second Ctrl+C; a command that has not begun does not begin then.
 * @throws GatewayServiceError `interrupted`
 */
export async function followUpdate(
  { terminal, argv }: { readonly terminal: Terminal; readonly argv: readonly string[] },
  start: StartUpdateProcess,
): Promise<number> {
  const updating = start(argv, terminal);
  let off = () => {};
  const left = new Promise<never>((_, reject) => {
    let interrupted = false;
    off = terminal.onInterrupt(signal => {
      passOnSignal(updating, signal, terminal);
      if (interrupted || signal !== 'SIGINT') reject(new GatewayServiceError('interrupted', `(the update is process ${updating.pid})`));
      interrupted = true;
    });
  });
  const ended = new Promise<number>((resolve, reject) => {
    updating.once('error', reject);
    updating.once('exit', (code, signal) => {
      if (code !== null) resolve(code);
      else reject(new GatewayServiceError('interrupted', `(the process of the update, PID ${updating.pid}, was ended by ${signal})`));
    });
  });
  const passed = Promise.all([passOn(updating.stdout, terminal.stdout), passOn(updating.stderr, terminal.stderr)]);
  try {
    const [code] = await Promise.race([Promise.all([ended, passed]), left]);
    return code;
  } finally {
    off();
  }
}

/** Windows has no signals, and its consoles report to each process. */
function passOnSignal(updating: UpdateProcess, signal: Interruption, { stderr }: Terminal): void {
  const isSent = signal === 'SIGINT' && stderr.isTTY;
  if (process.platform !== 'win32' && !isSent) updating.kill(signal);
}

async function passOn(from: Readable, to: OutputStream): Promise<void> {
  for await (const chunk of childOutput(from)) await written(to, chunk);
}

/** In the process of the update: no signal ends it before the command has ended and the gateways run. */
export async function untilCommandEnds<T>(
  { terminal, output }: { readonly terminal: Terminal; readonly output: Output },
  run: (interruptions: Pick<UpdateCommandRequest, 'cancel' | 'interrupt'>) => Promise<T>,
): Promise<T> {
  const [cancel, interrupt] = [new AbortController(), new AbortController()];
  let interrupted: GatewayServiceError | undefined;
  const off = terminal.onInterrupt(signal => {
    const { step } = output;
    cancel.abort();
    if (signal !== 'SIGINT' || interrupted) return;
    interrupted = new GatewayServiceError('interrupted', step && `(at: ${step})`);
    output.note('Interrupted: the gateway is started again when the command has ended. Press Ctrl+C again to leave it to the background.');
    // A terminal has sent Ctrl+C to the command already.
    if (!terminal.stderr.isTTY) interrupt.abort();
  });
  try {
    const result = await run({ cancel: cancel.signal, interrupt: interrupt.signal });
    if (interrupted) throw interrupted;
    return result;
  } catch (error) {
    throw interrupted ?? error;
  } finally {
    off();
  }
}
