/**
 * The host below the SCM: the registration is what the SCM reports, the broker is started and stopped like any service, and the SCM
 * restarts it. Registering needs an administrator; starting and stopping needs none, because the DACL grants it to the owner.
 */

import type { TrustsServer } from '../control/control-client.ts';
import { type GatewayIdentity, sameFolder } from '../gateway/home.ts';
import { readBeforeSignIn, readBinaryPath, readHostFacts, readOwner } from '../host/service-registry.ts';
import { packagedCommand } from '../migration/wrapped-service.ts';
import { attempt } from '../model/attempt.ts';
import type { BeforeSignIn } from '../model/before-sign-in.ts';
import { mayRunBeforeSignIn } from '../model/before-sign-in.ts';
import type { Definition } from '../model/definition.ts';
import { type ElevatedTask, type Elevation, requireDone } from '../model/elevation.ts';
import { GatewayServiceError } from '../model/errors.ts';
import type { Registration } from '../model/facts.ts';
import type { ServiceName } from '../model/identity.ts';
import { RECOVERY_LADDER } from '../model/ladder.ts';
import { progress, type Report } from '../model/operation-steps.ts';
import { problem } from '../model/problems.ts';
import type { AutomaticSignIn } from '../model/status.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { commandLine, programOfService, splitCommandLine } from '../windows/argv.ts';
import { automaticSignIn } from '../windows/automatic-sign-in.ts';
import { ERROR } from '../windows/errors.ts';
import { pipeServerPid } from '../windows/pipe.ts';
import { isRemovalPending, queryService, queryStatus, type ServiceConfig, type ServiceStatus } from '../windows/scm.ts';
import { startService, stopService } from '../windows/scm-wait.ts';
import type { Sid } from '../windows/sddl.ts';
import { currentUser, isElevated } from '../windows/security.ts';
import type { HostPort } from './host-port.ts';
import { protocolOf, tidyHosts } from './installed-host.ts';
import { rightsProblem } from './service-problems.ts';
import { serviceReceipt, serviceRemovalReceipt } from './service-receipt.ts';
import {
  brokerCommand,
  examineService,
  hasProgram,
  isBroker,
  registerService,
  type ServiceRegistration,
  sessionOwner,
  unregisterService,
} from './service-registration.ts';

export interface ScmHostOptions {
  /** The command with which the SCM starts the broker: the program and the arguments before `service`. */
  readonly hostCommand: readonly string[];
  /** The protocol of this host, where it is a built one. */
  readonly protocol?: number | undefined;
  /** Registers and unregisters with an administrator's consent. Without it an unelevated process is refused. */
  readonly elevation?: Elevation | undefined;
}

/** The SCM answers a start when the broker has connected; it waits 30 s for that, in milliseconds. */
const START_MS = 40_000;
const STOP_MS = 30_000;

const HOST_STATES = {
  stopped: 'stopped',
  'start-pending': 'starting',
  'stop-pending': 'stopping',
  running: 'running',
  'continue-pending': 'running',
  'pause-pending': 'running',
  paused: 'running',
} as const satisfies Record<ServiceStatus['state'], string>;

/** Windows reports which process serves a pipe. */
export const servedByRunner: TrustsServer = async ({ process: { pid }, pipe }) =>
  (await pipeServerPid(pipe).catch(() => undefined)) === pid;

export function scmHost({ hostCommand, protocol, elevation }: ScmHostOptions): HostPort {
  /** Refuses before anything is changed where no administrator can be asked. */
  const checkElevation = (service: ServiceName) => (elevation ? elevation.check?.(service) : requireElevated(service));

  /** The steps for which consent is asked now. */
  const asking = new Map<AbortController, ElevatedTask>();

  /** Does a step with an administrator's consent; without an elevation, in this process. */
  async function runElevated(task: ElevatedTask, report: Report, step: () => unknown): Promise<void> {
    const { verb, service } = task;
    const reportRunning = () => report(progress(verb, verb === 'uninstall' ? 'unregistering' : 'registering'));
    if (elevation) {
      report(progress(verb, 'consent'));
      const asked = new AbortController();
      asking.set(asked, task);
      const outcome = await elevation.run(task, reportRunning, asked.signal).finally(() => asking.delete(asked));
      requireDone(outcome, verb, service);
      return;
    }
    requireElevated(service);
    reportRunning();
    await step();
  }

  const registrationFor = (service: ServiceName, definition: Definition | undefined): ServiceRegistration => ({
    service,
    hostCommand,
    recovery: definition?.recovery ?? RECOVERY_LADDER,
    beforeSignIn: definition?.beforeSignIn,
  });

  return {
    mechanism: 'service',
    elevated: true,
    registration: (identity, folder) =>
      registration(identity, folder, hostCommand).catch((error: unknown) => {
        if (error instanceof GatewayServiceError && error.code === 'removal-pending') return { state: 'removal-pending' };
        throw error;
      }),
    problems: async ({ service }) => {
      const { binaryPath = '', status } = shown(service) ?? {};
      const rights = status ? [] : [problem('rights-changed')];
      if (!hasProgram(binaryPath)) return [problem('host-missing', `(${binaryPath})`), ...rights];
      const spoken = protocolOf(splitCommandLine(binaryPath));
      const isForeign = spoken !== undefined && protocol !== undefined && spoken !== protocol;
      return isForeign ? [problem('host-protocol', `(${spoken} instead of ${protocol})`), ...rights] : rights;
    },
    hostFacts: async ({ service }) => readHostFacts(service),
    trustsServer: servedByRunner,
    receipt: async (verb, identity, { startType }) =>
      verb === 'install' ? serviceReceipt(identity, hostCommand, startType !== undefined) : serviceRemovalReceipt(identity, hostCommand),
    checkRights: async ({ service }) => {
      if (!mayUse(readOwner(service))) throw new GatewayServiceError('foreign', `(${service} belongs to another Windows user)`);
      checkElevation(service);
    },
    examine: async ({ service }, definition) => {
      try {
        return examineService(registrationFor(service, definition));
      } catch (error) {
        if (!isDenied(error)) throw error;
        return [rightsProblem(service)];
      }
    },
    register: async ({ service }, definition, report, removes) => {
      const { beforeSignIn } = definition;
      requireBeforeSignIn(beforeSignIn);
      await runElevated({ verb: 'install', service, removes, beforeSignIn }, report, () =>
        registerService(registrationFor(service, definition), { enable: true }),
      );
    },
    repair: async ({ service }, definition, report) => {
      checkElevation(service);
      const { beforeSignIn } = definition ?? {};
      await runElevated({ verb: 'repair', service, beforeSignIn }, report, () =>
        registerService(registrationFor(service, definition), { enable: false }),
      );
    },
    unregister: ({ service }, report) =>
      runElevated({ verb: 'uninstall', service }, report, async () => {
        await unregisterService(service);
        await tidyHosts().catch(() => undefined);
      }),
    cancelConsent: ({ service }) => {
      for (const [asked, task] of asking) if (task.service === service || task.removes === service) asked.abort();
    },
    start: async ({ service }) => {
      await startService(service, { deadlineMs: START_MS });
    },
    stop: async ({ service }) => {
      if (queryStatus(service)) await stopService(service, { deadlineMs: STOP_MS });
    },
    isGone: async ({ service }) => (queryStatus(service)?.state ?? 'stopped') === 'stopped',
  };
}

/** For how long a setting that its user seldom changes is not read again, in milliseconds: a status is read many times a second. */
const SETTING_MS = 60_000;
let signIn: { readonly readMs: number; readonly value: AutomaticSignIn | undefined } | undefined;

function signsInByItself(): AutomaticSignIn | undefined {
  const nowMs = performance.now();
  if (signIn === undefined || nowMs - signIn.readMs > SETTING_MS)
    signIn = { readMs: nowMs, value: attempt(() => automaticSignIn(currentUser())) };
  return signIn.value;
}

type ShownService = Pick<ServiceConfig, 'binaryPath'> & {
  readonly startType?: ServiceConfig['startType'];
  readonly status?: ServiceStatus;
};

/** The service as the SCM reports it; where this user may not query it, only its program, as the registry reports it. */
function shown(service: ServiceName): ShownService | undefined {
  try {
    const found = queryService(service);
    return found && { ...found.config, status: found.status };
  } catch (error) {
    const binaryPath = isDenied(error) ? readBinaryPath(service) : undefined;
    if (binaryPath === undefined) throw error;
    return { binaryPath };
  }
}

/** Whether a service with this owner is ours. A service without an owner is an interrupted installation of ours. */
function mayUse(owner: Sid | undefined): boolean {
  return owner === undefined || owner === currentUser() || owner === sessionOwner();
}

/** Before a consent is asked for what cannot work. */
function requireBeforeSignIn(value: BeforeSignIn): void {
  if (value !== 'no' && !mayRunBeforeSignIn(sessionOwner())) throw new GatewayServiceError('before-sign-in-unavailable');
}

function requireElevated(service: ServiceName): void {
  if (!isElevated()) throw new GatewayServiceError('needs-administrator', `(${service})`);
}

function isDenied(error: unknown): boolean {
  return error instanceof GatewayServiceError && error.win32 === ERROR.accessDenied;
}

function foreignDetail({ binaryPath, status }: ShownService): string {
  if (packagedCommand(binaryPath)) return `it is Hermes' own packaged service: ${status?.state ?? 'unknown'}`;
  return `it starts ${binaryPath}`;
}

async function registration(identity: GatewayIdentity, folder: StateFolder, hostCommand: readonly string[]): Promise<Registration> {
  const { service, home } = identity;
  const found = shown(service);
  if (!found) return { state: 'absent' };
  if (isRemovalPending(service)) return { state: 'removal-pending' };
  const { status, startType, binaryPath } = found;
  if (!isBroker(found, service)) return { state: 'foreign', detail: foreignDetail(found), program: programOfService(binaryPath) };
  if (!mayUse(readOwner(service))) return { state: 'foreign', detail: 'it belongs to another Windows user' };
  const definition = await folder.definition().catch(() => undefined);
  if (definition && !sameFolder(definition.home, home)) return { state: 'foreign', detail: `it belongs to the home ${definition.home}` };
  const { program, args } = brokerCommand(hostCommand, service);
  const signsIn = signsInByItself();
  return {
    state: 'registered',
    host: status ? HOST_STATES[status.state] : readHostFacts(service)?.phase === 'stopped' ? 'stopped' : 'running',
    ...(status?.pid !== undefined && { hostPid: status.pid }),
    ...((startType === 'automatic' || startType === 'manual' || startType === 'disabled') && { startType }),
    ...(signsIn && { automaticSignIn: signsIn }),
    beforeSignIn: mayRunBeforeSignIn(readOwner(service) ?? '') ? readBeforeSignIn(service) : 'unavailable',
    // A missing program has no version.
    ...(binaryPath !== commandLine(program, args) && hasProgram(binaryPath) && { outdated: true }),
  };
}
