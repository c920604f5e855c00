/**
 * What is said on the control pipe, protocol 1: lines of JSON. A client says hello first and is then sent the runner's state, now and
 * after every change; it may ask for a stop or a restart.
 *
 *   client → {"hello":1}            runner → {"state":{…}}            (and again after every change)
 *   client → {"ask":"stop","id":7}  runner → {"done":7}
 */

import { RUNNER_PHASES, type RunnerState } from '../model/facts.ts';
import { type Fits, fits, isPid, isText, isTime, oneOf, orMissing } from '../model/fields.ts';

export const PIPE_PROTOCOL = 1;

/** Longest line either side accepts, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

export type Ask = 'stop' | 'restart';

export type ClientMessage = { readonly hello: number } | { readonly ask: Ask; readonly id: number };
export type ServerMessage = { readonly state: RunnerState } | { readonly done: number };

export function parseClientMessage(line: string): ClientMessage | undefined {
  const value = parseObject(line);
  if (!value) return undefined;
  const { hello, ask, id } = value;
  if (hello === PIPE_PROTOCOL) return { hello };
  if ((ask === 'stop' || ask === 'restart') && Number.isSafeInteger(id)) return { ask, id: id as number };
  return undefined;
}

export function parseServerMessage(line: string): ServerMessage | undefined {
  const value = parseObject(line);
  if (!value) return undefined;
  const { state, done } = value;
  if (Number.isSafeInteger(done)) return { done: done as number };
  return isRunnerState(state) ? { state } : undefined;
}

const isGateway: Fits = value => fits(value, { pid: isPid, startedAt: isTime });
const areTexts: Fits = value => Array.isArray(value) && value.every(isText);

function isRunnerState(value: unknown): value is RunnerState {
  return fits(value, {
    schema: oneOf(1),
    service: isText,
    runnerPid: isPid,
    phase: oneOf(...RUNNER_PHASES),
    since: isTime,
    detail: orMissing(isText),
    restartRequested: orMissing(oneOf(true)),
    gateway: orMissing(isGateway),
    problems: areTexts,
  });
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Cuts a stream of bytes into lines. Returns undefined as soon as a line is longer than allowed: the other side does not speak our
 * protocol, and nothing it sends is kept.
 */
export class LineCutter {
  #rest = '';

  push(text: string): readonly string[] | undefined {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return this.#rest.length > MAX_LINE_BYTES || lines.some(line => line.length > MAX_LINE_BYTES) ? undefined : lines;
  }
}
