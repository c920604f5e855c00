// The acceptance table tells no more than a run has shown.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CRITERIA, type Proof } from './criteria.ts';
import { acceptanceTable, resultOf } from './table.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const proofs = CRITERIA.flatMap(({ proofs }) => Object.entries<Proof>(proofs));

describe('acceptance table', () => {
  it('lists every proof once and names only test files that exist', () => {
    expect(new Set(proofs.map(([id]) => id)).size).toBe(proofs.length);
    for (const [, { test }] of proofs) if (test !== undefined) expect(existsSync(path.join(checkout, test)), test).toBe(true);
  });

  it.each<[string, Proof, Parameters<typeof resultOf>[1], string]>([
    ['what has no test', { where: 'Windows only', shows: 'x' }, undefined, 'not shown yet'],
    ['what only Windows can show', { where: 'Windows only', shows: 'x', test: 'a' }, undefined, 'proved on Windows only'],
    ['what was left out of this run', { where: 'embedded', shows: 'x', test: 'a' }, undefined, 'not part of this run'],
    ['what was skipped', { where: 'embedded', shows: 'x', test: 'a' }, { state: 'skipped', reason: 'no wine64' }, 'skipped, no wine64'],
    ['what failed', { where: 'embedded', shows: 'x', test: 'a' }, { state: 'failed', figure: '1 s' }, 'FAILED'],
  ])('never counts as passed: %s', (_what, proof, shown, expected) => {
    expect(resultOf(proof, shown)).toBe(expected);
  });

  it('shows the measured figure of a passed proof below its sentence', () => {
    const [first, second] = acceptanceTable(new Map([['respawn-embedded', { state: 'passed', figure: 'back after 1.2 s' }]]))
      .split('\n\n')
      .slice(1);
    expect(first).toContain("1  kill the gateway's PID and SCM has it back in about 2 s");
    expect(first).toMatch(/✓ embedded .*: back after 1\.2 s/);
    expect(second).not.toContain('✓');
  });
});
