// The installer of the app on a real Windows: it installs without a question, updates the app under a running service, and takes everything
// with it. Which installer, `npm run windows -- --installer` says: the one that `npm run dist --prefix build` has made.
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { itProves } from '../acceptance/it-proves.ts';
import { another } from '../acceptance/service-stage.ts';
import { installedApp } from './machine.ts';
import { INSTALLER, whyLeftOut } from './real-windows.ts';
import { WindowsStage } from './windows-stage.ts';

const installer = process.env[INSTALLER];
const leftOut =
  whyLeftOut(process.platform, process.env) ?? (installer ? undefined : 'no installer was made; "npm run windows -- --installer"');
const FOLDER = installedApp();
const HOST = path.join(FOLDER, 'resources', 'host', 'hermes-gateway.exe');
const UNINSTALLER = path.join(FOLDER, 'Uninstall Hermes Gateway.exe');
/** Files are unpacked twice, and a virus scanner reads them. */
const INSTALL_MS = 300_000;

describe.skipIf(leftOut !== undefined)(
  leftOut === undefined ? 'the installer, on Windows' : `the installer, on Windows (skipped: ${leftOut})`,
  () => {
    const stage = new WindowsStage(HOST);
    const install = (...options: readonly string[]) => stage.run([installer ?? '', '/S', ...options], INSTALL_MS);

    beforeAll(() => {
      stage.open();
      stage.records('uninstallers', [UNINSTALLER, '/S', '/currentuser', `_?=${FOLDER}`]);
      stage.records('folders', FOLDER);
    });
    afterAll(async () => {
      if (!stage.isOpen) return;
      if (existsSync(HOST)) await stage.clear();
      stage.dispose();
    }, INSTALL_MS);

    itProves(
      'update-app-windows',
      async () => {
        expect(await install('/currentuser')).toMatchObject({ code: 0 });
        expect(existsSync(HOST)).toBe(true);
        await stage.fresh();
        const before = await stage.install(stage.sampleGateway());
        expect(before).toMatchObject({ mechanism: 'service', phase: 'running' });
        const census = stage.census();
        expect(await install('--updated')).toMatchObject({ code: 0 });
        expect(await another(stage, before)).toMatchObject({ phase: 'running', desired: 'running', restarts: { count: 0 } });
        expect(census.stop()).toBe(1);
        expect(await stage.failures()).toEqual([]);
        return undefined;
      },
      { timeoutMs: 2 * INSTALL_MS },
    );

    itProves(
      'remove-app-windows',
      async () => {
        // From elsewhere, and with the folder as the last argument without quotes, it does its work itself, and its exit code is its own.
        const copy = path.join(stage.folder, 'uninstall.exe');
        const script = path.join(stage.folder, 'uninstall.cmd');
        copyFileSync(UNINSTALLER, copy);
        stage.write(script, `@"${copy}" /S /currentuser _?=${FOLDER}\r\n`);
        expect(await stage.run(['cmd', '/d', '/c', script], INSTALL_MS)).toMatchObject({ code: 0 });
        expect(existsSync(HOST)).toBe(false);
        expect(await stage.settled()).toEqual([]);
        return undefined;
      },
      { timeoutMs: INSTALL_MS },
    );
  },
);
