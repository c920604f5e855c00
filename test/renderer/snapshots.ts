/** Documents as the main process sends them: one for every phase, as plain as a person would meet it. */

import type { ShownUpdate, Snapshot, UpdateEnd } from '../../src/desktop/ipc.ts';
import type { HistoryRecord } from '../../src/model/history.ts';
import { RECOVERY_LADDER } from '../../src/model/ladder.ts';
import { problem } from '../../src/model/problems.ts';
import { noted, type Receipt, type ReceiptRow } from '../../src/model/receipt.ts';
import type { Phase, Status } from '../../src/model/status.ts';
import { timelineOf } from '../../src/model/timeline.ts';

/** The moment of all documents: a Friday morning in UTC, in epoch milliseconds. */
export const NOW = Date.UTC(2026, 1, 6, 9, 30, 0);
export const ago = (ms: number): string => new Date(NOW - ms).toISOString();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const BASE: Status = {
  schema: 1,
  profile: 'default',
  service: 'HermesGateway',
  mechanism: 'service',
  phase: 'running',
  desired: 'running',
  restarts: { count: 0 },
  startType: 'automatic',
  recovery: RECOVERY_LADDER,
  watchdog: true,
  problems: [],
};

const ALIVE = { gatewayPid: 7312, servicePid: 4180, startedAt: ago(3 * HOUR + 12 * MINUTE), session: { id: 1, user: 'PC\\anna' } } as const;
const CRASHED = { code: 1, reason: 'The gateway ended by itself.', at: ago(2_000) } as const;

const BY_PHASE: Readonly<Record<Phase, Partial<Status>>> = {
  'not-installed': { mechanism: 'none', desired: 'stopped' },
  stopped: { desired: 'stopped', lastExit: { code: 0, reason: 'Stopped as asked.', at: ago(HOUR) } },
  starting: { servicePid: 4180 },
  running: { ...ALIVE, restarts: { count: 2, lastAt: ago(3 * HOUR + 12 * MINUTE) } },
  degraded: { ...ALIVE, detail: 'three probes without an answer', problems: [problem('gateway-silent')] },
  restarting: {
    servicePid: 4180,
    lastExit: CRASHED,
    restarts: { count: 4, lastAt: ago(20_000), nextAt: new Date(NOW + 14_000).toISOString(), attempt: 5 },
    problems: [problem('crash-loop')],
  },
  'waiting-for-sign-in': { servicePid: 4180, waitingForSignInSince: ago(7 * HOUR), automaticSignIn: 'no' },
  'held-for-update': { servicePid: 4180, detail: 'hermes update: replacing the checkout' },
  stopping: { ...ALIVE, desired: 'stopped' },
  failed: { lastExit: CRASHED, problems: [problem('launch-failed')] },
  'needs-attention': {
    lastExit: { code: 78, reason: 'The configuration was refused.', at: ago(MINUTE) },
    problems: [problem('configuration')],
  },
  'removal-pending': { desired: 'stopped' },
  foreign: { mechanism: 'none', desired: 'stopped', takenBy: 'C:\\Program Files\\Other\\other.exe' },
  unsupported: { mechanism: 'none', desired: 'stopped' },
  unknown: { mechanism: 'none', detail: 'the service control manager did not answer' },
};

export function statusIn(phase: Phase, overrides: Partial<Status> = {}): Status {
  return { ...BASE, ...BY_PHASE[phase], phase, ...overrides };
}

const HISTORY: readonly HistoryRecord[] = [
  { at: ago(28 * HOUR), kind: 'started', pid: 2204, cause: 'asked' },
  {
    at: ago(5 * HOUR),
    kind: 'ended',
    pid: 2204,
    code: 1,
    outcome: 'failure',
    reason: 'The gateway ended by itself with code 1',
    uptimeMs: 23 * HOUR,
  },
  { at: ago(5 * HOUR - 1_000), kind: 'started', pid: 5120, cause: 'recovery' },
  { at: ago(4 * HOUR), kind: 'noted', what: 'degraded', reason: 'three probes without an answer' },
  {
    at: ago(3 * HOUR + 13 * MINUTE),
    kind: 'ended',
    pid: 5120,
    code: null,
    outcome: 'failure',
    reason: 'The gateway was killed',
    uptimeMs: 107 * MINUTE,
  },
  { at: ago(3 * HOUR + 12 * MINUTE), kind: 'started', pid: 7312, cause: 'recovery' },
];

export function snapshotIn(phase: Phase, status: Partial<Status> = {}, overrides: Partial<Snapshot> = {}): Snapshot {
  const { history = phase === 'not-installed' ? [] : HISTORY } = overrides;
  return {
    schema: 1,
    supported: true,
    profile: 'default',
    profiles: ['default'],
    status: statusIn(phase, status),
    mechanisms: ['service', 'startup'],
    history,
    timeline: timelineOf(history, { ms: NOW, isUp: statusIn(phase, status).gatewayPid !== undefined }),
    ...overrides,
  };
}

/** Somebody has changed the delays, and chosen a start type, which stays. */
const REPAIR: readonly ReceiptRow[] = [
  { action: 'change', kind: 'ladder', target: 'HermesGateway', ...noted('repaired', '5 s', '1, 2, 4, 9, 16, 25, 36, 49, 64 s') },
  { action: 'keep', kind: 'service', target: 'HermesGateway', ...noted('start-type', 'manual') },
];

export function receiptFor(verb: Receipt['verb']): Receipt {
  const on = verb === 'install';
  const folder = { kind: 'folder', target: 'C:\\Program Files\\Hermes Gateway Service\\1f6c0b7e' } as const;
  const service = { kind: 'service', target: 'HermesGateway' } as const;
  const entry = { kind: 'startup-entry', target: 'Hermes_Gateway.cmd' } as const;
  const command = `"${folder.target}\\hermes-gateway-host.exe" service --service HermesGateway`;
  const rows: readonly ReceiptRow[] =
    verb === 'repair'
      ? REPAIR
      : on
        ? [
            { action: 'create', ...folder },
            { action: 'create', ...service, ...noted('service', 'Hermes gateway', command) },
            { action: 'create', kind: 'ladder', target: 'HermesGateway', ...noted('delays', '1, 2, 4, 9, 16, 25, 36, 49, 64', '60') },
            { action: 'create', kind: 'right', target: 'HermesGateway', ...noted('rights') },
            { action: 'remove', ...entry },
            { action: 'start', ...service },
          ]
        : [
            { action: 'stop', ...service },
            { action: 'remove', ...service },
            { action: 'remove', ...folder, ...noted('state-removed') },
            { action: 'create', ...entry },
          ];
  return { schema: 1, verb, profile: 'default', service: 'HermesGateway', mechanism: 'service', elevated: true, rows };
}

/** The receipt of the sign-in start, as it is offered where there are no rights for a service. */
export function signInReceipt(): Receipt {
  const copy = 'C:\\Users\\anna\\AppData\\Local\\HermesGatewayService\\host\\1f6c0b7e1f6c0b7e';
  const command = `"${copy}\\hermes-gateway-host.exe" supervise --service HermesGateway`;
  const rows: readonly ReceiptRow[] = [
    { action: 'create', kind: 'folder', target: copy, ...noted('host-copy') },
    { action: 'create', kind: 'startup-entry', target: 'Hermes Gateway Service.lnk', ...noted('sign-in', command) },
    { action: 'start', kind: 'process', target: 'supervisor', ...noted('windowless') },
  ];
  return { ...receiptFor('install'), mechanism: 'startup', elevated: false, rows };
}

export const LOG_LINES: readonly string[] = Array.from(
  { length: 24 },
  (_, line) => `2026-02-06 09:${String(line).padStart(2, '0')}:07 INFO gateway.run: telegram: 3 updates, 1 reply in 812 ms`,
);

/** An update of the app, in this step. */
export function updateAt(step: ShownUpdate['step'], overrides: Partial<ShownUpdate> = {}): ShownUpdate {
  return {
    id: 'one',
    what: 'Hermes',
    who: 'Hermes Desktop',
    since: ago(2 * MINUTE),
    step,
    own: true,
    versions: { from: '0.19', to: '0.20' },
    gateways: [{ profile: 'default', state: step === 'planned' ? 'waiting' : 'stopped' }],
    ...overrides,
  };
}

export function updateEnd(outcome: UpdateEnd['outcome'], overrides: Partial<UpdateEnd> = {}): UpdateEnd {
  return { id: 'one', outcome, what: 'Hermes', versions: { from: '0.19', to: '0.20' }, at: ago(MINUTE), ...overrides };
}
