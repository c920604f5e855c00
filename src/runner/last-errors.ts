import type { Readable } from 'node:stream';

/** At most so much is kept, in bytes. */
const KEPT_BYTES = 16 * 1024;
/** What was printed earlier says nothing about the end, in milliseconds. */
const RECENT_MS = 10_000;

/** What a gateway has printed on stderr shortly before its end. */
export class LastErrors {
  readonly #chunks: { readonly atMs: number; readonly bytes: Buffer }[] = [];
  #size = 0;

  constructor(stderr: Readable) {
    stderr.on('data', (chunk: Buffer) => this.#add(chunk.subarray(-KEPT_BYTES)));
  }

  get text(): string {
    const nowMs = performance.now();
    const recent = this.#chunks.filter(({ atMs }) => nowMs - atMs <= RECENT_MS);
    return Buffer.concat(recent.map(({ bytes }) => bytes)).toString();
  }

  #add(bytes: Buffer): void {
    this.#chunks.push({ atMs: performance.now(), bytes });
    this.#size += bytes.length;
    while (this.#size > KEPT_BYTES) this.#size -= this.#chunks.shift()?.bytes.length ?? 0;
  }
}
