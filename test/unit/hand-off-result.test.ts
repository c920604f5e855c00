// How an update ended that was handed off: pure, by the result that the host has read or by the version that runs.
import { expect, it } from 'vitest';
import { deducedResult } from '../../main/updater/resume.ts';

const versions = { from: '0.19', to: '0.20' };

it.each([
  [
    'the result from the host has precedence',
    { versions },
    { version: '0.20', handOffResult: { outcome: 'failed' } },
    { outcome: 'failed' },
  ],
  ['updated when the new version runs', { versions }, { version: '0.20' }, { outcome: 'updated' }],
  ['not updated when the old version runs', { versions }, { version: '0.19' }, { outcome: 'not-updated', why: 'update-not-installed' }],
  ['interrupted when the versions are unknown', {}, { version: '0.19' }, { outcome: 'interrupted' }],
] as const)('derives the result of a handed-off update: %s', (_name, journal, known, expected) => {
  expect(deducedResult(journal, known)).toEqual(expected);
});
