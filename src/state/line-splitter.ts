/**
 * A stream of bytes as lines, each as a terminal would show it: of a line that was rewritten after carriage returns (a progress bar), the
 * last state. Holds the line that has no end yet; a long one is cut, so that it bounds memory.
 */

const LF = 0x0a;
const CR = 0x0d;
const END = Buffer.of(LF);

/** A longer line becomes several, in bytes. */
const MAX_LINE_BYTES = 256 * 1024;

export class LineSplitter {
  #rest: Buffer[] = [];
  #bytes = 0;

  /** The whole lines that this chunk ends, with their line breaks; empty where it ends none. */
  add(chunk: Buffer): Buffer {
    const end = chunk.lastIndexOf(LF) + 1;
    const whole = end === 0 ? [] : [...this.#take(), chunk.subarray(0, end)];
    this.#keep(chunk.subarray(end));
    if (chunk.includes(CR)) this.#keep(lastState(Buffer.concat(this.#take())));
    if (this.#bytes >= MAX_LINE_BYTES) whole.push(...this.#cut(), END);
    return lastStates(Buffer.concat(whole));
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** The line that has no end yet, as far as it is known. */
  get rest(): Buffer {
    return lastState(Buffer.concat(this.#rest));
  }

  /** That line with an end; empty where there is none. */
  end(): Buffer {
    return this.isEmpty ? Buffer.alloc(0) : Buffer.concat([lastState(Buffer.concat(this.#take())), END]);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length > 0) this.#rest.push(bytes);
    this.#bytes += bytes.length;
  }

  #take(): Buffer[] {
    const taken = this.#rest;
    this.#rest = [];
    this.#bytes = 0;
    return taken;
  }

  /** All of it but the beginning of a character whose other bytes come later. */
  #cut(): Buffer[] {
    const all = Buffer.concat(this.#take());
    let end = all.length - 1;
    while (end > all.length - 4 && isContinuation(all[end])) end -= 1;
    if ((all[end] ?? 0) < 0xc0) end = all.length;
    this.#keep(all.subarray(end));
    return [all.subarray(0, end)];
  }
}

const isContinuation = (byte = 0): boolean => byte >= 0x80 && byte < 0xc0;

function lastStates(lines: Buffer): Buffer {
  if (!lines.includes(CR)) return lines;
  const shown: Buffer[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(LF, start) + 1;
    shown.push(lastState(lines.subarray(start, end)));
    start = end;
  }
  return Buffer.concat(shown);
}

/** What follows the last carriage return that anything follows. */
function lastState(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && (line[end - 1] === CR || line[end - 1] === LF)) end -= 1;
  return line.subarray(line.subarray(0, end).lastIndexOf(CR) + 1);
}
