/**
 * The client's side of the control pipe: one connection that passes on every state and requests a stop or a restart. A server is trusted
 * only if it is the process that the state folder names, by the operating system's answer and by the state that it sends.
 */

import net from 'node:net';
import { GatewayServiceError } from '../model/errors.ts';
import type { RunnerState } from '../model/facts.ts';
import type { RunnerRecord } from '../model/records.ts';
import { type Ask, LineCutter, PIPE_PROTOCOL, parseServerMessage } from './pipe-protocol.ts';

export interface ControlConnection {
  /** The last state; undefined before the first one and after the end. */
  readonly state: RunnerState | undefined;
  /** Resolves when the runner has done it, or when the connection ends, as it does after a stop. */
  ask(ask: Ask): Promise<void>;
  close(): void;
}

export interface ControlListener {
  onState(state: RunnerState): void;
  onEnd(): void;
}

/** Whether the process of this record serves its pipe, by what the system shows. Never rejects. */
export type TrustsServer = (record: RunnerRecord) => Promise<boolean>;

/** A running runner answers within this even on a loaded machine, in milliseconds. */
const ANSWER_MS = 3_000;

/** Connects and waits for the first state. Resolves with undefined when no trusted server answers within `timeoutMs`. */
export async function connectControlPipe(
  record: RunnerRecord,
  trustsServer: TrustsServer,
  listener: ControlListener,
  timeoutMs = ANSWER_MS,
): Promise<ControlConnection | undefined> {
  if (!(await trustsServer(record))) return undefined;
  return new Promise(resolve => {
    const socket = net.connect(record.pipe);
    const cutter = new LineCutter();
    const asked = new Map<number, () => void>();
    let state: RunnerState | undefined;
    let nextId = 1;
    const deadline = setTimeout(() => {
      socket.destroy();
      // On Windows a socket that waits for a busy pipe closes when that wait ends, after 30 s.
      resolve(undefined);
    }, timeoutMs);
    const connection: ControlConnection = {
      get state() {
        return state;
      },
      ask: ask =>
        new Promise((done, fail) => {
          if (socket.destroyed) {
            fail(new GatewayServiceError('pipe-unavailable'));
            return;
          }
          asked.set(nextId, done);
          socket.write(`${JSON.stringify({ ask, id: nextId })}\n`);
          nextId += 1;
        }),
      close: () => socket.destroy(),
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ hello: PIPE_PROTOCOL })}\n`));
    socket.on('data', (text: string) => {
      for (const line of cutter.push(text) ?? ['']) {
        const message = parseServerMessage(line);
        if (!message || ('state' in message && message.state.runnerPid !== record.process.pid)) {
          socket.destroy();
          return;
        }
        if ('done' in message) {
          asked.get(message.done)?.();
          asked.delete(message.done);
          continue;
        }
        const first = state === undefined;
        state = message.state;
        if (first) {
          clearTimeout(deadline);
          resolve(connection);
        }
        listener.onState(state);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(deadline);
      const known = state !== undefined;
      state = undefined;
      for (const done of asked.values()) done();
      asked.clear();
      if (known) listener.onEnd();
      else resolve(undefined);
    });
  });
}
