/** What gateways and updates of one home said of themselves, in `words.log`, as `chaos-gateway.mjs` and `chaos-update.mjs` write it. */

import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Word {
  readonly what: 'born' | 'update-begins' | 'update-ends';
  readonly pid: number;
}

export class WordsFile {
  readonly #file: string;
  readonly #words: Word[] = [];
  #readTo = 0;

  constructor(home: string) {
    this.#file = path.join(home, 'words.log');
  }

  /** Every word so far; a line that is just being written is read the next time. */
  read(): readonly Word[] {
    const fresh = this.#text().slice(this.#readTo);
    const lines = fresh.slice(0, fresh.lastIndexOf('\n') + 1);
    this.#readTo += lines.length;
    for (const line of lines.split('\n').filter(Boolean)) {
      const [what, pid] = line.split(' ');
      this.#words.push({ what: what as Word['what'], pid: Number(pid) });
    }
    return this.#words;
  }

  #text(): string {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      return '';
    }
  }
}
