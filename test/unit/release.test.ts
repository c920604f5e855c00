// What a release is made of, as far as no host has to be built for it: notes, signing, the MSI and the manifests of winget.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { canMakeMsi, makeMsi, msiName, productCode } from '../../scripts/release/msi.mjs';
import { changesOf, releaseNotes } from '../../scripts/release/notes.mjs';
import { signingArguments } from '../../scripts/release/sign.mjs';
import { wingetManifests } from '../../scripts/release/winget.mjs';
import { REPOSITORY } from '../support/sandbox.ts';

describe('notes of a release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n* New.\n\n## [1.10.0] - 2026-01-02\n\n### Added\n\n* Ten.\n\n## 1.1.0 - 2026-01-01\n\n* One.\n';

  it('are the section of the version, and none where there is none', () => {
    expect(changesOf(changelog, '1.1.0')).toBe('* One.');
    expect(changesOf(changelog, '1.10.0')).toBe('### Added\n\n* Ten.');
    expect(changesOf(changelog, 'Unreleased')).toBe('* New.');
    expect(changesOf(changelog, '1.0.0')).toBeUndefined();
    expect(changesOf(readFileSync(path.join(REPOSITORY, 'CHANGELOG.md'), 'utf8'), 'Unreleased')).toMatch(/^### /);
  });

  it('say that the programs are not signed, where they are not', () => {
    expect(releaseNotes('* One.', false)).toMatch(/not signed.*\n\n\* One\.\n$/s);
    expect(releaseNotes('* One.', true)).toBe('* One.\n');
  });
});

describe('signing', () => {
  const azure = { SIGNING_LIBRARY: '/library.dll', SIGNING_METADATA: '{"Endpoint":""}' };
  const certificate = { SIGNING_CERTIFICATE: Buffer.from('pfx').toString('base64'), SIGNING_PASSWORD: 'secret word' };
  const argumentsOf = (secrets: Readonly<Record<string, string>>) => signingArguments(secrets, (name, content) => `${name}=${content}`);

  it('takes Azure Trusted Signing first, then a certificate, always with a time stamp, and neither without secrets', () => {
    for (const [secrets, own] of [
      [{ ...azure, ...certificate }, ['/dlib', '/library.dll', '/dmdf', 'metadata.json={"Endpoint":""}']],
      [certificate, ['/f', 'certificate.pfx=pfx', '/p', 'secret word']],
    ] as const) {
      const server = expect.stringMatching(/^http:\/\/timestamp\./);
      expect(argumentsOf(secrets)).toEqual(['sign', '/fd', 'SHA256', '/td', 'SHA256', '/tr', server, ...own]);
    }
    // A secret that is not set is an empty text in a workflow.
    for (const none of [{}, { ...azure, SIGNING_METADATA: '' }, { ...certificate, SIGNING_PASSWORD: '' }])
      expect(argumentsOf(none)).toBeUndefined();
  });
});

const canRead = spawnSync('msiinfo', ['--version']).error === undefined;
const msiSkipped = canMakeMsi() && canRead ? '' : ' (skipped: wixl or msiinfo is missing; apt-get install wixl msitools)';

describe('MSI of the host', () => {
  it('has a product code of its version, as Windows Installer writes it', () => {
    expect(productCode('1.0.0')).toMatch(/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/);
    expect(productCode('1.0.0')).toBe(productCode('1.0.0'));
    expect(productCode('1.0.1')).not.toBe(productCode('1.0.0'));
  });

  it.skipIf(msiSkipped !== '')(`installs 64-bit files for all users, and removes services only where it is no update${msiSkipped}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'msi-'));
    try {
      for (const name of [
        'hermes-gateway.exe',
        'hermes-gateway-host.exe',
        'koffi.node',
        'manifest.json',
        'LICENSE-node.txt',
        'THIRD-PARTY-NOTICES.md',
      ])
        writeFileSync(path.join(folder, name), name);
      const file = path.join(folder, msiName('1.2.3'));
      makeMsi(folder, file, '1.2.3');
      const table = (name: string) => {
        const [, , , ...rows] = execFileSync('msiinfo', ['export', file, name], { encoding: 'utf8' }).trimEnd().split(/\r?\n/);
        return rows.map(row => row.split('\t'));
      };
      const property = Object.fromEntries(table('Property'));
      expect(property).toMatchObject({ ALLUSERS: '1', ProductVersion: '1.2.3', ProductCode: productCode('1.2.3'), REINSTALLMODE: 'amus' });
      expect(
        table('File')
          .map(([, , name = '']) => name.split('|').at(-1))
          .sort(),
      ).toEqual([
        'LICENSE-node.txt',
        'LICENSE.txt',
        'THIRD-PARTY-NOTICES.md',
        'hermes-gateway-host.exe',
        'hermes-gateway.exe',
        'koffi.node',
        'manifest.json',
      ]);
      const IS_64_BIT = 256;
      expect(table('Component').map(([, , , attributes]) => Number(attributes) & IS_64_BIT)).not.toContain(0);
      const [, condition] = table('InstallExecuteSequence').find(([action]) => action === 'removeServices') ?? [];
      expect(condition).toBe('REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE');
      // In the system context, from the installed program, and without an effect on the outcome.
      const [DEFERRED, IN_SYSTEM, IGNORED, INSTALLED_PROGRAM] = [1024, 2048, 64, 18];
      expect(table('CustomAction')).toEqual([
        ['removeServices', String(DEFERRED + IN_SYSTEM + IGNORED + INSTALLED_PROGRAM), 'commandLine', 'elevated uninstall --all'],
      ]);
      expect(execFileSync('msiinfo', ['suminfo', file], { encoding: 'utf8' })).toContain('Template: x64;1033');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const schemas = process.env['WINGET_SCHEMAS'];
const schemasSkipped = schemas === undefined ? ' (skipped: WINGET_SCHEMAS names no folder)' : '';

describe('manifests of winget', () => {
  const release = {
    version: packageJson.version,
    url: `https://example.org/${msiName(packageJson.version)}`,
    sha256: 'ab'.repeat(32),
    productCode: productCode(packageJson.version),
    date: '2026-01-31',
    page: 'https://example.org/release',
  };
  const documents = [...wingetManifests(release)].map(([name, text]) => ({ name, text, document: parse(text) as Record<string, unknown> }));

  it('are three documents of one package and version, which name the MSI by its hash and product code', () => {
    expect(documents.map(({ document }) => document['ManifestType'])).toEqual(['version', 'installer', 'defaultLocale']);
    for (const { name, document } of documents) {
      expect(name).toMatch(new RegExp(`^${document['PackageIdentifier']}\\.`));
      expect(document).toMatchObject({ PackageVersion: packageJson.version });
    }
    const { url, sha256 } = release;
    const Installers = [{ Architecture: 'x64', InstallerUrl: url, InstallerSha256: sha256.toUpperCase() }];
    expect(documents[1]?.document).toMatchObject({ Installers, ProductCode: release.productCode, Scope: 'machine' });
  });

  it.skipIf(schemas === undefined)(`are valid by winget's schemas${schemasSkipped}`, () => {
    for (const { name, document } of documents) {
      const { ManifestType: type, ManifestVersion: version } = document;
      const schema = JSON.parse(readFileSync(path.join(schemas ?? '', `manifest.${type}.${version}.json`), 'utf8').replace(/^\uFEFF/, ''));
      const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
      const isValid = ajv.validate(schema, document);
      expect(isValid, `${name}: ${ajv.errorsText()}`).toBe(true);
    }
  });
});
