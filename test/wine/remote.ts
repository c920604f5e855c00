// A process inside Windows that answers this side: one of probes/ that listens on a loopback port, which it prints. Wine shares the
// loopback interface with Linux, so one JSON line asks and another answers; what was not asked for comes by itself.
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { attempt } from '../../src/model/attempt.ts';
import type { ErrorValue } from '../../src/model/errors.ts';
import { poll } from '../../src/model/poll.ts';
import { lines } from './probes/lines.ts';
import type { Begun, WineRig } from './rig.ts';

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: ErrorValue;
}

const START_MS = 60_000;
/** From the end of its connection to its own. */
const END_MS = 20_000;
/** @param why how it ended, and what it printed as errors */
const gone = (why: string): ErrorValue => ({
  code: 'internal',
  message: `The connection to the process inside Windows has ended: ${why.trim()}`,
  remedy: 'See why in the rig.',
});

export class Remote {
  readonly #socket: net.Socket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #gone = gone('');
  #last = 0;

  private constructor(socket: net.Socket, { err, ended, threads }: Begun, onNews: (message: object) => void) {
    this.#socket = socket;
    const hear = lines(line => {
      const message = JSON.parse(line) as Answer | object;
      if ('id' in message) this.#hear(message);
      else onNews(message);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: unknown) => hear(String(text)));
    let fault = '';
    socket.on('error', error => {
      fault = `${error.message}; `;
      socket.destroy();
    });
    socket.once('close', () => {
      void Promise.race([ended, setTimeout(END_MS, 'the process still runs', { ref: false })]).then(how => {
        // A rig that was removed has no files.
        this.#gone = gone(`${fault}${how}. ${attempt(err) ?? ''}\n${threads()}`);
        for (const id of this.#waiting.keys()) this.#hear({ id, error: this.#gone });
      });
    });
  }

  /** @param onNews hears what comes without having been asked for. */
  static async start(rig: WineRig, probe: string, onNews: (message: object) => void = () => undefined): Promise<Remote> {
    const begun = rig.begin(rig.probe(probe));
    const port = await poll(() => Number(begun.out()) || undefined, { what: `the process ${probe} inside Windows`, deadlineMs: START_MS });
    const socket = net.connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Remote(socket, begun, onNews);
  }

  #hear(answer: Answer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  /** A number that no other question or watch of this process has. */
  number(): number {
    this.#last += 1;
    return this.#last;
  }

  /** The value or the error that it answers with. */
  async try(verb: string, ...args: readonly unknown[]): Promise<Answer> {
    const id = this.number();
    const answered = new Promise<Answer>(resolve => this.#waiting.set(id, resolve));
    if (this.#socket.destroyed) this.#hear({ id, error: this.#gone });
    else this.#socket.write(`${JSON.stringify({ id, verb, args })}\n`);
    return answered;
  }

  /** The value; rejects with the error. */
  async ask<T>(verb: string, ...args: readonly unknown[]): Promise<T> {
    const { value, error } = await this.try(verb, ...args);
    if (error) throw Object.assign(new Error(error.message), error);
    return value as T;
  }

  /** It ends with its last connection. */
  close(): void {
    this.#socket.destroy();
  }
}
