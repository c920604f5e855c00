// A takeover that is killed (SIGKILL) right after each change that lasts, in real processes: at every moment something starts the gateway
// at the next sign-in, and the next command ends with exactly one mechanism. Every change is enumerated; a new one must be added here. Once
// by the sign-in start, which does all of it as the user, and once by the service, whose elevated step takes what only an administrator
// may.
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTask } from '../../src/migration/task-xml.ts';
import { pythonOf, vbsEntry } from '../support/hermes-autostarts.ts';
import { ENTRY, MigrationStage, TASK } from '../support/migration-stage.ts';

interface Changes {
  readonly mechanism: 'startup' | 'service';
  readonly on: readonly string[];
  /** After so many of them ours is there: a sign-in start by its definition, a service when it is registered. */
  readonly there: number;
  readonly off: readonly string[];
}

/** The lasting changes of switching on and off, in their order. */
const CHANGES: readonly Changes[] = [
  {
    mechanism: 'startup',
    on: [
      'rename definition.json',
      'rename migration.json',
      'writeShortcut Hermes Gateway Service (ID).lnk',
      'rename migration.json',
      `rm ${TASK}.xml`,
      `rm ${ENTRY}`,
      'rename migration.json',
    ],
    there: 1,
    off: [`writeFile ${ENTRY}`, `writeFile ${TASK}.xml`, 'rm Hermes Gateway Service (ID).lnk', 'rm HermesGateway-ID'],
  },
  {
    mechanism: 'service',
    on: [
      'rename definition.json',
      'rename migration.json',
      'register service',
      `rm ${TASK}.xml`,
      'writeFile gateway-by-nssm.json',
      'rename migration.json',
      `rm ${ENTRY}`,
      'rename migration.json',
    ],
    there: 3,
    off: [`writeFile ${ENTRY}`, `writeFile ${TASK}.xml`, 'unregister service', 'rm HermesGateway-ID'],
  },
];

const KILL_MS = 90_000;
let stage: MigrationStage;
let task: string;

const numbered = (changes: readonly string[]) => changes.map((change, index) => [index + 1, change] as const);
const labelled = (changes: readonly string[] = []) => changes.map(each => each.replaceAll(stage.identity.serviceId, 'ID'));
const taskFields = async () => (await stage.tasks.find(TASK)).map(({ xml }) => xml && readTask(xml)?.fields);

async function expectSomething(): Promise<void> {
  const { theirs, ours } = await stage.present();
  expect(theirs.length + ours.length, 'what starts the gateway at the next sign-in').toBeGreaterThan(0);
}

/** Theirs as they were, and nothing of ours; what only an administrator could enable again stays disabled. */
async function expectTheirs(): Promise<void> {
  const { theirs, ours } = await stage.present();
  expect({ theirs: theirs.slice(0, 2), ours }).toEqual({ theirs: [TASK, ENTRY], ours: [] });
  expect(await taskFields()).toEqual([readTask(task)?.fields]);
  expect(fs.readFileSync(path.join(stage.startup, ENTRY), 'utf8')).toBe(vbsEntry(path.join(stage.home, 'gateway-service', ENTRY)));
  expect(await stage.manager.status(stage.identity)).toMatchObject({ mechanism: 'none', phase: 'not-installed' });
  expect(stage.surroundings.files()).toEqual([]);
}

beforeEach(() => {
  stage = new MigrationStage();
});
afterEach(() => stage.dispose());

describe.each(CHANGES)('the $mechanism', ({ mechanism, on, off, there }) => {
  const administrator = mechanism === 'service';
  const install = () => stage.install(mechanism);

  async function expectOurs(): Promise<void> {
    const { theirs, ours } = await stage.present();
    expect({ theirs, ours: ours.length }).toEqual({ theirs: [], ours: 1 });
    expect(await stage.manager.status(stage.identity)).toMatchObject({ mechanism, phase: 'running', problems: [] });
  }

  beforeEach(async () => {
    await stage.setUpHermes({ administrator });
    task = (await stage.tasks.find(TASK))[0]?.xml ?? '';
    if (!administrator) return;
    const command = [pythonOf(stage.home), '-m', 'hermes_cli.main', 'gateway', 'run'];
    await stage.services.put({
      name: 'gateway-by-nssm',
      command,
      env: { HERMES_HOME: stage.home },
      account: 'LocalSystem',
    });
    stage.elevatedStepTakes();
  });

  it('makes exactly the listed changes when it is turned on and off', { timeout: KILL_MS }, async () => {
    const switchedOn = await stage.migrating('install', mechanism);
    expect({ changes: labelled(switchedOn.changes), err: switchedOn.err }).toEqual({ changes: on, err: '' });
    expect((await stage.present()).theirs).toEqual([]);
    await stage.manager.stop(stage.identity);
    const switchedOff = await stage.migrating('uninstall', mechanism);
    expect({ changes: labelled(switchedOff.changes), err: switchedOff.err }).toEqual({ changes: off, err: '' });
    await expectTheirs();
  });

  describe.each(numbered(on))('install killed after change %i (%s)', killAfter => {
    beforeEach(async () => {
      expect(await stage.migrating('install', mechanism, killAfter)).toMatchObject({ signal: 'SIGKILL' });
      await expectSomething();
    });

    it('completes the change at the next install, and undoes it at an uninstall', { timeout: KILL_MS }, async () => {
      await install();
      await expectOurs();
      await stage.uninstall();
      await expectTheirs();
    });

    it('undoes the change at an immediate uninstall', { timeout: KILL_MS }, async () => {
      await stage.uninstall();
      await expectTheirs();
    });

    it(`${killAfter < there ? 'refuses a repair because nothing is installed' : 'completes the change by a repair'}`, {
      timeout: KILL_MS,
    }, async () => {
      const repair = stage.manager.repair(stage.identity);
      if (killAfter < there) return expect(repair).rejects.toMatchObject({ code: 'not-installed' });
      expect((await repair).left).toEqual([]);
      await expectOurs();
    });
  });

  describe.each(numbered(off))('uninstall killed after change %i (%s)', killAfter => {
    beforeEach(async () => {
      await install();
      await stage.manager.stop(stage.identity);
      expect(await stage.migrating('uninstall', mechanism, killAfter)).toMatchObject({ signal: 'SIGKILL' });
      await expectSomething();
    });

    it('completes the change at the next uninstall', { timeout: KILL_MS }, async () => {
      await stage.uninstall();
      await expectTheirs();
    });

    it('undoes the change at an install', { timeout: KILL_MS }, async () => {
      await install();
      await expectOurs();
    });
  });
});
