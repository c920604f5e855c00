// The one file that the Hermes app ships, on this system. Below Wine it is in test/wine/bundled-app.test.ts.
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AppReport, BUNDLES, bundleApp, driverArguments } from '../support/bundled-app.ts';
import { DEADLINE_MS, REPOSITORY, Sandbox } from '../support/sandbox.ts';

describe('app in one file', { timeout: 2 * DEADLINE_MS }, () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.dispose());

  it.each(Object.keys(BUNDLES))('switches the gateway on and off from %s, without node_modules, and loads nothing native', bundle => {
    const { home } = sandbox.identity();
    sandbox.putLauncher(home);
    const folder = path.join(sandbox.path, 'app');
    bundleApp(folder);
    symlinkSync(path.join(REPOSITORY, 'dist/host'), path.join(folder, 'gateway-service'));
    const requests = [true, false].map(on => ['set', { profile: 'default', on }] as const);
    const args = ['drive.mjs', ...driverArguments(bundle, home, folder, requests)];
    const output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const { replies, lines, native } = JSON.parse(output) as AppReport;
    expect(lines).toEqual([]);
    expect(replies.map(reply => (reply.ok ? reply.value.status.phase : reply.error))).toEqual(['running', 'not-installed']);
    expect(native).toEqual([]);
    expect(sandbox.gateways(home)).toEqual([]);
  });
});
