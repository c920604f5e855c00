// The installer that electron-builder makes with build/installer.nsh, run below Wine: installed, updated over a running service, failed,
// killed, without its host, and removed. Templates and script are electron-builder's own; what they call has stand-ins (packaging/), and
// the host is the built one.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canMakeMsi, makeMsi } from '../../scripts/release/msi.mjs';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { canPack, packInstallers } from './packaging/packing.ts';
import type { WineRun } from './rig.ts';
import { describeServiceOnWine, until } from './suite.ts';

/** Some 10 s, more on a busy machine. */
const PACK_MS = 300_000;
const FORMER = '1.0.0';
const NEW = '2.0.0';
/** As electron-updater starts it. */
const UPDATE = ['/S', '--updated'] as const;
/** An installer says so when the former app could not be replaced; NSIS does, when it was aborted. */
const NOT_INSTALLED = 2;
const NEEDS_ADMINISTRATOR = 5;
const FOLDER = 'C:\\users\\hermes\\AppData\\Local\\Programs\\Hermes Gateway';
const PROGRAM = `${FOLDER}\\Hermes Gateway.exe`;
const UNINSTALLER = `${FOLDER}\\Uninstall Hermes Gateway.exe`;

describeServiceOnWine(
  'the installer, with the rebuilt SCM',
  service => {
    const able = canPack('installer');
    describe.skipIf(!able.ok)(able.ok ? 'of the app' : `of the app (skipped: ${able.reason})`, () => {
      let installers: ReadonlyMap<string, string>;
      beforeAll(async () => {
        const paths = await packInstallers(service.rig, [FORMER, NEW]);
        installers = new Map([FORMER, NEW].map((version, index) => [version, paths[index] ?? '']));
      }, PACK_MS);

      const argv = (version: string, ...options: readonly string[]) => [installers.get(version) ?? '', ...options];
      const run = (version: string, ...options: readonly string[]) => service.rig.run(argv(version, ...options));
      /** A program that keeps a file to itself until it is told; `program` lies where it is put. */
      const keep = async (file: string, program: string, from = PROGRAM) => {
        const word = `C:\\word-${path.win32.basename(program)}`;
        if (program !== from) await service.tool('cmd', '/c', 'copy', from, program);
        const ended = service.rig.run([program, file, word]);
        await until('the file to be kept', () => existsSync(service.rig.onLinux(word)));
        return { ended, letGo: () => rmSync(service.rig.onLinux(word)) };
      };
      const inApp = (...names: readonly string[]) => path.join(service.rig.onLinux(FOLDER), ...names);
      const version = () => (existsSync(inApp('resources/marker.txt')) ? readFileSync(inApp('resources/marker.txt'), 'utf8') : undefined);
      const notes = async () =>
        (await service.manager.history(service.of)).flatMap(record => (record.kind === 'noted' && record.update ? [record.what] : []));

      it("installs the app into the programs of the user, without a prompt, and into Windows' list of apps", async () => {
        expect(await run(FORMER, '/S')).toMatchObject({ code: 0 });
        expect(version()).toBe(FORMER);
        expect(existsSync(inApp('resources/host/hermes-gateway.exe'))).toBe(true);
        const key = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
        const { stdout } = await service.rig.run(['reg', 'query', key, '/s', '/v', 'UninstallString']);
        expect(stdout).toContain(`"${UNINSTALLER}" /currentuser`);
      });

      it('stops every gateway before it replaces files in an update, and starts the same ones afterwards', async () => {
        await service.install();
        const stopped = service.of;
        await service.manager.stop(stopped);
        const before = await service.install();
        const seen: string[] = [];
        const watching = setInterval(() => seen.push(`${version()}, ${service.gateways().length} running`), 5);
        const { code } = await run(NEW, ...UPDATE).finally(() => clearInterval(watching));
        expect(code).toBe(0);
        expect(version()).toBe(NEW);
        expect(seen).toContain('undefined, 0 running');
        expect(seen).not.toContain('undefined, 1 running');
        expect(await service.manager.status(service.of)).toMatchObject({ phase: 'running', desired: 'running', restarts: { count: 0 } });
        expect((await service.status()).startedAt).not.toBe(before.startedAt);
        expect(await service.manager.status(stopped)).toMatchObject({ phase: 'stopped', desired: 'stopped' });
        expect(await notes()).toEqual(['updated']);
        expect(service.failures()).toEqual([]);
      });

      it('keeps the former app when it cannot be replaced, reports it with the exit code, and leaves the gateway running', async () => {
        const before = await service.install();
        // Elsewhere: a program of the app itself would be ended.
        const holder = await keep(`${FOLDER}\\resources\\marker.txt`, 'C:\\holder.exe');
        const { code } = await run(FORMER, '/S');
        expect(code).toBe(NOT_INSTALLED);
        expect(version()).toBe(NEW);
        await service.another(before);
        expect(await notes()).toEqual(['not-updated']);
        holder.letGo();
        await holder.ended;
      });

      it('loses no gateway when the installer is killed in the middle', async () => {
        const before = await service.install();
        const { pid, ended } = service.rig.launch(argv(NEW, ...UPDATE));
        await until('the gateway to be held', async () => (await service.status()).phase === 'held-for-update');
        process.kill(pid, 'SIGKILL');
        await ended;
        await service.another(before);
        expect(await run(NEW, ...UPDATE)).toMatchObject({ code: 0 });
        await service.phase('running');
      });

      it('continues when the host of the former app is missing, and the gateway keeps running', async () => {
        const before = await service.install();
        renameSync(inApp('resources/host'), inApp('resources/no-host'));
        expect(await run(FORMER, '/S')).toMatchObject({ code: 0 });
        expect(version()).toBe(FORMER);
        expect(await service.status()).toMatchObject({ phase: 'running', startedAt: before.startedAt });
        expect(await notes()).toEqual([]);
      });

      it.each([
        ['a gateway that does not stop keeps everything unchanged', 'taskkill.exe', NOT_INSTALLED, FORMER],
        ['a host that is too old for the stop request keeps nothing', 'program.exe', 0, NEW],
      ])('installs in a special case: %s', async (_what, stranger, code, left) => {
        const host = `${FOLDER}\\resources\\host\\hermes-gateway.exe`;
        rmSync(service.rig.onLinux(host));
        const from = stranger === 'program.exe' ? PROGRAM : `C:\\windows\\system32\\${stranger}`;
        await service.tool('cmd', '/c', 'copy', from, host);
        expect(await run(NEW, '/S')).toMatchObject({ code });
        expect(version()).toBe(left);
      });

      it('closes the app, and no program in a folder whose name only begins like that of the app', async () => {
        service.rig.write(`${FOLDER} Service\\kept.txt`, '');
        const host = await keep(`${FOLDER} Service\\kept.txt`, `${FOLDER} Service\\host.exe`);
        const app = await keep(`${FOLDER}\\resources\\marker.txt`, PROGRAM);
        expect(await run(NEW, '/S')).toMatchObject({ code: 0 });
        await app.ended;
        host.letGo();
        expect((await host.ended).code).toBe(0);
      });

      /** As the user who has no rights, and as NSIS wants it: told where the app lies, last and without quotes, it works where it is. */
      const asUser = async (program: string, ...line: readonly string[]) => {
        const script = 'C:\\as-user.mjs';
        service.rig.write(
          script,
          `import { spawnSync } from 'node:child_process';
           const { status, stderr } = spawnSync(process.argv[2], process.argv.slice(3), { windowsVerbatimArguments: true });
           process.stderr.write(stderr);
           process.exit(status);`,
        );
        const { code, stderr } = await service.rig.ask<WineRun>('unelevated', script, program, ...line);
        return { code, stderr };
      };
      const uninstallAsUser = async () => {
        const copy = 'C:\\Uninstall.exe';
        await service.tool('cmd', '/c', 'copy', '/y', UNINSTALLER, copy);
        return asUser(copy, '/S', `_?=${FOLDER}`);
      };

      it('leaves the service without rights and without a prompt, and reports it with the exit code', async () => {
        const before = await service.install();
        expect(await uninstallAsUser()).toMatchObject({ code: NEEDS_ADMINISTRATOR });
        expect(version()).toBeUndefined();
        expect(await service.status()).toMatchObject({ phase: 'running', startedAt: before.startedAt });
      });

      it('reports the same exit code when its host is gone', async () => {
        expect(await run(FORMER, '/S')).toMatchObject({ code: 0 });
        await service.install();
        rmSync(inApp('resources/host'), { recursive: true });
        expect(await uninstallAsUser()).toMatchObject({ code: NEEDS_ADMINISTRATOR });
        expect(await service.status()).toMatchObject({ phase: 'running' });
      });

      it('removes several services with one consent, each by its own host', async () => {
        // Below Wine the shell's "runas" asks nobody.
        const made: GatewayIdentity[] = [];
        for (let count = 0; count < 2; count += 1) {
          await service.install();
          await service.manager.stop(service.of);
          made.push(service.of);
        }
        await service.rig.ask('removal', ...made.map(({ service }) => service));
        for (const of of made) expect(await service.manager.status(of)).toMatchObject({ phase: 'not-installed' });
      });

      it('removes the service with the app when it has the rights', async () => {
        expect(await run(FORMER, '/S')).toMatchObject({ code: 0 });
        await service.install();
        expect(await service.rig.run([UNINSTALLER, '/S'])).toMatchObject({ code: 0 });
        await until('the app to be gone', () => !existsSync(service.rig.onLinux(FOLDER)));
        expect(await service.status()).toMatchObject({ phase: 'not-installed' });
        expect(await service.tool('sc', 'query', service.of.service)).not.toBe(0);
        expect(service.gateways()).toEqual([]);
      });

      const msi = canMakeMsi() ? '' : ' (skipped: wixl is missing; apt-get install wixl)';
      it.skipIf(msi !== '')(`installs and updates the host for all users by an MSI, and removes it with the services${msi}`, async () => {
        const packages = service.rig.onLinux('C:\\packages');
        const contents = path.join(packages, 'host');
        mkdirSync(contents, { recursive: true });
        for (const name of ['hermes-gateway.exe', 'hermes-gateway-host.exe'])
          copyFileSync(service.rig.onLinux('C:\\packaging\\tools\\hermes-gateway.exe'), path.join(contents, name));
        for (const name of ['koffi.node', 'LICENSE-node.txt', 'THIRD-PARTY-NOTICES.md']) writeFileSync(path.join(contents, name), '');
        for (const version of [FORMER, NEW]) {
          writeFileSync(path.join(contents, 'manifest.json'), version);
          makeMsi(contents, path.join(packages, `${version}.msi`), version);
        }
        const msiexec = async (verb: string, version: string) =>
          (await service.rig.run(['msiexec', verb, `C:\\packages\\${version}.msi`, '/qn'])).code;
        const folder = service.rig.onLinux('C:\\Program Files\\Hermes Gateway Host');
        const installed = () => readFileSync(path.join(folder, 'manifest.json'), 'utf8');

        expect(await msiexec('/i', FORMER)).toBe(0);
        expect(installed()).toBe(FORMER);
        expect(await msiexec('/i', NEW)).toBe(0);
        expect(installed()).toBe(NEW);
        // Wine does not say (UPGRADINGPRODUCTCODE) that an update removes the former version, as Windows does: the service comes afterwards.
        await service.install();
        expect(await msiexec('/x', NEW)).toBe(0);
        expect(existsSync(folder)).toBe(false);
        expect(await service.tool('sc', 'query', service.of.service)).not.toBe(0);
        expect(service.gateways()).toEqual([]);
      });

      it('closes an app in a folder with an apostrophe, and no other program', async () => {
        const folder = "C:\\O'Brien\\Hermes";
        const install = () => run(FORMER, '/S', `/D=${folder}`);
        expect(await install()).toMatchObject({ code: 0 });
        const program = `${folder}\\Hermes Gateway.exe`;
        service.rig.write("C:\\O'Hara\\kept.txt", '');
        const other = await keep("C:\\O'Hara\\kept.txt", "C:\\O'Hara\\other.exe", program);
        const app = await keep(`${folder}\\resources\\marker.txt`, program, program);
        expect(await install()).toMatchObject({ code: 0 });
        await app.ended;
        other.letGo();
        expect((await other.ended).code).toBe(0);
      });
    });
  },
  { built: true },
);
