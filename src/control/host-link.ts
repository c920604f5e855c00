/**
 * The line between a host (broker or supervisor) and its runner: down come JSON lines on the runner's standard input, up goes the exit
 * code. The end of the input without a word means that the host died.
 */

import type { Readable } from 'node:stream';
import { LineCutter } from './pipe-protocol.ts';

export interface DownMessage {
  readonly down: 'stop' | 'preshutdown';
  /** A plain phrase for log and history. */
  readonly reason: string;
}

const DOWN: ReadonlySet<unknown> = new Set(['stop', 'preshutdown']);

export function formatDown(message: DownMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Reads the host's lines; `onLost` is called once, when the input ends or breaks. Lines that are not ours are passed over. */
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
      const message = parseDown(line);
      if (message) onDown(message);
    }
  });
  input.on('end', end);
  input.on('error', end);
  input.on('close', end);
}

function parseDown(line: string): DownMessage | undefined {
  try {
    const { down, reason } = JSON.parse(line) as Record<string, unknown>;
    return DOWN.has(down) && typeof reason === 'string' ? { down: down as DownMessage['down'], reason } : undefined;
  } catch {
    return undefined;
  }
}
