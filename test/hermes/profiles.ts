/** One gateway for all profiles since 0.22, one for each profile before. */

import { mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NOBODY } from '../support/sandbox.ts';
import { check } from './check.ts';
import { type HermesStage, lastLines } from './hermes-stage.ts';
import { type Scenario, since } from './scenario.ts';
import type { HermesVersion } from './versions.ts';

const ONE_FOR_ALL = since(22, 'this version has one gateway for each profile');
const oneForEach: NonNullable<Scenario['notFor']> = ({ minor }) =>
  minor >= 22 ? 'this version has one gateway for all profiles' : undefined;

export const PROFILES: readonly Scenario[] = [
  {
    title: 'installs nothing for a named profile that the default gateway serves, and says which one serves it',
    notFor: ONE_FOR_ALL,
    play: async stage => {
      const work = await addProfile(stage);
      await refusesWork(stage, /that of "default"\)/);
      const pid = await stage.install();
      await stage.until('the profile to be served', () => stage.ownState()?.servedProfiles.includes('work'));
      const ms = await refusesWork(stage, new RegExp(`that of "default", PID ${pid}\\)`));
      const { servedBy, phase } = await stage.printedStatus('work');
      check(servedBy?.profile === 'default' && servedBy.pid === pid, 'its status does not name the gateway that serves it');
      check(!(await isRegistered(stage)), `something is registered for ${work}`);
      return { ms, fact: `its status: served by PID ${pid}, ${phase}` };
    },
  },
  {
    title: 'installs only the default gateway by "install --all", which serves the named profile',
    notFor: ONE_FOR_ALL,
    play: async stage => {
      await addProfile(stage);
      const { ms } = await stage.ours('install', '--all');
      const pid = stage.gatewayPid();
      await stage.until('the profile to be served', () => stage.ownState()?.servedProfiles.includes('work'));
      check(!(await isRegistered(stage)), 'something is registered for the named profile');
      const { servedBy } = await stage.printedStatus('work');
      check(servedBy?.pid === pid, 'its status does not name the gateway that serves it');
      return { ms };
    },
  },
  {
    title: 'runs one gateway for each profile by "install --profile work" and "install --all"',
    notFor: oneForEach,
    play: async stage => {
      const work = await addProfile(stage);
      await stage.ours('install', '--profile', 'work');
      await stage.checkBelowService('work');
      const pid = stage.gatewayPid(work);
      const { ms } = await stage.ours('install', '--all');
      await stage.checkBelowService();
      await stage.checkBelowService('work');
      check(stage.gatewayPid(work) === pid && stage.gatewayPid() !== pid, 'the gateway of the named profile was replaced');
      return { ms };
    },
  },
  {
    title: 'installs a separate gateway for a profile with "gateway.standalone: true", beside the default one',
    notFor: ONE_FOR_ALL,
    play: async stage => {
      const work = await addProfile(stage);
      stage.configure('gateway:\n  standalone: true\n', work);
      const { ms } = await stage.ours('install', '--profile', 'work');
      await stage.checkBelowService('work');
      await stage.install();
      await stage.checkBelowService('work');
      await stage.checkBelowService();
      check(stage.gatewayPid(work) !== stage.gatewayPid(), 'both profiles have the same gateway');
      return { ms };
    },
  },
  {
    title: 'ignores the host record of a process that has ended',
    play: async stage => {
      writeFileSync(
        path.join(stage.locks, 'host-gateway.json'),
        JSON.stringify({ pid: NOBODY, startTime: 1, home: path.join(stage.path, 'home/profiles/work'), profiles: ['default', 'work'] }),
      );
      await addProfile(stage);
      const { ms } = await stage.ours('install');
      const { servedBy } = await stage.printedStatus('default');
      check(servedBy === undefined, `its status says that PID ${servedBy?.pid} serves it`);
      await stage.checkBelowService();
      return { ms };
    },
  },
  {
    title: 'installs nothing for the default profile while the gateway of another profile serves it',
    notFor: ONE_FOR_ALL,
    play: async stage => {
      const pid = await servedByWork(stage);
      const { exit, ms, text } = await stage.startOurs('install').ended;
      check(exit === 1 && text.includes(`that of "work", PID ${pid}`), `it ended with ${exit}: ${lastLines(text)}`);
      check((await stage.status()).mechanism === 'none', 'something is registered');
      return { ms };
    },
  },
  {
    title: 'waits with its own gateway while that of another profile serves it, without a crash, and starts it after that',
    notFor: ONE_FOR_ALL,
    play: async stage => {
      await stage.install();
      await stage.ours('stop');
      const other = await servedByWork(stage);
      const { exit } = await stage.startOurs('start').ended;
      const { phase, servedBy, restarts } = await stage.printedStatus('default');
      check(servedBy?.pid === other, `its status does not name the gateway that serves it; the phase is ${phase}`);
      process.kill(other, 'SIGTERM');
      const beganMs = performance.now();
      await stage.until('the other gateway to end', () => !stage.processes().includes(other));
      await stage.untilPhase('running');
      await stage.checkBelowService();
      const failures = (await stage.history()).filter(record => record.kind === 'ended' && record.outcome === 'failure');
      check(failures.length === 0 && restarts.count === 0, `${failures.length} failures, ${restarts.count} restarts`);
      return { ms: performance.now() - beganMs, fact: `start ended with ${exit}; meanwhile ${phase}, served by PID ${other}` };
    },
  },
  {
    title: 'hands the profile of an older service over to the default gateway after an update',
    notFor: (hermes, all) => ONE_FOR_ALL(hermes, all) ?? (older(all) ? undefined : 'there is no older version to update from'),
    play: async stage => {
      const { bin = '' } = older(stage.all) ?? {};
      const current = path.join(stage.path, 'current');
      symlinkSync(bin, current);
      const newer = stage.bin;
      stage.bin = current;
      await addProfile(stage);
      await stage.ours('install', '--profile', 'work');
      unlinkSync(current);
      symlinkSync(newer, current);
      const { exit, ms, text } = await stage.startOurs('--profile', 'work', 'update', '--', 'true').ended;
      check(!/traceback/i.test(text), text);
      const { phase, problems } = await stage.printedStatus('work');
      const named = problems.find(({ code }) => code === 'service-superfluous');
      check(named, `after the update (exit code ${exit}) its status names no problem: ${phase}`);
      await stage.startOurs('--profile', 'work', 'doctor', '--fix').ended;
      check(!(await isRegistered(stage)), 'doctor --fix keeps the service of the served profile');
      await stage.checkBelowService();
      return { ms, fact: named.message };
    },
  },
];

const older = (all: readonly HermesVersion[]) => all.findLast(({ minor }) => minor < 22);

/** The profile "work", as Hermes makes it; returns its home. */
async function addProfile(stage: HermesStage): Promise<string> {
  const { exit, text } = await stage.startHermes('profile', 'create', 'work', '--no-alias').ended;
  check(exit === 0, `hermes profile create ended with ${exit}: ${lastLines(text)}`);
  const home = path.join(stage.home, 'profiles/work');
  mkdirSync(home, { recursive: true });
  return home;
}

const isRegistered = async (stage: HermesStage) => (await stage.status('work')).mechanism !== 'none';

/** Resolves with the time that the refusal takes. */
async function refusesWork(stage: HermesStage, why: RegExp): Promise<number> {
  const { exit, ms, text } = await stage.startOurs('--profile', 'work', 'install').ended;
  check(exit === 1 && why.test(text), `it ended with ${exit}: ${lastLines(text)}`);
  check(!(await isRegistered(stage)), 'something is registered for the named profile');
  return ms;
}

/** The gateway of the profile "work" serves the default one too; resolves with its PID. */
async function servedByWork(stage: HermesStage): Promise<number> {
  const work = await addProfile(stage);
  stage.startHermes('-p', 'work', 'gateway', 'run', '--force');
  await stage.until('the other gateway to serve', () => stage.ownState(work)?.state === 'running');
  return stage.gatewayPid(work);
}
