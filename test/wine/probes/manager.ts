// The manager inside Windows, for test/wine/remote-manager.ts; what a watch hears comes as {"watch","status"}.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { controlPath, request } from '../../../src/gateway/control-socket.ts';
import { readHostFacts } from '../../../src/host/service-registry.ts';
import { APPS_LIST_KEY } from '../../../src/mechanisms/apps-list.ts';
import { hostsFolder } from '../../../src/mechanisms/installed-host.ts';
import type { GatewayIdentity } from '../../../src/model/identity.ts';
import type {
  HoldReason,
  InstallOptions,
  RestartOptions,
  StartOptions,
  StopOptions,
  UninstallOptions,
} from '../../../src/model/manager.ts';
import type { Desired } from '../../../src/model/status.ts';
import { StateFolder } from '../../../src/state/state-folder.ts';
import { EVENT_SOURCE_KEY } from '../../../src/windows/event-log.ts';
import { listProcesses } from '../../../src/windows/process-info.ts';
import { readKey } from '../../../src/windows/registry.ts';
import { enumerateServices } from '../../../src/windows/scm.ts';
import { startupFolder } from '../../../src/windows/startup-folder.ts';
import { callFunction } from './call-function.ts';
import { serve } from './serve.ts';
import { identityOf, states, windowsManager } from './windows-manager.ts';

const manager = windowsManager();
const releases = new Map<number, () => Promise<void>>();
const watches = new Map<number, () => void>();

/** Ours that run now, besides this one. */
const PROGRAMS: ReadonlySet<string> = new Set(['node.exe', 'hermes-gateway-host.exe', 'hermes-gateway.exe']);
const ours = () => listProcesses().filter(({ pid, program }) => PROGRAMS.has(program) && pid !== process.pid);

function verbs(send: (message: object) => void) {
  return {
    call: callFunction,
    services: () => enumerateServices('HermesGateway'),
    identity: identityOf,
    preview: (verb: 'install' | 'uninstall', of: GatewayIdentity, options?: InstallOptions & UninstallOptions) =>
      manager.preview(verb, of, options),
    install: (of: GatewayIdentity, options?: InstallOptions) => manager.install(of, options),
    uninstall: (of: GatewayIdentity, options?: UninstallOptions) => manager.uninstall(of, undefined, options),
    examine: (of: GatewayIdentity) => manager.examine(of),
    repair: (of: GatewayIdentity) => manager.repair(of),
    start: (of: GatewayIdentity, options: StartOptions) => manager.start(of, undefined, options),
    stop: (of: GatewayIdentity, options: StopOptions) => manager.stop(of, undefined, options),
    cancelConsent: (of: GatewayIdentity) => manager.cancelConsent(of),
    stopNow: (of: GatewayIdentity) => manager.stopNow(of),
    setWatchdog: (of: GatewayIdentity, on: boolean) => manager.setWatchdog(of, on),
    restart: (of: GatewayIdentity, options: RestartOptions) => manager.restart(of, undefined, options),
    cancelRestart: (of: GatewayIdentity) => manager.cancelRestart(of),
    agentWork: (of: GatewayIdentity) => manager.agentWork(of),
    testRecovery: (of: GatewayIdentity) => manager.testRecovery(of),
    status: (of: GatewayIdentity) => manager.status(of),
    history: (of: GatewayIdentity) => manager.history(of),
    logPath: (of: GatewayIdentity) => manager.logPath(of),
    hold: async (id: number, of: GatewayIdentity, why: HoldReason) => void releases.set(id, await manager.hold(of, why)),
    release: (id: number) => releases.get(id)?.(),
    watch: (id: number, of: GatewayIdentity) =>
      void watches.set(
        id,
        manager.watch(of, status => send({ watch: id, status })),
      ),
    unwatch: (id: number) => watches.get(id)?.(),
    askGateway: (of: GatewayIdentity, verb: string) => request(controlPath(of.home), verb),
    kill: (pid: number) => void process.kill(pid, 'SIGKILL'),
    runnerPid: async (of: GatewayIdentity) => (await new StateFolder(path.join(states, of.service)).runner.read())?.process.pid,
    wish: (of: GatewayIdentity, desired: Desired) => new StateFolder(path.join(states, of.service)).writeDesired(desired),
    facts: (of: GatewayIdentity) => readHostFacts(of.service),
    processes: () => ours(),
    leftovers: () => [
      ...enumerateServices('HermesGateway').map(name => `service ${name}`),
      ...(readKey(EVENT_SOURCE_KEY) ? ['event source'] : []),
      ...(readKey(APPS_LIST_KEY) ? ["an entry in Windows' list of apps"] : []),
      ...(existsSync(hostsFolder()) ? readdirSync(hostsFolder()).map(name => `installed host ${name}`) : []),
      ...(existsSync(startupFolder()) ? readdirSync(startupFolder()).map(name => `Startup entry ${name}`) : []),
      ...(existsSync(states) ? readdirSync(states, { recursive: true }).map(String) : []),
      ...ours().map(({ pid }) => `process ${pid}`),
    ],
  };
}

serve(verbs);
