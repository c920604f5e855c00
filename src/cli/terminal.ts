/**
 * What the CLI knows of the terminal it speaks to: two streams, whether somebody watches them, and Ctrl+C. A port, so that a test can be
 * the terminal.
 */

export interface OutputStream {
  /** `done` is called when it has been handed over, or when nobody is there to take it. */
  write(text: string | Uint8Array, done?: () => void): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal, in characters. */
  readonly columns?: number;
  /** False when the reader has gone, as after `| head`. */
  readonly writable?: boolean;
}

export interface Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  now(): number;
  /** Calls back at every Ctrl+C until the returned function is called; without a listener Ctrl+C ends the program as usual. */
  onInterrupt(listener: () => void): () => void;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
export type Style = keyof typeof STYLES;
export type Paint = (style: Style, text: string) => string;

/** Colour for a terminal whose user has not refused it (https://no-color.org), plain text for everything else. */
export function painter({ isTTY }: OutputStream, { NO_COLOR, TERM }: NodeJS.ProcessEnv): Paint {
  if (!isTTY || NO_COLOR || TERM === 'dumb') return (_style, text) => text;
  return (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

export function processTerminal(): Terminal {
  // A reader may go away (`| head`); what is being done for it must not end half-way because of that.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: Date.now,
    onInterrupt: listener => {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
  };
}

/** Resolves when everything written so far has been handed over; on Windows a pipe is written to in the background. */
export async function flushed(...streams: readonly NodeJS.WriteStream[]): Promise<void> {
  await Promise.all(streams.map(stream => new Promise<void>(resolve => stream.write('', () => resolve()))));
}
