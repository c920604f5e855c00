/**
 * The settings of a service beyond its command line: description, failure actions and their flag, delayed start, service SID, privileges,
 * preshutdown time and security descriptor. Each is written and read on an open handle; a setting that the system does not have
 * (ERROR_INVALID_LEVEL, 124) is absent when it is read.
 * Sources: ChangeServiceConfig2W, QueryServiceConfig2W, SetServiceObjectSecurity, QueryServiceObjectSecurity (Microsoft Learn).
 */
import koffi, { type TypeObject } from 'koffi';
import type { RecoveryLadder } from '../model/ladder.ts';
import { checkCall, ERROR, win32Error } from './errors.ts';
import { fromFailureActions, parseFailureActions, type RawFailureActions, toFailureActions } from './failure-actions.ts';
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

const OWNER_SECURITY_INFORMATION = 1;
const DACL_SECURITY_INFORMATION = 4;
/** "The maximum size of this array is 8K bytes" (QueryServiceConfig2W). */
const CONFIG_BYTES = 8192;

/** SERVICE_SID_TYPE: with `unrestricted` the service has a SID, to which rights can be granted. */
const SID_TYPES = { none: 0, unrestricted: 1, restricted: 3 } as const;
type SidType = keyof typeof SID_TYPES;

/** The settings of a service beside its command line. */
export interface ServiceSettings {
  readonly description: string;
  readonly recovery: RecoveryLadder;
  /** Whether a stop with an error counts as a failure too (SERVICE_FAILURE_ACTIONS_FLAG). */
  readonly failuresWithoutCrash: boolean;
  readonly delayedStart: boolean;
  readonly serviceSid: SidType;
  /** The privileges of its account that the service keeps; the SCM removes all others. */
  readonly requiredPrivileges: readonly string[];
  readonly preshutdownTimeoutMs: number;
}
export type SettingName = keyof ServiceSettings;

const multiString = (texts: readonly string[]): Buffer => Buffer.from(`${texts.map(text => `${text}\0`).join('')}\0`, 'utf16le');

/** A setting as ChangeServiceConfig2W and QueryServiceConfig2W take it: the info level of winsvc.h, and its structure. */
interface Codec<T> {
  readonly level: number;
  readonly type: TypeObject;
  readonly encode: (value: T) => object;
  /** Undefined for a value that this module does not know. */
  readonly decode: (buffer: Buffer) => T | undefined;
}

function dword<T>(level: number, encode: (value: T) => number, decode: (value: number) => T | undefined): Codec<T> {
  return {
    level,
    type: SERVICE_DWORD_INFO,
    encode: value => ({ value: encode(value) }),
    decode: buffer => decode(buffer.readUInt32LE()),
  };
}

const CODECS: { readonly [Name in SettingName]: Codec<ServiceSettings[Name]> } = {
  description: {
    level: 1,
    type: SERVICE_DESCRIPTIONW,
    encode: lpDescription => ({ lpDescription }),
    decode: buffer => (koffi.decode(buffer, SERVICE_DESCRIPTIONW) as { lpDescription: string | null }).lpDescription ?? '',
  },
  recovery: {
    level: 2,
    type: SERVICE_FAILURE_ACTIONSW,
    encode: toFailureActions,
    decode: buffer => fromFailureActions(koffi.decode(buffer, SERVICE_FAILURE_ACTIONSW) as RawFailureActions),
  },
  delayedStart: dword(3, Number, value => value !== 0),
  failuresWithoutCrash: dword(4, Number, value => value !== 0),
  serviceSid: dword<SidType>(
    5,
    type => SID_TYPES[type],
    value => (Object.keys(SID_TYPES) as SidType[]).find(type => SID_TYPES[type] === value),
  ),
  requiredPrivileges: {
    level: 6,
    type: SERVICE_REQUIRED_PRIVILEGES_INFOW,
    encode: names => ({ pmszRequiredPrivileges: multiString(names) }),
    decode: decodePrivileges,
  },
  preshutdownTimeoutMs: dword<number>(7, Number, Number),
};

/** Level, structure and value of a setting for ChangeServiceConfig2W. Pure. */
export function encodeSetting<Name extends SettingName>(name: Name, settings: Pick<ServiceSettings, Name>) {
  const { level, type, encode } = CODECS[name];
  return { level, type, value: encode(settings[name]) };
}

/** Writes one setting, where the system has it. Needs SERVICE_CHANGE_CONFIG, and for `recovery`, a restart, SERVICE_START. */
export function writeSetting(service: Handle, name: SettingName, settings: ServiceSettings): void {
  const { level, type, value } = encodeSetting(name, settings);
  const outcome = advapi32.ChangeServiceConfig2W(service, level, koffi.as(value, koffi.pointer(type)));
  if (outcome.lastError !== ERROR.invalidLevel) checkCall(outcome, name);
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
  const found = Object.entries(CODECS).map(([name, { level, decode }]) => {
    const buffer = queryLevel(service, level);
    return [name, buffer && decode(buffer)] as const;
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
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
