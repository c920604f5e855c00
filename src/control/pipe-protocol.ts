/**
 * The messages of the control pipe, protocol 1: lines of JSON. After a client's hello the runner sends its state, now and after every
 * change; the client may request a stop, at once or gracefully, a restart, or a failure as a test.
 *
 *   client → {"hello":1}            runner → {"state":{…}}            (repeated after every change)
 *   client → {"ask":"stop","id":7}  runner → {"done":7}
 */

import * as v from 'valibot';
import { RUNNER_STATE } from '../model/facts.ts';
import { jsonLine, matching, wholeNumber } from '../model/schemas.ts';

export const PIPE_PROTOCOL = 1;

/** Longest line that either side accepts, in bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

/**
 * `stop-now` does not wait for the work of the agent; while the gateway is ending for another reason, it only ends that wait.
 * `restart-when-idle` waits for that work without limit, and `cancel-restart` ends that wait. `test-recovery` kills the gateway.
 */
const ASK = v.picklist(['stop', 'stop-now', 'restart', 'restart-when-idle', 'cancel-restart', 'test-recovery']);
export type Ask = v.InferOutput<typeof ASK>;

const CLIENT_MESSAGE = v.union([v.object({ hello: v.literal(PIPE_PROTOCOL) }), v.object({ ask: ASK, id: wholeNumber })]);
export type ClientMessage = v.InferOutput<typeof CLIENT_MESSAGE>;

const SERVER_MESSAGE = v.union([v.object({ done: wholeNumber }), v.object({ state: RUNNER_STATE })]);
export type ServerMessage = v.InferOutput<typeof SERVER_MESSAGE>;

/** Undefined where a line is no message of this protocol. */
export const parseClientMessage = (line: string): ClientMessage | undefined => matching(jsonLine(CLIENT_MESSAGE), line);
export const parseServerMessage = (line: string): ServerMessage | undefined => matching(jsonLine(SERVER_MESSAGE), line);

/** Cuts a stream of bytes into lines. Returns undefined as soon as a line is too long, because the other side uses another protocol. */
export class LineCutter {
  #rest = '';

  push(text: string): readonly string[] | undefined {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return this.#rest.length > MAX_LINE_BYTES || lines.some(line => line.length > MAX_LINE_BYTES) ? undefined : lines;
  }
}
