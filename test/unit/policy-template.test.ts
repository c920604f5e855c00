// The administrative template of build/policy: valid by Microsoft's schema where ADMX_SCHEMAS names the folder of PolicyDefinitionFiles.xsd,
// and in any case well-formed, complete in its texts, and about the values that the code reads.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { ENGLISH } from '../../src/desktop/messages.ts';
import { POLICY_KEY, policyOf } from '../../src/model/policy.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const FILES = ['HermesGatewayService.admx', 'en-US/HermesGatewayService.adml'];
const read = (folder: string, name: string) => ({ fileName: path.basename(name), contents: readFileSync(path.join(folder, name), 'utf8') });
const files = FILES.map(name => read(path.join(REPOSITORY, 'build/policy'), name));
const [admx = '', adml = ''] = files.map(({ contents }) => contents);
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);
const attributes = (name: string, text = admx) => matches(text, new RegExp(` ${name}="([^"]*)"`, 'g'));

const schemas = process.env['ADMX_SCHEMAS'];
const skipped = schemas === undefined ? ' (skipped: ADMX_SCHEMAS names no folder)' : '';

describe('administrative template', () => {
  it.skipIf(schemas === undefined)(`is valid by the schema of Windows${skipped}`, async () => {
    const xsd = (name: string) => read(schemas ?? '', name);
    const preload = [xsd('BaseTypes.xsd'), xsd('PolicyDefinitions.xsd')];
    const { errors } = await validateXML({ xml: files, schema: [xsd('PolicyDefinitionFiles.xsd')], preload });
    expect(errors).toEqual([]);
  });

  it('is well-formed', async () => {
    for (const xml of files) expect(await validateXML({ xml, normalization: 'c14n' })).toMatchObject({ errors: [] });
  });

  it('has every text and presentation that it names, and no other', () => {
    for (const [kind, element] of [
      ['string', 'string'],
      ['presentation', 'presentation'],
    ]) {
      const named = matches(admx, new RegExp(`\\$\\(${kind}\\.(\\w+)\\)`, 'g'));
      expect(named.length, kind).toBeGreaterThan(0);
      expect(matches(adml, new RegExp(`<${element} id="(\\w+)"`, 'g')).sort(), kind).toEqual([...new Set(named)].sort());
    }
    const policies = matches(admx, /<(?:enum|decimal|text|boolean|list) id="(\w+)"/g);
    expect(attributes('refId', adml)).toEqual(policies);
    const defined = matches(admx, /<(?:category|definition) name="(\w+)"/g);
    for (const ref of attributes('ref')) expect(defined).toContain(ref);
  });

  it('sets the values that the code reads, for the computer only, and uses the words of the panel', () => {
    for (const key of attributes('key')) expect(`HKLM\\${key}`).toBe(POLICY_KEY);
    expect(new Set(attributes('class'))).toEqual(new Set(['Machine']));
    const [onName = '', mechanismName = ''] = attributes('valueName');
    const states = ['enabledValue', 'disabledValue'].map(
      name => new RegExp(`<${name}><decimal value="(\\d)" /></${name}>`).exec(admx)?.[1],
    );
    expect(states.map(value => policyOf({ [onName]: Number(value) }))).toEqual([{ on: true }, { on: false }]);
    const { mechanism, title } = ENGLISH.messages;
    for (const value of ['service', 'startup'] as const) {
      const [text = ''] = matches(admx, new RegExp(`\\$\\(string\\.(\\w+)\\)"><value><string>${value}</string>`, 'g'));
      expect(policyOf({ [mechanismName]: value })).toEqual({ mechanism: value });
      expect(adml).toContain(`<string id="${text}">${mechanism[value]}</string>`);
    }
    expect(adml).toContain(`<string id="runAsService">${title({ profile: '', profiles: [] })}</string>`);
  });
});
