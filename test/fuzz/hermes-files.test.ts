// Files of Hermes in its home, which differ between versions: what is read fits its type, and our marker is read back.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { classifyExit } from '../../src/gateway/classify-exit.ts';
import { livingGateway, readGatewayLock, readGatewayPid, readGatewayState, readUpdateResult } from '../../src/gateway/identity-files.ts';
import { isMarkerFor, readPlannedStop, readTakeoverMarker, writePlannedStop } from '../../src/gateway/planned-stop.ts';
import { parsePs, parseStat } from '../../src/gateway/process-start-time.ts';
import { livingUpdater, parseUpdateMarker, UPDATE_MARKER } from '../../src/gateway/update-marker.ts';
import { hasExternalSupervisorOption } from '../../src/runner/gateway-help.ts';
import { StateFolder } from '../../src/state/state-folder.ts';
import { anyBytes, inPlaceOf, pid, text, time } from './anything.ts';

const home = mkdtempSync(path.join(tmpdir(), 'hg-fuzz-'));
mkdirSync(path.join(home, 'state'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const put = (name: string, content: Buffer | string) => writeFileSync(path.join(home, name), content);
const everybody = { isAlive: () => true, startTime: () => 7 };

const state = fc.constantFrom('starting', 'running', 'degraded', 'stopped', 'startup_failed');
const platforms = fc.dictionary(text, fc.record({ state: text, error_message: text, needs_attention: fc.boolean() }));
const identity = fc.record({
  pid,
  kind: fc.constant('hermes-gateway'),
  argv: fc.array(text),
  start_time: fc.option(fc.nat()),
  hermes_home: fc.constant(home),
  gateway_state: state,
  exit_reason: fc.option(text),
  active_agents: fc.nat(),
  platforms,
  served_profiles: fc.array(text),
  updated_at: time,
});
const marker = fc.record({ target_pid: pid, target_start_time: fc.nat(), stopper_pid: pid, replacer_pid: pid, written_at: time });
const isPid = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
const isWhole = (value: unknown): boolean =>
  !/undefined|NaN|Infinity/.test(JSON.stringify(value, (_key, each: unknown) => (typeof each === 'number' ? String(each) : each)) ?? '');

describe('gateway files of Hermes', () => {
  it('reads a gateway from its files as they were written', () => {
    fc.assert(
      fc.property(identity, written => {
        for (const name of ['gateway.pid', 'gateway.lock', 'gateway_state.json']) put(name, JSON.stringify(written));
        const process = { pid: written.pid, startTime: written.start_time };
        expect(readGatewayPid(home)).toMatchObject(process);
        expect(readGatewayLock(home)).toEqual(process);
        expect(readGatewayState(home)).toMatchObject({ ...process, state: written.gateway_state, servedProfiles: written.served_profiles });
      }),
    );
  });

  it('returns only a gateway with a valid PID, whatever its files contain', () => {
    fc.assert(
      fc.property(inPlaceOf(identity), inPlaceOf(identity), inPlaceOf(identity), (one, other, last) => {
        put('gateway.pid', one);
        put('gateway.lock', other);
        put('gateway_state.json', last);
        const found = [livingGateway(home, everybody), readGatewayPid(home), readGatewayLock(home)];
        for (const each of found) if (each) expect(isPid(each.pid)).toBe(true);
        expect([...found, readGatewayState(home)].filter(each => each !== undefined && !isWhole(each))).toEqual([]);
      }),
    );
  });
});

describe('planned-stop and takeover markers', () => {
  it('reads a written marker back, and applies it to its process only', async () => {
    await fc.assert(
      fc.asyncProperty(pid, fc.option(fc.nat()), async (targetPid, startTime) => {
        const target = { pid: targetPid, startTime };
        await writePlannedStop(home, target);
        const read = readPlannedStop(home);
        expect(read).toMatchObject({ target, writerPid: process.pid });
        if (!read) return;
        expect(isMarkerFor(read, target, Date.now())).toBe(true);
        expect(isMarkerFor(read, { pid: targetPid + 1, startTime }, Date.now())).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('explains an exit only by a complete marker', () => {
    fc.assert(
      fc.property(inPlaceOf(marker), fc.option(fc.integer()), (content, code) => {
        put('.gateway-planned-stop.json', content);
        put('.gateway-takeover.json', content);
        const read = readPlannedStop(home) ?? readTakeoverMarker(home);
        if (read) expect(isPid(read.target.pid) && Number.isFinite(read.writtenAtMs)).toBe(true);
        const gateway = { pid: 5, startTime: 7 };
        const verdict = classifyExit(code, { gateway, ...(read && { marker: read }), nowMs: 0, ran: true, output: [] });
        expect(verdict.reason.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('update files of Hermes', () => {
  it('returns only an updater with a valid PID from the update marker', () => {
    const lines = fc
      .tuple(fc.oneof(pid.map(String), text), fc.oneof(fc.nat().map(String), text))
      .map(([who, since]) => Buffer.from(`${who}\n${since}\n`));
    fc.assert(
      fc.property(fc.oneof(lines, anyBytes), content => {
        put(UPDATE_MARKER, content);
        const read = parseUpdateMarker(content.toString('utf8'));
        if (read) expect(isPid(read.owner.pid) && isWhole(read)).toBe(true);
        livingUpdater(home, everybody);
      }),
    );
  });

  it('returns only a valid update result', () => {
    const result = fc.record({ ok: fc.boolean(), exit_code: fc.integer(), message: text, finished_at: fc.nat() });
    fc.assert(
      fc.property(fc.oneof(inPlaceOf(result), fc.constant(Buffer.from('{"ok":true,"finished_at":1e999}'))), content => {
        put('.hermes-update-result.json', content);
        const read = readUpdateResult(home);
        if (read) expect(typeof read.ok === 'boolean' && isWhole(read)).toBe(true);
      }),
    );
  });
});

describe('answers of the system and of programs', () => {
  it('returns the state and the start time of a process, or undefined', () => {
    fc.assert(
      fc.property(fc.string(), answer => {
        const [stat, ps] = [parseStat(answer), parsePs(answer)];
        expect([stat, ps].filter(each => each !== undefined && !isWhole(each))).toEqual([]);
      }),
    );
  });

  it('returns whether a gateway supports supervisors, whatever the saved earlier answer contains', async () => {
    const kept = fc.record({ key: text, at: fc.nat(), externalSupervisor: fc.boolean() });
    const folder = new StateFolder(home);
    // A program that is not Hermes is not asked.
    const command = { argv: ['/bin/true'], cwd: home, source: 'override' as const };
    await fc.assert(
      fc.asyncProperty(inPlaceOf(kept), async content => {
        put('gateway-help.json', content);
        expect(await hasExternalSupervisorOption(command, folder, home)).toBe(false);
      }),
    );
  });
});
