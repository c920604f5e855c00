/**
 * The settings of a service beyond its command line: description, failure actions and their flag, delayed start, service SID, privileges,
 * preshutdown time and security descriptor. Each is written and read on an open handle; a setting that the system does not have
 * (ERROR_INVALID_LEVEL, 124) is reported as `unsupported`, never as done.
 * Sources: ChangeServiceConfig2W, QueryServiceConfig2W, SetServiceObjectSecurity, QueryServiceObjectSecurity (Microsoft Learn).
 */
import koffi, { type TypeObject } from 'koffi';
import { checkCall, ERROR, win32Error } from './errors.ts';
import { fromFailureActions, parseFailureActions, type RawFailureActions, type RecoveryPlan, toFailureActions } from './failure-actions.ts';
import { declare } from './library.ts';
import { type RegistryValue, readKey } from './registry.ts';
import { serviceKey } from './scm.ts';
import {
  BOOL,
  DWORD,
  HANDLE,
  type Handle,
  out,
  POINTER,
  SERVICE_DESCRIPTIONW,
  SERVICE_DWORD_INFO,
  SERVICE_FAILURE_ACTIONSW,
  SERVICE_REQUIRED_PRIVILEGES_INFOW,
} from './types.ts';

const advapi32 = declare('advapi32.dll', {
  ChangeServiceConfig2W: [BOOL, HANDLE, DWORD, POINTER],
  QueryServiceConfig2W: [BOOL, HANDLE, DWORD, POINTER, DWORD, out(DWORD)],
  SetServiceObjectSecurity: [BOOL, HANDLE, DWORD, POINTER],
  QueryServiceObjectSecurity: [BOOL, HANDLE, DWORD, POINTER, DWORD, out(DWORD)],
});

/** winsvc.h: the info levels of ChangeServiceConfig2W. */
const LEVEL = {
  description: 1,
  failureActions: 2,
  delayedStart: 3,
  failureActionsFlag: 4,
  serviceSid: 5,
  requiredPrivileges: 6,
  preshutdown: 7,
} as const;

const OWNER_SECURITY_INFORMATION = 1;
const DACL_SECURITY_INFORMATION = 4;
/** "The maximum size of this array is 8K bytes" (QueryServiceConfig2W). */
const CONFIG_BYTES = 8192;

/** SERVICE_SID_TYPE: with `unrestricted` the service has a SID, to which rights can be granted. */
const SID_TYPES: Readonly<Record<number, ServiceSettings['serviceSid']>> = { 0: 'none', 1: 'unrestricted', 3: 'restricted' };
const SID_TYPE_NUMBERS = { none: 0, unrestricted: 1, restricted: 3 } as const;

/** The settings of a service beside its command line. */
export interface ServiceSettings {
  readonly description: string;
  readonly recovery: RecoveryPlan;
  /** Whether a stop with an error counts as a failure too (SERVICE_FAILURE_ACTIONS_FLAG). */
  readonly failuresWithoutCrash: boolean;
  readonly delayedStart: boolean;
  readonly serviceSid: keyof typeof SID_TYPE_NUMBERS;
  /** The privileges of its account that the service keeps; the SCM removes all others. */
  readonly requiredPrivileges: readonly string[];
  readonly preshutdownTimeoutMs: number;
}
export type SettingName = keyof ServiceSettings;

/** Whether the system accepted a setting. */
export type Written = 'written' | 'unsupported';

const multiString = (texts: readonly string[]): Buffer => Buffer.from(`${texts.map(text => `${text}\0`).join('')}\0`, 'utf16le');

/** Level and structure of each setting for ChangeServiceConfig2W. Pure. */
export function encodeSetting(name: SettingName, settings: ServiceSettings): { level: number; type: TypeObject; value: object } {
  const flag = (level: number, value: number) => ({ level, type: SERVICE_DWORD_INFO, value: { value } });
  switch (name) {
    case 'description':
      return { level: LEVEL.description, type: SERVICE_DESCRIPTIONW, value: { lpDescription: settings.description } };
    case 'recovery':
      return { level: LEVEL.failureActions, type: SERVICE_FAILURE_ACTIONSW, value: toFailureActions(settings.recovery) };
    case 'failuresWithoutCrash':
      return flag(LEVEL.failureActionsFlag, Number(settings.failuresWithoutCrash));
    case 'delayedStart':
      return flag(LEVEL.delayedStart, Number(settings.delayedStart));
    case 'serviceSid':
      return flag(LEVEL.serviceSid, SID_TYPE_NUMBERS[settings.serviceSid]);
    case 'requiredPrivileges':
      return {
        level: LEVEL.requiredPrivileges,
        type: SERVICE_REQUIRED_PRIVILEGES_INFOW,
        value: { pmszRequiredPrivileges: multiString(settings.requiredPrivileges) },
      };
    case 'preshutdownTimeoutMs':
      return flag(LEVEL.preshutdown, settings.preshutdownTimeoutMs);
  }
}

/** Writes one setting. The handle needs SERVICE_CHANGE_CONFIG, and for `recovery` SERVICE_START too, because its action is a restart. */
export function writeSetting(service: Handle, name: SettingName, settings: ServiceSettings): Written {
  const { level, type, value } = encodeSetting(name, settings);
  const { result, lastError } = advapi32.ChangeServiceConfig2W(service, level, koffi.as(value, koffi.pointer(type)));
  if (result) return 'written';
  if (lastError === ERROR.invalidLevel) return 'unsupported';
  throw win32Error(lastError, `ChangeServiceConfig2W ${name}`);
}

/** One level as the bytes that the SCM gives, structure first; undefined where it does not have the level. */
function queryLevel(service: Handle, level: number): Buffer | undefined {
  const buffer = Buffer.alloc(CONFIG_BYTES);
  const { result, lastError } = advapi32.QueryServiceConfig2W(service, level, buffer, buffer.length, [0]);
  if (result) return buffer;
  if (lastError === ERROR.invalidLevel) return undefined;
  throw win32Error(lastError, `QueryServiceConfig2W ${level}`);
}

/** The settings that the SCM keeps in the registry and may not give through its functions. */
function readKept(values: Readonly<Record<string, RegistryValue>>): Partial<ServiceSettings> {
  const actions = values['FailureActions'];
  const recovery = Buffer.isBuffer(actions) ? parseFailureActions(actions) : undefined;
  const flag = values['FailureActionsOnNonCrashFailures'];
  return { ...(recovery ? { recovery } : {}), ...(flag === undefined ? {} : { failuresWithoutCrash: flag === 1 }) };
}

function readAnswered(service: Handle): Partial<ServiceSettings> {
  const dword = (level: number): number | undefined => queryLevel(service, level)?.readUInt32LE();
  const description = queryLevel(service, LEVEL.description);
  const actions = queryLevel(service, LEVEL.failureActions);
  const recovery = actions && fromFailureActions(koffi.decode(actions, SERVICE_FAILURE_ACTIONSW) as RawFailureActions);
  const flag = dword(LEVEL.failureActionsFlag);
  const delayed = dword(LEVEL.delayedStart);
  const sid = SID_TYPES[dword(LEVEL.serviceSid) ?? -1];
  const privileges = queryLevel(service, LEVEL.requiredPrivileges);
  const preshutdown = dword(LEVEL.preshutdown);
  return {
    ...(description
      ? { description: (koffi.decode(description, SERVICE_DESCRIPTIONW) as { lpDescription: string | null }).lpDescription ?? '' }
      : {}),
    ...(recovery ? { recovery } : {}),
    ...(flag === undefined ? {} : { failuresWithoutCrash: flag !== 0 }),
    ...(delayed === undefined ? {} : { delayedStart: delayed !== 0 }),
    ...(sid ? { serviceSid: sid } : {}),
    ...(privileges ? { requiredPrivileges: decodePrivileges(privileges) } : {}),
    ...(preshutdown === undefined ? {} : { preshutdownTimeoutMs: preshutdown }),
  };
}

function decodePrivileges(buffer: Buffer): string[] {
  const { pmszRequiredPrivileges: at } = koffi.decode(buffer, SERVICE_REQUIRED_PRIVILEGES_INFOW) as {
    pmszRequiredPrivileges: bigint | null;
  };
  if (at === null) return [];
  const offset = Number(at - koffi.address(buffer));
  return buffer.toString('utf16le', offset).split('\0\0', 1).join().split('\0').filter(Boolean);
}

export interface ReadSettings {
  /** The settings that the SCM gives; a setting without an answer is absent. */
  readonly answered: Partial<ServiceSettings>;
  /** The settings in the registry. Where both are present they must agree. */
  readonly kept: Partial<ServiceSettings>;
}

/** The settings of an open service. The handle needs SERVICE_QUERY_CONFIG. */
export function readSettings(service: Handle, name: string): ReadSettings {
  return { answered: readAnswered(service), kept: readKept(readKey(serviceKey(name)) ?? {}) };
}

/**
 * The security descriptor of an open service: owner and DACL, as bytes. The handle needs READ_CONTROL. Undefined where the system answers
 * without an owner: then it keeps no descriptor (Wine gives an invented one).
 */
export function readSecurity(service: Handle): Buffer | undefined {
  const buffer = Buffer.alloc(CONFIG_BYTES);
  const size: [number] = [0];
  const what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
  checkCall(advapi32.QueryServiceObjectSecurity(service, what, buffer, buffer.length, size));
  const hasOwner = buffer.readUInt32LE(4) !== 0;
  return hasOwner ? buffer : undefined;
}

/** Sets the DACL of an open service. The handle needs WRITE_DAC. */
export function writeDacl(service: Handle, descriptor: Buffer): void {
  checkCall(advapi32.SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, descriptor));
}
