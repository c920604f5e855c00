// The marker of Hermes' own updater: it counts while the process that wrote it, or its delegate, lives, and not when the PID is another
// program's.

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { livingUpdater, parseUpdateMarker } from '../../src/gateway/update-marker.ts';
import { NOBODY } from '../support/sandbox.ts';

let root: string;
let marker: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-updater-'));
  marker = path.join(root, '.hermes-update-in-progress');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const SELF = process.pid;
const nowSeconds = () => Date.now() / 1_000;
const born = () => nowSeconds() - process.uptime();
const ct = (seconds: number) => `ct:${seconds.toFixed(3)}`;

describe('text of an update marker', () => {
  it.each([
    ['55\n1767000000\n', { owner: { pid: 55 }, startedAtMs: 1_767_000_000_000 }],
    ['\uFEFF55\r\n1767000000\r\n', { owner: { pid: 55 }, startedAtMs: 1_767_000_000_000 }],
    ['55\n1767000000.5\nrun:abc\n', { owner: { pid: 55 }, startedAtMs: 1_767_000_000_500 }],
    ['55\n1767000000\nct:1766999999.250\n', { owner: { pid: 55, createdAtMs: 1_766_999_999_250 }, startedAtMs: 1_767_000_000_000 }],
    ['55\n1767000000\nct:soon\n', { owner: { pid: 55 }, startedAtMs: 1_767_000_000_000 }],
    [
      '55\n1767000000\nct:1\nrun:a\ndelegate:x ct:2\ndelegate:56 ct:2.5\ndelegate:57 ct:3\n',
      { owner: { pid: 55, createdAtMs: 1_000 }, startedAtMs: 1_767_000_000_000, delegate: { pid: 56, createdAtMs: 2_500 } },
    ],
    ['55', undefined],
    ['55\nsoon\n', undefined],
    ['0\n1767000000\n', undefined],
    ['4294967296\n1767000000\n', undefined],
    ['55x\n1767000000\n', undefined],
    ['\n', undefined],
  ])('parses the update marker %j, or returns nothing when it is not valid', (text, expected) => {
    expect(parseUpdateMarker(text)).toEqual(expected);
  });
});

describe('updater of Hermes', () => {
  it.each([
    ['of version 1 with the creation time of its process', () => `${SELF}\n${born()}\n`, true],
    ['of version 1 with whole seconds', () => `${SELF}\n${Math.floor(born())}\n`, true],
    ['of version 1 with the time of its claim', () => `${SELF}\n${nowSeconds()}\n`, true],
    ['of version 1 that is older than its process: the PID was given to another program', () => `${SELF}\n${born() - 60}\n`, false],
    ['of version 2 with the creation time of its process', () => `${SELF}\n${Math.floor(born())}\n${ct(born())}\n`, true],
    ['of version 2 with another creation time', () => `${SELF}\n${Math.floor(nowSeconds())}\n${ct(born() - 60)}\n`, false],
    ['of version 2 that began an hour ago', () => `${SELF}\n${Math.floor(nowSeconds()) - 3_600}\n${ct(born())}\n`, true],
    ['of a dead owner whose delegate lives', () => `${NOBODY}\n${Math.floor(nowSeconds())}\nct:1\ndelegate:${SELF} ${ct(born())}\n`, true],
    ['of a dead owner and a dead delegate', () => `${NOBODY}\n${Math.floor(nowSeconds())}\nct:1\ndelegate:${NOBODY} ct:1\n`, false],
    ['without a time', () => `${SELF}\n`, false],
    ['of a process that has ended', () => `${NOBODY}\n${nowSeconds()}\n`, false],
    ['with invalid text', () => 'invalid', false],
  ])('decides whether Hermes is updating from a marker %s', (_what, text, expected) => {
    writeFileSync(marker, text());
    expect(livingUpdater(root, posixProcesses)?.pid).toBe(expected ? SELF : undefined);
  });

  it('reports no running updater when its marker has no creation time and is older than 20 minutes', () => {
    const alive = { isAlive: () => true, startTime: () => undefined };
    const startedAt = Math.floor(nowSeconds());
    writeFileSync(marker, `${SELF}\n${startedAt}\n`);
    const at = (minutes: number) => livingUpdater(root, alive, (startedAt + minutes * 60) * 1_000);
    expect(at(20)).toMatchObject({ pid: SELF });
    expect(at(20.1)).toBeUndefined();
  });

  it('reports no other process than the owner from a marker that is cut off in the middle, and none from half a time', () => {
    const whole = `${SELF}\n${Math.floor(nowSeconds())}\n${ct(born())}\ndelegate:${NOBODY} ct:1\n`;
    const [owner = '', began = '', created = ''] = whole.split('\n');
    const everyPidLives = { isAlive: () => true, startTime: posixProcesses.startTime };
    const living = (length: number) => {
      writeFileSync(marker, whole.slice(0, length));
      return livingUpdater(root, everyPidLives)?.pid;
    };
    const withTime = owner.length + 1 + began.length;
    // An empty marker is one that is about to be written.
    for (let length = 1; length < withTime; length += 1) expect(living(length), whole.slice(0, length)).toBeUndefined();
    for (let length = withTime; length < withTime + 1 + 'ct:'.length; length += 1) expect(living(length)).toBe(SELF);
    const withCreation = withTime + 1 + created.length;
    for (let length = withCreation; length <= whole.length; length += 1) expect(living(length), whole.slice(0, length)).toBe(SELF);
  });

  it('reports a running updater when its marker is empty and was created less than 5 seconds ago', () => {
    writeFileSync(marker, '');
    const at = (seconds: number) => livingUpdater(root, posixProcesses, Date.now() + seconds * 1_000);
    expect(at(4)).toMatchObject({ startedAtMs: expect.any(Number) });
    expect(at(6)).toBeUndefined();
    utimesSync(marker, nowSeconds() - 60, nowSeconds() - 60);
    expect(at(0)).toBeUndefined();
  });

  it('reports a running updater when the start time of its process cannot be read', () => {
    writeFileSync(marker, `${SELF}\n${born() - 60}\n`);
    const refuse = () => {
      throw new Error('access denied');
    };
    expect(livingUpdater(root, { isAlive: () => true, startTime: refuse })).toMatchObject({ pid: SELF });
  });

  it('reports no running updater without a marker', () => {
    expect(livingUpdater(root, posixProcesses)).toBeUndefined();
  });
});
