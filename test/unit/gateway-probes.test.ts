// How a gateway is asked: by its pipe or by the file that its event loop stamps, and at once after the machine slept. On a virtual clock.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GatewayProbes, type GatewayProbesOptions } from '../../src/runner/gateway-probes.ts';

const PID = 4_000;
const MINUTE_MS = 60_000;

let home: string;
let sleptMs: number;
let probes: GatewayProbes | undefined;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'hg-probes-'));
  mkdirSync(path.join(home, 'state'));
  sleptMs = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  probes?.close();
  vi.useRealTimers();
  rmSync(home, { recursive: true, force: true });
});

let stamps = 0;
function stamp(pid = PID): void {
  stamps += 1;
  writeFileSync(path.join(home, 'state', 'gateway.heartbeat'), JSON.stringify({ pid, updated_at: `${stamps}` }));
}

function begin(over: Partial<GatewayProbesOptions> = {}) {
  const results: number[] = [];
  const sleeps: number[] = [];
  probes = new GatewayProbes({
    home,
    probeMs: 30_000,
    gatewayPid: () => PID,
    watchdogMs: async () => 3 * MINUTE_MS,
    isExcused: () => false,
    onResult: () => results.push(Date.now()),
    onSlept: ms => sleeps.push(ms),
    clockMs: () => Date.now() + sleptMs,
    ...over,
  });
  return { probes, results, sleeps };
}

/** Lets time pass; the gateway stamps its file every 30 s, where it does. */
async function pass(ms: number, { stamping = false } = {}): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 30_000) {
    if (stamping) stamp();
    await vi.advanceTimersByTimeAsync(Math.min(leftMs, 30_000));
  }
}

it('takes the stamps of a gateway without a pipe for answers, and finds it hung three minutes after the last one', async () => {
  begin();
  await pass(10 * MINUTE_MS, { stamping: true });
  expect(probes?.silence).toMatchObject({ answered: true, missed: 0 });
  await pass(2.5 * MINUTE_MS);
  expect(probes?.hungMs).toBeUndefined();
  await pass(MINUTE_MS);
  expect(probes?.hungMs).toBe(3 * MINUTE_MS);
});

it('never finds a gateway hung that keeps neither pipe nor stamps, or the stamps of an earlier one with its PID', async () => {
  stamp();
  begin();
  await pass(30 * MINUTE_MS);
  expect(probes?.silence).toMatchObject({ answered: false });
});

it('does not take the stamps of another process for answers', async () => {
  begin();
  for (let i = 0; i < 10; i += 1) {
    stamp(PID + 1);
    await vi.advanceTimersByTimeAsync(30_000);
  }
  expect(probes?.silence).toMatchObject({ answered: false });
});

it.each([
  ['the watchdog is off', { watchdogMs: async () => undefined }],
  ['a debugger is attached', { isExcused: () => true }],
])('does not find a silent gateway hung while %s', async (_when, options) => {
  begin(options);
  await pass(5 * MINUTE_MS, { stamping: true });
  await pass(30 * MINUTE_MS);
  expect(probes?.hungMs).toBeUndefined();
});

it('probes every 30 s, and within 5 s after the machine woke up', async () => {
  const { results, sleeps } = begin();
  await pass(5 * MINUTE_MS, { stamping: true });
  const before = results.length;
  await pass(2 * MINUTE_MS, { stamping: true });
  expect(results.length - before).toBe(4);
  const probed = results.length;
  while (results.length === probed) await vi.advanceTimersByTimeAsync(100);
  const probedMs = results.at(-1) ?? 0;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(results.at(-1)).toBe(probedMs);
  sleptMs = 8 * 60 * MINUTE_MS;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(results.at(-1)).toBeGreaterThan(probedMs); // How long it slept is told once.
  expect(sleeps).toEqual([expect.closeTo(8 * 60 * MINUTE_MS, -4)]);
});
