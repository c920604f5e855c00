/** The terminal of the CLI: two streams, their properties, and the requests to end. A port, so that a test can replace it. */

export interface OutputStream {
  /** `done` is called when the text was handed over, or when there is no reader. */
  write(text: string | Uint8Array, done?: () => void): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal, in characters. */
  readonly columns?: number;
  /** Aborted when nothing can be written any more, as after `| head`. */
  readonly lost?: AbortSignal;
}

export interface Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  now(): number;
  /**
   * Calls back at every Ctrl+C, and at every request to end (SIGTERM, a closed terminal), until the returned function is called; without a
   * listener they end the program as usual.
   */
  onInterrupt(listener: (signal: Interruption) => void): () => void;
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type Interruption = (typeof INTERRUPTIONS)[number];

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
export type Style = keyof typeof STYLES;
export type Paint = (style: Style, text: string) => string;

/** The width of a terminal that does not report one, in characters. */
export const DEFAULT_COLUMNS = 80;

/** Whether control sequences may be written: to a terminal that can do more than print lines. */
export function isScreen({ isTTY }: OutputStream, { TERM }: NodeJS.ProcessEnv): boolean {
  return isTTY === true && TERM !== 'dumb';
}

/** Colour for a terminal whose user has not refused it (https://no-color.org), plain text for everything else. */
export function painter(stream: OutputStream, env: NodeJS.ProcessEnv): Paint {
  if (env['NO_COLOR'] || !isScreen(stream, env)) return (_style, text) => text;
  return (style, text) => `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

export function processTerminal(): Terminal {
  return {
    stdout: lossyOutput(process.stdout),
    stderr: lossyOutput(process.stderr),
    env: process.env,
    now: Date.now,
    onInterrupt: listener => {
      for (const signal of INTERRUPTIONS) process.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTIONS) process.off(signal, listener);
      };
    },
  };
}

/**
 * Output whose failed writes are dropped, with all that follows: a reader that has ended (`| head`), a full disk or a closed terminal must
 * not end an operation half-way.
 */
function lossyOutput(stream: NodeJS.WriteStream): OutputStream {
  const loss = new AbortController();
  stream.on('error', () => loss.abort());
  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns || 0;
    },
    lost: loss.signal,
    write: (text, done) => {
      // A file is written at once: some versions of Node throw its errors, and then never write again.
      if (!loss.signal.aborted) {
        try {
          return stream.write(text, () => done?.());
        } catch {
          loss.abort();
        }
      }
      return done?.();
    },
  };
}

/** Resolves when it has taken the text, or dropped it. */
export function written(stream: OutputStream, text: string | Uint8Array): Promise<void> {
  return new Promise(resolve => stream.write(text, resolve));
}

/** Resolves when everything written so far was handed over; on Windows pipes are written in the background. */
export async function flushed({ stdout, stderr }: Terminal): Promise<void> {
  await Promise.all([written(stdout, ''), written(stderr, '')]);
}
