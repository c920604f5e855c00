// What `npm start` understands and what it prints, without playing anything.
import { describe, expect, it } from 'vitest';
import { percentile } from '../../demo/story/changes.ts';
import { HELP, parseStartOptions } from '../../demo/story/options.ts';
import { type StoryStepReport, stepLines, summaryLine } from '../../demo/story/report.ts';

const PASSED: StoryStepReport = { name: 'switch on', result: 'passed', ms: 1_234.5, figure: 'running after 0.50 s' };
const FAILED: StoryStepReport = {
  name: 'stop',
  result: 'failed',
  ms: 30_000,
  failure: { expected: 'the phase stopped', seen: 'phase stopping\nprocesses: 12 node' },
};
const SKIPPED: StoryStepReport = { name: 'hang', result: 'skipped', ms: 0, figure: 'needs the sample gateway' };

describe('command line of npm start', () => {
  it('uses the sample gateway, and a browser when there is one, without arguments', () => {
    expect(parseStartOptions([])).toEqual({ help: false, json: false, gateway: 'sample', wine: false, service: false, browser: true });
  });

  it('accepts a home as an absolute path', () => {
    expect(parseStartOptions(['--home', 'some/where']).home).toBe(`${process.cwd()}/some/where`);
  });

  it.each([
    [['--rewind']],
    [['--wine', '--gateway', 'hermes']],
    [['--wine', '--home', '/home']],
    [['extra']],
    [['--home']],
    [['--gateway', 'other']],
    [['--service']],
  ])('refuses %j and names the help', argv => {
    expect(() => parseStartOptions(argv, 'linux')).toThrow(
      expect.objectContaining({ code: 'usage', remedy: 'See "npm start -- --help".' }),
    );
  });

  it('uses the sign-in start on Windows, and the service where it is asked for', () => {
    expect(parseStartOptions([], 'win32').service).toBe(false);
    expect(parseStartOptions(['--service'], 'win32').service).toBe(true);
  });

  it('names every option in its help', () => {
    for (const option of ['--gateway', '--home', '--wine', '--service', '--no-browser', '--json', '--help']) expect(HELP).toContain(option);
  });
});

describe('report of the story', () => {
  it('aligns times and figures', () => {
    const lines = [PASSED, SKIPPED, { ...PASSED, name: 'gateway killed, restarted', ms: 12_345.6 }].map(stepLines);
    expect(lines).toEqual([
      '  ✓  switch on                                 1.23 s   running after 0.50 s',
      '  –  hang                                               needs the sample gateway',
      '  ✓  gateway killed, restarted                12.35 s   running after 0.50 s',
    ]);
  });

  it('shows for a failed step what was expected and what was seen', () => {
    expect(stepLines(FAILED).split('\n')).toEqual([
      '  ✗  stop                                     30.00 s',
      '       expected  the phase stopped',
      '       seen      phase stopping',
      '                 processes: 12 node',
    ]);
  });

  it('summarizes the result in one line', () => {
    const story = { gateway: 'sample', totalMs: 14_800 };
    expect(summaryLine({ ...story, ok: true, steps: [PASSED, SKIPPED], pictures: '/p' })).toBe(
      '1 steps as expected, 1 skipped, 14.8 s; pictures in /p.',
    );
    expect(summaryLine({ ...story, ok: false, steps: [PASSED, FAILED], noPictures: '--no-browser was given' })).toBe(
      '1 of 2 steps failed, 14.8 s; no pictures were made: --no-browser was given.',
    );
  });

  it('computes a percentile by the nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect(percentile(values, 95)).toBe(19);
    expect(percentile(values, 50)).toBe(10);
    expect(percentile([7], 95)).toBe(7);
  });
});
