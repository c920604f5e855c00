/**
 * The service control manager: its services, their states, and start, stop and delete. Every function opens, calls and closes with the
 * least rights that it needs: a plain user can query, and no handle of ours keeps a deleted service alive (1072). scm-wait.ts waits for
 * states; service-config.ts and service-install.ts contain the settings of a service.
 * Sources: OpenSCManagerW, OpenServiceW, QueryServiceStatusEx, EnumServicesStatusExW, StartServiceW, ControlService, DeleteService.
 */
import koffi from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { checkCall, ERROR, win32Error } from './errors.ts';
import { opened, using } from './handle.ts';
import { declare } from './library.ts';
import { type RegistryPath, readValue } from './registry.ts';
import { rightsMask, type ServiceRight } from './sddl.ts';
import {
  BOOL,
  DWORD,
  ENUM_SERVICE_STATUS_PROCESSW,
  HANDLE,
  type Handle,
  inout,
  out,
  POINTER,
  QUERY_SERVICE_CONFIGW,
  SERVICE_STATUS,
  SERVICE_STATUS_PROCESS,
  type STATUS_PROCESS,
  WIDE,
} from './types.ts';

const advapi32 = declare('advapi32.dll', {
  OpenSCManagerW: [POINTER, WIDE, WIDE, DWORD],
  OpenServiceW: [POINTER, HANDLE, WIDE, DWORD],
  CloseServiceHandle: [BOOL, HANDLE],
  QueryServiceStatusEx: [BOOL, HANDLE, 'int', POINTER, DWORD, out(DWORD)],
  QueryServiceConfigW: [BOOL, HANDLE, POINTER, DWORD, out(DWORD)],
  EnumServicesStatusExW: [BOOL, HANDLE, 'int', DWORD, DWORD, POINTER, DWORD, out(DWORD), out(DWORD), inout(DWORD), WIDE],
  StartServiceW: [BOOL, HANDLE, DWORD, POINTER],
  ControlService: [BOOL, HANDLE, DWORD, out(SERVICE_STATUS)],
  DeleteService: [BOOL, HANDLE],
});

/** winsvc.h: rights on the SCM itself. */
const MANAGER_RIGHTS = { connect: 1, createService: 2, enumerate: 4 } as const;
export type ManagerRight = keyof typeof MANAGER_RIGHTS;

const SC_STATUS_PROCESS_INFO = 0;
/** SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_STATE_ALL */
const ALL_SERVICES = [0, 0x30, 3] as const;
const SERVICE_CONTROL_STOP = 1;
/** "The maximum size of this array is 8K bytes" (QueryServiceConfigW). */
const CONFIG_BYTES = 8192;
/** "The maximum size of this array is 256K bytes" (EnumServicesStatusExW). */
const ENUMERATION_BYTES = 256 * 1024;

/** Errors of StartServiceW for a program that does not exist or is not one. */
const PROGRAM_MISSING = new Set<number>([ERROR.fileNotFound, ERROR.pathNotFound, ERROR.badExeFormat]);

/** winsvc.h: SERVICE_STOPPED is 1. */
const STATES = [undefined, 'stopped', 'start-pending', 'stop-pending', 'running', 'continue-pending', 'pause-pending', 'paused'] as const;
export type ServiceState = Exclude<(typeof STATES)[number], undefined>;

const START_TYPES = ['boot', 'system', 'automatic', 'manual', 'disabled'] as const;
export type StartType = (typeof START_TYPES)[number];

/** The number of a start type in Windows. */
export const startTypeNumber = (type: StartType): number => START_TYPES.indexOf(type);

/** The status of a service at this moment (SERVICE_STATUS_PROCESS). */
export interface ServiceStatus {
  readonly state: ServiceState;
  /** The service process; absent while none runs. */
  readonly pid?: number;
  /** Why it stopped last: 0 as requested, 1066 see serviceExitCode, 1067 died, 1077 not started since boot. */
  readonly win32ExitCode: number;
  readonly serviceExitCode: number;
  /** Grows while a pending state makes progress. */
  readonly checkPoint: number;
  /** A pending state announces its next checkpoint within this time. */
  readonly waitHintMs: number;
}

/** How a service is registered (QUERY_SERVICE_CONFIGW). */
export interface ServiceConfig {
  /** The whole command line, quoted. */
  readonly binaryPath: string;
  readonly startType: StartType;
  readonly displayName: string;
  /** `LocalSystem`, or the account. */
  readonly account: string;
  /** 0x10: a separate process. */
  readonly serviceType: number;
}

/** The registry key of a service; every user may read it, LocalSystem may write it. */
export const serviceKey = (name: string): RegistryPath => `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`;

export const closeServiceHandle = (handle: Handle): void => {
  advapi32.CloseServiceHandle(handle);
};

export function withManager<T>(rights: readonly ManagerRight[], use: (manager: Handle) => T): T {
  const access = rights.reduce((mask, right) => mask | MANAGER_RIGHTS[right], 0);
  return using(opened(advapi32.OpenSCManagerW(null, null, access)), closeServiceHandle, use);
}

/** The SCM with the right to connect, which every user has, opened once for this process. It keeps no service alive. */
function connectedManager(): Handle {
  connected ??= opened(advapi32.OpenSCManagerW(null, null, MANAGER_RIGHTS.connect));
  return connected;
}
let connected: Handle | undefined;

/** Opens a service with these rights while `use` runs; undefined where there is no service of this name (1060). */
export function withService<T>(name: string, rights: readonly ServiceRight[], use: (service: Handle) => T): T | undefined {
  return withServiceOf(connectedManager(), name, rights, use);
}

/** The same with an SCM handle that is open already. */
export function withServiceOf<T>(
  manager: Handle,
  name: string,
  rights: readonly ServiceRight[],
  use: (service: Handle) => T,
): T | undefined {
  const outcome = advapi32.OpenServiceW(manager, name, rightsMask(rights));
  if (outcome.result === null && outcome.lastError === ERROR.serviceDoesNotExist) return undefined;
  return using(opened(outcome, name), closeServiceHandle, use);
}

/** The same for a service that must exist. */
function withExisting(name: string, rights: readonly ServiceRight[], use: (service: Handle) => void): void {
  const found = withService(name, rights, service => {
    use(service);
    return true;
  });
  if (!found) throw win32Error(ERROR.serviceDoesNotExist, `OpenServiceW ${name}`);
}

/** The state of an open service. The handle needs SERVICE_QUERY_STATUS. */
export function statusOf(service: Handle): ServiceStatus {
  const buffer = Buffer.alloc(koffi.sizeof(SERVICE_STATUS_PROCESS));
  checkCall(advapi32.QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, buffer, buffer.length, [0]));
  const raw: Record<keyof typeof STATUS_PROCESS, number> = koffi.decode(buffer, SERVICE_STATUS_PROCESS);
  return {
    state: STATES[raw.dwCurrentState] ?? 'stopped',
    ...(raw.dwProcessId === 0 ? {} : { pid: raw.dwProcessId }),
    win32ExitCode: raw.dwWin32ExitCode,
    serviceExitCode: raw.dwServiceSpecificExitCode,
    checkPoint: raw.dwCheckPoint,
    waitHintMs: raw.dwWaitHint,
  };
}

/** The state of a service; undefined where it does not exist. Needs SERVICE_QUERY_STATUS, which every user has. */
export function queryStatus(name: string): ServiceStatus | undefined {
  return withService(name, ['queryStatus'], statusOf);
}

/** How an open service is registered. The handle needs SERVICE_QUERY_CONFIG. */
export function configOf(service: Handle): ServiceConfig {
  const buffer = Buffer.alloc(CONFIG_BYTES);
  checkCall(advapi32.QueryServiceConfigW(service, buffer, buffer.length, [0]));
  const raw = koffi.decode(buffer, QUERY_SERVICE_CONFIGW) as {
    dwServiceType: number;
    dwStartType: number;
    lpBinaryPathName: string | null;
    lpServiceStartName: string | null;
    lpDisplayName: string | null;
  };
  return {
    binaryPath: raw.lpBinaryPathName ?? '',
    startType: START_TYPES[raw.dwStartType] ?? 'manual',
    displayName: raw.lpDisplayName ?? '',
    account: raw.lpServiceStartName ?? '',
    serviceType: raw.dwServiceType,
  };
}

/** How a service is registered; undefined where it does not exist. Needs SERVICE_QUERY_CONFIG, which every user has. */
export function queryConfig(name: string): ServiceConfig | undefined {
  return withService(name, ['queryConfig'], configOf);
}

/** Configuration and status in one opening, as a client needs them; undefined where the service does not exist. */
export function queryService(name: string): { readonly status: ServiceStatus; readonly config: ServiceConfig } | undefined {
  return withService(name, ['queryStatus', 'queryConfig'], service => ({ status: statusOf(service), config: configOf(service) }));
}

/** Whether DeleteService was called and the name still exists: the SCM keeps the value `DeleteFlag` until the last handle is closed. */
export function isRemovalPending(name: string): boolean {
  return readValue(serviceKey(name), 'DeleteFlag') === 1;
}

/** The names of the services `base` and `base-…`, in any case. */
export function enumerateServices(base: string): string[] {
  const lower = base.toLowerCase();
  const isOurs = (name: string): boolean => name.toLowerCase() === lower || name.toLowerCase().startsWith(`${lower}-`);
  return withManager(['connect', 'enumerate'], manager => {
    const found: string[] = [];
    const buffer = Buffer.alloc(ENUMERATION_BYTES);
    const count: [number] = [0];
    const resume: [number] = [0];
    for (;;) {
      const outcome = advapi32.EnumServicesStatusExW(manager, ...ALL_SERVICES, buffer, buffer.length, [0], count, resume, null);
      if (outcome.lastError !== ERROR.moreData) checkCall(outcome);
      const services = koffi.decode(buffer, ENUM_SERVICE_STATUS_PROCESSW, count[0]) as { lpServiceName: string }[];
      found.push(...services.map(({ lpServiceName }) => lpServiceName).filter(isOurs));
      if (outcome.result) return found;
    }
  });
}

/**
 * Requests a start. Needs SERVICE_START, which the owner's entry in the DACL grants. Throws `not-installed` (1060), `service-running`
 * (1056), `service-disabled` (1058), `removal-pending` (1072), `service-unresponsive` (1053: the process did not call the dispatcher within
 * 30 s), `service-program-missing` (2).
 */
export function requestStart(name: string): void {
  withExisting(name, ['start'], service => {
    const outcome = advapi32.StartServiceW(service, 0, null);
    const { lastError: win32 } = outcome;
    const isMissing = !outcome.result && PROGRAM_MISSING.has(win32);
    if (isMissing) throw new GatewayServiceError('service-program-missing', `(StartServiceW ${name}.)`, { win32 });
    checkCall(outcome, name);
  });
}

/** Requests a stop. Needs SERVICE_STOP. Throws `not-installed` (1060), `service-not-running` (1062), `service-busy` (1061). */
export function requestStop(name: string): void {
  withExisting(name, ['stop'], service => checkCall(advapi32.ControlService(service, SERVICE_CONTROL_STOP, {}), `STOP ${name}`));
}

/** Marks an open service for deletion; one that is marked already is accepted. The handle needs DELETE. */
export function markForDeletion(service: Handle): void {
  const { result, lastError } = advapi32.DeleteService(service);
  if (!result && lastError !== ERROR.serviceMarkedForDelete) throw win32Error(lastError, 'DeleteService');
}

/** Marks a service for deletion; false where there was none. It is removed when it has stopped and every handle to it is closed. */
export function requestDelete(name: string): boolean {
  return (
    withService(name, ['delete'], service => {
      markForDeletion(service);
      return true;
    }) ?? false
  );
}
