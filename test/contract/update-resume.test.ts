// Kills in the middle of an update: the gateways are started again, and the next command removes the rest of the update.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixProcesses } from '../../src/gateway/process-start-time.ts';
import type { GatewayIdentity } from '../../src/model/identity.ts';
import { poll } from '../../src/model/poll.ts';
import { processRef } from '../../src/model/process-ref.ts';
import { resultOf } from '../../src/update/ending.ts';
import { journalFile, readJournals, UPDATE_STEPS, type UpdateJournal } from '../../src/update/journal.ts';
import { resumeUpdates, settleUpdates } from '../../src/update/resume.ts';
import { Update } from '../../src/update/update.ts';
import { DEADLINE_MS, endProcess, HOST_COMMAND } from '../support/sandbox.ts';
import { ServiceUnderTest } from '../support/service.ts';
import { updatePorts } from '../support/update-ports.ts';
import { leftOfUpdates, startUpdater, type Updater } from '../support/updater.ts';

/** A runner may be looking at it just now. */
const nothingLeft = () =>
  poll(() => leftOfUpdates(service.sandbox).length === 0, {
    what: 'nothing to be left of the update',
    deadlineMs: DEADLINE_MS,
    everyMs: 20,
  });

let service: ServiceUnderTest;
let neighbour: GatewayIdentity;
let updaters: { readonly process: { readonly pid: number } }[];
beforeEach(async () => {
  service = new ServiceUnderTest();
  neighbour = service.sandbox.identity('neighbour');
  updaters = [];
  await service.install();
  await service.manager.install(neighbour, service.sandbox.installOptions());
});
afterEach(async () => {
  for (const { process } of updaters) endProcess(process.pid);
  expect(await service.dispose(), 'gateways of one home at once').toBeLessThanOrEqual(1);
});

const ports = () => updatePorts(service.manager, service.sandbox.stateRoot);
const identities = () => [service.identity, neighbour];

function start(options: Parameters<typeof startUpdater>[2]): Updater {
  const updater = startUpdater(service.sandbox, identities(), options);
  updaters.push(updater);
  return updater;
}

const ended = async ({ process }: Updater) => process.exitCode ?? process.signalCode ?? (await once(process, 'exit'));
const reached = (updater: Updater, step: string) =>
  poll(() => updater.steps.includes(step), { what: `the step ${step}`, deadlineMs: DEADLINE_MS, everyMs: 10 });
const bothRun = () =>
  poll(
    async () => {
      const statuses = await Promise.all(identities().map(identity => service.manager.status(identity)));
      return statuses.every(({ phase }) => phase === 'running') && statuses;
    },
    { what: 'both gateways to run', deadlineMs: DEADLINE_MS, everyMs: 20 },
  );
const notes = async (identity = service.identity) =>
  (await service.manager.history(identity)).flatMap(record => (record.kind === 'noted' && record.update ? [record] : []));

/** Ends every process of ours, a running update last. */
async function powerCut(): Promise<void> {
  const isDark = () => {
    const living = service.sandbox.processes().sort((one, other) => one - other);
    for (const pid of living) endProcess(pid);
    return living.length === 0;
  };
  await poll(isDark, { what: 'the power cut', deadlineMs: DEADLINE_MS, everyMs: 10 });
}

/** The built command line, for the first of the two gateways. */
function cli(...args: readonly string[]): ChildProcess {
  const [program, ...script] = HOST_COMMAND;
  const child = spawn(program, [...script, ...args, '--home', service.identity.root], { stdio: 'ignore' });
  updaters.push({ process: { pid: child.pid ?? 0 } });
  return child;
}

const KILLED_AT = UPDATE_STEPS.filter(step => step !== 'handed-off' && step !== 'done');

describe('killed update', () => {
  it.each(KILLED_AT)('starts both gateways again after a kill at the step "%s", and leaves nothing over', async step => {
    const script = "await update.end({ outcome: 'updated', message: 'Done.', at: new Date().toISOString() });";
    const updater = start({ script, onStep: `if (step === '${step}') process.kill(process.pid, 'SIGKILL');` });
    await ended(updater);
    expect(updater.steps.at(-1)).toBe(step);
    await bothRun();
    await resumeUpdates(ports());
    expect(await bothRun()).toMatchObject([{ desired: 'running', restarts: { count: 0 } }, { desired: 'running' }]);
    await nothingLeft();
  });

  it('keeps a runner watching the update lock for as long as it is held without a journal', async () => {
    const { pid = 0 } = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { stdio: 'ignore' });
    updaters.push({ process: { pid } });
    writeFileSync(path.join(service.sandbox.stateRoot, 'update.lock'), JSON.stringify(processRef(pid, posixProcesses)));
    expect(await settleUpdates(service.folder, posixProcesses)).toBe(true);
    endProcess(pid);
    await nothingLeft();
    expect(await settleUpdates(service.folder, posixProcesses)).toBe(false);
  });

  it.each(KILLED_AT)('finishes the update by the next command after a kill of every process at the step "%s"', async step => {
    const updater = start({
      onStep: `if (step === '${step}') process.kill(process.pid, 'SIGKILL');`,
      script: "await update.end({ outcome: 'updated', message: 'Done.', at: new Date().toISOString() });",
    });
    await ended(updater);
    await powerCut();
    const said: string[] = [];
    const [end] = await resumeUpdates(ports(), { report: ({ message }) => said.push(message) });
    // A runner may have finished it before it was killed; the gateways are the user's to start then, as after any power cut.
    if (end) {
      expect(end.statuses).toMatchObject([{ phase: 'running' }, { phase: 'running' }]);
      expect(said).toContain('Starting the gateways again');
      await bothRun();
    }
    await nothingLeft();
  });

  it('finishes an update by `doctor --fix` after every process was killed', async () => {
    await reached(start({}), 'updating');
    await powerCut();
    await once(cli('doctor', '--fix'), 'exit');
    await bothRun();
    await nothingLeft();
  });

  it('starts its own gateway by `supervise` after every process was killed, and finishes the update by the next command', async () => {
    await reached(start({}), 'updating');
    await powerCut();
    const foreground = cli('supervise');
    await poll(async () => (await service.status()).phase === 'running', { what: 'the gateway', deadlineMs: DEADLINE_MS });
    expect(await notes()).toMatchObject([{ what: 'update-interrupted' }]);
    await once(cli('status'), 'exit');
    await bothRun();
    await nothingLeft();
    foreground.kill('SIGINT');
    await once(foreground, 'exit');
  });

  it('starts the gateways again after the whole process tree of an update was killed', async () => {
    const updater = start({
      script: `(await import('node:child_process')).spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);`,
    });
    await reached(updater, 'updating');
    expect(service.gateways()).toEqual([]);
    process.kill(-updater.process.pid, 'SIGKILL');
    await bothRun();
    await poll(() => leftOfUpdates(service.sandbox).length === 0, { what: 'the runners to settle it', deadlineMs: DEADLINE_MS });
    expect(await notes()).toMatchObject([{ what: 'update-interrupted', update: { what: 'something' } }]);
    expect(await notes(neighbour)).toHaveLength(1);
  });

  it('does not resume an update that is still running, and does not start a gateway that the user has stopped meanwhile', async () => {
    const updater = start({});
    await reached(updater, 'updating');
    expect(await resumeUpdates(ports())).toEqual([]);
    expect(service.gateways()).toEqual([]);
    await service.manager.stop(service.identity);
    endProcess(updater.process.pid);
    await ended(updater);
    await resumeUpdates(ports());
    await poll(async () => (await service.manager.status(neighbour)).phase === 'running', {
      what: 'the neighbour',
      deadlineMs: DEADLINE_MS,
    });
    expect(await service.status()).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(service.gateways()).toEqual([]);
    await nothingLeft();
  });
});

describe('update that was handed off', () => {
  const HAND_OFF = 'await update.handOff(OPTIONS); process.exit();';

  async function handOff(options: { successor?: { pid: number; startTime?: number }; capMs?: number }): Promise<void> {
    const updater = start({ script: HAND_OFF.replace('OPTIONS', JSON.stringify(options)) });
    await ended(updater);
    expect(updater.steps.at(-1)).toBe('handed-off');
  }

  it('keeps the gateways stopped while the successor process lives, and refuses another update', async () => {
    const successor = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
    try {
      await handOff({ successor: processRef(successor.pid ?? 0, posixProcesses) });
      expect(await resumeUpdates(ports())).toEqual([]);
      expect(await service.status()).toMatchObject({ phase: 'held-for-update', desired: 'running' });
      const second = Update.begin(ports(), { who: 'another', what: 'the same', identities: identities() });
      await expect(second).rejects.toMatchObject({ code: 'update-running', message: expect.stringContaining(`PID ${successor.pid}`) });
      expect(service.gateways()).toEqual([]);
    } finally {
      successor.kill('SIGKILL');
    }
    await bothRun();
  });

  it('starts the gateways at the time limit when no successor is known', async () => {
    await handOff({ capMs: 2_000 });
    expect(await service.status()).toMatchObject({ phase: 'held-for-update' });
    await bothRun();
  });

  it('finishes the update in the relaunched app with its result, though the gateways run already', async () => {
    await handOff({ capMs: 1 });
    await bothRun();
    const judged: UpdateJournal[] = [];
    const ends = await resumeUpdates(ports(), {
      judge: journal => {
        judged.push(journal);
        return resultOf('updated', 'The app is 2.0 now.');
      },
    });
    expect(judged[0]).toMatchObject({ step: 'handed-off', what: 'something' });
    expect(ends).toMatchObject([
      { journal: { step: 'done', result: { outcome: 'updated' }, profiles: [{ state: 'up' }, { state: 'up' }] } },
    ]);
    expect(await notes()).toMatchObject([{ what: 'updated', reason: 'The app is 2.0 now.' }]);
    await nothingLeft();
  });

  it('ends the update from the relaunched app before the time limit', async () => {
    await handOff({});
    expect(await resumeUpdates(ports(), { judge: () => undefined })).toEqual([]);
    expect(service.gateways()).toEqual([]);
    await resumeUpdates(ports(), { judge: () => resultOf('not-updated', 'The installer was declined.') });
    expect(await service.status()).toMatchObject({ phase: 'running' });
    expect(await notes()).toMatchObject([{ what: 'not-updated' }]);
    await nothingLeft();
  });

  it('ends the hand-off by the process that started it', async () => {
    const update = await Update.begin(ports(), { who: 'a test', what: 'something', identities: identities() });
    await update.handOff();
    const { journal, statuses } = await update.end(resultOf('not-updated', 'The installer did not start.'));
    expect(journal).not.toHaveProperty('handOff');
    expect(statuses).toMatchObject([{ phase: 'running' }, { phase: 'running' }]);
    await nothingLeft();
  });
});

describe('unreadable journal', () => {
  it.each([
    ['damaged', '{"schema":1,'],
    ['newer', JSON.stringify({ schema: 2, id: 'x' })],
  ])('keeps no gateway stopped by a %s journal, and reports the journal when an update is started', async (_what, text) => {
    const { gatewayPid } = await service.status();
    const file = journalFile(service.sandbox.stateRoot, 'x');
    writeFileSync(file, text);
    const beginning = Update.begin(ports(), { who: 'a test', what: 'something', identities: identities() });
    await expect(beginning).rejects.toMatchObject({ code: 'journal-unreadable', message: expect.stringContaining(file) });
    expect(await service.status()).toMatchObject({ phase: 'running', gatewayPid });
    expect(await resumeUpdates(ports())).toEqual([]);
    expect(await service.manager.restart(service.identity)).toMatchObject({ phase: 'running' });
    expect(leftOfUpdates(service.sandbox)).toEqual([path.basename(file)]);
  });

  it('keeps no gateway stopped when the update of an unreadable journal is interrupted', async () => {
    const updater = start({});
    await reached(updater, 'updating');
    const [found] = await readJournals(service.sandbox.stateRoot);
    writeFileSync(found?.file ?? '', 'rubbish');
    endProcess(updater.process.pid);
    await bothRun();
  });
});
