/**
 * Creates or updates a service as one step: everything is written, read back and compared. When a step fails, a new service is deleted
 * again and an existing one gets its former settings back. An update never deletes and creates: the name would stay blocked (1072) while
 * any program has it open.
 * Sources: CreateServiceW, ChangeServiceConfigW, and the pages named in service-config.ts.
 */

import { isDeepStrictEqual } from 'node:util';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { RecoveryLadder } from '../model/ladder.ts';
import { commandLine } from './argv.ts';
import { win32Error } from './errors.ts';
import { opened } from './handle.ts';
import { declare } from './library.ts';
import {
  closeServiceHandle,
  configOf,
  markForDeletion,
  type ServiceConfig,
  type StartType,
  startTypeNumber,
  withManager,
  withService,
  withServiceOf,
} from './scm.ts';
import { grantsOwner, rightsMask, type ServiceRight, type Sid, withOwner } from './sddl.ts';
import {
  type ReadSettings,
  readSecurity,
  readSettings,
  type ServiceSettings,
  type SettingName,
  writeDacl,
  writeSetting,
} from './service-config.ts';
import { BOOL, DWORD, HANDLE, type Handle, POINTER, WIDE } from './types.ts';

const advapi32 = declare('advapi32.dll', {
  CreateServiceW: [POINTER, HANDLE, WIDE, WIDE, DWORD, DWORD, DWORD, DWORD, WIDE, WIDE, POINTER, WIDE, WIDE, WIDE],
  ChangeServiceConfigW: [BOOL, HANDLE, DWORD, DWORD, DWORD, WIDE, WIDE, POINTER, WIDE, WIDE, WIDE, WIDE],
});

/**
 * What a service is to be. The rest is the same for every service of ours: a separate process, LocalSystem, automatic start, not delayed.
 */
export interface ServiceSpec {
  readonly name: string;
  /** Unique among all services of the machine (1078). */
  readonly displayName: string;
  readonly description: string;
  /** The absolute path of the program, and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** Who may start and stop it without consent. */
  readonly owner: Sid;
  readonly recovery: RecoveryLadder;
  /** How long Windows waits for it at a shutdown. */
  readonly preshutdownTimeoutMs: number;
  /** Absent: automatic for a new service; an existing one keeps its start type. */
  readonly startType?: StartType;
  /** "Automatic (delayed start)". Absent: off for a new service; an existing one keeps it. */
  readonly delayedStart?: boolean;
}

/**
 * What the broker needs: the token of the signed-in owner (SeTcb) and a process with it (the next two). The SCM removes everything else.
 */
export const REQUIRED_PRIVILEGES = [
  'SeTcbPrivilege',
  'SeAssignPrimaryTokenPrivilege',
  'SeIncreaseQuotaPrivilege',
  'SeChangeNotifyPrivilege',
] as const;

/** A service as it is registered: `doctor` compares it, and a failed update restores it. */
export interface InstalledService {
  readonly config: ServiceConfig;
  readonly settings: ReadSettings;
  /** Owner and DACL; undefined where the system keeps none. */
  readonly security: Buffer | undefined;
}

const SERVICE_WIN32_OWN_PROCESS = 0x10;
const SERVICE_ERROR_NORMAL = 1;
const LOCAL_SYSTEM = 'LocalSystem';
/** `recovery` restarts the service, which needs the right to start it. */
const UPDATE_RIGHTS: readonly ServiceRight[] = ['queryConfig', 'changeConfig', 'start', 'readControl', 'writeDac'];
const CREATE_RIGHTS: readonly ServiceRight[] = [...UPDATE_RIGHTS, 'delete'];

/** The name in services.msc. The service id is quoted, so that no two services have the same name. */
export function serviceDisplayName(serviceId: string): string {
  return serviceId === '' ? 'Hermes Gateway' : `Hermes Gateway "${serviceId}"`;
}

/** Everything that is registered of a service; undefined where it does not exist. Every user may read it. */
export function readInstalled(name: string): InstalledService | undefined {
  return withService(name, ['queryConfig', 'readControl'], service => snapshot(service, name));
}

function snapshot(service: Handle, name: string): InstalledService {
  return { config: configOf(service), settings: readSettings(service, name), security: readSecurity(service) };
}

function settingsOf(spec: ServiceSpec): ServiceSettings {
  return {
    description: spec.description,
    recovery: spec.recovery,
    failuresWithoutCrash: true,
    delayedStart: spec.delayedStart ?? false,
    serviceSid: 'unrestricted',
    requiredPrivileges: REQUIRED_PRIVILEGES,
    preshutdownTimeoutMs: spec.preshutdownTimeoutMs,
  };
}

/** The order of the writes: what gives the service fewer privileges comes before what makes it start again. */
const SETTINGS: readonly SettingName[] = [
  'requiredPrivileges',
  'serviceSid',
  'description',
  'delayedStart',
  'preshutdownTimeoutMs',
  'failuresWithoutCrash',
  'recovery',
];

/** The order of the privileges has no meaning. */
const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);

function differs(name: SettingName, found: Partial<ServiceSettings>, wanted: ServiceSettings): boolean {
  return found[name] !== undefined && !isDeepStrictEqual(sorted(found[name]), sorted(wanted[name]));
}

/** The settings that the system does not give back: it does not have them. Pure. */
export function unknownSettings({ settings, security }: InstalledService): readonly (SettingName | 'security')[] {
  const unknown = SETTINGS.filter(name => settings.answered[name] === undefined && settings.kept[name] === undefined);
  return security ? unknown : [...unknown, 'security'];
}

/** The settings that differ from what was written. Pure. */
export function mismatches(spec: ServiceSpec, startType: StartType, found: InstalledService): string[] {
  const { config, settings, security } = found;
  const wanted = settingsOf(spec);
  return [
    config.binaryPath === commandLine(spec.program, spec.args) ? [] : ['program'],
    config.displayName === spec.displayName ? [] : ['displayName'],
    config.startType === startType ? [] : ['startType'],
    config.account.toLowerCase() === LOCAL_SYSTEM.toLowerCase() ? [] : ['account'],
    config.serviceType === SERVICE_WIN32_OWN_PROCESS ? [] : ['serviceType'],
    SETTINGS.filter(name => differs(name, settings.answered, wanted) || differs(name, settings.kept, wanted)),
    // Failure actions must be found in one of both places: lost restart delays are noticed only at the first crash.
    settings.answered.recovery || settings.kept.recovery ? [] : ['recovery'],
    security && !grantsOwner(security, spec.owner) ? ['security'] : [],
  ].flat();
}

function changeConfig(service: Handle, config: ServiceConfig): void {
  const { result, lastError } = advapi32.ChangeServiceConfigW(
    service,
    config.serviceType,
    startTypeNumber(config.startType),
    SERVICE_ERROR_NORMAL,
    config.binaryPath,
    null,
    null,
    null,
    config.account,
    // LocalSystem has no password; another account keeps its password.
    config.account === LOCAL_SYSTEM ? '' : null,
    config.displayName,
  );
  if (!result) throw win32Error(lastError, 'ChangeServiceConfigW');
}

/** Prevents Windows from starting a service and changes nothing else; an absent service is accepted. Needs an administrator. */
export function disableService(name: string): void {
  withService(name, ['queryConfig', 'changeConfig'], service => changeConfig(service, { ...configOf(service), startType: 'disabled' }));
}

/** Writes the settings and the owner's entry, reads everything back, and completes. */
function configure(service: Handle, spec: ServiceSpec, startType: StartType, complete: () => void): void {
  const settings = settingsOf(spec);
  for (const name of SETTINGS) writeSetting(service, name, settings);
  const security = readSecurity(service);
  if (security && !grantsOwner(security, spec.owner)) writeDacl(service, withOwner(security, spec.owner));
  const wrong = mismatches(spec, startType, snapshot(service, spec.name));
  if (wrong.length > 0) throw new GatewayServiceError('service-readback', `(${spec.name}: ${wrong.join(', ')}.)`);
  complete();
}

/** Restores the former settings of a service. Best effort: the error that is reported is the one of the update. */
function restore(service: Handle, before: InstalledService): void {
  attempt(() => changeConfig(service, before.config));
  const settings = { ...before.settings.kept, ...before.settings.answered };
  for (const name of SETTINGS) {
    if (settings[name] !== undefined) attempt(() => writeSetting(service, name, settings as ServiceSettings));
  }
  const { security } = before;
  if (security) attempt(() => writeDacl(service, security));
}

/**
 * Registers a service, or changes an existing one of this name to the spec. Needs an administrator. Throws `needs-administrator`,
 * `removal-pending` (1072), `service-name-taken` (1078), `service-readback`; nothing is left changed then. The caller decides before
 * whether an existing service is ours.
 * @param complete Does what belongs to the service outside of the SCM; if it throws, the service is taken back too.
 */
export function installService(spec: ServiceSpec, complete: () => void = () => undefined): void {
  withManager(['connect', 'createService'], manager => {
    const exists = withServiceOf(manager, spec.name, UPDATE_RIGHTS, service => {
      update(service, spec, complete);
      return true;
    });
    if (!exists) create(manager, spec, complete);
  });
}

function update(service: Handle, spec: ServiceSpec, complete: () => void): void {
  const before = snapshot(service, spec.name);
  const startType = spec.startType ?? before.config.startType;
  try {
    changeConfig(service, {
      serviceType: SERVICE_WIN32_OWN_PROCESS,
      startType,
      binaryPath: commandLine(spec.program, spec.args),
      account: LOCAL_SYSTEM,
      displayName: spec.displayName,
    });
    const delayedStart = spec.delayedStart ?? before.settings.answered.delayedStart ?? false;
    configure(service, { ...spec, delayedStart }, startType, complete);
  } catch (error) {
    restore(service, before);
    throw error;
  }
}

function create(manager: Handle, spec: ServiceSpec, complete: () => void): void {
  const startType = spec.startType ?? 'automatic';
  const service = opened(
    advapi32.CreateServiceW(
      manager,
      spec.name,
      spec.displayName,
      rightsMask(CREATE_RIGHTS),
      SERVICE_WIN32_OWN_PROCESS,
      startTypeNumber(startType),
      SERVICE_ERROR_NORMAL,
      commandLine(spec.program, spec.args),
      null,
      null,
      null,
      null,
      null,
    ),
    spec.name,
  );
  try {
    configure(service, spec, startType, complete);
  } catch (error) {
    markForDeletion(service);
    throw error;
  } finally {
    closeServiceHandle(service);
  }
}
