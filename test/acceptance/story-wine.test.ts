// `npm start -- --wine` as a user gets it: the story of a Windows service below Wine. Its respawn is the work of the rebuilt SCM.
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { pressCtrlC, startStory } from '../support/story-process.ts';
import { available } from '../wine/rig.ts';
import { requireRig } from '../wine/wine-system.ts';

const wine = available();
let running: ChildProcess | undefined;

afterEach(() => {
  // One that a test gave up cleans up by itself.
  running?.kill('SIGINT');
});

/** Wine's programs have the prefix in their environment, each of them. */
function expectNothingLeft(prefix: string): void {
  expect(prefix).toMatch(/\/\.cache\/wine\/run-\w+$/);
  expect(processesOf(prefix)).toEqual([]);
  expect(existsSync(prefix)).toBe(false);
}

describe.skipIf(!wine.ok)(
  wine.ok ? 'npm start -- --wine' : `npm start -- --wine (skipped: ${wine.reason})`,
  // The first run on a machine makes the rig's template, too.
  { timeout: 300_000 },
  () => {
    it('plays the story with a Windows service and leaves no process and no Wine prefix', async () => {
      const { child, ended } = startStory(['--wine', '--no-browser', '--json']);
      running = child;
      const { code, stdout } = await ended;
      const report = JSON.parse(stdout) as { folder: string; left: unknown[]; steps: { name: string; result: string; figure: string }[] };
      expect(
        report.steps.filter(({ result }) => result !== 'passed'),
        stdout,
      ).toEqual([]);
      expect(report).toMatchObject({ ok: true, gateway: 'sample', left: [] });
      expect(report.steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['switch on', 'stop, update, start', 'nothing is left']));
      const respawn = report.steps.find(({ name }) => name === 'gateway killed, restarted');
      expect(respawn?.figure).toMatch(/^back after \d+\.\d\d s by the rebuilt SCM$/);
      expect(code).toBe(0);
      expectNothingLeft(report.folder);
    });

    it('removes everything after Ctrl+C in a terminal', async () => {
      let interrupted = false;
      const { child, ended } = startStory(['--wine', '--no-browser'], {
        onOutput: (output, story) => {
          if (interrupted || !output.includes('switch on')) return;
          interrupted = true;
          pressCtrlC(story);
        },
      });
      running = child;
      const { code, stdout } = await ended;
      expect({ code, interrupted }).toEqual({ code: 130, interrupted: true });
      expect(stdout, stdout).toContain('Everything is removed');
      expectNothingLeft(/\(([^()]+)\)/.exec(stdout)?.[1] ?? '');
    });
  },
);

describe('a trial under Wine', () => {
  it('refuses to start a trial when the Wine rig is missing, and prints how to get it', () => {
    const missing = () => requireRig({ ok: false, reason: "Debian's wine64 is missing" });
    expect(missing).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("Debian's wine64 is missing"),
        remedy: expect.stringContaining('bash test/wine/setup.sh'),
      }),
    );
  });
});
