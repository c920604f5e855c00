// An installed host is what its manifest says, in a folder named by it; everything else is damaged.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkHostFiles,
  describeFiles,
  HOST_FILES,
  HOST_MANIFEST,
  hostPlace,
  isHostFolderName,
  parseManifest,
} from '../../src/host/host-files.ts';

describe('built host', () => {
  let source: string;
  let hosts: string;
  beforeEach(() => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'host files '));
    source = path.join(folder, 'app');
    hosts = path.join(folder, 'hosts');
    mkdirSync(source);
    for (const name of HOST_FILES) writeFileSync(path.join(source, name), name);
    const files = describeFiles(Object.fromEntries(HOST_FILES.map(name => [name, path.join(source, name)])));
    writeFileSync(path.join(source, HOST_MANIFEST), JSON.stringify({ protocol: 1, version: '1.2.3', files }));
  });
  afterEach(() => rmSync(path.dirname(source), { recursive: true }));

  const installed = () => {
    const place = hostPlace(source, hosts);
    cpSync(source, place.folder, { recursive: true });
    return place.folder;
  };

  it('copies a built host to one place, derived from its content', () => {
    const before = hostPlace(source, hosts);
    expect(before.isThere).toBe(false);
    expect(isHostFolderName(path.basename(before.folder))).toBe(true);
    installed();
    expect(hostPlace(source, hosts)).toEqual({ ...before, isThere: true });
    expect(checkHostFiles(before.folder)).toMatchObject({ protocol: 1, version: '1.2.3' });
  });

  it('never copies into an existing folder, and uses another place beside an incomplete copy', () => {
    const half = hostPlace(source, hosts).folder;
    mkdirSync(half, { recursive: true });
    expect(hostPlace(source, hosts)).toMatchObject({ folder: `${half}-2`, isThere: false });
    installed();
    expect(hostPlace(source, hosts)).toMatchObject({ folder: `${half}-2`, isThere: true });
    expect(checkHostFiles(`${half}-2`).version).toBe('1.2.3');
  });

  it.each<[string, (folder: string) => unknown]>([
    ['koffi.node', folder => writeFileSync(path.join(folder, 'koffi.node'), 'KOFFI.NODE')],
    ['hermes-gateway.exe', folder => writeFileSync(path.join(folder, 'hermes-gateway.exe'), '')],
    ['version.dll', folder => writeFileSync(path.join(folder, 'version.dll'), '')],
    ['manifest.json', folder => writeFileSync(path.join(folder, HOST_MANIFEST), '{}')],
    ['manifest.json is missing', folder => rmSync(path.join(folder, HOST_MANIFEST))],
  ])('reports a built host as damaged after a change (%s)', (named, damage) => {
    const folder = installed();
    damage(folder);
    expect(() => checkHostFiles(folder)).toThrow(
      expect.objectContaining({ code: 'service-program-damaged', message: expect.stringContaining(named) }),
    );
  });

  it('reports a built host as damaged in a folder named after other content', () => {
    const folder = installed();
    const other = path.join(hosts, '0123456789abcdef');
    renameSync(folder, other);
    expect(existsSync(other)).toBe(true);
    expect(() => checkHostFiles(other)).toThrow(/the name of the folder/);
  });

  it.each(['', 'null', '[]', '{"protocol":1}', '{"protocol":"1","version":"1.2.3","files":{}}', 'x'.repeat(5000)])(
    'is no host with the manifest %j',
    text => expect(() => parseManifest(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'service-program-damaged' })),
  );

  it.each(['0123456789abcdef', '0123456789abcdef-2'])('may lie in %s', name => expect(isHostFolderName(name)).toBe(true));
  it.each(['..', 'x', '0123456789abcdef-1', '0123456789ABCDEF', '0123456789abcdef\\..', ''])('does not lie in %j', name =>
    expect(isHostFolderName(name)).toBe(false),
  );
});
