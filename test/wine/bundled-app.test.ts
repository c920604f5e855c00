// The one file that the Hermes app ships, below Wine with Windows Node: koffi from the folder of the host, and sudo-prompt from the bundle.
// powershell.exe is stood in for (consent.ts). The app's process is not elevated, so it has to ask.
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, linkSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type AppReport, BUNDLES, bundleApp, driverArguments, type Request } from '../support/bundled-app.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { consent, consentTo, promptFolders, standInForPowerShell } from './consent.ts';
import type { WineRun } from './rig.ts';
import { describeServiceOnWine } from './suite.ts';

const APP = 'C:\\Program Files\\Hermes';
const HOST = `${APP}\\resources\\gateway-service`;

describeServiceOnWine(
  'the app in one file',
  service => {
    beforeAll(() => {
      const { rig } = service;
      standInForPowerShell(rig);
      // The app starts in C:\, and so does PowerShell.
      rig.write('C:\\Start-Process', rig.read('C:\\app\\Start-Process'));
      bundleApp(rig.onLinux(`${APP}\\resources\\dist`));
      execFileSync('cp', ['-al', rig.onLinux('C:\\app\\host'), rig.onLinux(HOST)]);
      cpSync(path.join(REPOSITORY, 'build/icons'), rig.onLinux(`${HOST}\\icons`), { recursive: true });
    });

    const drive = async (bundle: string, ...requests: readonly Request[]): Promise<AppReport> => {
      const resources = `${APP}\\resources`;
      const args = driverArguments(bundle, service.of.home, resources, requests);
      const { stdout, stderr } = await service.rig.ask<WineRun>('unelevated', `${resources}\\dist\\drive.mjs`, ...args);
      expect(stderr).toBe('');
      return JSON.parse(stdout) as AppReport;
    };
    const phases = ({ replies }: AppReport) => replies.map(reply => (reply.ok ? reply.value.status.phase : reply.error.code));

    it.each(Object.keys(BUNDLES))(
      // Off is asked by Windows' shell, whose `runas` elevates no limited process below Wine 8.
      'switches the service on from %s, with one prompt, and reads its status through koffi',
      async bundle => {
        await service.fresh();
        const { rig, of } = service;
        // Windows Node in the place of Hermes' launcher runs the script `gateway` of its folder, the home.
        const launcher = rig.onLinux(`${of.home}\\hermes-agent\\.hermes\\bin\\hermes.exe`);
        mkdirSync(path.dirname(launcher), { recursive: true });
        linkSync(rig.onLinux(rig.node), launcher);
        const sample = `file:///${encodeURI(rig.sampleGateway().replaceAll('\\', '/'))}`;
        rig.write(`${of.home}\\gateway.js`, `process.argv.splice(2, 0, 'gateway'); import(${JSON.stringify(sample)});`);
        const before = promptFolders(rig).length;
        consent(rig, 'ask');
        const driven = drive(bundle, ['set', { profile: 'default', on: true }], ['get', {}]);
        await Promise.race([consentTo(rig), driven]);
        const report = await driven;
        expect(phases(report)).toEqual(['running', 'running']);
        expect(report.replies[1]).toMatchObject({ value: { status: { mechanism: 'service', gatewayPid: expect.any(Number) } } });
        expect(report.lines).toEqual([]);
        expect(report.native).toEqual([`${HOST}\\koffi.node`]);
        expect(report.icon.startsWith(`${HOST}\\icons\\tray-`)).toBe(true);
        expect(promptFolders(rig).length - before).toBe(1);
      },
    );

    it('loads no binary of koffi with another hash than the manifest of the host names', async () => {
      await service.fresh();
      const koffi = service.rig.onLinux(`${HOST}\\koffi.node`);
      renameSync(koffi, `${koffi}.whole`);
      copyFileSync(`${koffi}.whole`, koffi);
      appendFileSync(koffi, ' ');
      try {
        const report = await drive('electron-main.mjs', ['get', {}]);
        expect(phases(report)).toEqual(['service-program-damaged']);
        expect(report.native).toEqual([]);
      } finally {
        renameSync(`${koffi}.whole`, koffi);
      }
    });
  },
  { built: true },
);
