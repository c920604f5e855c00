// The manager of the SCM mechanism inside Windows, for a test outside of it: it listens on a loopback port, which it prints, and answers one
// JSON line with another. {"id",verb,args} is answered by {"id","value"} or {"id","error"}; what a watch hears comes as {"watch","status"}.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { controlPath, request } from '../../../src/gateway/control-socket.ts';
import { gatewayIdentity, resolveHermesRoot } from '../../../src/gateway/home.ts';
import type { GatewayIdentity } from '../../../src/gateway/identity.ts';
import { HostedManager } from '../../../src/process/hosted-manager.ts';
import { LineCutter } from '../../../src/process/pipe-protocol.ts';
import { scmHost } from '../../../src/process/scm-host.ts';
import { readHostFacts } from '../../../src/process/service-registry.ts';
import { windowsMachine } from '../../../src/process/windows-machine.ts';
import { toGatewayServiceError } from '../../../src/service/errors.ts';
import type { HoldReason, InstallOptions } from '../../../src/service/manager.ts';
import { StateFolder, stateRoot } from '../../../src/service/state-folder.ts';
import type { Desired } from '../../../src/service/status.ts';
import { listProcesses } from '../../../src/windows/process-info.ts';
import { readKey } from '../../../src/windows/registry.ts';
import { enumerateServices, serviceKey } from '../../../src/windows/scm.ts';

const states = stateRoot('win32', process.env, os.homedir());
const program = fileURLToPath(new URL('../../../../host/hermes-gateway.cjs', import.meta.url));
const manager = new HostedManager(scmHost({ hostCommand: [process.execPath, program] }), {
  stateRoot: states,
  processes: windowsMachine.processes,
  checkCommand: (_identity, override) => override ?? [],
});
const releases = new Map<number, () => Promise<void>>();
const watches = new Map<number, () => void>();

/** Ours that run now, besides this one. */
const ours = () => listProcesses().filter(({ pid, program }) => program === 'node.exe' && pid !== process.pid);

function verbs(send: (message: object) => void) {
  return {
    services: () => enumerateServices('HermesGateway').map(({ name }) => name),
    identity: (home: string) => {
      mkdirSync(home, { recursive: true });
      return gatewayIdentity(resolveHermesRoot({ platform: 'win32', env: process.env, homedir: os.homedir(), home }), 'win32');
    },
    preview: (verb: 'install' | 'uninstall', of: GatewayIdentity, options?: InstallOptions) => manager.preview(verb, of, options),
    install: (of: GatewayIdentity, options?: InstallOptions) => manager.install(of, options),
    uninstall: (of: GatewayIdentity) => manager.uninstall(of),
    start: (of: GatewayIdentity) => manager.start(of),
    stop: (of: GatewayIdentity) => manager.stop(of),
    restart: (of: GatewayIdentity) => manager.restart(of),
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
    runnerPid: async (of: GatewayIdentity) => (await new StateFolder(path.join(states, of.serviceName)).runner())?.process.pid,
    wish: (of: GatewayIdentity, desired: Desired) => new StateFolder(path.join(states, of.serviceName)).writeDesired(desired),
    facts: (of: GatewayIdentity) => readHostFacts(of.serviceName),
    processes: () => ours(),
    leftovers: (of: GatewayIdentity) => [
      ...(readKey(serviceKey(of.serviceName)) ? [`service ${of.serviceName}`] : []),
      ...(existsSync(states) ? readdirSync(states, { recursive: true }).map(String) : []),
      ...ours().map(({ pid }) => `process ${pid}`),
    ],
  };
}

const server = net.createServer(socket => {
  const send = (message: object) => socket.write(`${JSON.stringify(message)}\n`);
  const answers = verbs(send) as Record<string, (...args: unknown[]) => unknown>;
  const cutter = new LineCutter();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: unknown) => {
    for (const line of cutter.push(String(text)) ?? []) {
      const { id, verb, args } = JSON.parse(line) as { id: number; verb: string; args: unknown[] };
      Promise.resolve()
        .then(() => answers[verb]?.(...args))
        .then(
          value => send({ id, value }),
          error => send({ id, error: toGatewayServiceError(error).toValue() }),
        );
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as net.AddressInfo).port));
