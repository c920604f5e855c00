// The licences of other people's programs that users get.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { notices } from '../../scripts/notices.mjs';
import { sbom } from '../../scripts/sbom.mjs';
import { REPOSITORY } from '../support/sandbox.ts';

const SHIPPED = ['@vscode/sudo-prompt', 'commander', 'electron-log', 'koffi', 'valibot'];

it('are in THIRD-PARTY-NOTICES.md as in the installed packages ("npm run notices" writes it)', () => {
  const text = readFileSync(path.join(REPOSITORY, 'THIRD-PARTY-NOTICES.md'), 'utf8');
  expect(text).toBe(notices());
  expect([...text.matchAll(/^## (\S+) /gm)].map(([, name]) => name).sort()).toEqual(SHIPPED);
});

it('are those of the software bill of materials, which adds the Node of the executables', () => {
  const { bomFormat, metadata, components } = sbom('24.21.0');
  const names: readonly string[] = components.map(({ purl }: { purl: string }) => decodeURIComponent(purl));
  const binaries = /^pkg:npm\/@koromix\/koffi-/;
  expect(
    names
      .filter(name => !binaries.test(name))
      .map(name => name.replace(/^pkg:npm\/|@[\d.]+$/g, ''))
      .sort(),
  ).toEqual([...SHIPPED, 'pkg:generic/node'].sort());
  expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'hermes-gateway-service']);
});
