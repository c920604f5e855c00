// How an update ended that was handed off: pure, by the result that the host has read or by the version that runs.
import { expect, it } from 'vitest';
import { deducedResult } from '../../main/updater/resume.ts';

const versions = { from: '0.19', to: '0.20' };

it.each([
  ['of the host counts most', { versions }, { version: '0.20', handOffResult: { outcome: 'failed' } }, { outcome: 'failed' }],
  ['of the new version is that it happened', { versions }, { version: '0.20' }, { outcome: 'updated' }],
  ['of the old version is that it did not', { versions }, { version: '0.19' }, { outcome: 'not-updated', why: 'update-not-installed' }],
  ['of nobody is that nobody knows', {}, { version: '0.19' }, { outcome: 'interrupted' }],
] as const)('the word %s', (_name, journal, known, expected) => {
  expect(deducedResult(journal, known)).toEqual(expected);
});
