// What Wine cannot show of the attacks in test/wine/attacks.test.ts: rights that Windows enforces, a junction of NTFS, and which libraries
// Windows loads. Only about the executables: `npm run windows -- --built`.
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { windowsNode } from '../../scripts/windows-node.mjs';
import { HOST_FILES, HOST_MANIFEST, HOST_PROGRAM } from '../../src/host/host-files.ts';
import { readHostFacts } from '../../src/host/service-registry.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { holdTrusted } from '../../src/windows/file-trust.ts';
import { queryConfig } from '../../src/windows/scm.ts';
import { until } from '../acceptance/service-stage.ts';
import { checksOf, whyWithout } from './checks.ts';
import { machineFacts, whyLeftOut } from './real-windows.ts';
import { WindowsStage } from './windows-stage.ts';

const stage = new WindowsStage();
const isBuilt = stage.program.length === 1;
const leftOut =
  whyLeftOut(process.platform, process.env) ??
  (isBuilt
    ? whyWithout(checksOf(machineFacts(process.env), true), 'unsigned programs')
    : 'about the executables, by "npm run windows -- --built"');
/** Libraries that node.exe is linked with and that are no "known DLLs" of Windows, which are never looked for beside a program. */
const PLANTED = ['dbghelp.dll', 'IPHLPAPI.DLL', 'USERENV.dll', 'WINMM.dll', 'bcrypt.dll'];
const ATTACKED = 'HermesGateway-attacked';
const USERS = '*S-1-5-32-545';

describe.skipIf(leftOut !== undefined)(
  leftOut === undefined ? 'an attack on the service, on Windows' : `an attack on the service, on Windows (skipped: ${leftOut})`,
  { timeout: 180_000 },
  () => {
    beforeAll(() => {
      stage.open();
      stage.records('services', ATTACKED);
    });
    afterEach(() => stage.clear());
    afterAll(async () => {
      if (!stage.isOpen) return;
      const left = await stage.settled();
      stage.dispose();
      expect(left, 'what is left of ours').toEqual([]);
    });

    /** Installs a gateway; gives the folder from which Windows starts its service. */
    const install = async (): Promise<string> => {
      await stage.fresh();
      await stage.install(stage.sampleGateway());
      return path.dirname(splitCommandLine(queryConfig(stage.of.service)?.binaryPath ?? '')[0] ?? '');
    };

    it('prevents a user without administrator rights from writing where the service starts from', async () => {
      const folder = await install();
      holdTrusted(folder, [...HOST_FILES, HOST_MANIFEST]).close();
      for (const command of [
        ['echo', 'planted', '>', `${folder}\\version.dll`],
        ['echo', 'planted', '>', `${folder}\\koffi.node`],
        ['ren', `${folder}\\koffi.node`, 'other.node'],
        ['ren', folder, 'other'],
        ['icacls', folder, '/grant', `${USERS}:(F)`],
      ]) {
        expect((await stage.limited(['cmd.exe', '/d', '/c', ...command])).code, command.join(' ')).not.toBe(0);
      }
      expect(readdirSync(folder).sort()).toEqual([...HOST_FILES, HOST_MANIFEST].sort());
      expect((await stage.status()).phase).toBe('running');
    });

    it('starts nothing when a parent folder was made writable afterwards', async () => {
      const folder = await install();
      const hosts = path.dirname(folder);
      await stage.cli('stop');
      await stage.run(['icacls', hosts, '/grant', `${USERS}:(DC)`]);
      try {
        await stage.run(['net', 'start', stage.of.service]);
        const { launchError } = await until('the refusal', () => {
          const facts = readHostFacts(stage.of.service);
          return facts?.launchError && facts;
        });
        expect(launchError).toMatchObject({ code: 'service-program-unsafe' });
        expect(stage.gateways()).toEqual([]);
      } finally {
        await stage.run(['icacls', hosts, '/remove:g', USERS]);
      }
    });

    it('refuses a junction in the place of an installed host', async () => {
      const folder = await install();
      const elsewhere = path.join(stage.folder, 'elsewhere');
      cpSync(folder, elsewhere, { recursive: true });
      const link = `${folder}-9`;
      expect((await stage.run(['cmd.exe', '/d', '/c', 'mklink', '/J', link, elsewhere])).code).toBe(0);
      const { stdout } = await stage.run([path.join(link, HOST_PROGRAM), 'elevated', 'install', '--service', ATTACKED]);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'service-program-unsafe' } });
      expect(queryConfig(ATTACKED)).toBeUndefined();
      await stage.run(['cmd.exe', '/d', '/c', 'rd', link]);
    });

    it('does not load libraries planted beside the program, although node.exe itself loads them', async () => {
      const source = path.dirname(stage.program[0] ?? '');
      const folder = path.join(stage.folder, 'planted');
      mkdirSync(folder);
      for (const name of HOST_FILES) copyFileSync(path.join(source, name), path.join(folder, name));
      copyFileSync(windowsNode().file, path.join(folder, 'node.exe'));
      for (const name of PLANTED) writeFileSync(path.join(folder, name), 'no library');
      expect((await stage.run([path.join(folder, 'node.exe'), '--version'])).code).not.toBe(0);
      expect(await stage.run([path.join(folder, 'hermes-gateway.exe'), '--version'])).toMatchObject({ code: 0 });
      expect(await stage.run([path.join(folder, HOST_PROGRAM), '--version'])).toMatchObject({ code: 0 });
    });
  },
);
