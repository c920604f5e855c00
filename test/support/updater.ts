// An updater as a process of its own: what a crash of the app or of the command line kills in the middle of an update.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { HOST_COMMAND, REPOSITORY, type Sandbox } from './sandbox.ts';

export interface Updater {
  readonly process: ChildProcess & { readonly pid: number };
  /** The steps that it has told of. */
  readonly steps: readonly string[];
}

/**
 * Begins an update of these gateways in a process that leads a group of its own, then runs `script`, which has the `update`; `onStep` runs
 * at every `step`.
 */
export function startUpdater(sandbox: Sandbox, identities: readonly GatewayIdentity[], { script = '', onStep = '' } = {}): Updater {
  const module = (file: string) => JSON.stringify(`${REPOSITORY}dist/src/${file}.js`);
  const program = `
    const { embeddedManager } = await import(${module('manager/system-manager')});
    const { posixProcesses: processes } = await import(${module('gateway/process-start-time')});
    const { Update } = await import(${module('update/update')});
    const stateRoot = ${JSON.stringify(sandbox.stateRoot)};
    const manager = embeddedManager({
      stateRoot, processes, hostCommand: ${JSON.stringify(HOST_COMMAND)}, checkCommand: (_identity, override) => override,
    });
    const ports = { stateRoot, processes, files: { inUse: async () => undefined }, manager };
    const update = await Update.begin(ports, {
      who: 'a test', what: 'something', identities: ${JSON.stringify(identities)},
      onChange: ({ step }) => { console.log(step); ${onStep} },
    });
    ${script}
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const steps: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => steps.push(...text.split('\n').filter(step => step !== '')));
  return { process: child as Updater['process'], steps };
}

/** What an update leaves behind that has not been finished: journals, locks, holds. */
export function leftOfUpdates(sandbox: Sandbox): string[] {
  const names = readdirSync(sandbox.stateRoot, { recursive: true, encoding: 'utf8' });
  return names.filter(name => /^(update-.*|update\.lock.*|hold-.*)$/.test(path.basename(name)));
}
