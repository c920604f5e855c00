/** The terminal of the CLI: two streams, their properties, and Ctrl+C. A port, so that a test can replace it. */

export interface OutputStream {
  /** `done` is called when the text was handed over, or when there is no reader. */
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
  // A reader may end (`| head`), which must not end the operation half-way.
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

/** Resolves when everything written so far was handed over; on Windows pipes are written in the background. */
export async function flushed(...streams: readonly NodeJS.WriteStream[]): Promise<void> {
  await Promise.all(streams.map(stream => new Promise<void>(resolve => stream.write('', () => resolve()))));
}
