// Removal and restoration of autostart entries that Hermes or a user created for the gateway. Supervisor, runner and gateways are
// real; the elevated step is a stand-in that does, as an administrator, what the real one does.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import { livingGateway } from '../../src/gateway/identity-files.ts';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { poll } from '../../src/model/poll.ts';
import { sampleGateway } from '../support/embedded-harness.ts';
import { hermesTask, launcherOf, pythonOf, vbsEntry, vbsLauncher } from '../support/hermes-autostarts.ts';
import { ENTRY, MigrationStage, TASK, USER } from '../support/migration-stage.ts';

let stage: MigrationStage;
const byHand: ChildProcess[] = [];

const lines = async (verb: 'install' | 'uninstall', mechanism: 'service' | 'startup' = 'startup') => {
  const { rows } = await stage.manager.preview(verb, stage.identity, { mechanism, gatewayCommand: sampleGateway() });
  return rows.flatMap(({ action, kind, target, note }) =>
    note?.code.startsWith('autostart') || note?.code === 'gateway-gives-way' ? [`${action} ${kind} ${target}: ${note.code}`] : [],
  );
};
const problems = async () => (await stage.manager.status(stage.identity)).problems.map(({ code }) => code);
const theirs = async () => (await stage.present()).theirs;
/** What the status says of a gateway that has no service of ours. */
async function expectInCharge(names: string): Promise<void> {
  expect(await stage.manager.status(stage.identity)).toMatchObject({
    mechanism: 'none',
    phase: 'not-installed',
    problems: [{ code: 'started-otherwise', message: expect.stringContaining(`(${names})`) }],
  });
}
const nssm = () => ({
  name: 'hermes-bot',
  command: [pythonOf(stage.home), '-m', 'hermes_cli.main', 'gateway', 'run'],
  env: { HERMES_HOME: stage.home },
  account: 'LocalSystem',
});

/** Hermes' own service, as its MSIX package declares it. */
const packaged = () => ({ ...nssm(), name: 'HermesGateway', packaged: true as const });
const gatewayCommand = sampleGateway();

/** Starts a gateway without a service. */
async function startByHand(home: string): Promise<number> {
  fs.mkdirSync(home, { recursive: true });
  const [program = '', ...args] = sampleGateway();
  const child = spawn(program, args, { env: { ...process.env, HERMES_HOME: home }, stdio: 'ignore' });
  byHand.push(child);
  const found = await poll(() => livingGateway(home, posixProcesses), { what: 'the gateway', deadlineMs: 20_000 });
  return found.pid;
}

beforeEach(() => {
  stage = new MigrationStage();
});
afterEach(async () => {
  await stage.dispose();
  for (const child of byHand.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});

describe('autostart entries of Hermes', () => {
  it('previews and removes the Hermes autostart entries at an install, and previews and restores them at an uninstall', async () => {
    await stage.setUpHermes();
    expect(await lines('install')).toEqual([`remove task ${TASK}: autostart-taken`, `remove startup-entry ${ENTRY}: autostart-taken`]);
    expect(await theirs()).toEqual([TASK, ENTRY]);
    await expectInCharge(`${TASK}, ${ENTRY}`);
    await stage.install();
    expect(await theirs()).toEqual([]);
    expect(await problems()).toEqual([]);
    expect(await lines('uninstall')).toEqual([`create startup-entry ${ENTRY}: autostart-back`, `create task ${TASK}: autostart-back`]);
    await stage.uninstall();
    expect(await theirs()).toEqual([TASK, ENTRY]);
    await expectInCharge(`${TASK}, ${ENTRY}`);
  });

  it('restores the launcher of an autostart entry, which an update of Hermes may have deleted', async () => {
    await stage.setUpHermes();
    await stage.install();
    fs.rmSync(path.join(stage.home, 'gateway-service'), { recursive: true });
    await stage.uninstall();
    expect(fs.readFileSync(launcherOf(stage.home, ENTRY), 'utf8')).toBe(vbsLauncher(stage.home));
  });

  it('keeps a newer launcher that Hermes has written since', async () => {
    await stage.setUpHermes();
    await stage.install();
    fs.writeFileSync(launcherOf(stage.home, ENTRY), 'newer');
    await stage.uninstall();
    expect(fs.readFileSync(launcherOf(stage.home, ENTRY), 'utf8')).toBe('newer');
  });

  it('restores the autostart entries when the service was removed by another program', async () => {
    await stage.setUpHermes();
    await stage.install('service');
    await stage.manager.stop(stage.identity);
    stage.service.registered = false;
    expect(await stage.present()).toEqual({ theirs: [], ours: [] });
    await stage.uninstall();
    expect(await theirs()).toEqual([TASK, ENTRY]);
    expect(stage.surroundings.files()).toEqual([]);
  });

  it('removes an autostart entry that Hermes created again by a repair, and restores its latest version at the uninstall', async () => {
    await stage.setUpHermes();
    await stage.install();
    const newer = hermesTask(launcherOf(stage.home, ENTRY), { user: USER, enabled: false });
    await stage.tasks.put(TASK, newer);
    const { repaired, left, receipt } = await stage.manager.repair(stage.identity);
    expect({ repaired: repaired.map(({ problem: { code } }) => code), left }).toEqual({ repaired: ['autostart-left'], left: [] });
    expect(receipt).toMatchObject({ elevated: false, rows: [{ action: 'remove', kind: 'task', target: TASK }] });
    expect(await theirs()).toEqual([]);
    await stage.uninstall();
    expect((await stage.tasks.find(TASK))[0]?.xml).toContain('<Enabled>false</Enabled>');
  });

  it('keeps an unrelated entry that only has the same name, and never overwrites it at the uninstall', async () => {
    await stage.setUpHermes();
    await stage.install();
    stage.putEntry(ENTRY, 'WScript.Echo "mine"');
    expect(await lines('install')).toEqual([`keep startup-entry ${ENTRY}: autostart-starts-something-else`]);
    await expect(stage.uninstall()).rejects.toMatchObject({ code: 'autostart-not-restored', message: expect.stringContaining(ENTRY) });
    expect(fs.readFileSync(path.join(stage.startup, ENTRY), 'utf8')).toBe('WScript.Echo "mine"');
    expect(await theirs()).toEqual([TASK]);
    expect(await stage.manager.status(stage.identity)).toMatchObject({ phase: 'not-installed' });
  });

  it('keeps an autostart entry of another user, and reports it as such', async () => {
    await stage.tasks.put(TASK, hermesTask(launcherOf(stage.home, ENTRY), { user: 'S-1-5-21-9-9-9-1002' }));
    expect(await lines('install')).toEqual([`keep task ${TASK}: autostart-another-user`]);
    await stage.install();
    await stage.uninstall();
    expect((await stage.tasks.find(TASK))[0]?.xml).toContain('S-1-5-21-9-9-9-1002');
  });
});

describe('autostart entries of an administrator', () => {
  it("keeps and reports an administrator's entry beside the sign-in start, and removes it with the consent for the service", async () => {
    await stage.setUpHermes({ administrator: true });
    await stage.install('startup');
    expect(await theirs()).toEqual([TASK]);
    expect(await problems()).toEqual(['autostart-left']);
    stage.elevatedStepTakes();
    expect(await stage.install('service')).toMatchObject({ mechanism: 'service', problems: [] });
    expect(await stage.present()).toEqual({ theirs: [], ours: ['service'] });
  });

  it("keeps an administrator's entry created after the install at the first repair, and removes it at the next repair with consent", async () => {
    await stage.install('service');
    await stage.setUpHermes({ administrator: true });
    const first = await stage.manager.repair(stage.identity);
    expect(first.receipt.rows.map(({ target }) => target)).toEqual([ENTRY]);
    expect(first.left).toMatchObject([{ problem: { code: 'autostart-left', elevated: true } }]);
    expect(await theirs()).toEqual([TASK]);
    stage.service.consent = 'declined';
    expect(await stage.manager.repair(stage.identity)).toMatchObject({ refused: { code: 'consent-declined' }, repaired: [] });
    stage.service.consent = 'given';
    stage.elevatedStepTakes();
    expect(await stage.manager.repair(stage.identity)).toMatchObject({ receipt: { elevated: true }, left: [] });
    expect(await stage.present()).toEqual({ theirs: [], ours: ['service'] });
    await stage.uninstall();
    expect(await theirs()).toEqual([TASK, ENTRY]);
  });

  it('removes the problem by a repair after the administrator has deleted the entry', async () => {
    await stage.setUpHermes({ administrator: true });
    await stage.install('startup');
    fs.rmSync(path.join(stage.surroundings.folder, 'Tasks', `${TASK}.xml`));
    expect(await problems()).toEqual(['autostart-left']);
    expect((await stage.manager.repair(stage.identity)).left).toEqual([]);
    expect(await problems()).toEqual([]);
  });

  it("restores an administrator's task as the user's own, with the user's rights only", async () => {
    await stage.setUpHermes({ administrator: true });
    stage.elevatedStepTakes();
    await stage.install('service');
    await stage.uninstall();
    expect(await theirs()).toEqual([TASK, ENTRY]);
    const [task] = await stage.tasks.find(TASK);
    expect(task?.xml).toContain('<RunLevel>LeastPrivilege</RunLevel>');
    expect(task?.xml).not.toContain('administrator');
  });

  it('disables a wrapper service instead of deleting it, and reports at the uninstall that it stays disabled', async () => {
    await stage.services.put(nssm());
    expect(await lines('install', 'service')).toEqual(['change service hermes-bot: autostart-disabled']);
    stage.elevatedStepTakes();
    await stage.install('service');
    expect(await theirs()).toEqual([]);
    expect(await lines('uninstall')).toEqual(['keep service hermes-bot: autostart-stays-disabled']);
    await stage.uninstall();
  });

  it("names Hermes' own packaged service with its state, and disables it when ours is switched on", async () => {
    await stage.services.put(packaged());
    expect((await stage.manager.status(stage.identity)).problems).toMatchObject([
      { code: 'packaged-service', message: expect.stringContaining('(HermesGateway: stopped)') },
    ]);
    const rows = async () => (await stage.manager.preview('install', stage.identity, { mechanism: 'service', gatewayCommand })).rows;
    const taken = expect.objectContaining({ action: 'change', kind: 'service', target: 'HermesGateway' });
    expect((await rows()).filter(({ target }) => target === 'HermesGateway')).toEqual([taken]);
    stage.elevatedStepTakes();
    await stage.install('service');
    expect(await stage.present()).toEqual({ theirs: [], ours: ['service'] });
  });

  it("offers to leave Hermes' own packaged service in charge while it runs", async () => {
    await stage.services.put({ ...packaged(), running: true });
    expect((await stage.manager.status(stage.identity)).problems).toMatchObject([
      { message: expect.stringContaining('(HermesGateway: running)') },
    ]);
    const receipt = await stage.manager.preview('install', stage.identity, { mechanism: 'service', gatewayCommand });
    expect(receipt.rows.flatMap(({ note }) => note?.code ?? [])).toEqual(
      expect.arrayContaining(['packaged-in-charge', 'autostart-disabled']),
    );
    expect(en.confirm(receipt).cancel).toBe('Leave it in charge');
    await expect(stage.install('startup')).rejects.toMatchObject({ code: 'mechanism-in-charge' });
  });

  it('refuses the sign-in start when a wrapper service exists, which the sign-in start could not end', async () => {
    await stage.services.put(nssm());
    await expect(stage.install('startup')).rejects.toMatchObject({ code: 'mechanism-in-charge' });
    expect(await stage.present()).toEqual({ theirs: ['hermes-bot'], ours: [] });
    await expectInCharge('hermes-bot');
    expect(stage.surroundings.files()).toEqual([]);
  });

  it('restores the entries when the elevated step fails after it removed them', async () => {
    await stage.setUpHermes({ administrator: true });
    stage.elevatedStepTakes(() => {
      stage.service.registered = false;
      throw new GatewayServiceError('service-readback');
    });
    await expect(stage.install('service')).rejects.toMatchObject({ code: 'service-readback' });
    expect(await stage.present()).toEqual({ theirs: [TASK, ENTRY], ours: [] });
    expect(stage.surroundings.files()).toEqual([]);
  });
});

describe('declined consent', () => {
  it('changes and records nothing when the consent for an install is declined', async () => {
    await stage.setUpHermes();
    stage.service.consent = 'declined';
    await expect(stage.install('service')).rejects.toMatchObject({ code: 'consent-declined' });
    expect(await stage.present()).toEqual({ theirs: [TASK, ENTRY], ours: [] });
    expect(stage.surroundings.files()).toEqual([]);
    await expectInCharge(`${TASK}, ${ENTRY}`);
  });

  it('keeps only our service when the consent for an uninstall is declined', async () => {
    await stage.setUpHermes();
    await stage.install('service');
    stage.service.consent = 'declined';
    await expect(stage.uninstall()).rejects.toMatchObject({ code: 'consent-declined' });
    expect(await stage.present()).toEqual({ theirs: [], ours: ['service'] });
    stage.service.consent = 'given';
    await stage.uninstall();
    expect(await stage.present()).toEqual({ theirs: [TASK, ENTRY], ours: [] });
  });
});

describe('task scheduler without an answer', () => {
  it('reports a silent task scheduler in the preview and the status, and completes the migration by the next repair', async () => {
    await stage.setUpHermes();
    stage.tasks.silent = true;
    expect(await lines('install')).toContain('keep task Task Scheduler: autostart-unasked');
    await stage.install();
    expect(await problems()).toEqual(['autostart-unasked']);
    const { left } = await stage.manager.repair(stage.identity);
    expect(left).toMatchObject([{ problem: { code: 'autostart-unasked' }, changes: [] }]);
    stage.tasks.silent = false;
    expect(await theirs()).toEqual([TASK]);
    await stage.manager.repair(stage.identity);
    expect(await problems()).toEqual([]);
    expect(await theirs()).toEqual([]);
  });
});

describe('damaged migration record', () => {
  it('sets a damaged record aside at the next install, and reports that nothing can be restored', async () => {
    await stage.setUpHermes();
    await stage.install();
    const record = path.join(stage.state.path, 'migration.json');
    fs.writeFileSync(record, '{"schema":1,"taken":[{"kind":"task","name":"Hermes_Gateway","task":{}}]}');
    expect(await problems()).toEqual([]);
    stage.putEntry(ENTRY, vbsEntry(launcherOf(stage.home, ENTRY)));
    await stage.install();
    expect(fs.existsSync(`${record}.damaged`)).toBe(true);
    fs.writeFileSync(record, 'rubbish');
    await expect(stage.uninstall()).rejects.toMatchObject({ code: 'autostart-not-restored' });
    expect(await stage.manager.status(stage.identity)).toMatchObject({ phase: 'not-installed' });
  });
});

describe('gateway without a service', () => {
  it('previews the stop of a gateway of this home and stops it by a planned stop, but not a gateway of another home', async () => {
    const mine = await startByHand(stage.home);
    const another = await startByHand(path.join(stage.surroundings.folder, 'another home'));
    expect(await lines('install')).toEqual([`stop process gateway (PID ${mine}): gateway-gives-way`]);
    const { gatewayPid } = await stage.install();
    expect(gatewayPid).not.toBe(mine);
    await poll(() => byHand[0]?.exitCode !== null, { what: 'the end of the gateway', deadlineMs: 20_000 });
    expect(byHand[0]).toMatchObject({ exitCode: 0, signalCode: null });
    expect(posixProcesses.isAlive(another)).toBe(true);
    expect(await lines('install')).toEqual([]);
    await stage.uninstall();
    expect(posixProcesses.isAlive(another)).toBe(true);
  });
});
