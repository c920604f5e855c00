/**
 * How fast the runner takes what a gateway prints, what that costs in memory, and whether anything is lost. The log keeps 50 MB, so two
 * runs are needed: a long one for speed and memory, and one that fits into the log, whose every line is counted and hashed.
 */

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { poll } from '../../src/model/poll.ts';
import { EmbeddedGateway } from '../support/embedded-gateway.ts';
import type { Outcome, Part } from './figure.ts';
import { residentBytes } from './process-cost.ts';

/** Prints the given number of megabytes as numbered lines. */
export const CHATTERBOX = fileURLToPath(new URL('chatterbox.mjs', import.meta.url));
const LONG_MB = 1_024;
const KEPT_MB = 40;
const DEADLINE_MS = 120_000;
const MB = 1_024 * 1_024;

interface Said {
  readonly beganAt: number;
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

export const capture: Part = {
  name: 'capture',
  measure: async runs => {
    const [rates, growths, lost, differing]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let run = 0; run < runs; run += 1) {
      const { said, tookMs, growthBytes } = await chatter(LONG_MB, false);
      rates.push(said.bytes / MB / (tookMs / 1_000));
      if (growthBytes !== undefined) growths.push(growthBytes / MB);
      const { said: told, kept } = await chatter(KEPT_MB, true);
      lost.push(told.lines - kept.lines);
      differing.push(told.sha256 === kept.sha256 ? 0 : 1);
    }
    const memory = `growth of the runner's peak memory over ${LONG_MB} MB`;
    const outcomes: Outcome[] = [
      { name: `captured output of a gateway, ${LONG_MB} MB`, unit: 'MB/s', values: rates, target: { bound: 'at least', value: 100 } },
      growths.length > 0
        ? { name: memory, unit: 'MB', values: growths, target: { bound: 'at most', value: 64, judged: 'max' } }
        : { name: memory, skipped: 'it is read from /proc, on Linux only' },
      { name: `lines lost of ${KEPT_MB} MB`, unit: '', values: lost, target: { bound: 'at most', value: 0, judged: 'max' } },
      {
        name: `logs of ${KEPT_MB} MB whose hash differs`,
        unit: '',
        values: differing,
        target: { bound: 'at most', value: 0, judged: 'max' },
      },
    ];
    return outcomes;
  },
};

async function chatter(megabytes: number, whole: boolean) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatter-'));
  const hashing = whole ? ['hash'] : [];
  const gateway = await EmbeddedGateway.install({ gatewayCommand: [process.execPath, CHATTERBOX, folder, String(megabytes), ...hashing] });
  try {
    const runner = await gateway.pid('runner');
    const known = process.platform === 'linux';
    const before = known ? residentBytes(runner, 'VmRSS') : undefined;
    fs.writeFileSync(path.join(folder, 'go'), '');
    const report = path.join(folder, 'said.json');
    await poll(() => fs.existsSync(report), { what: 'the gateway to have printed everything', deadlineMs: DEADLINE_MS, everyMs: 5 });
    const said = JSON.parse(fs.readFileSync(report, 'utf8')) as Said;
    const log = gateway.manager.logPath(gateway.identity);
    const last = String(said.lines - 1).padStart(12, '0');
    await poll(() => tail(log, 2_048).includes(last), { what: 'the last line in the log', deadlineMs: DEADLINE_MS, everyMs: 5 });
    const tookMs = Date.now() - said.beganAt;
    const growthBytes = before === undefined ? undefined : residentBytes(runner, 'VmHWM') - before;
    return { said, tookMs, growthBytes, kept: whole ? keptLines(log) : { lines: 0, sha256: '' } };
  } finally {
    await gateway.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What the gateway printed, over all files of the log; the lines of our own are left out. */
function keptLines(log: string): { readonly lines: number; readonly sha256: string } {
  const hash = createHash('sha256');
  let lines = 0;
  for (const file of [4, 3, 2, 1].map(n => `${log}.${n}`).concat(log)) {
    if (!fs.existsSync(file)) continue;
    for (const line of fs.readFileSync(file, 'latin1').split('\n').slice(0, -1)) {
      if (line.startsWith('--- ')) continue;
      lines += 1;
      hash.update(`${line}\n`, 'latin1');
    }
  }
  return { lines, sha256: hash.digest('hex') };
}

/** The last bytes of a file, '' while it is put aside under another name. */
export function tail(file: string, bytes: number): string {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return '';
  const fd = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, bytes, Math.max(0, size - bytes)));
  } finally {
    fs.closeSync(fd);
  }
}
