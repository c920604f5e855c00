// The host as users of Windows get it (`npm run build:host`): what it is, and how it runs below Wine as the service and as the sign-in
// start. In a console it is in cli.test.ts, as the elevated step in attacks.test.ts.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { processesOf } from '../../demo/story/trial-processes.ts';
import { splitCommandLine } from '../../src/windows/argv.ts';
import { isSigned } from '../../src/windows/authenticode.ts';
import { call } from './call.ts';
import { sampleGatewayIn } from './remote-manager.ts';
import { describeServiceOnWine } from './suite.ts';

const BUILD_HOST = new URL('../../scripts/build-host.mjs', import.meta.url).href;
const APP_HOST = 'C:\\app\\host';

const sumOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Where the section table of a program has its sections, and an address of the loaded program in the file. */
function layoutOf(bytes: Buffer) {
  const pe = bytes.readUInt32LE(0x3c);
  const table = pe + 24 + bytes.readUInt16LE(pe + 20);
  const sections = Array.from({ length: bytes.readUInt16LE(pe + 6) }, (_, index) => {
    const field = (offset: number) => bytes.readUInt32LE(table + 40 * index + offset);
    return { virtualSize: field(8), start: field(12), inFile: field(20) };
  });
  const place = (address: number): number => {
    const found = sections.find(({ start, virtualSize }) => address >= start && address < start + virtualSize);
    return found ? found.inFile + address - found.start : Number.NaN;
  };
  const directory = (index: number) => bytes.readUInt32LE(pe + 24 + 112 + 8 * index);
  return { sections, place, directory };
}

describeServiceOnWine(
  'the built host',
  service => {
    const log = (name: string) => {
      const folder = path.dirname(path.dirname(service.manager.logPath(service.of)));
      return readFileSync(path.join(folder, 'logs', name), 'utf8');
    };

    it('builds the same host, byte for byte, at any time and place, as its manifest describes', async () => {
      const folders = ['one', 'another place'].map(name => mkdtempSync(path.join(os.tmpdir(), `${name} `)));
      const script = `import { buildHost } from ${JSON.stringify(BUILD_HOST)}; await buildHost('host');`;
      try {
        for (const [index, cwd] of folders.entries()) {
          const env = { ...process.env, NODE_ENV: index === 0 ? 'test' : 'production' };
          execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, env, stdio: 'ignore' });
        }
        const sums = folders.map(folder =>
          Object.fromEntries(readdirSync(path.join(folder, 'host')).map(name => [name, sumOf(path.join(folder, 'host', name))])),
        );
        expect(sums[0]).toEqual(sums[1]);
        const { 'manifest.json': _, 'LICENSE-node.txt': node, 'THIRD-PARTY-NOTICES.md': others, ...files } = sums[0] ?? {};
        expect([node, others]).not.toContain(undefined);
        const manifest = JSON.parse(readFileSync(path.join(folders[0] ?? '', 'host', 'manifest.json'), 'utf8'));
        expect(manifest.protocol).toBe(1);
        const listed = Object.entries(manifest.files as Record<string, { sha256: string }>).map(([name, { sha256 }]) => [name, sha256]);
        expect(Object.fromEntries(listed)).toEqual(files);
        expect(Object.keys(files).sort()).toEqual(['hermes-gateway-host.exe', 'hermes-gateway.exe', 'koffi.node']);
      } finally {
        for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      }
    });

    it.each([
      ['hermes-gateway-host.exe', 2],
      ['hermes-gateway.exe', 3],
    ])('builds %s for Windows with its own name, subsystem %i, and only libraries of System32', (file, subsystem) => {
      const bytes = readFileSync(service.rig.onLinux(`C:\\app\\host\\${file}`));
      const optional = bytes.readUInt32LE(0x3c) + 24;
      expect(bytes.readUInt16LE(optional + 68)).toBe(subsystem);
      // The signature of Node's own maker, which would not fit any more, is gone.
      expect(isSigned(bytes)).toBe(false);
      for (const said of [`OriginalFilename\0${file}`, 'Hermes Gateway Service'])
        expect(bytes.includes(Buffer.from(said, 'utf16le'))).toBe(true);
      expect(bytes.includes(Buffer.from('Node.js JavaScript Runtime', 'utf16le'))).toBe(false);
      const { sections, place, directory } = layoutOf(bytes);
      // IMAGE_LOAD_CONFIG_DIRECTORY64.DependentLoadFlags
      expect(bytes.readUInt16LE(place(directory(10)) + 0x4e)).toBe(0x800);
      // Mapped and not copied: every section at a page; and what a debugger looks for still where the program says.
      expect(sections.filter(({ inFile }) => inFile % 0x1000 !== 0)).toEqual([]);
      const debug = place(directory(6));
      expect(bytes.toString('latin1', bytes.readUInt32LE(debug + 24), bytes.readUInt32LE(debug + 24) + 4)).toBe('RSDS');
    });

    it('keeps a gateway running as the service, and restarts it after a kill', async () => {
      const before = await service.install();
      expect(before).toMatchObject({ mechanism: 'service', phase: 'running', problems: [] });
      expect((await call(service.rig, 'scm', 'queryConfig', service.of.service))?.binaryPath).toContain(
        '\\hermes-gateway-host.exe" service',
      );
      await service.manager.kill(before.gatewayPid ?? 0);
      expect((await service.another(before)).restarts.count).toBe(1);
      expect(await service.manager.stop(service.of)).toMatchObject({ phase: 'stopped' });
    });

    it('has no memory page that is writable and executable, neither in the broker nor in the runner', async () => {
      await service.install();
      const ours = processesOf(service.rig.prefix).filter(({ command }) => command.includes('hermes-gateway-host.exe'));
      expect(ours).toHaveLength(2);
      for (const { pid } of ours) expect(readFileSync(`/proc/${pid}/maps`, 'utf8')).not.toMatch(/ rwx/);
      const { stdout, stderr } = await service.rig.run([`${APP_HOST}\\hermes-gateway.exe`, '--version']);
      expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^\d+\.\d+\.\d+\s*$/), stderr: '' });
    });

    it('drives an installed host of another version, reports it, and installs this one beside it on request', async () => {
      const install = async (folder: string, change: object) => {
        for (const name of readdirSync(service.rig.onLinux(APP_HOST))) {
          service.rig.write(`${folder}\\${name}`, '');
          copyFileSync(service.rig.onLinux(`${APP_HOST}\\${name}`), service.rig.onLinux(`${folder}\\${name}`));
        }
        service.rig.write(
          `${folder}\\manifest.json`,
          JSON.stringify({ ...JSON.parse(service.rig.read(`${folder}\\manifest.json`)), ...change }),
        );
        const gateway = JSON.stringify(sampleGatewayIn(service.rig));
        return service.rig.run([`${folder}\\hermes-gateway.exe`, '--home', service.of.home, 'install', '--gateway-command', gateway]);
      };
      const program = async () =>
        splitCommandLine((await call(service.rig, 'scm', 'queryConfig', service.of.service))?.binaryPath ?? '')[0] ?? '';
      await service.fresh();
      expect((await install('C:\\older', { version: '0.0.9' })).code).toBe(0);
      const older = await program();
      const running = await service.phase('running');
      expect(running.problems).toMatchObject([{ code: 'host-outdated', elevated: true }]);
      expect(await service.manager.stop(service.of)).toMatchObject({ phase: 'stopped' });
      expect(await service.manager.start(service.of)).toMatchObject({ phase: 'running' });
      // The offer: what runs keeps its files until it ends.
      await service.manager.install(service.of);
      expect(await program()).not.toBe(older);
      expect(service.rig.read(older)).not.toBe('');
      expect(await service.status()).toMatchObject({ problems: [] });
      expect((await install('C:\\newer', { protocol: 2 })).code).toBe(0);
      expect((await service.status()).problems.map(({ code }) => code)).toEqual(['host-protocol', 'host-outdated']);
    });

    it('keeps a gateway running from the Startup folder, and reacts to the end of the session', async () => {
      const before = await service.install({ mechanism: 'startup' });
      expect(before).toMatchObject({ mechanism: 'startup', phase: 'running', problems: [] });
      await service.manager.kill(before.gatewayPid ?? 0);
      expect((await service.another(before)).mechanism).toBe('startup');
      // The thread of the hidden window comes out of the executable.
      expect(log('host.log')).not.toContain('will not be heard');
    });
  },
  { built: true },
);
