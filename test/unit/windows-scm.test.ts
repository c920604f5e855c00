// The pure halves of the SCM's wrappers: waiting, failure actions, status reports, controls, readback.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../src/model/events.ts';
import { fromFailureActions, parseFailureActions, toFailureActions } from '../../src/windows/failure-actions.ts';
import type { ServiceState, ServiceStatus } from '../../src/windows/scm.ts';
import { nextWaitStep, type Progress } from '../../src/windows/scm-wait.ts';
import { parseSid } from '../../src/windows/sddl.ts';
import { toControl } from '../../src/windows/service-control.ts';
import {
  type InstalledService,
  mismatches,
  REQUIRED_PRIVILEGES,
  type ServiceSpec,
  serviceDisplayName,
} from '../../src/windows/service-install.ts';
import { acceptedControls, type ReportedState, StatusSequence } from '../../src/windows/service-status.ts';

const status = (state: ServiceState, checkPoint = 0, waitHintMs = 0): ServiceStatus => ({
  state,
  win32ExitCode: 0,
  serviceExitCode: 0,
  checkPoint,
  waitHintMs,
});

describe('waiting for a service', () => {
  it('ends when the service reaches the state', () => {
    expect(nextWaitStep(status('running'), 'running', undefined, 0)).toBe('reached');
    expect(nextWaitStep(status('stopped'), 'stopped', undefined, 0)).toBe('reached');
  });

  it('ends when a service that was starting has stopped', () => {
    expect(nextWaitStep(status('stopped'), 'running', undefined, 0)).toBe('stopped');
  });

  it('continues as long as the checkpoint increases', () => {
    let progress: Progress | undefined;
    for (let round = 1; round <= 20; round += 1) {
      const step = nextWaitStep(status('stop-pending', round, 20_000), 'stopped', progress, round * 15_000);
      expect(step).toMatchObject({ checkPoint: round });
      progress = step as Progress;
    }
  });

  it('stops when the checkpoint does not change for longer than the wait hint', () => {
    const progress = { state: 'stop-pending', checkPoint: 3, movedAtMs: 1000 } as const;
    expect(nextWaitStep(status('stop-pending', 3, 20_000), 'stopped', progress, 21_000)).toEqual(progress);
    expect(nextWaitStep(status('stop-pending', 3, 20_000), 'stopped', progress, 21_001)).toBe('stuck');
  });

  it('counts a change of state as progress', () => {
    const progress = { state: 'start-pending', checkPoint: 3, movedAtMs: 0 } as const;
    expect(nextWaitStep(status('stop-pending', 3, 1000), 'stopped', progress, 60_000)).toMatchObject({ movedAtMs: 60_000 });
  });
});

describe('failure actions', () => {
  const LADDER = { delaysMs: [1, 2, 4, 9, 16, 25, 36, 49, 64].map(seconds => seconds * 1000), resetMs: 60_000 };

  it('writes failure actions as restarts with the delays in milliseconds and the reset period in seconds', () => {
    expect(toFailureActions(LADDER)).toMatchObject({ dwResetPeriod: 60, cActions: 9 });
    expect(toFailureActions(LADDER).lpsaActions[8]).toEqual({ Type: 1, Delay: 64_000 });
    expect(toFailureActions({ ...LADDER, resetMs: 60_001 }).dwResetPeriod).toBe(61);
  });

  it('reads failure actions from the bytes that Windows keeps in the registry', () => {
    const bytes = Buffer.from('80510100000000000000000003000000140000000100000060ea00000100000060ea00000100000060ea0000', 'hex');
    expect(parseFailureActions(bytes)).toEqual({ delaysMs: [60_000, 60_000, 60_000], resetMs: 86_400_000 });
  });

  it('keeps failure actions unchanged through the structure and back', () => {
    const plan = fc.record({
      delaysMs: fc.array(fc.nat(4_000_000), { minLength: 1 }),
      resetMs: fc.nat(100_000).map(seconds => seconds * 1000),
    });
    fc.assert(
      fc.property(plan, ladder => {
        expect(fromFailureActions(toFailureActions(ladder))).toEqual(ladder);
      }),
    );
  });

  it('reads no restart delays from failure actions that are not restarts, are empty or are cut off', () => {
    expect(fromFailureActions({ dwResetPeriod: 60, lpsaActions: [] })).toBeUndefined();
    expect(fromFailureActions({ dwResetPeriod: 60, lpsaActions: [{ Type: 2, Delay: 0 }] })).toBeUndefined();
    expect(parseFailureActions(Buffer.alloc(4))).toBeUndefined();
    const cut = Buffer.alloc(24);
    cut.writeUInt32LE(9, 12);
    expect(parseFailureActions(cut)).toBeUndefined();
  });
});

describe('status reported by a service', () => {
  it.each<[ReportedState, number]>([
    ['start-pending', 0],
    ['running', 0x181],
    ['stop-pending', 0],
    ['stopped', 0],
  ])('accepts in the state %s only the controls that the service can handle', (state, controls) => {
    expect(acceptedControls(state)).toBe(controls);
  });

  it('reports increasing checkpoints while the state is pending, and none afterwards', () => {
    const sequence = new StatusSequence();
    const states = ['start-pending', 'start-pending', 'running', 'stop-pending', 'stop-pending', 'stopped'] as const;
    expect(states.map(state => sequence.next(state)?.dwCheckPoint)).toEqual([1, 2, 0, 1, 2, 0]);
  });

  it('reports no status after the stop, and only the stop after it began', () => {
    const sequence = new StatusSequence();
    sequence.next('running');
    sequence.next('stop-pending');
    expect(sequence.next('running')).toBeUndefined();
    expect(sequence.next('stopped')).toBeDefined();
    for (const state of ['start-pending', 'running', 'stop-pending', 'stopped'] as const) expect(sequence.next(state)).toBeUndefined();
  });

  it('reports a failure as a service-specific code, and a requested stop without one', () => {
    expect(new StatusSequence().next('stopped', { serviceExitCode: 42 })).toMatchObject({
      dwWin32ExitCode: 1066,
      dwServiceSpecificExitCode: 42,
    });
    expect(new StatusSequence().next('stopped')).toMatchObject({ dwWin32ExitCode: 0, dwServiceSpecificExitCode: 0 });
  });
});

describe('service control', () => {
  const none = (): number => {
    throw new Error('no session in this one');
  };
  it('identifies a control by its number', () => {
    expect(toControl(1, 0, none)).toEqual({ kind: 'stop' });
    expect(toControl(15, 0, none)).toEqual({ kind: 'preshutdown' });
    expect(toControl(4, 0, none)).toBe('interrogate');
    expect(toControl(14, 5, () => 3)).toEqual({ kind: 'session', logon: true, session: 3 });
    expect(toControl(14, 6, () => 3)).toEqual({ kind: 'session', logon: false, session: 3 });
  });
  it('ignores a control that any user may send (128 to 255), and an unknown one', () => {
    expect(toControl(200, 0, none)).toBe('unknown');
    expect(toControl(14, 99, none)).toBe('unknown');
  });
});

describe('check after an installation', () => {
  const spec: ServiceSpec = {
    name: 'HermesGateway-work',
    displayName: serviceDisplayName('work'),
    description: 'Keeps the gateway running.',
    program: 'C:\\Program Files\\Hermes Gateway Service\\0\\hermes-gateway-host.exe',
    args: ['service', '--name', 'HermesGateway-work'],
    owner: parseSid('S-1-5-21-1-2-3-1001'),
    recovery: { delaysMs: [1000, 2000], resetMs: 60_000 },
    preshutdownTimeoutMs: 20_000,
  };
  const answered = {
    description: spec.description,
    recovery: spec.recovery,
    failuresWithoutCrash: true,
    delayedStart: false,
    serviceSid: 'unrestricted',
    requiredPrivileges: [...REQUIRED_PRIVILEGES].reverse(),
    preshutdownTimeoutMs: 20_000,
  } as const;
  const good: InstalledService = {
    config: {
      binaryPath: '"C:\\Program Files\\Hermes Gateway Service\\0\\hermes-gateway-host.exe" service --name HermesGateway-work',
      startType: 'automatic',
      displayName: 'Hermes Gateway "work"',
      account: 'LocalSystem',
      serviceType: 0x10,
    },
    settings: { answered, kept: { recovery: spec.recovery, failuresWithoutCrash: true } },
    security: undefined,
  };

  it('finds no difference when every setting was kept', () => {
    expect(mismatches(spec, 'automatic', good)).toEqual([]);
  });

  it('finds restart delays that the SCM returns and the registry does not have', () => {
    const kept = { recovery: { delaysMs: [1000], resetMs: 60_000 } };
    expect(mismatches(spec, 'automatic', { ...good, settings: { answered, kept } })).toEqual(['recovery']);
  });

  it('finds restart delays that were not kept', () => {
    expect(mismatches(spec, 'automatic', { ...good, settings: { answered: {}, kept: {} } })).toEqual(['recovery']);
  });

  it('finds an additional privilege', () => {
    const more = { ...answered, requiredPrivileges: [...REQUIRED_PRIVILEGES, 'SeDebugPrivilege'] };
    expect(mismatches(spec, 'automatic', { ...good, settings: { answered: more, kept: {} } })).toEqual(['requiredPrivileges']);
  });

  it.each([
    ['binaryPath', { binaryPath: 'C:\\Program Files\\evil.exe' }],
    ['account', { account: '.\\somebody' }],
    ['startType', { startType: 'disabled' }],
    ['serviceType', { serviceType: 0x20 }],
    ['displayName', { displayName: 'Other' }],
  ] as const)('finds a different %s', (what, config) => {
    expect(mismatches(spec, 'automatic', { ...good, config: { ...good.config, ...config } })).toEqual([what]);
  });

  it('gives each profile a unique display name', () => {
    expect(serviceDisplayName('')).toBe('Hermes Gateway');
    expect(serviceDisplayName('work')).toBe('Hermes Gateway "work"');
  });
});

describe('events', () => {
  it('gives the events unique ids that EventCreate.exe supports', () => {
    const ids = Object.values(EVENTS).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id >= 1 && id <= 1000).toBe(true);
  });
});
