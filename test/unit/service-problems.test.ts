// What differs between a service as it is registered and as it should be, setting by setting.
import { describe, expect, it } from 'vitest';
import { type FoundService, serviceProblems } from '../../src/mechanisms/service-problems.ts';
import { isRepairable } from '../../src/model/repair.ts';

const WANTED = {
  service: 'HermesGateway-work',
  binaryPath: '"C:\\Program Files\\Hermes\\host.exe" service --service HermesGateway-work',
  delays: '1, 2, 4 s',
  beforeSignIn: 'no',
  eventSource: 'HKLM\\…\\Hermes Gateway Service',
} as const;

const WELL: FoundService = {
  wrong: [],
  binaryPath: WANTED.binaryPath,
  hasProgram: true,
  account: 'LocalSystem',
  delays: '1, 2, 4 s',
  startType: 'automatic',
  rememberedStartType: 'automatic',
  beforeSignIn: 'no',
  hasOwner: true,
  hasEventSource: true,
};

const foundProblems = (found: Partial<FoundService>) => serviceProblems({ ...WELL, ...found }, WANTED);

describe('registered service', () => {
  it('has no problem when its settings are as expected', () => {
    expect(foundProblems({})).toEqual([]);
  });

  it.each([
    ['other restart delays', { wrong: ['recovery'], delays: '5 s' }, 'ladder-changed', '5 s → 1, 2, 4 s'],
    ['no restart delays', { wrong: ['recovery'], delays: undefined }, 'ladder-changed', 'none → 1, 2, 4 s'],
    ['another choice of "before I sign in"', { beforeSignIn: 'yes' }, 'before-sign-in-changed', 'yes → no'],
    ['no failure-actions flag', { wrong: ['failuresWithoutCrash'] }, 'failure-flag-off', 'off → on'],
    ['no rights of its owner', { wrong: ['security'] }, 'rights-changed', 'you can query'],
    ['another account', { wrong: ['account'], account: '.\\anna' }, 'account-changed', '.\\anna → LocalSystem'],
    ['another program', { wrong: ['binaryPath'], binaryPath: 'C:\\old\\host.exe' }, 'host-outdated', 'C:\\old\\host.exe → '],
    ['a program that is gone', { wrong: ['binaryPath'], binaryPath: 'C:\\gone.exe', hasProgram: false }, 'host-missing', 'C:\\gone.exe → '],
    [
      'other privileges and another name',
      { wrong: ['displayName', 'requiredPrivileges'] },
      'service-changed',
      'displayName, requiredPrivileges',
    ],
    ['no owner', { hasOwner: false }, 'owner-missing', 'the user who owns the service'],
    ['no source in the event log', { hasEventSource: false }, 'event-source-missing', undefined],
  ] as const)('reports both values of a service with %s, and lets an administrator repair it', (_, found, code, detail) => {
    const [foundProblem, ...others] = foundProblems(found);
    expect(others).toEqual([]);
    expect(foundProblem).toMatchObject({ problem: { code, elevated: true } });
    expect(foundProblem?.changes).toHaveLength(1);
    if (detail !== undefined) expect(foundProblem?.changes[0]?.detail).toContain(detail);
    expect(foundProblem && isRepairable(foundProblem)).toBe(true);
  });

  it('reports that only the user can repair a service whose program is gone and has no replacement', () => {
    const [foundProblem] = foundProblems({ hasProgram: false });
    expect(foundProblem).toMatchObject({ problem: { code: 'host-missing' }, changes: [] });
  });

  it.each([
    ['manual', 'automatic', 'start-type-chosen'],
    ['automatic-delayed', 'automatic', 'start-type-chosen'],
    ['disabled', 'automatic', 'start-disabled'],
    ['automatic', 'manual', 'start-type-chosen'],
  ] as const)('keeps the start type %s of a service installed as %s, because a user selected it', (startType, remembered, code) => {
    const [foundProblem, ...others] = foundProblems({ startType, rememberedStartType: remembered });
    expect(others).toEqual([]);
    expect(foundProblem).toMatchObject({ problem: { code }, kept: true, changes: [{ action: 'keep' }] });
    expect(foundProblem && isRepairable(foundProblem)).toBe(false);
  });

  it('reports no problem when the service was installed with the start type that a user had selected before', () => {
    expect(foundProblems({ startType: 'manual', rememberedStartType: 'manual' })).toEqual([]);
  });
});
