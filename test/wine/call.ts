// Calls the functions of src/windows in a Windows process of the rig, with the types that they have; one process for all calls on a rig.
import { expect } from 'vitest';
import type { ErrorValue } from '../../src/model/errors.ts';
import { Remote } from './remote.ts';
import type { WineRig } from './rig.ts';

interface Modules {
  scm: typeof import('../../src/windows/scm.ts');
  'app-package': typeof import('../../src/windows/app-package.ts');
  'scm-wait': typeof import('../../src/windows/scm-wait.ts');
  'service-install': typeof import('../../src/windows/service-install.ts');
  registry: typeof import('../../src/windows/registry.ts');
  'event-log': typeof import('../../src/windows/event-log.ts');
  authenticode: typeof import('../../src/windows/authenticode.ts');
  capabilities: typeof import('../../src/windows/capabilities.ts');
  security: typeof import('../../src/windows/security.ts');
  file: typeof import('../../src/windows/file.ts');
  'file-trust': typeof import('../../src/windows/file-trust.ts');
  'security-attributes': typeof import('../../src/windows/security-attributes.ts');
  logons: typeof import('../../src/windows/logons.ts');
  mutex: typeof import('../../src/windows/mutex.ts');
  shortcut: typeof import('../../src/windows/shortcut.ts');
  'startup-folder': typeof import('../../src/windows/startup-folder.ts');
  'automatic-sign-in': typeof import('../../src/windows/automatic-sign-in.ts');
  explorer: typeof import('../../src/windows/explorer.ts');
}

type Exported<M extends keyof Modules, F extends keyof Modules[M]> = Modules[M][F] extends (...args: infer A) => infer R
  ? { args: A; result: Awaited<R> }
  : never;

export type Answer<T> = { readonly value?: T; readonly error?: ErrorValue };

const callers = new WeakMap<WineRig, Promise<Remote>>();

/** Has a process that is there anyway answer the calls. */
export function callBy(rig: WineRig, remote: Remote): void {
  callers.set(rig, Promise.resolve(remote));
}

function callerIn(rig: WineRig): Promise<Remote> {
  const caller = callers.get(rig) ?? Remote.start(rig, 'calls');
  callers.set(rig, caller);
  return caller;
}

/** The value or the error that a function gave. */
export async function attempt<M extends keyof Modules, F extends keyof Modules[M] & string>(
  rig: WineRig,
  module: M,
  name: F,
  ...args: Exported<M, F>['args']
): Promise<Answer<Exported<M, F>['result']>> {
  const caller = await callerIn(rig);
  return (await caller.try('call', module, name, args)) as Answer<Exported<M, F>['result']>;
}

/** The value that a function gave; an error fails the test. */
export async function call<M extends keyof Modules, F extends keyof Modules[M] & string>(
  rig: WineRig,
  module: M,
  name: F,
  ...args: Exported<M, F>['args']
): Promise<Exported<M, F>['result']> {
  const answer = await attempt(rig, module, name, ...args);
  expect(answer.error, `${module}.${name}`).toBeUndefined();
  return answer.value as Exported<M, F>['result'];
}
