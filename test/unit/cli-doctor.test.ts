// What doctor checks, what it reports, and what it repairs.
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/doctor.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { problem } from '../../src/model/problems.ts';
import { noted } from '../../src/model/receipt.ts';
import { type FoundProblem, repairReceipt } from '../../src/model/repair.ts';
import { MemoryCli } from '../support/memory-cli.ts';
import type { MemoryManager } from '../support/memory-manager.ts';

let cli: MemoryCli;
let folder: string;
beforeEach(() => {
  cli = new MemoryCli();
  folder = cli.composition.state(cli.composition.identity({})).path;
  const launcher = path.join(cli.home, 'hermes-agent', '.hermes', 'bin', 'hermes');
  fs.mkdirSync(path.dirname(launcher), { recursive: true });
  fs.writeFileSync(launcher, '', { mode: 0o755 });
});
afterEach(() => cli.dispose());

const examine = async (...argv: string[]) => {
  const { exit, out } = await cli.run(['doctor', '--json', ...argv]);
  const { checks } = JSON.parse(out) as { checks: Check[] };
  const of = (name: Check['name']) => checks.find(found => found.name === name);
  return { exit, checks, of, document: JSON.parse(out) as object };
};
const ladder: FoundProblem = {
  problem: problem('ladder-changed'),
  changes: [{ action: 'change', kind: 'ladder', target: 'HermesGateway', ...noted('repaired', '5 s', '1, 2, 4 s') }],
};
const startType: FoundProblem = {
  problem: problem('start-type-chosen', '(manual)'),
  changes: [{ action: 'keep', kind: 'service', target: 'HermesGateway', ...noted('start-type', 'manual') }],
  kept: true,
};

describe('doctor', () => {
  it('finds nothing wrong where nothing is, and changes nothing', async () => {
    const { exit, checks } = await examine();
    expect(exit).toBe(EXIT.done);
    expect(checks.map(({ name }) => name)).toEqual(['system', 'home', 'gateway-command', 'state-folder', 'gateway']);
    expect(fs.existsSync(folder)).toBe(false);
    expect((await cli.run(['doctor'])).out).toContain('Nothing is wrong.');
  });

  it('reports problems of the home and of the gateway program', async () => {
    fs.rmSync(cli.home, { recursive: true });
    const { exit, of } = await examine();
    expect(exit).toBe(EXIT.failed);
    for (const check of ['home', 'gateway-command'] as const) {
      expect(of(check)).toMatchObject({ outcome: 'problem', remedy: expect.stringMatching(/\w/) });
    }
    expect((await cli.run(['doctor'])).out).toContain(of('home')?.remedy);
  });

  it('reports a state folder that cannot be written', async () => {
    fs.writeFileSync(path.join(cli.folder, 'state'), 'a file where a folder should be');
    expect((await examine()).of('state-folder')).toMatchObject({ outcome: 'problem', message: expect.stringContaining('not a folder') });
  });

  it('shows for each check of the service what a repair changes, and changes it only on request', async () => {
    await cli.run(['install']);
    const manager = cli.manager as MemoryManager;
    manager.foundProblems.set('HermesGateway', [ladder, startType]);
    const before = await examine();
    expect(before.exit).toBe(EXIT.failed);
    expect(before.checks.filter(({ name }) => name === 'service')).toMatchObject([
      { code: 'ladder-changed', outcome: 'problem', changes: ladder.changes },
      { code: 'start-type-chosen', outcome: 'note' },
    ]);
    expect((await cli.run(['doctor'])).out).toContain('Change restart delays HermesGateway: 5 s → 1, 2, 4 s');
    const fixed = await examine('--fix');
    expect(fixed.exit).toBe(EXIT.done);
    expect(fixed.document).toMatchObject({ healthy: true, receipt: { verb: 'repair', elevated: true, rows: ladder.changes } });
    expect(fixed.checks.filter(({ name }) => name === 'service')).toMatchObject([
      { code: 'ladder-changed', outcome: 'fixed', changes: ladder.changes },
      { code: 'start-type-chosen', outcome: 'note' },
    ]);
    expect((await examine()).exit).toBe(EXIT.done);
  });

  it('reports what needs nothing to be done as a note, and repairs it all the same', async () => {
    await cli.run(['install']);
    const manager = cli.manager as MemoryManager;
    const rows = [{ action: 'remove', kind: 'file', target: 'the lock' }] as const;
    manager.foundProblems.set('HermesGateway', [{ problem: problem('lock-stale'), changes: rows }]);
    const before = await examine();
    expect(before.exit).toBe(EXIT.done);
    expect(before.of('service')).toMatchObject({ outcome: 'note', severity: 'info' });
    expect((await examine('--fix')).of('service')).toMatchObject({ outcome: 'fixed', changes: rows });
  });

  it('exits with 5 and says so when only an administrator can repair a problem', async () => {
    await cli.run(['install']);
    const { manager } = cli;
    const status = await manager.status(cli.composition.identity({}));
    const refused = new GatewayServiceError('needs-administrator', '(HermesGateway)').toValue();
    manager.examine = async () => [ladder];
    manager.repair = async identity => ({
      receipt: repairReceipt(identity, 'service', []),
      repaired: [],
      left: [ladder],
      refused,
      status,
    });
    const { exit, checks, document } = await examine('--fix');
    expect(exit).toBe(EXIT.needsAdministrator);
    expect(document).toMatchObject({ healthy: false, refused: { code: 'needs-administrator' } });
    expect(checks).toContainEqual(expect.objectContaining({ code: 'ladder-changed', outcome: 'problem' }));
    expect((await cli.run(['doctor', '--fix'])).out).toContain(refused.message);
  });

  it('checks every gateway with --all', async () => {
    await cli.run(['install']);
    await cli.run(['install', '--profile', 'work']);
    (cli.manager as MemoryManager).foundProblems.set('HermesGateway-work', [ladder]);
    const { exit, out } = await cli.run(['doctor', '--all', '--json']);
    expect(exit).toBe(EXIT.failed);
    const services = [
      { service: 'HermesGateway', healthy: true },
      { service: 'HermesGateway-work', healthy: false },
    ];
    expect(JSON.parse(out)).toMatchObject({ ok: true, healthy: false, reports: services });
  });
});
