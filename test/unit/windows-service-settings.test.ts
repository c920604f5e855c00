// The settings of a service as ChangeServiceConfig2W takes them, byte by byte: Wine's SCM knows few of them, so they are shown here.
import koffi from 'koffi';
import { expect, it } from 'vitest';
import { encodeSetting, type ServiceSettings, type SettingName } from '../../src/windows/service-config.ts';
import { REQUIRED_PRIVILEGES } from '../../src/windows/service-install.ts';

const SETTINGS: ServiceSettings = {
  description: 'Keeps it running.',
  recovery: { delaysMs: [1_000, 64_000], resetMs: 60_000 },
  failuresWithoutCrash: true,
  delayedStart: false,
  serviceSid: 'unrestricted',
  requiredPrivileges: REQUIRED_PRIVILEGES,
  preshutdownTimeoutMs: 20_000,
};

function encoded(name: SettingName): { readonly level: number; readonly bytes: Buffer } {
  const { level, type, value } = encodeSetting(name, SETTINGS);
  const bytes = Buffer.alloc(koffi.sizeof(type));
  koffi.encode(bytes, type, value);
  return { level, bytes };
}

/** winsvc.h: SERVICE_CONFIG_DELAYED_AUTO_START_INFO and its kin, each a structure of one DWORD. */
it.each<[SettingName, number, number]>([
  // The gateway is expected when somebody signs in, so the start is not delayed.
  ['delayedStart', 3, 0],
  ['failuresWithoutCrash', 4, 1],
  // SERVICE_SID_TYPE_UNRESTRICTED
  ['serviceSid', 5, 1],
  ['preshutdownTimeoutMs', 7, 20_000],
])('writes %s as the DWORD of level %i: %i', (name, level, value) => {
  expect(encoded(name)).toEqual({ level, bytes: Buffer.from(Uint32Array.of(value).buffer) });
});

it('writes the four privileges that the broker needs as a list with two terminators', () => {
  const { level, value } = encodeSetting('requiredPrivileges', SETTINGS);
  const list = (value as { pmszRequiredPrivileges: Buffer }).pmszRequiredPrivileges;
  expect(level).toBe(6);
  expect(list.toString('utf16le')).toBe(
    'SeTcbPrivilege\0SeAssignPrimaryTokenPrivilege\0SeIncreaseQuotaPrivilege\0SeChangeNotifyPrivilege\0\0',
  );
});

it('writes the failure actions as a header and a list of restarts', () => {
  const { level, bytes } = encoded('recovery');
  expect(level).toBe(2);
  expect({ resetS: bytes.readUInt32LE(0), reboot: bytes.readBigUInt64LE(8), command: bytes.readBigUInt64LE(16) }).toEqual({
    resetS: 60,
    reboot: 0n,
    command: 0n,
  });
  expect(bytes.readUInt32LE(24)).toBe(2);
  const actions = koffi.decode(bytes.readBigUInt64LE(32), koffi.array('uint32', 4)) as number[];
  expect([...actions]).toEqual([1, 1_000, 1, 64_000]);
});
