// The main process in one file, as bundlers make it, on this system: with a stand-in for Electron and without node_modules. Below Wine it is
// in test/wine/bundled-app.test.ts.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppReport, BUNDLES, bundleApp, driverArguments, writeDriver } from '../support/bundled-app.ts';
import { BUNDLERS, bundleBy } from '../support/bundlers.ts';
import { DEADLINE_MS, REPOSITORY, Sandbox } from '../support/sandbox.ts';

describe('app in one file', { timeout: 2 * DEADLINE_MS }, () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.dispose());

  /** Runs the bundle, and has it switch the gateway on and off. */
  function expectItWorks(folder: string, bundle: string): void {
    const { home } = sandbox.identity();
    sandbox.putLauncher(home);
    const host = path.join(folder, 'gateway-service');
    cpSync(path.join(REPOSITORY, 'dist/host'), host, { recursive: true });
    cpSync(path.join(REPOSITORY, 'build/icons'), path.join(host, 'icons'), { recursive: true });
    const requests = [true, false].map(on => ['set', { profile: 'default', on }] as const);
    const args = ['drive.mjs', ...driverArguments(bundle, home, folder, requests)];
    const output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const { replies, lines, icon, native } = JSON.parse(output) as AppReport;
    expect(lines).toEqual([]);
    expect(replies.map(reply => (reply.ok ? reply.value.status.phase : reply.error))).toEqual(['running', 'not-installed']);
    expect(native).toEqual([]);
    expect(icon).toMatch(new RegExp(`^${host}/icons/tray-[a-z-]+\\.png$`));
    expect(sandbox.gateways(home)).toEqual([]);
  }

  it.each(Object.keys(BUNDLES))('switches the gateway on and off from %s, without node_modules, and loads nothing native', bundle => {
    const folder = path.join(sandbox.path, 'app');
    bundleApp(folder);
    expectItWorks(folder, bundle);
  });

  it.each(Object.entries(BUNDLERS))('does so from the bundle of %s, whose preload needs only Electron', (_name, bundler) => {
    const folder = path.join(sandbox.path, 'app');
    renameSync(bundleBy(bundler, path.join(sandbox.path, 'source')), folder);
    writeDriver(folder);
    expectItWorks(folder, bundler.main);
    const preload = readFileSync(path.join(folder, bundler.preload), 'utf8');
    expect([...preload.matchAll(/(?:\brequire\(|\bfrom ?)["']([^"']+)["']/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(readdirSync(folder, { recursive: true }).some(file => String(file).endsWith('.css'))).toBe(true);
  });
});
