// The built preload, in a context like Electron's sandbox: no Node, no module but Electron, one object exposed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type GatewayServiceBridge, VERB_NAMES } from '../../src/desktop/ipc.ts';
import { REPOSITORY } from '../support/sandbox.ts';

function load() {
  const exposed: Record<string, unknown> = {};
  const sent: unknown[][] = [];
  const listeners = new Map<string, Set<(event: unknown, ...args: unknown[]) => void>>();
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, value: unknown) => {
        exposed[name] = value;
      },
    },
    ipcRenderer: {
      invoke: async (...message: unknown[]) => {
        sent.push(message);
        return { ok: true, value: 'answer' };
      },
      send: (...message: unknown[]) => void sent.push(message),
      on: (channel: string, listener: () => void) => listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
      off: (channel: string, listener: () => void) => listeners.get(channel)?.delete(listener),
    },
  };
  const required: string[] = [];
  const require = (name: string) => {
    required.push(name);
    if (name !== 'electron') throw new Error(`a sandboxed preload may not require ${name}`);
    return electron;
  };
  const module = { exports: {} };
  // A context of its own has no process, Buffer, timers or modules.
  vm.runInNewContext(readFileSync(path.join(REPOSITORY, 'dist/main/preload.cjs'), 'utf8'), { require, module, exports: module.exports });
  const push = (...pushed: unknown[]) => {
    for (const listener of listeners.get('hermes:gateway-service:changed') ?? []) listener({ secret: 'of the event' }, ...pushed);
  };
  return { exposed, required, sent, push };
}

function bridgeOf({ exposed }: ReturnType<typeof load>): GatewayServiceBridge {
  return (exposed['hermesDesktop'] as { gatewayService: GatewayServiceBridge }).gatewayService;
}

describe('preload', () => {
  it('requires only Electron and exposes one object of verbs', () => {
    const preload = load();
    expect(preload.required).toEqual(['electron']);
    expect(Object.keys(preload.exposed)).toEqual(['hermesDesktop']);
    expect(Object.keys(bridgeOf(preload)).sort()).toEqual([...VERB_NAMES, 'onChanged'].sort());
  });

  it('exposes the setting of the app with them', () => {
    const { loginItem } = load().exposed['hermesDesktop'] as { loginItem: object };
    expect(Object.keys(loginItem).sort()).toEqual(['get', 'set']);
  });

  it('fixes its channels: a page can send on no other', async () => {
    const preload = load();
    await bridgeOf(preload).set({ profile: 'default', on: true });
    await bridgeOf(preload).get({});
    expect(structuredClone(preload.sent)).toEqual([
      ['hermes:gateway-service:set', { profile: 'default', on: true }],
      ['hermes:gateway-service:get', {}],
    ]);
  });

  it('passes snapshots on without the event, and reports when the page starts and stops listening', () => {
    const preload = load();
    const heard: unknown[][] = [];
    const listener = (...args: unknown[]) => void heard.push(args);
    const [one, other] = [bridgeOf(preload).onChanged(listener), bridgeOf(preload).onChanged(listener)];
    preload.push({ schema: 1 }, 'log');
    one();
    preload.push({ schema: 1 });
    other();
    preload.push({ schema: 1 });
    expect(heard).toEqual([
      [{ schema: 1 }, 'log'],
      [{ schema: 1 }, 'log'],
      [{ schema: 1 }, undefined],
    ]);
    expect(preload.sent).toEqual([
      ['hermes:gateway-service:subscribe', true],
      ['hermes:gateway-service:subscribe', false],
    ]);
  });
});
