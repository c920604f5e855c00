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
import { checkCall } from './errors.ts';
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

/** What differs between services of ours. Each is a separate process of LocalSystem with automatic start, not delayed. */
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
  /** Whether it loads the profile of a user who is not signed in. */
  readonly loadsProfiles?: boolean;
  /** Absent: automatic for a new service; an existing one keeps its start type. */
  readonly startType?: StartType;
  /** "Automatic (delayed start)". Absent: off for a new service; an existing one keeps it. */
  readonly delayedStart?: boolean;
}

/** For the broker: the token of the signed-in owner (SeTcb), and a process with it (the next two). The SCM removes everything else. */
export const REQUIRED_PRIVILEGES = [
  'SeTcbPrivilege',
  'SeAssignPrimaryTokenPrivilege',
  'SeIncreaseQuotaPrivilege',
  'SeChangeNotifyPrivilege',
] as const;

/** To load a profile (LoadUserProfileW). */
const PROFILE_PRIVILEGES = ['SeBackupPrivilege', 'SeRestorePrivilege'] as const;

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
    requiredPrivileges: [...REQUIRED_PRIVILEGES, ...(spec.loadsProfiles ? PROFILE_PRIVILEGES : [])],
    preshutdownTimeoutMs: spec.preshutdownTimeoutMs,
  };
}

function configFor(spec: ServiceSpec, startType: StartType): ServiceConfig {
  const binaryPath = commandLine(spec.program, spec.args);
  return { binaryPath, startType, displayName: spec.displayName, account: LOCAL_SYSTEM, serviceType: SERVICE_WIN32_OWN_PROCESS };
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
  const { settings, security } = found;
  const wanted = settingsOf(spec);
  const config = configFor(spec, startType);
  // Windows may give the account in other case.
  const isLocalSystem = found.config.account.toLowerCase() === LOCAL_SYSTEM.toLowerCase();
  const registered = isLocalSystem ? { ...found.config, account: LOCAL_SYSTEM } : found.config;
  return [
    (Object.keys(config) as (keyof ServiceConfig)[]).filter(name => registered[name] !== config[name]),
    SETTINGS.filter(name => differs(name, settings.answered, wanted) || differs(name, settings.kept, wanted)),
    // Failure actions must be found in one of both places: lost restart delays are noticed only at the first crash.
    settings.answered.recovery || settings.kept.recovery ? [] : ['recovery'],
    security && !grantsOwner(security, spec.owner) ? ['security'] : [],
  ].flat();
}

/** Type, start type and error control, as both functions take them. */
const kindOf = ({ serviceType, startType }: ServiceConfig) => [serviceType, startTypeNumber(startType), SERVICE_ERROR_NORMAL] as const;
/** Load order group, its tag, and dependencies. */
const NO_DEPENDENCIES = [null, null, null] as const;

function changeConfig(service: Handle, config: ServiceConfig): void {
  const { binaryPath, account, displayName } = config;
  // LocalSystem has no password; another account keeps its password.
  const password = account === LOCAL_SYSTEM ? '' : null;
  checkCall(advapi32.ChangeServiceConfigW(service, ...kindOf(config), binaryPath, ...NO_DEPENDENCIES, account, password, displayName));
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
    changeConfig(service, configFor(spec, startType));
    const delayedStart = spec.delayedStart ?? before.settings.answered.delayedStart ?? false;
    configure(service, { ...spec, delayedStart }, startType, complete);
  } catch (error) {
    restore(service, before);
    throw error;
  }
}

function create(manager: Handle, spec: ServiceSpec, complete: () => void): void {
  const startType = spec.startType ?? 'automatic';
  const config = configFor(spec, startType);
  const { binaryPath, account, displayName } = config;
  const rights = rightsMask(CREATE_RIGHTS);
  const kind = kindOf(config);
  const service = opened(
    advapi32.CreateServiceW(manager, spec.name, displayName, rights, ...kind, binaryPath, ...NO_DEPENDENCIES, account, null),
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
