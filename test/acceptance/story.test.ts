// `npm start` as a user gets it: a process that plays the story without a browser, and leaves nothing.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../demo/story/chromium.ts';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { pressCtrlC, type StoryEnded, type StoryProcessOptions, startStory } from '../support/story-process.ts';

/** Everything that the trial makes lies below, and its processes carry this path in their environment. */
let temporary: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'story-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

function playStory(argv: readonly string[], { env, ...options }: StoryProcessOptions = {}): Promise<StoryEnded> {
  const { child, ended } = startStory(argv, { ...options, env: { TMPDIR: temporary, ...env } });
  running = child;
  return ended;
}

function expectNothingLeft(): void {
  expect(processesOf(temporary)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
}

describe('npm start', { timeout: 180_000 }, () => {
  it('plays the story without a browser and leaves no process and no file', async () => {
    const { code, stdout, stderr } = await playStory(['--no-browser', '--json']);
    const report = JSON.parse(stdout) as {
      ok: boolean;
      noPictures: string;
      left: unknown[];
      steps: { name: string; result: string; ms: number }[];
    };
    expect(report.steps.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect(report).toMatchObject({ ok: true, gateway: 'sample', noPictures: '--no-browser was given', left: [] });
    expect(report.steps.map(({ name }) => name)).toEqual([
      'switch on',
      'gateway killed, restarted',
      'gateway ends with 75, started in place',
      'gateway ends with 78, left alone',
      'configuration repaired',
      'gateway hangs, noticed',
      'restart',
      'stop',
      'start',
      'stop, update, start',
      'switch off',
      'nothing is left',
    ]);
    expect({ code, stderr: stderr.replace('Building…\n', '') }).toEqual({ code: 0, stderr: '' });
    expectNothingLeft();
  });

  const hasBrowser = findChromium() !== undefined;
  it.skipIf(!hasBrowser)(
    `plays every step by clicks in the panel, with pictures${hasBrowser ? '' : ' (skipped: needs a Chromium)'}`,
    async () => {
      const { code, stdout } = await playStory(['--json']);
      const report = JSON.parse(stdout) as { readonly ok: boolean; readonly steps: readonly { readonly result: string }[] };
      expect(report.steps.filter(({ result }) => result !== 'passed')).toEqual([]);
      expect({ code, ok: report.ok, steps: report.steps.length }).toEqual({ code: 0, ok: true, steps: 13 });
      expect(processesOf(temporary)).toEqual([]);
    },
  );

  it('removes everything after Ctrl+C in the middle of the story', async () => {
    let interrupted = false;
    const { code, stdout } = await playStory(['--no-browser'], {
      onOutput: (output, child) => {
        if (interrupted || !output.includes('gateway killed')) return;
        interrupted = true;
        pressCtrlC(child);
      },
    });
    expect(interrupted).toBe(true);
    expect(code).toBe(130);
    expect(stdout).toContain('Everything is removed');
    expectNothingLeft();
  });

  it('reports for a failed step what was expected, what was seen and where the logs are', async () => {
    const bin = path.join(temporary, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'hermes'), '#!/bin/sh\necho no token configured\nexit 1\n', { mode: 0o755 });
    const { code, stdout } = await playStory(['--gateway', 'hermes', '--no-browser'], { env: { PATH: bin } });
    rmSync(bin, { recursive: true });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ {2}switch on .*\n +expected {2}the gateway running\n +seen +phase /);
    const logs = /The logs are in (.*)\.\n/.exec(stdout)?.[1] ?? '';
    expect(readFileSync(path.join(logs, 'gateway.log'), 'utf8')).toContain('no token configured');
    expectNothingLeft();
  });

  it('reports an invalid command line and changes nothing', async () => {
    const { code, stdout, stderr } = await playStory(['--no-such-option']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("'--no-such-option'");
    expect(stderr).toContain('npm start -- --help');
    expectNothingLeft();
  });

  it.each([
    ['there is no such home', ['--home', '/nowhere/at/all'], 'The Hermes home folder does not exist.'],
    ['there is no Hermes', ['--gateway', 'hermes'], 'No Hermes gateway program was found for this home.'],
  ])('prints a remedy where %s', async (_what, argv, message) => {
    const { code, stdout, stderr } = await playStory(argv, { env: { PATH: temporary } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.replace('Building…\n', '').split('\n')).toEqual([expect.stringContaining(message), expect.stringMatching(/\.$/), '']);
    expectNothingLeft();
  });
});
