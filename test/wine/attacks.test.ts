// What somebody with the rights of a user could prepare for the moment in which an administrator consents, or for the service afterwards,
// tried with the built host. Each of these tests fails when its defence is taken away. What Wine has no words for (rights of single users,
// junctions of NTFS, who loads which DLL) is in test/unit/file-trust.test.ts as a decision and in test/windows/attacks.test.ts as an
// effect.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { ElevationOutcome } from '../../src/model/elevation.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { attempt, call } from './call.ts';
import { consent, promptFolders, standInForPowerShell } from './consent.ts';
import { describeServiceOnWine, until } from './suite.ts';

const HOSTS = 'C:\\Program Files\\Hermes Gateway Service';
const APP_HOST = 'C:\\app\\host';
const FILES = ['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node', 'manifest.json'];
const SERVICE = 'HermesGateway-attacked';
const POISON = {
  NODE_OPTIONS: '--require C:\\foreign.cjs',
  OPENSSL_CONF: 'C:\\foreign.cnf',
  ELECTRON_RUN_AS_NODE: '1',
  NODE_PATH: 'C:\\planted',
};

describeServiceOnWine(
  'an attack on the service',
  service => {
    const at = (windowsPath: string) => service.rig.onLinux(windowsPath);
    const step = async (host: string, ...args: string[]) => {
      const { code, stdout } = await service.rig.run([`${host}\\hermes-gateway-host.exe`, 'elevated', ...args]);
      return { code, ...(JSON.parse(stdout) as { ok: boolean; error?: { code: string; message: string } }) };
    };
    const registered = async (name = SERVICE) => (await call(service.rig, 'scm', 'queryConfig', name))?.binaryPath;
    const installed = () => (existsSync(at(HOSTS)) ? readdirSync(at(HOSTS)) : []);
    /** An installed host that no service starts: what an interrupted copy leaves, or somebody put there. */
    const place = (name: string): string => {
      const folder = `${HOSTS}\\${name}`;
      service.rig.write(`${folder}\\x`, '');
      rmSync(at(`${folder}\\x`));
      for (const file of FILES) copyFileSync(at(`${APP_HOST}\\${file}`), at(`${folder}\\${file}`));
      return folder;
    };
    /** The folder in which the host of this rig is installed while a service is. */
    const ownFolder = async () => path.win32.dirname(splitCommandLine((await registered(service.of.service)) ?? '')[0] ?? '');
    const elevate = (
      way: 'sudo-prompt' | 'run-as' | 'direct',
      verb: 'install' | 'uninstall',
      name = SERVICE,
    ): Promise<{ outcome: ElevationOutcome }> =>
      service.rig.ask('elevation', JSON.stringify({ way, verb, service: name, times: { deadlineMs: 60_000, graceMs: 5_000 } }));
    const nothingInstalled = () => until('no host to be installed', () => installed().length === 0);

    it('registers nothing from a host in a folder that users can write, and copies it without planted files', async () => {
      const refused = await step(APP_HOST, 'install', '--service', SERVICE);
      expect(refused).toMatchObject({ code: 1, error: { code: 'service-program-unsafe' } });
      expect(await registered()).toBeUndefined();
      const planted = ['dbghelp.dll', 'IPHLPAPI.DLL', 'USERENV.dll', 'WINMM.dll', 'bcrypt.dll'].map(name => `${APP_HOST}\\${name}`);
      for (const file of planted) service.rig.write(file, 'planted');
      standInForPowerShell(service.rig);
      consent(service.rig, 'accept');
      expect((await elevate('sudo-prompt', 'install')).outcome).toEqual({ kind: 'done' });
      const [folder = ''] = installed();
      expect(await registered()).toBe(`"${HOSTS}\\${folder}\\hermes-gateway-host.exe" service --service ${SERVICE}`);
      expect(readdirSync(at(`${HOSTS}\\${folder}`)).sort()).toEqual(FILES);
      for (const file of planted) rmSync(at(file));
      // The stand-in set what would have Node and OpenSSL load foreign code into the step.
      expect(service.rig.read('C:\\foreign')).toBe('');
      // A second consent needs no second copy.
      expect((await elevate('run-as', 'install')).outcome).toEqual({ kind: 'done' });
      expect(installed()).toEqual([folder]);
      expect((await elevate('sudo-prompt', 'uninstall')).outcome).toEqual({ kind: 'done' });
      expect(promptFolders(service.rig)).toHaveLength(2);
      await nothingInstalled();
    });

    it('refuses a copy that has a second name, is a link, or is in a folder that others can write', async () => {
      await service.install();
      const own = await ownFolder();
      const name = path.win32.basename(own);
      const expectRefusal = async (host: string, code: string, why: string) => {
        const refused = await step(host, 'install', '--service', SERVICE);
        expect(refused.error).toMatchObject({ code, message: expect.stringContaining(why) });
        expect(await registered()).toBeUndefined();
      };
      const twice = place(`${name}-3`);
      linkSync(at(`${twice}\\koffi.node`), at('C:\\second-name'));
      await expectRefusal(twice, 'service-program-unsafe', 'it has a second name');
      const truth = place(`${name}-5`);
      renameSync(at(truth), at('C:\\elsewhere'));
      symlinkSync(at('C:\\elsewhere'), at(truth));
      await expectRefusal(truth, 'service-program-unsafe', 'it is');
      rmSync(at(truth));
      chmodSync(at(HOSTS), 0o777);
      await expectRefusal(place(`${name}-6`), 'service-program-unsafe', 'S-1-1-0 may change it');
      chmodSync(at(HOSTS), 0o755);
      // The one that is in use was never touched, the others went with the next change.
      expect(await service.status()).toMatchObject({ phase: 'running' });
      await until('only the one in use to be left', () => installed().join() === name);
    });

    it('keeps the checked file open, so that it cannot be replaced between check and use', async () => {
      service.rig.write('C:\\held here\\program.exe', 'good');
      expect((await attempt(service.rig, 'file-trust', 'holdTrusted', 'C:\\held here', ['program.exe'])).error).toBeUndefined();
      const swap = (code: string) => service.rig.run([service.rig.node, '-e', `const fs = require('fs'); ${code}`]);
      for (const code of [
        "fs.writeFileSync('C:/held here/program.exe', 'bad')",
        "fs.renameSync('C:/held here/program.exe', 'C:/held here/other.exe')",
        "fs.unlinkSync('C:/held here/program.exe')",
        "fs.renameSync('C:/held here', 'C:/moved away')",
      ]) {
        expect((await swap(code)).stderr, code).toMatch(/EBUSY|EPERM|EACCES/);
      }
      expect(service.rig.read('C:\\held here\\program.exe')).toBe('good');
    });

    it('starts nothing and shows no prompt when a parent folder was made writable afterwards', async () => {
      await service.install();
      const running = await service.manager.stop(service.of);
      expect(running.phase).toBe('stopped');
      chmodSync(at(HOSTS), 0o777);
      try {
        await service.tool('net', 'start', service.of.service);
        const facts = await until('the refusal', async () => {
          const found = await service.manager.facts(service.of);
          return found?.launchError && found;
        });
        expect(facts).toMatchObject({ phase: 'stopped', launchError: { code: 'service-program-unsafe' } });
        expect(service.gateways()).toHaveLength(0);
        expect((await elevate('direct', 'install')).outcome).toMatchObject({ kind: 'failed', error: { code: 'service-program-unsafe' } });
      } finally {
        chmodSync(at(HOSTS), 0o755);
      }
    });

    it('is restarted by the SCM until a program closes a file of the host that it does not share', async () => {
      await service.install();
      expect(await service.tool('net', 'stop', service.of.service)).toBe(0);
      await service.phase('stopped');
      const binaryPath = (await call(service.rig, 'scm', 'queryConfig', service.of.service))?.binaryPath ?? '';
      const manifest = path.win32.join(path.win32.dirname(splitCommandLine(binaryPath)[0] ?? ''), 'manifest.json');
      const holder = service.rig.run([service.rig.node, service.rig.probe('hold-file'), manifest]);
      await until('the file to be held', () => service.rig.read('C:\\held') !== '');
      await service.tool('net', 'start', service.of.service);
      await until('a restart by the SCM', () => service.failures().length > 0);
      expect(await service.manager.facts(service.of)).toMatchObject({ phase: 'restarting', launchError: { win32: 32 } });
      service.rig.write('C:\\let-go', '');
      expect((await holder).code).toBe(0);
      await service.phase('running');
    });

    it('prevents variables from loading foreign code into the built host, its broker or its step', async () => {
      service.rig.write('C:\\foreign.cjs', "require('node:fs').writeFileSync('C:\\\\foreign', process.argv.join(' '));");
      service.rig.write(
        'C:\\foreign.cnf',
        'nodejs_conf = a\nopenssl_conf = a\n[a]\nengines = b\n[b]\nc = d\n[d]\ndynamic_path = C:\\\\foreign.dll\ninit = 1\n',
      );
      await service.fresh();
      const run = (program: readonly string[]) =>
        service.rig.run([...program, '--home', service.of.home, 'status', '--json'], {
          env: { ...POISON, PATH: 'C:\\planted', TEMP: 'C:\\planted' },
        });
      expect(JSON.parse((await run(service.rig.program)).stdout)).toMatchObject({ ok: true });
      expect(service.rig.read('C:\\foreign')).toBe('');
      // The traps themselves work.
      expect((await run([service.rig.node, service.rig.host])).code).not.toBe(4);
      await service.rig.run([service.rig.node, '-e', '0'], { env: { NODE_OPTIONS: POISON.NODE_OPTIONS } });
      expect(service.rig.read('C:\\foreign')).toContain('node.exe');
    });

    it('loads no other koffi, neither in place of its binary nor from a folder that every user may create', async () => {
      const folder = 'C:\\tampered';
      service.rig.write(`${folder}\\x`, '');
      for (const file of FILES) copyFileSync(at(`${APP_HOST}\\${file}`), at(`${folder}\\${file}`));
      service.rig.write('C:\\node_modules\\koffi\\index.js', "require('node:fs').writeFileSync('C:\\\\loaded', '');");
      const run = () => service.rig.run([`${folder}\\hermes-gateway.exe`, 'status', '--json']);
      for (const tamper of [() => service.rig.write(`${folder}\\koffi.node`, 'another'), () => rmSync(at(`${folder}\\koffi.node`))]) {
        tamper();
        const { code, stdout, stderr } = await run();
        expect(code).toBe(1);
        expect(`${stdout}${stderr}`).toContain('service-program-damaged');
      }
      expect(existsSync(at('C:\\loaded'))).toBe(false);
    });

    it('keeps the service unchanged despite C:\\Program.exe, variables of the machine, control codes that every user may send and a forged definition', async () => {
      service.rig.write('C:\\Program.exe', 'planted');
      const running = await service.install();
      expect(await registered(service.of.service)).toMatch(/^"C:\\Program Files\\/);
      const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${service.of.service}` as const;
      expect(await call(service.rig, 'registry', 'readValue', key, 'Environment')).toEqual(
        expect.arrayContaining(['NODE_OPTIONS=', 'OPENSSL_CONF=', 'ELECTRON_RUN_AS_NODE=', 'SSL_CERT_FILE=']),
      );
      for (const control of [128, 255]) await service.tool('sc', 'control', service.of.service, String(control));
      expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid: running.gatewayPid, servicePid: running.servicePid });
      const before = await call(service.rig, 'service-install', 'readInstalled', service.of.service);
      const file = path.join(path.dirname(path.dirname(service.manager.logPath(service.of))), 'definition.json');
      const definition = readFileSync(file, 'utf8');
      const forged = { service: 'Spooler', program: 'C:\\evil.exe', account: 'LocalSystem', recovery: { delaysMs: [0], resetMs: 1 } };
      writeFileSync(file, JSON.stringify({ ...JSON.parse(definition), ...forged }));
      expect((await elevate('direct', 'install', service.of.service)).outcome).toEqual({ kind: 'done' });
      expect(await call(service.rig, 'service-install', 'readInstalled', service.of.service)).toEqual(before);
      writeFileSync(file, definition);
      rmSync(at('C:\\Program.exe'));
    });

    it('never takes over a folder in ProgramData that was made before', async () => {
      service.rig.write('C:\\ProgramData\\HermesGateway-0a1b2c3d\\planted.bat', '');
      const owner = await call(service.rig, 'security', 'currentUser');
      const made = await attempt(service.rig, 'security-attributes', 'makePrivateFolder', 'C:\\ProgramData\\HermesGateway-0a1b2c3d', owner);
      expect(made.error).toMatchObject({ win32: 183 });
    });

    it('refuses a forged service id', async () => {
      expect(await step(APP_HOST, 'uninstall', '--service', 'HermesGateway-..\\x')).toMatchObject({ code: 1, error: { code: 'usage' } });
    });

    it('keeps the owner of a service when the step was started from another session', async () => {
      expect((await elevate('direct', 'install')).outcome).toEqual({ kind: 'done' });
      const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${SERVICE}\\Parameters` as const;
      const owner = (await call(service.rig, 'registry', 'readValue', key, 'Owner')) as string;
      await call(service.rig, 'registry', 'writeValues', key, { Owner: 'S-1-5-21-1-2-3-1001' });
      for (const verb of ['install', 'uninstall'] as const) {
        expect((await elevate('direct', verb)).outcome).toMatchObject({ kind: 'failed', error: { code: 'foreign' } });
      }
      expect(await call(service.rig, 'registry', 'readValue', key, 'Owner')).toBe('S-1-5-21-1-2-3-1001');
      await call(service.rig, 'registry', 'writeValues', key, { Owner: owner });
      expect((await elevate('direct', 'uninstall')).outcome).toEqual({ kind: 'done' });
    });

    it('starts nothing and reports the reason when the app and the home are gone', async () => {
      await service.install();
      await service.manager.stop(service.of);
      rmSync(at(service.of.home), { recursive: true });
      await service.tool('net', 'start', service.of.service);
      const { problems } = await service.phase('needs-attention');
      expect(problems).toMatchObject([
        { code: 'launch-failed', message: expect.stringContaining('The Hermes home folder does not exist') },
      ]);
      expect(service.gateways()).toHaveLength(0);
    });

    it("finds service, host and Startup entry of every user through Windows' list of apps", async () => {
      await service.install();
      await service.manager.stop(service.of);
      const entry = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\HermesGatewayService';
      const { UninstallString } = (await call(service.rig, 'registry', 'readKey', entry)) ?? {};
      expect((await service.rig.run(splitCommandLine(String(UninstallString)))).code).toBe(0);
      expect(await registered(service.of.service)).toBeUndefined();
      expect(await call(service.rig, 'registry', 'readKey', entry)).toBeUndefined();
      await nothingInstalled();
      await until('the folder of all hosts to be gone', () => !existsSync(at(HOSTS)));
    });
  },
  { built: true },
);
