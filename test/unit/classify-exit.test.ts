// "Who asked decides": what each end of a gateway means.
import { describe, expect, it } from 'vitest';
import { classifyExit, describeExit, type ExitEvidence, mayRestartInPlace } from '../../src/gateway/classify-exit.ts';
import type { StopMarker } from '../../src/gateway/planned-stop.ts';
import type { ExitKind } from '../../src/model/history.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const GATEWAY = { pid: 4_000, startTime: 77 };
const marker = (change: Partial<StopMarker> = {}): StopMarker => ({
  target: GATEWAY,
  writerPid: 9_000,
  writtenAtMs: NOW - 5_000,
  ...change,
});
const evidence = (change: Partial<ExitEvidence> = {}): ExitEvidence => ({
  gateway: GATEWAY,
  nowMs: NOW,
  ran: true,
  output: [],
  ...change,
});

const minuteFull = [NOW - 59_000, NOW - 30_000, NOW - 1];

describe('classifyExit', () => {
  it.each<[string, string, number | null, Partial<ExitEvidence>]>([
    [
      'what the gateway states about its configuration',
      'The gateway reports an error in its configuration: irc: IRC identity bot1 is in use by PID 8547 (exit code 78).',
      78,
      { stated: 'irc: IRC identity bot1 is in use by PID 8547.' },
    ],
    [
      'what the gateway states about a failure',
      'The gateway failed: no platform connected (exit code 1).',
      1,
      { stated: 'no platform connected' },
    ],
    [
      'a signal that nobody announced, by the output',
      'An unknown process ended the gateway by SIGTERM (exit code 1).',
      1,
      { output: ['WARNING gateway.run: Shutdown context: signal=SIGTERM under_systemd=no', 'bye'] },
    ],
    ['a signal that nobody announced', 'An unknown process ended the gateway by SIGTERM (signal SIGTERM).', null, { signal: 'SIGTERM' }],
    [
      'a gateway that took its place',
      'A gateway with PID 9000 took its place by "gateway run --replace" (exit code 0).',
      0,
      { marker: marker({ takeover: true }) },
    ],
    [
      'the silence for which the runner ended it, whatever else is known of its end',
      'The gateway did not answer for 3 min (signal SIGKILL).',
      null,
      { hungMs: 180_000, signal: 'SIGKILL', marker: marker() },
    ],
    ['a shorter silence in seconds', 'The gateway did not answer for 1.5 s (exit code 75).', 75, { hungMs: 1_500 }],
    [
      'a profile that gets no gateway of its own',
      'Hermes serves this profile by another gateway (exit code 78).',
      78,
      { output: ["✗ Profile 'work' does not get a gateway of its own.", '  Exactly one gateway per host'] },
    ],
  ])('names %s', (_what, reason, code, change) => {
    expect(classifyExit(code, evidence(change)).reason).toBe(reason);
  });

  it.each<[string, ExitKind, number | null, Partial<ExitEvidence>]>([
    ['0 with a planned stop of another', 'stopped-from-outside', 0, { marker: marker() }],
    ['1 with a planned stop of another', 'stopped-from-outside', 1, { marker: marker() }],
    ['75 with a planned stop of another', 'stopped-from-outside', 75, { marker: marker() }],
    ['78 with a planned stop of another', 'stopped-from-outside', 78, { marker: marker() }],
    ['a kill with a planned stop of another', 'stopped-from-outside', null, { signal: 'SIGKILL', marker: marker() }],
    ['a planned stop by nobody named', 'stopped-from-outside', 0, { marker: { target: GATEWAY, writtenAtMs: NOW } }],
    ['a planned stop that knows no start time', 'stopped-from-outside', 0, { marker: marker({ target: { pid: 4_000, startTime: null } }) }],
    ['75 of a gateway that never ran', 'served-elsewhere', 75, { ran: false }],
    ['75 of a gateway that never ran, with a full minute', 'served-elsewhere', 75, { ran: false, restartsInPlaceAtMs: minuteFull }],
    ['75 of a gateway that was ended because it hung', 'failure', 75, { hungMs: 180_000 }],
    ['0 with a stale planned stop', 'failure', 0, { marker: marker({ writtenAtMs: NOW - 60_001 }) }],
    ['0 with a planned stop from the future', 'failure', 0, { marker: marker({ writtenAtMs: NOW + 60_001 }) }],
    ['0 with a planned stop for another PID', 'failure', 0, { marker: marker({ target: { pid: 4_001, startTime: 77 } }) }],
    [
      '0 with a planned stop for an earlier process of this PID',
      'failure',
      0,
      { marker: marker({ target: { pid: 4_000, startTime: 12 } }) },
    ],
    ['1 while an updater lives', 'stopped-from-outside', 1, { updateMarker: { pid: 9_001 } }],
    ['75 while an updater lives', 'stopped-from-outside', 75, { updateMarker: { pid: 9_001 } }],
    ['78 while an updater lives', 'needs-attention', 78, { updateMarker: { pid: 9_001 } }],
    ['75', 'restart-in-place', 75, {}],
    ['75 for the third time in a minute', 'restart-in-place', 75, { restartsInPlaceAtMs: minuteFull.slice(1) }],
    ['75 for the fourth time in a minute', 'failure', 75, { restartsInPlaceAtMs: minuteFull }],
    [
      '75 for the fourth time, but not in a minute',
      'restart-in-place',
      75,
      { restartsInPlaceAtMs: [NOW - 60_000, ...minuteFull.slice(1)] },
    ],
    ['78', 'needs-attention', 78, {}],
    ['0', 'failure', 0, {}],
    ['1', 'failure', 1, {}],
    ['a crash', 'failure', 0xc0000005, {}],
    ['a crash in signed notation', 'failure', -1_073_741_819, {}],
    ['a kill', 'failure', null, { signal: 'SIGKILL' }],
    ['no code at all', 'failure', null, {}],
    ['the end of a session', 'session-ending', 0x40010004, {}],
    ['the end of a session', 'session-ending', 0xc0000142, {}],
    ['the end of a session', 'session-ending', 0xc000026b, {}],
    ['the end of a session, signed', 'session-ending', -1_073_741_205, {}],
  ])('classifies the exit "%s" as %s', (_name, kind, code, change) => {
    const verdict = classifyExit(code, evidence(change));
    expect(verdict.kind).toBe(kind);
    expect(verdict.reason).toMatch(/^[A-Z].*\.$/);
  });

  it('names the cause that keeps the gateway stopped', () => {
    expect(classifyExit(0, evidence({ marker: marker() }))).toMatchObject({ holderPid: 9_000 });
    expect(classifyExit(1, evidence({ updateMarker: { pid: 9_001 } }))).toMatchObject({ holderPid: 9_001 });
  });
});

describe('describeExit', () => {
  it.each([
    [0, null, 'exit code 0'],
    [1, null, 'exit code 1'],
    [null, 'SIGKILL', 'signal SIGKILL'],
    [null, null, 'exit code unknown'],
    [0xc000013a, null, 'exit code 0xC000013A, its console was closed, or Ctrl+C'],
    [-1_073_741_819, null, 'exit code 0xC0000005, access violation'],
    [0xdeadbeef, null, 'exit code 0xDEADBEEF'],
  ] as const)('describes exit code %s with signal %s as "%s"', (code, signal, words) => {
    expect(describeExit(code, signal)).toBe(words);
  });
});

describe('mayRestartInPlace', () => {
  it('allows three restarts in place in any minute', () => {
    const times: number[] = [];
    for (let at = 0; at < 300_000; at += 5_000) if (mayRestartInPlace(times, at)) times.push(at);
    expect(times).toEqual([0, 1, 2, 3, 4].flatMap(minute => [0, 5_000, 10_000].map(at => minute * 60_000 + at)));
  });
});
