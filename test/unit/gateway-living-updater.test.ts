// Hermes' own updater: its marker counts while the very process that wrote it lives, and not when its PID went to somebody else.

import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingUpdater } from '../../src/gateway/living-updater.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { NOBODY } from '../support/sandbox.ts';

let root: string;
let marker: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'hg-updater-'));
  marker = path.join(root, '.hermes-update-in-progress');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const born = () => (Date.now() - process.uptime() * 1_000) / 1_000;

describe("Hermes' own updater", () => {
  it.each([
    ['with the time of its birth', () => `${process.pid}\n${born()}\n`, true],
    ['with whole seconds', () => `${process.pid}\n${Math.floor(born())}\n`, true],
    ['with the time of its claim', () => `${process.pid}\n${Date.now() / 1_000}\n`, true],
    ['with a time before its birth: the PID was recycled', () => `${process.pid}\n${born() - 60}\n`, false],
    ['without a time', () => `${process.pid}\n`, true],
    ['of a process that is gone', () => `${NOBODY}\n${Date.now() / 1_000}\n`, false],
    ['that is rubbish', () => 'rubbish', false],
  ])('is seen at work by a marker %s', (_what, text, expected) => {
    writeFileSync(marker, text());
    expect(livingUpdater(root, posixProcesses)).toEqual(expected ? { pid: process.pid } : undefined);
  });

  it('is told from a recycled PID by the age of a marker that says no time', () => {
    writeFileSync(marker, `${process.pid}\n`);
    utimesSync(marker, born() - 60, born() - 60);
    expect(livingUpdater(root, posixProcesses)).toBeUndefined();
  });

  it('counts where its start time may not be asked', () => {
    writeFileSync(marker, `${process.pid}\n${born() - 60}\n`);
    const refuse = () => {
      throw new Error('not yours');
    };
    expect(livingUpdater(root, { isAlive: () => true, startTime: refuse })).toEqual({ pid: process.pid });
  });

  it('is not there without a marker', () => {
    expect(livingUpdater(root, posixProcesses)).toBeUndefined();
  });
});
