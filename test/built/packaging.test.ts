// What electron-builder.yml comes to: by electron-builder's own schema, and in the app that electron-builder packs with it.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { canPack, packApp } from '../wine/packaging/packing.ts';

const PACK_MS = 120_000;
const FUSES = [
  'RunAsNode',
  'EnableCookieEncryption',
  'EnableNodeOptionsEnvironmentVariable',
  'EnableNodeCliInspectArguments',
  'EnableEmbeddedAsarIntegrityValidation',
  'OnlyLoadAppFromAsar',
  'GrantFileProtocolExtraPrivileges',
];
/** How a fuse that is on stands in the wire. */
const ON = '1'.charCodeAt(0);

const able = canPack('app');
const subject = 'the packaging of the app';

it('uses in the installer the exit codes of the host from its own table', () => {
  const script = readFileSync(path.join(REPOSITORY, 'build/installer.nsh'), 'utf8');
  const codes = Object.fromEntries([...script.matchAll(/!define HERMES_EXIT_(\w+) (\d+)/g)].map(([, name, code]) => [name, Number(code)]));
  expect(codes).toEqual({ FAILED: EXIT.failed, NEEDS_ADMINISTRATOR: EXIT.needsAdministrator, TIMED_OUT: EXIT.timedOut });
});

describe.skipIf(!able.ok)(able.ok ? subject : `${subject} (skipped: ${able.reason})`, () => {
  // Resolved when a test runs: this body is also evaluated where the suite is skipped because build/node_modules is missing.
  const builder = (name: string) =>
    createRequire(createRequire(path.join(REPOSITORY, 'build/package.json')).resolve('app-builder-lib'))(name);
  const settings = () => builder('js-yaml').load(readFileSync(path.join(REPOSITORY, 'electron-builder.yml'), 'utf8'));

  describe('schema of electron-builder', () => {
    const validate = (config: unknown): Promise<void> =>
      builder('./util/config/config.js').validateConfiguration(config, { isEnabled: false });

    it('accepts the configuration', async () => {
      await expect(validate(settings())).resolves.toBeUndefined();
    });

    it('refuses a setting that does not exist, or a value of another type', async () => {
      const { electronFuses, nsis } = settings();
      await expect(validate({ ...settings(), electronFuses: { ...electronFuses, runAsHost: false } })).rejects.toThrow(
        'configuration.electronFuses',
      );
      await expect(validate({ ...settings(), nsis: { ...nsis, perMachine: 'sometimes' } })).rejects.toThrow('configuration.nsis');
    });
  });

  describe('packed app', () => {
    let folder = '';
    let app = '';
    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'gateway-packaging-'));
      app = await packApp(folder);
    }, PACK_MS);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const program = () => path.join(app, 'Hermes Gateway.exe');
    const resources = (...names: readonly string[]) => path.join(app, 'resources', ...names);
    const inArchive = (): readonly string[] => builder('@electron/asar').listPackage(resources('app.asar'), { isPack: false });

    it('lets the executable run only the app: no script, no option of Node, no inspector, no other archive', async () => {
      const { getCurrentFuseWire, FuseV1Options } = builder('@electron/fuses');
      const wire = await getCurrentFuseWire(program());
      const states = Object.fromEntries(FUSES.map(name => [name, wire[FuseV1Options[name]] === ON]));
      expect(states).toEqual({
        RunAsNode: false,
        EnableCookieEncryption: true,
        EnableNodeOptionsEnvironmentVariable: false,
        EnableNodeCliInspectArguments: false,
        EnableEmbeddedAsarIntegrityValidation: true,
        OnlyLoadAppFromAsar: true,
        GrantFileProtocolExtraPrivileges: false,
      });
    });

    it('stores in the executable the hash of its archive', () => {
      const { NtExecutable, NtExecutableResource } = builder('resedit');
      const { entries } = NtExecutableResource.from(NtExecutable.from(readFileSync(program()), { ignoreCert: true }));
      const integrity = entries.find(({ type, id }: { type: unknown; id: unknown }) => type === 'INTEGRITY' && id === 'ELECTRONASAR');
      const { headerString } = builder('@electron/asar').getRawHeader(resources('app.asar'));
      const value = createHash('sha256').update(headerString).digest('hex');
      expect(JSON.parse(Buffer.from(integrity.bin).toString())).toEqual([{ file: 'resources\\app.asar', alg: 'SHA256', value }]);
    });

    it('stores what Windows maps, starts or draws as separate files, and the rest in the archive', () => {
      expect(existsSync(resources('host/hermes-gateway-host.exe'))).toBe(true);
      expect(existsSync(resources('icons/tray-running-light.ico'))).toBe(true);
      expect(inArchive()).toEqual(expect.arrayContaining(['/dist/main/electron.js', '/dist/renderer/index.html']));
    });

    it('contains no dependency that the bundle contains already, and no development files', () => {
      const packages = inArchive().flatMap(file => /^\/node_modules\/((?:@[^/]+\/)?[^/@]+)$/.exec(file)?.[1] ?? []);
      expect(packages).toEqual(['electron-log']);
      expect(inArchive().filter(file => /\.(d\.ts|map|node)$/.test(file))).toEqual([]);
    });
  });
});
