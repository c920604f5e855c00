/**
 * The line between a host (broker or supervisor) and its runner: JSON lines on the runner's standard input, and its exit code as the
 * answer. An input that ends without a line means that the host died.
 */

import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { count, jsonLine, matching } from '../model/schemas.ts';
import { LineCutter } from './pipe-protocol.ts';

const DOWN = v.object({
  down: v.picklist(['stop', 'preshutdown']),
  /** A plain phrase for log and history. */
  reason: v.string(),
  /** The gateway's time to end by itself, in milliseconds. */
  graceMs: count,
});

export type DownMessage = Readonly<v.InferOutput<typeof DOWN>>;

export function formatDown(message: DownMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Reads the host's lines and ignores unknown ones; calls `onLost` once, when the input ends or breaks. */
export function listenToHost(input: Readable, onDown: (message: DownMessage) => void, onLost: () => void): void {
  const cutter = new LineCutter();
  let lost = false;
  const end = () => {
    if (!lost) onLost();
    lost = true;
  };
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    for (const line of cutter.push(text) ?? []) {
      const message = matching(jsonLine(DOWN), line);
      if (message) onDown(message);
    }
  });
  input.on('end', end);
  input.on('error', end);
  input.on('close', end);
}
