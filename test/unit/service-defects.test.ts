// What differs between a service as it is registered and as it should be, setting by setting.
import { describe, expect, it } from 'vitest';
import { type FoundService, serviceDefects } from '../../src/mechanisms/service-defects.ts';
import { isMendable } from '../../src/model/defect.ts';

const WANTED = {
  service: 'HermesGateway-work',
  binaryPath: '"C:\\Program Files\\Hermes\\host.exe" service --service HermesGateway-work',
  delays: '1, 2, 4 s',
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
  hasOwner: true,
  hasEventSource: true,
};

const defects = (found: Partial<FoundService>) => serviceDefects({ ...WELL, ...found }, WANTED);

describe('a service as it is registered', () => {
  it('has no defect where it is as it should be', () => {
    expect(defects({})).toEqual([]);
  });

  it.each([
    ['another ladder', { wrong: ['recovery'], delays: '5 s' }, 'ladder-changed', '5 s → 1, 2, 4 s'],
    ['no ladder', { wrong: ['recovery'], delays: undefined }, 'ladder-changed', 'none → 1, 2, 4 s'],
    ['no failure-actions flag', { wrong: ['failuresWithoutCrash'] }, 'failure-flag-off', 'off → on'],
    ['no right of its owner', { wrong: ['security'] }, 'rights-changed', 'you may query'],
    ['another account', { wrong: ['account'], account: '.\\anna' }, 'account-changed', '.\\anna → LocalSystem'],
    ['another program', { wrong: ['program'], binaryPath: 'C:\\old\\host.exe' }, 'host-outdated', 'C:\\old\\host.exe → '],
    ['a program that is gone', { wrong: ['program'], binaryPath: 'C:\\gone.exe', hasProgram: false }, 'host-missing', 'C:\\gone.exe → '],
    [
      'other privileges and another name',
      { wrong: ['displayName', 'requiredPrivileges'] },
      'service-changed',
      'displayName, requiredPrivileges',
    ],
    ['no owner', { hasOwner: false }, 'owner-missing', 'the user whom the service belongs to'],
    ['no source in the event log', { hasEventSource: false }, 'event-source-missing', undefined],
  ] as const)('with %s: its defect says both values, and an administrator mends it', (_, found, code, detail) => {
    const [defect, ...others] = defects(found);
    expect(others).toEqual([]);
    expect(defect).toMatchObject({ problem: { code, elevated: true } });
    expect(defect?.changes).toHaveLength(1);
    if (detail !== undefined) expect(defect?.changes[0]?.detail).toContain(detail);
    expect(defect && isMendable(defect)).toBe(true);
  });

  it('with a program that is gone and that no other one could replace: only a person can mend it', () => {
    const [defect] = defects({ hasProgram: false });
    expect(defect).toMatchObject({ problem: { code: 'host-missing' }, changes: [] });
  });

  it.each([
    ['manual', 'automatic', 'start-type-chosen'],
    ['automatic-delayed', 'automatic', 'start-type-chosen'],
    ['disabled', 'automatic', 'start-disabled'],
    ['automatic', 'manual', 'start-type-chosen'],
  ] as const)('with the start type %s where it was installed with %s: somebody chose it, and it is kept', (startType, remembered, code) => {
    const [defect, ...others] = defects({ startType, rememberedStartType: remembered });
    expect(others).toEqual([]);
    expect(defect).toMatchObject({ problem: { code }, kept: true, changes: [{ action: 'keep' }] });
    expect(defect && isMendable(defect)).toBe(false);
  });

  it('is as it should be where it was installed with what somebody had chosen before', () => {
    expect(defects({ startType: 'manual', rememberedStartType: 'manual' })).toEqual([]);
  });
});
