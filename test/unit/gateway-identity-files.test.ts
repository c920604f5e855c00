// What a gateway's files say, whatever state they are in, and whether it lives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingGateway, readGatewayLock, readGatewayPid, readGatewayState, readUpdateResult } from '../../src/gateway/identity-files.ts';
import { clearPlannedStop, isMarkerFor, readPlannedStop, readTakeoverMarker, writePlannedStop } from '../../src/gateway/planned-stop.ts';
import { parsePs, parseStat, posixProcesses, startTimesMatch } from '../../src/gateway/process-start-time.ts';
import { poll } from '../../src/model/poll.ts';

const onLinux = process.platform === 'linux';
const PID_FILE = 'gateway.pid';
const STATE_FILE = 'gateway_state.json';
const UPDATE_RESULT = '.hermes-update-result.json';
const PLANNED_STOP = '.gateway-planned-stop.json';
const TAKEOVER = '.gateway-takeover.json';
const EVERY_FILE = [PID_FILE, 'gateway.lock', STATE_FILE, UPDATE_RESULT, PLANNED_STOP, TAKEOVER];

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'gateway-files-'));
  mkdirSync(path.join(home, 'state'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const write = (name: string, content: unknown) =>
  writeFileSync(path.join(home, name), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));

const processes = (living: Readonly<Record<number, number | undefined>>) => ({
  isAlive: (pid: number) => Object.hasOwn(living, pid),
  startTime: (pid: number) => living[pid],
});

function readEverything(): unknown[] {
  return [
    readGatewayPid(home),
    readGatewayLock(home),
    readGatewayState(home),
    readUpdateResult(home),
    readPlannedStop(home),
    readTakeoverMarker(home),
  ];
}

describe('files of a gateway', () => {
  it('reads gateway files in the format that Hermes writes', () => {
    write(PID_FILE, { pid: 12, kind: 'hermes-gateway', argv: ['hermes', 'gateway', 'run'], start_time: 99, hermes_home: home });
    expect(readGatewayPid(home)).toEqual({ pid: 12, startTime: 99 });
    write(STATE_FILE, {
      pid: 12,
      start_time: 99,
      gateway_state: 'degraded',
      exit_reason: null,
      active_agents: 2,
      platforms: { telegram: { state: 'error', error_message: 'bad token', needs_attention: true }, irc: { state: 'connected' } },
      served_profiles: ['work', 'play'],
      updated_at: '2026-01-01T12:00:00.123456+00:00',
    });
    expect(readGatewayState(home)).toEqual({
      pid: 12,
      startTime: 99,
      state: 'degraded',
      activeAgents: 2,
      servedProfiles: ['work', 'play'],
      platforms: [
        { name: 'telegram', state: 'error', errorMessage: 'bad token' },
        { name: 'irc', state: 'connected' },
      ],
    });
  });

  it('reads a gateway file that begins with a byte order mark', () => {
    write(PID_FILE, `\uFEFF${JSON.stringify({ pid: 12, start_time: 99 })}`);
    expect(readGatewayPid(home)).toMatchObject({ pid: 12, startTime: 99 });
  });

  it('reads a gateway file that contains only a number, as old versions wrote it', () => {
    write(PID_FILE, '12\n');
    expect(readGatewayPid(home)).toEqual({ pid: 12, startTime: null });
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['half of it', '{"pid": 12, "start_ti'],
    ['an array', [12]],
    ['text', '"12"'],
    ['null', 'null'],
    ['no PID', { kind: 'hermes-gateway' }],
    ['a PID in quotes', { pid: '12' }],
    ['PID 0', { pid: 0 }],
    ['a negative PID', '-12'],
    ['a broken PID', { pid: 1.5 }],
    ['a start time of another kind', { pid: 12, start_time: 'noon' }],
    ['another program', { pid: 12, start_time: 99, kind: 'other' }],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x31, 0x00])],
  ])('finds no evidence of a gateway in files that contain %s', (_name, content) => {
    write(PID_FILE, content);
    expect(readGatewayPid(home)).toBeUndefined();
    expect(livingGateway(home, processes({ 12: 99 }))).toBeUndefined();
  });

  it('does not read a gateway file that is too large', () => {
    write(PID_FILE, JSON.stringify({ pid: 12 }));
    truncateSync(path.join(home, PID_FILE), 3 * 1024 ** 3);
    expect(readGatewayPid(home)).toBeUndefined();
  });

  it('ignores a folder with the name of a gateway file', () => {
    for (const name of EVERY_FILE) mkdirSync(path.join(home, name));
    expect(readEverything().every(each => each === undefined)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'ignores a FIFO with the name of a gateway file without waiting (there is none on Windows)',
    async () => {
      const [code] = await once(spawn('mkfifo', [path.join(home, PID_FILE)]), 'exit');
      expect(code).toBe(0);
      expect(readGatewayPid(home)).toBeUndefined();
    },
  );

  it('never throws, whatever the gateway files contain, and never reports a gateway without evidence', () => {
    const everyPidLives = { isAlive: () => true, startTime: () => 99 };
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
      fc.json().map(json => Buffer.from(json)),
      fc
        .record(
          {
            pid: fc.oneof(fc.constant(12), fc.anything()),
            start_time: fc.oneof(fc.constantFrom(99, 100, null), fc.anything()),
            target_pid: fc.anything(),
            target_start_time: fc.anything(),
            written_at: fc.anything(),
            platforms: fc.anything(),
            served_profiles: fc.anything(),
            gateway_state: fc.oneof(fc.constantFrom('running', 'stopped'), fc.anything()),
            ok: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map(value => Buffer.from(toJson(value))),
    );
    fc.assert(
      fc.property(anything, content => {
        for (const name of EVERY_FILE) write(name, content);
        expect(readEverything()).toHaveLength(EVERY_FILE.length);
        const living = livingGateway(home, everyPidLives, 'linux');
        if (living === undefined) return;
        const said = JSON.parse(content.toString('utf8'));
        expect(said.pid).toBe(living.pid);
        if (living.certain) expect(said.start_time).toBe(99);
        else expect(said).toMatchObject({ gateway_state: expect.not.stringMatching(/^(stopped|startup_failed)$/) });
      }),
      { numRuns: 100 },
    );
  });
});

/** As text, with what JSON cannot hold made into something that it can. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === 'bigint' || typeof each === 'symbol' ? String(each) : each)) ?? 'null';
}

describe('update files', () => {
  it('reads how an update ended', () => {
    write(UPDATE_RESULT, { ok: false, exit_code: 5, message: 'locked', finished_at: 1_767_000_000 });
    expect(readUpdateResult(home)).toEqual({ ok: false, message: 'locked', finishedAtMs: 1_767_000_000_000 });
    write(UPDATE_RESULT, { exit_code: 0 });
    expect(readUpdateResult(home)).toBeUndefined();
  });
});

describe('livingGateway', () => {
  const record = (pid: number, startTime: number | null) => ({ pid, kind: 'hermes-gateway', argv: [], start_time: startTime });

  it('returns the process with the recorded PID and start time', () => {
    write(PID_FILE, record(12, 99));
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toEqual({ pid: 12, startTime: 99, certain: true });
  });

  it.each([
    ['0.19', { kind: 'hermes-gateway', argv: ['hermes', 'gateway', 'run'] }],
    ['0.22', { kind: 'hermes-gateway', argv: ['gateway', 'run'], hermes_home: '<home>' }],
    ['an unknown version', { kind: 'hermes-gateway', hermes_home: null, boot: { id: 1 }, roles: ['gateway'] }],
  ])('finds the gateway by the PID file of %s', (_version, fields) => {
    write(PID_FILE, JSON.stringify({ pid: 12, start_time: 99, ...fields }).replace('<home>', home));
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toEqual({ pid: 12, startTime: 99, certain: true });
  });

  it.each([PID_FILE, 'gateway.lock', STATE_FILE])('is not found by a %s that names another home, as in a copied home', name => {
    write(name, { ...record(12, 99), hermes_home: path.join(home, 'state'), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toBeUndefined();
    write(name, { ...record(12, 99), hermes_home: path.join(home, 'state', '..'), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toMatchObject({ pid: 12, certain: true });
  });

  it.skipIf(process.platform === 'win32')('is found in a home behind a link (Windows asks for a right to make one)', () => {
    write(PID_FILE, { ...record(12, 99), hermes_home: home });
    const link = `${home}-link`;
    symlinkSync(home, link);
    try {
      expect(livingGateway(link, processes({ 12: 99 }), 'linux')).toMatchObject({ pid: 12, certain: true });
    } finally {
      rmSync(link);
    }
  });

  it('is the same for a state file that was just stamped again and for one that is ten minutes old', () => {
    write(PID_FILE, record(12, 99));
    const now = Date.now();
    const living = [0, 60_000, 600_000].map(ageMs => {
      const at = new Date(now - ageMs);
      write(STATE_FILE, { ...record(12, 99), gateway_state: 'running', updated_at: at.toISOString() });
      utimesSync(path.join(home, STATE_FILE), at, at);
      return livingGateway(home, processes({ 12: 99 }), 'linux');
    });
    const state = { pid: 12, startTime: 99, state: 'running', activeAgents: 0, servedProfiles: [], platforms: [] };
    for (const each of living) expect(each).toEqual({ pid: 12, startTime: 99, certain: true, state });
  });

  it.each(['hibernating', 'Stopped', '', 7, null, ['stopped']])('is found whatever unknown state %j it reports', gatewayState => {
    write(PID_FILE, record(12, 99));
    write(STATE_FILE, { ...record(12, 99), gateway_state: gatewayState });
    const isText = typeof gatewayState === 'string';
    const living = livingGateway(home, processes({ 12: 99 }), 'linux');
    expect(living).toMatchObject({ pid: 12, certain: true });
    expect(living?.state?.state).toBe(isText ? gatewayState : undefined);
    rmSync(path.join(home, PID_FILE));
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')?.pid).toBe(isText ? 12 : undefined);
  });

  it('returns none when the PID belongs to another program now', () => {
    write(PID_FILE, record(12, 99));
    write(STATE_FILE, { ...record(12, 99), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 100 }), 'linux')).toBeUndefined();
  });

  it('returns none when the process is gone, whatever the state file contains', () => {
    write(PID_FILE, record(12, 99));
    write(STATE_FILE, { ...record(12, 99), gateway_state: 'running' });
    expect(livingGateway(home, processes({}), 'linux')).toBeUndefined();
  });

  it('finds the gateway by the lock or the state file when the PID file is gone', () => {
    write('gateway.lock', record(12, 99));
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toMatchObject({ pid: 12, certain: true });
    rmSync(path.join(home, 'gateway.lock'));
    write(STATE_FILE, { ...record(12, 99), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toMatchObject({ pid: 12, certain: true });
  });

  it.each(['stopped', 'startup_failed'])('is not found by a state that says %s', gatewayState => {
    write(STATE_FILE, { ...record(12, 99), gateway_state: gatewayState });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toBeUndefined();
  });

  it('returns an uncertain result without a recorded start time, and needs a state file of the same process', () => {
    write(PID_FILE, record(12, null));
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toBeUndefined();
    write(STATE_FILE, { ...record(12, null), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toMatchObject({ pid: 12, certain: false });
    write(STATE_FILE, { ...record(13, null), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: 99 }), 'linux')).toBeUndefined();
  });

  it('returns an uncertain result when the live start time cannot be read', () => {
    write(PID_FILE, record(12, 99));
    write(STATE_FILE, { ...record(12, 99), gateway_state: 'running' });
    expect(livingGateway(home, processes({ 12: undefined }), 'linux')).toMatchObject({ pid: 12, certain: false });
  });
});

describe('start times', () => {
  it('compares start times exactly on Linux, within a rounding on Windows, within one second of ps on macOS', () => {
    expect(startTimesMatch(100, 100, 'linux')).toBe(true);
    expect(startTimesMatch(100, 101, 'linux')).toBe(false);
    expect(startTimesMatch(176_700_000_012, 176_700_000_013, 'win32')).toBe(true);
    expect(startTimesMatch(176_700_000_012, 176_700_000_014, 'win32')).toBe(false);
    expect(startTimesMatch(176_700_000_099, 176_700_000_000, 'darwin')).toBe(true);
    expect(startTimesMatch(176_700_000_201, 176_700_000_000, 'darwin')).toBe(false);
  });

  it('finds the start time after a process name with blanks and brackets', () => {
    const rest = `S 1 ${Array.from({ length: 17 }, (_, index) => index).join(' ')} 4711 0`;
    expect(parseStat(`12 (a) b (c) ${rest}`)).toEqual({ state: 'S', startTicks: 4_711 });
    expect(parseStat('')).toBeUndefined();
  });

  it('parses the start time from the output of ps', () => {
    const startCentiseconds = new Date(2025, 10, 22, 19, 59, 1).getTime() / 10;
    expect(parsePs('Ss   Sat Nov 22 19:59:01 2025    \n')).toEqual({ state: 'S', startCentiseconds });
    expect(parsePs('')).toBeUndefined();
  });

  it.skipIf(!onLinux)(
    'distinguishes this process from its successor, and reports a zombie as dead (read from /proc, which only Linux has)',
    async () => {
      expect(posixProcesses.startTime(process.pid)).toBeGreaterThan(0);
      expect(posixProcesses.isAlive(process.pid)).toBe(true);
      // The shell's child ends at once, and the program that replaces the shell never asks how.
      const parent = spawn('sh', ['-c', 'true & exec sleep 60'], { stdio: 'ignore' });
      try {
        const zombie = await poll(() => Number(readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim()), {
          what: 'the child',
          deadlineMs: 10_000,
        });
        await poll(() => !posixProcesses.isAlive(zombie), { what: 'its death', deadlineMs: 10_000 });
        expect(existsSync(`/proc/${zombie}`)).toBe(true);
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it.each([0, -1, 2 ** 31, Number.NaN])('has no living process %s', pid => {
    expect(posixProcesses.isAlive(pid)).toBe(false);
  });
});

describe('planned stop', () => {
  const target = { pid: 12, startTime: 99 };

  it('writes the planned stop completely, in the format of Hermes, and leaves no other file in the home', async () => {
    await writePlannedStop(home, target);
    const written = JSON.parse(readFileSync(path.join(home, PLANNED_STOP), 'utf8'));
    expect(written).toEqual({
      target_pid: 12,
      target_start_time: 99,
      stopper_pid: process.pid,
      written_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
    });
    expect(readdirSync(home).sort()).toEqual([PLANNED_STOP, 'state']);
    expect(readPlannedStop(home)).toMatchObject({ target, writerPid: process.pid });
  });

  it('accepts a planned stop for one minute, and only for the process that it names', async () => {
    await writePlannedStop(home, target);
    const marker = readPlannedStop(home);
    if (marker === undefined) throw new Error('no marker');
    const now = marker.writtenAtMs;
    expect(isMarkerFor(marker, target, now + 60_000)).toBe(true);
    expect(isMarkerFor(marker, target, now + 60_001)).toBe(false);
    expect(isMarkerFor(marker, { pid: 13, startTime: 99 }, now)).toBe(false);
    expect(isMarkerFor(marker, { pid: 12, startTime: 500 }, now)).toBe(false);
    expect(isMarkerFor(marker, { pid: 12, startTime: null }, now)).toBe(true);
  });

  it('removes a planned stop that was not read, but never one that names another process', async () => {
    await writePlannedStop(home, target);
    clearPlannedStop(home, { pid: 13, startTime: 99 });
    expect(readPlannedStop(home)).toBeDefined();
    clearPlannedStop(home, target);
    expect(readPlannedStop(home)).toBeUndefined();
  });

  it.each([
    [PLANNED_STOP, readPlannedStop, 'stopper_pid'],
    [TAKEOVER, readTakeoverMarker, 'replacer_pid'],
  ])('ignores a %s that is cut off in the middle, wherever that is', (name, read, writer) => {
    const whole = JSON.stringify({ target_pid: 12, target_start_time: 99, [writer]: 14, written_at: '2026-01-01T12:00:00+00:00' });
    for (let length = 0; length < whole.length; length += 1) {
      write(name, whole.slice(0, length));
      expect(read(home), whole.slice(0, length)).toBeUndefined();
    }
    write(name, whole);
    expect(read(home)).toMatchObject({ target, writerPid: 14 });
  });

  it('does not apply a marker with the start time in seconds, as another program wrote it', () => {
    const startTime = 176_700_000_012;
    write(PLANNED_STOP, { target_pid: 12, target_start_time: 1_767_000_000, stopper_pid: 14, written_at: new Date().toISOString() });
    const marker = readPlannedStop(home);
    expect(marker && isMarkerFor(marker, { pid: 12, startTime }, Date.now(), 'win32')).toBe(false);
  });

  it('does not recreate a home that is gone', async () => {
    const gone = path.join(home, 'gone');
    await expect(writePlannedStop(gone, target)).rejects.toThrow();
    expect(existsSync(gone)).toBe(false);
  });

  it('distinguishes a planned stop from the takeover by another gateway', () => {
    write(TAKEOVER, { target_pid: 12, target_start_time: 99, replacer_pid: 14, written_at: '2026-01-01T12:00:00+00:00' });
    expect(readTakeoverMarker(home)).toEqual({ target, writerPid: 14, writtenAtMs: Date.parse('2026-01-01T12:00:00Z'), takeover: true });
    expect(readPlannedStop(home)).toBeUndefined();
  });
});
