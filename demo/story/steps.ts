/**
 * The steps of the story: what a user of the switch experiences, in a possible order. Each step acts through the driver, and passes only
 * when what is shown agrees with the facts.
 */

import path from 'node:path';
import { en } from '../../src/desktop/messages-en.ts';
import { asText } from '../../src/gateway/tolerant-json.ts';
import { measureChanges } from './changes.ts';
import type { PageDriver } from './page-driver.ts';
import type { Stage, StepResult } from './stage.ts';
import type { NamedProfile, TrialSystem } from './trial-system.ts';

export interface StoryStep {
  readonly name: string;
  /** Name of the picture taken at its end. */
  readonly picture: string;
  /** Why the step is skipped; `undefined` where it can be played. */
  obstacle?(stage: Stage): string | undefined;
  play(stage: Stage): Promise<StepResult>;
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

async function codeVersion({ trial }: Stage): Promise<string | undefined> {
  const answer = await trial.ask('identify');
  return answer.ok ? asText(answer.result['code_version']) : undefined;
}

const switchOn: StoryStep = {
  name: 'switch on',
  picture: 'running',
  async play(stage) {
    await stage.settle('not-installed');
    const { turnedAtMs } = await turn(stage, true);
    const { atMs } = await stage.until('the gateway running', ({ phase }) => phase === 'running');
    const { mechanism } = await stage.settle('running');
    const [expected] = stage.trial.manager.mechanisms;
    stage.expect(`the mechanism "${expected}"`, mechanism === expected, mechanism);
    return { figure: `running after ${seconds(atMs - turnedAtMs)}`, measured: { runningMs: atMs - turnedAtMs } };
  },
};

const killed: StoryStep = {
  name: 'gateway killed, restarted',
  picture: 'back',
  async play(stage) {
    const { gatewayPid, restarts } = await stage.status();
    await stage.driver.showDetails();
    const killedAtMs = performance.now();
    await stage.driver.attempt('kill');
    await stage.until('the phase restarting', ({ phase }) => phase === 'restarting');
    await stage.driver.picture('killed');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    const status = await stage.settle('running');
    await stage.expectGone(gatewayPid);
    stage.expect(`${restarts.count + 1} restarts`, status.restarts.count === restarts.count + 1, status.restarts);
    const by = stage.trial.respawnedBy === undefined ? '' : ` by ${stage.trial.respawnedBy}`;
    return { figure: `back after ${seconds(back.atMs - killedAtMs)}${by}`, measured: { backMs: back.atMs - killedAtMs } };
  },
};

const restartRequested: StoryStep = {
  name: 'gateway ends with 75, started in place',
  picture: 'exit-75',
  async play(stage) {
    const { gatewayPid, servicePid } = await stage.status();
    const endedAtMs = performance.now();
    await stage.driver.attempt('exit-75');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    const status = await stage.settle('running');
    await stage.expectGone(gatewayPid);
    stage.expect(`the same host (PID ${servicePid})`, status.servicePid === servicePid, status.servicePid);
    const started = (await stage.trial.manager.history(stage.trial.identity)).findLast(record => record.kind === 'started');
    stage.expect('a start in place in the history', started?.cause === 'in-place', started);
    return { figure: `back after ${seconds(back.atMs - endedAtMs)}`, measured: { backMs: back.atMs - endedAtMs } };
  },
};

const refused: StoryStep = {
  name: 'gateway ends with 78, left alone',
  picture: 'exit-78',
  obstacle: ({ trial }) => trial.actions.keepsConfiguration,
  async play(stage) {
    await stage.driver.attempt('exit-78');
    const { lastExit, problems } = await stage.settle('needs-attention');
    stage.expect('the exit code 78', lastExit?.code === 78, lastExit);
    stage.expect('a remedy', problems.length > 0, problems);
    return { figure: 'no restart, no process' };
  },
};

const repaired: StoryStep = {
  name: 'configuration repaired',
  picture: 'repaired',
  obstacle: ({ trial }) => trial.actions.keepsConfiguration,
  async play(stage) {
    const askedAtMs = performance.now();
    await stage.driver.attempt('repair');
    const { atMs } = await stage.until('the gateway running', ({ phase }) => phase === 'running');
    await stage.settle('running');
    return { figure: `running after ${seconds(atMs - askedAtMs)}`, measured: { runningMs: atMs - askedAtMs } };
  },
};

const hung: StoryStep = {
  name: 'gateway hangs, noticed',
  picture: 'hung',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    await stage.trial.actions.answered();
    const hungAtMs = performance.now();
    await stage.driver.attempt('hang');
    const { atMs } = await stage.until('the phase degraded', ({ phase }) => phase === 'degraded');
    const status = await stage.settle('degraded');
    stage.expect(`the same gateway (PID ${gatewayPid})`, status.gatewayPid === gatewayPid, status.gatewayPid);
    const noticed = `noticed after ${seconds(atMs - hungAtMs)}`;
    const measured = { noticedMs: atMs - hungAtMs };
    const { answerAgain } = stage.trial.actions;
    if (!answerAgain || gatewayPid === undefined) return { figure: noticed, measured };
    await stage.driver.picture('hanging');
    answerAgain(gatewayPid);
    await stage.settle('running');
    return { figure: `${noticed}, running again with its next answer`, measured };
  },
};

const restarted: StoryStep = {
  name: 'restart',
  picture: 'restarted',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const askedAtMs = performance.now();
    await stage.driver.press('restart');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    await stage.settle('running');
    await stage.expectGone(gatewayPid);
    return { figure: `new gateway after ${seconds(back.atMs - askedAtMs)}`, measured: { backMs: back.atMs - askedAtMs } };
  },
};

const stopped: StoryStep = {
  name: 'stop',
  picture: 'stopped',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const askedAtMs = performance.now();
    await stage.driver.press('stop');
    const { atMs } = await stage.until('the phase stopped', ({ phase }) => phase === 'stopped');
    const { desired } = await stage.settle('stopped');
    await stage.expectGone(gatewayPid);
    stage.expect('the desired state "stopped"', desired === 'stopped', desired);
    return { figure: `nothing left after ${seconds(atMs - askedAtMs)}`, measured: { stoppedMs: atMs - askedAtMs } };
  },
};

const started: StoryStep = {
  name: 'start',
  picture: 'started',
  async play(stage) {
    const askedAtMs = performance.now();
    await stage.driver.press('start');
    const { atMs } = await stage.until('the gateway running', ({ phase }) => phase === 'running');
    await stage.settle('running');
    return { figure: `running after ${seconds(atMs - askedAtMs)}`, measured: { runningMs: atMs - askedAtMs } };
  },
};

const namedProfile = (named: NamedProfile): StoryStep => ({
  name: 'a named profile',
  picture: 'named-profile',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const installed = await named.run('install');
    const { status } = await named.run('status');
    if (installed.ok) {
      stage.expect('a gateway beside that of the default profile', status?.phase === 'running' && status.gatewayPid !== gatewayPid, status);
      const removed = await named.run('uninstall');
      stage.expect('its removal', removed.ok, removed);
      return { figure: `"${named.name}" has a separate gateway, PID ${status?.gatewayPid}` };
    }
    stage.expect('a refusal, because it is served', installed.error?.code === 'profile-served', installed);
    stage.expect(`the state of the gateway with PID ${gatewayPid}`, status?.servedBy?.pid === gatewayPid, status);
    return { figure: `"${named.name}" is served by the gateway of the default profile, PID ${gatewayPid}` };
  },
});

const updated: StoryStep = {
  name: 'stop, update, start',
  picture: 'updated',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const before = await codeVersion(stage);
    await stage.driver.attempt('update');
    // Only the updater of the sample runs long enough to be observed.
    if (stage.trial.gateway === 'sample') await observeUpdate(stage, gatewayPid);
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    await stage.settle('running');
    await stage.expectGone(gatewayPid);
    const after = await codeVersion(stage);
    if (stage.trial.gateway === 'sample') stage.expect(`another version than "${before}"`, after !== undefined && after !== before, after);
    await dismissUpdateNotice(stage);
    const ended = (await stage.trial.manager.history(stage.trial.identity)).findLast(record => record.kind === 'ended');
    // Not every gateway reports its version.
    const versions = before === undefined || after === undefined ? '' : `, ${before} → ${after}`;
    const downMs = performance.timeOrigin + back.atMs - Date.parse(ended?.at ?? '');
    return { figure: `down for ${seconds(downMs)}${versions}`, measured: { downMs } };
  },
};

async function observeUpdate(stage: Stage, gatewayPid: number | undefined): Promise<void> {
  await stage.until('the gateway held for the update', ({ phase }) => phase === 'held-for-update');
  await stage.expectGone(gatewayPid);
  const running = en.operation({ verb: 'update', step: 'updating', subject: path.basename(stage.trial.updateCommand[0] ?? '') });
  await stage.wait(`the words "${running}"`, async () => (await stage.driver.shown()).announcement === running);
  await stage.wait('the notice of the update', async () => (await stage.driver.shown()).update?.startsWith('Updating Hermes'));
  await stage.driver.picture('updating');
}

/** The result of an update is shown until it is dismissed. */
async function dismissUpdateNotice(stage: Stage): Promise<void> {
  await stage.wait('the result of the update', async () => (await stage.driver.shown()).update?.startsWith('Updated at'));
  await stage.driver.picture('update-ended');
  await stage.driver.dismiss();
  await stage.wait('the result of the update dismissed', async () => (await stage.driver.shown()).update === undefined);
}

const switchOff: StoryStep = {
  name: 'switch off',
  picture: 'off',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const { turnedAtMs } = await turn(stage, false);
    const { atMs } = await stage.until('no installation', ({ phase }) => phase === 'not-installed');
    await stage.settle('not-installed');
    await stage.expectGone(gatewayPid);
    return { figure: `off after ${seconds(atMs - turnedAtMs)}`, measured: { offMs: atMs - turnedAtMs } };
  },
};

const nothingLeft: StoryStep = {
  name: 'nothing is left',
  picture: 'nothing-left',
  async play(stage) {
    const { trial } = stage;
    const processes = await trial.processes();
    stage.expect('no process of this trial', processes.length === 0, processes);
    const kept = await trial.kept();
    stage.expect('no file of the service', kept.length === 0, kept);
    const answer = await trial.ask('identify');
    stage.expect('no server at the gateway’s own pipe', !answer.ok, answer);
    return { figure: 'no process, no file, no pipe' };
  },
};

/** All steps, in order. With a page and the sample gateway, the delay of a change until it is shown is measured, too. */
export function storySteps({ gateway, named }: TrialSystem, page: PageDriver | undefined): readonly StoryStep[] {
  // The sample gateway changes its state when it is asked to.
  const measured: readonly StoryStep[] =
    page && gateway === 'sample'
      ? [{ name: 'changes on their way to the page', picture: 'changes', play: stage => measureChanges(stage, page) }]
      : [];
  return [
    switchOn,
    killed,
    restartRequested,
    refused,
    repaired,
    hung,
    restarted,
    stopped,
    started,
    ...(named ? [namedProfile(named)] : []),
    updated,
    ...measured,
    switchOff,
    nothingLeft,
  ];
}

async function turn(stage: Stage, on: boolean): Promise<{ turnedAtMs: number }> {
  await stage.driver.turn(on);
  return { turnedAtMs: performance.now() };
}
