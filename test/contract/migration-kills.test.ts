// A takeover that is killed (SIGKILL) right after each change that lasts, in real processes: at every moment something starts the gateway at
// the next sign-in, and whatever runs next ends with exactly one mechanism. Every change is enumerated; a new one must be added here.
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTask } from '../../src/migration/task-xml.ts';
import { vbsEntry } from '../support/hermes-autostarts.ts';
import { ENTRY, MigrationStage, TASK } from '../support/migration-stage.ts';

/** The lasting changes of switching on and off, in their order. */
const ON = [
  'rename definition.json',
  'rename migration.json',
  'writeShortcut Hermes Gateway Service (ID).lnk',
  'rename migration.json',
  `rm ${TASK}.xml`,
  `rm ${ENTRY}`,
  'rename migration.json',
];
const OFF = [`writeFile ${ENTRY}`, `writeFile ${TASK}.xml`, 'rm Hermes Gateway Service (ID).lnk', 'rm HermesGateway-ID'];

const KILL_MS = 90_000;
let stage: MigrationStage;
let task: string;

const labelled = (changes: readonly string[] = []) => changes.map(each => each.replaceAll(stage.identity.serviceId, 'ID'));
const taskFields = async () => (await stage.tasks.find(TASK)).map(({ xml }) => xml && readTask(xml)?.fields);

async function expectOurs(): Promise<void> {
  const { theirs, ours } = await stage.present();
  expect({ theirs, ours: ours.length }).toEqual({ theirs: [], ours: 1 });
  expect(await stage.manager.status(stage.identity)).toMatchObject({ mechanism: 'startup', phase: 'running', problems: [] });
}

/** Theirs, as they were, and nothing of ours. */
async function expectTheirs(): Promise<void> {
  expect(await stage.present()).toEqual({ theirs: [TASK, ENTRY], ours: [] });
  expect(await taskFields()).toEqual([readTask(task)?.fields]);
  expect(fs.readFileSync(path.join(stage.startup, ENTRY), 'utf8')).toBe(vbsEntry(path.join(stage.home, 'gateway-service', ENTRY)));
  expect(await stage.manager.status(stage.identity)).toMatchObject({ mechanism: 'none', phase: 'not-installed' });
  expect(stage.surroundings.files()).toEqual([]);
}

async function expectSomething(): Promise<void> {
  const { theirs, ours } = await stage.present();
  expect(theirs.length + ours.length, 'what starts the gateway at the next sign-in').toBeGreaterThan(0);
}

beforeEach(async () => {
  stage = new MigrationStage();
  await stage.setUpHermes();
  task = (await stage.tasks.find(TASK))[0]?.xml ?? '';
});
afterEach(() => stage.dispose());

it('switching on and off makes exactly these changes', { timeout: KILL_MS }, async () => {
  const on = await stage.migrating('install');
  expect({ changes: labelled(on.changes), err: on.err }).toEqual({ changes: ON, err: '' });
  await expectOurs();
  const off = await stage.migrating('uninstall');
  expect({ changes: labelled(off.changes), err: off.err }).toEqual({ changes: OFF, err: '' });
  await expectTheirs();
});

describe.each(ON.map((change, index) => [index + 1, change] as const))(
  'switching on, killed after change %i (%s)',
  (killAfter, _change) => {
    it('is completed by the next switching on, and undone by switching off', { timeout: KILL_MS }, async () => {
      expect(await stage.migrating('install', killAfter)).toMatchObject({ signal: 'SIGKILL' });
      await expectSomething();
      await stage.install();
      await expectOurs();
      await stage.uninstall();
      await expectTheirs();
    });

    it('is completed by a repair', { timeout: KILL_MS }, async () => {
      expect(await stage.migrating('install', killAfter)).toMatchObject({ signal: 'SIGKILL' });
      const { left } = await stage.manager.repair(stage.identity);
      expect(left).toEqual([]);
      await expectOurs();
    });

    it('is undone by switching off at once', { timeout: KILL_MS }, async () => {
      expect(await stage.migrating('install', killAfter)).toMatchObject({ signal: 'SIGKILL' });
      await stage.uninstall();
      await expectTheirs();
    });
  },
);

describe.each(OFF.map((change, index) => [index + 1, change] as const))(
  'switching off, killed after change %i (%s)',
  (killAfter, _change) => {
    beforeEach(async () => {
      await stage.install();
      expect(await stage.migrating('uninstall', killAfter)).toMatchObject({ signal: 'SIGKILL' });
      await expectSomething();
    });

    it('is completed by the next switching off', { timeout: KILL_MS }, async () => {
      await stage.uninstall();
      await expectTheirs();
    });

    it('is undone by switching on', { timeout: KILL_MS }, async () => {
      await stage.install();
      await expectOurs();
    });
  },
);
