/**
 * The output of the CLI. With `--json` exactly one JSON document on stdout; else the answer on stdout, progress and failures on stderr, so
 * that a pipe carries only the answer.
 */

import type { GatewayServiceError } from '../model/errors.ts';
import type { OperationProgress } from '../model/operation-steps.ts';
import { DEFAULT_COLUMNS, isScreen, type OutputStream, type Paint, painter, type Terminal, written } from './terminal.ts';
import { wrapped } from './wrap.ts';

export class Output {
  readonly json: boolean;
  /** For text on stdout. */
  readonly paint: Paint;
  readonly #paintError: Paint;
  readonly #terminal: Terminal;
  readonly #live: boolean;
  #step: { readonly text: string; readonly since: number; readonly ticking: NodeJS.Timeout | undefined } | undefined;

  constructor(terminal: Terminal, { json }: { json: boolean }) {
    this.#terminal = terminal;
    this.json = json;
    this.paint = painter(terminal.stdout, terminal.env);
    this.#paintError = painter(terminal.stderr, terminal.env);
    this.#live = isScreen(terminal.stderr, terminal.env);
  }

  /**
   * The answer of a command: the document (`{"ok":true,…}`; one with an `error` is not `ok`), or the text. The text is made only when it is
   * printed, because loading the formats of a locale takes longer than reading all statuses.
   */
  answer(text: () => string, document: Readonly<Record<string, unknown>>): void {
    this.settle();
    const words = this.json ? '' : this.wrapped(text());
    if (this.json || words !== '') this.line(words, { ok: document['error'] === undefined, ...document });
  }

  /** One line of a stream: text, or a line of JSON. */
  line(text: string, document: Readonly<Record<string, unknown>>): void {
    this.#terminal.stdout.write(`${this.json ? JSON.stringify(document) : text}\n`);
  }

  failure(error: GatewayServiceError): void {
    this.settle();
    if (this.json) this.line('', { ok: false, error: error.toValue() });
    else this.note(`${this.#paintError('red', 'Error:')} ${failureText(error)}`);
  }

  /** The text as wide as stdout, where that is a terminal. */
  wrapped(text: string): string {
    return wrapped(text, widthOf(this.#terminal.stdout));
  }

  /** The width of the help, in characters. */
  get width(): number {
    return this.json ? NO_LIMIT : widthOf(this.#terminal.stdout);
  }

  /** Prints a text beside the answer, on stderr. */
  note(text: string): void {
    this.settle();
    this.#terminal.stderr.write(`${wrapped(text, widthOf(this.#terminal.stderr))}\n`);
  }

  /** Passes on bytes of another program to stderr. Resolves when the reader has taken them. */
  passOn(chunk: Uint8Array): Promise<void> {
    this.settle();
    return written(this.#terminal.stderr, chunk);
  }

  /** The step that an operation is at: on a terminal one line that is rewritten every second, else a line for each step. */
  readonly progress = ({ message }: Pick<OperationProgress, 'message'>): void => {
    if (message === this.#step?.text) return;
    this.settle();
    const ticking = this.#live ? setInterval(() => this.#redraw(), 1_000).unref() : undefined;
    this.#step = { text: message, since: this.#terminal.now(), ticking };
    if (ticking) this.#redraw();
    else this.#terminal.stderr.write(`${message}…\n`);
  };

  /** The step that the running operation is at. */
  get step(): string | undefined {
    return this.#step?.text;
  }

  /** Removes the live line. */
  settle(): void {
    if (!this.#step?.ticking) return;
    clearInterval(this.#step.ticking);
    this.#step = undefined;
    this.#terminal.stderr.write('\r\u001b[2K');
  }

  #redraw(): void {
    if (!this.#step) return;
    const seconds = Math.floor((this.#terminal.now() - this.#step.since) / 1_000);
    const elapsed = seconds > 0 ? ` ${seconds} s` : '';
    const room = Math.max(10, (this.#terminal.stderr.columns || DEFAULT_COLUMNS) - elapsed.length - 2);
    this.#terminal.stderr.write(`\r\u001b[2K${this.#step.text.slice(0, room)}…${this.#paintError('dim', elapsed)}`);
  }
}

/** A mistake in the command line is one line: what is wrong with it, and where the help is. */
function failureText({ code, message, detail, remedy }: GatewayServiceError): string {
  return code === 'usage' ? `${detail ?? message} ${remedy}` : `${message}\n${indented(remedy)}`;
}

/** Larger than any line. */
const NO_LIMIT = 1_000_000;

const widthOf = ({ isTTY, columns }: OutputStream): number => (isTTY && columns) || NO_LIMIT;

export function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
