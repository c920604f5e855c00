/**
 * The story: what a user of the switch lives through, in the order in which it may happen. Each step acts through the hands, and holds
 * only when what is shown and the facts agree.
 */

import path from 'node:path';
import { en } from '../../src/desktop/messages-en.ts';
import { asText } from '../../src/gateway/tolerant-json.ts';
import { measureChanges } from './changes.ts';
import type { PageHands } from './page-hands.ts';
import type { Finding, Stage } from './stage.ts';

export interface Step {
  readonly name: string;
  /** Name of the picture of its end. */
  readonly picture: string;
  /** Only the sample gateway can be asked to do this. */
  readonly needsSample?: true;
  play(stage: Stage): Promise<Finding>;
}

/** The runner asks again only after it has heard the answer before. */
const HEARD = 2;

const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

async function codeVersion({ trial }: Stage): Promise<string | undefined> {
  const answer = await trial.ask('identify');
  return answer.ok ? asText(answer.result['code_version']) : undefined;
}

const switchOn: Step = {
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

const killed: Step = {
  name: 'gateway killed, back by itself',
  picture: 'back',
  async play(stage) {
    const { gatewayPid, restarts } = await stage.status();
    await stage.hands.showDetails();
    const killedAtMs = performance.now();
    await stage.hands.attempt('kill');
    await stage.until('the phase restarting', ({ phase }) => phase === 'restarting');
    await stage.hands.picture('killed');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    const status = await stage.settle('running');
    await stage.expectGone(gatewayPid);
    stage.expect(`${restarts.count + 1} restarts`, status.restarts.count === restarts.count + 1, status.restarts);
    const by = stage.trial.respawnedBy === undefined ? '' : ` by ${stage.trial.respawnedBy}`;
    return { figure: `back after ${seconds(back.atMs - killedAtMs)}${by}`, measured: { backMs: back.atMs - killedAtMs } };
  },
};

const restartWanted: Step = {
  name: 'gateway ends with 75, started in place',
  picture: 'exit-75',
  needsSample: true,
  async play(stage) {
    const { gatewayPid, servicePid } = await stage.status();
    const endedAtMs = performance.now();
    await stage.hands.attempt('exit-75');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    const status = await stage.settle('running');
    await stage.expectGone(gatewayPid);
    stage.expect(`the same host (PID ${servicePid})`, status.servicePid === servicePid, status.servicePid);
    const started = (await stage.trial.manager.history(stage.trial.identity)).findLast(record => record.kind === 'started');
    stage.expect('a start in place in the history', started?.cause === 'in-place', started);
    return { figure: `back after ${seconds(back.atMs - endedAtMs)}`, measured: { backMs: back.atMs - endedAtMs } };
  },
};

const refused: Step = {
  name: 'gateway ends with 78, left alone',
  picture: 'exit-78',
  needsSample: true,
  async play(stage) {
    await stage.hands.attempt('exit-78');
    const { lastExit, problems } = await stage.settle('needs-attention');
    stage.expect('the exit code 78', lastExit?.code === 78, lastExit);
    stage.expect('a remedy', problems.length > 0, problems);
    return { figure: 'no restart, no process' };
  },
};

const repaired: Step = {
  name: 'configuration repaired',
  picture: 'repaired',
  needsSample: true,
  async play(stage) {
    const askedAtMs = performance.now();
    await stage.hands.attempt('repair');
    const { atMs } = await stage.until('the gateway running', ({ phase }) => phase === 'running');
    await stage.settle('running');
    return { figure: `running after ${seconds(atMs - askedAtMs)}`, measured: { runningMs: atMs - askedAtMs } };
  },
};

const hung: Step = {
  name: 'gateway hangs, noticed',
  picture: 'hung',
  needsSample: true,
  async play(stage) {
    const { gatewayPid } = await stage.status();
    // One that never answered may be too old to answer: only one that did can be said to hang.
    await stage.wait('the runner to have heard an answer', async () => {
      const answer = await stage.trial.ask('status');
      return answer.ok && Number(answer.result['identified']) >= HEARD;
    });
    const hungAtMs = performance.now();
    await stage.hands.attempt('hang');
    const { atMs } = await stage.until('the phase degraded', ({ phase }) => phase === 'degraded');
    const status = await stage.settle('degraded');
    stage.expect(`the same gateway (PID ${gatewayPid})`, status.gatewayPid === gatewayPid, status.gatewayPid);
    return { figure: `noticed after ${seconds(atMs - hungAtMs)}`, measured: { noticedMs: atMs - hungAtMs } };
  },
};

const restarted: Step = {
  name: 'restart',
  picture: 'restarted',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const askedAtMs = performance.now();
    await stage.hands.press('restart');
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    await stage.settle('running');
    await stage.expectGone(gatewayPid);
    return { figure: `new gateway after ${seconds(back.atMs - askedAtMs)}`, measured: { backMs: back.atMs - askedAtMs } };
  },
};

const stopped: Step = {
  name: 'stop',
  picture: 'stopped',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const askedAtMs = performance.now();
    await stage.hands.press('stop');
    const { atMs } = await stage.until('the phase stopped', ({ phase }) => phase === 'stopped');
    const { desired } = await stage.settle('stopped');
    await stage.expectGone(gatewayPid);
    stage.expect('the wish "stopped"', desired === 'stopped', desired);
    return { figure: `nothing left after ${seconds(atMs - askedAtMs)}`, measured: { stoppedMs: atMs - askedAtMs } };
  },
};

const started: Step = {
  name: 'start',
  picture: 'started',
  async play(stage) {
    const askedAtMs = performance.now();
    await stage.hands.press('start');
    const { atMs } = await stage.until('the gateway running', ({ phase }) => phase === 'running');
    await stage.settle('running');
    return { figure: `running after ${seconds(atMs - askedAtMs)}`, measured: { runningMs: atMs - askedAtMs } };
  },
};

const updated: Step = {
  name: 'stop, update, start',
  picture: 'updated',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const before = await codeVersion(stage);
    await stage.hands.attempt('update');
    // Only the sample's updater is known to take long enough to be looked at.
    if (stage.trial.gateway === 'sample') await lookAtUpdate(stage, gatewayPid);
    const back = await stage.until('another gateway running', status => status.phase === 'running' && status.gatewayPid !== gatewayPid);
    await stage.settle('running');
    await stage.expectGone(gatewayPid);
    const after = await codeVersion(stage);
    if (stage.trial.gateway === 'sample') stage.expect(`another version than "${before}"`, after !== undefined && after !== before, after);
    await readItsEnd(stage);
    const ended = (await stage.trial.manager.history(stage.trial.identity)).findLast(record => record.kind === 'ended');
    // Not every gateway tells its version.
    const versions = before === undefined || after === undefined ? '' : `, ${before} → ${after}`;
    const downMs = performance.timeOrigin + back.atMs - Date.parse(ended?.at ?? '');
    return { figure: `down for ${seconds(downMs)}${versions}`, measured: { downMs } };
  },
};

async function lookAtUpdate(stage: Stage, gatewayPid: number | undefined): Promise<void> {
  await stage.until('the gateway held for the update', ({ phase }) => phase === 'held-for-update');
  await stage.expectGone(gatewayPid);
  const atWork = en.operation({ verb: 'update', step: 'updating', subject: path.basename(stage.trial.updateCommand[0] ?? '') });
  await stage.wait(`the words "${atWork}"`, async () => (await stage.hands.shown()).announcement === atWork);
  await stage.wait('what is updated', async () => (await stage.hands.shown()).update?.startsWith('Updating Hermes'));
  await stage.hands.picture('updating');
}

/** How it ended is said until somebody has read it. */
async function readItsEnd(stage: Stage): Promise<void> {
  await stage.wait('the end of the update', async () => (await stage.hands.shown()).update?.startsWith('Updated at'));
  await stage.hands.picture('update-ended');
  await stage.hands.dismiss();
  await stage.wait('the end of the update dismissed', async () => (await stage.hands.shown()).update === undefined);
}

const switchOff: Step = {
  name: 'switch off',
  picture: 'off',
  async play(stage) {
    const { gatewayPid } = await stage.status();
    const { turnedAtMs } = await turn(stage, false);
    const { atMs } = await stage.until('nothing installed', ({ phase }) => phase === 'not-installed');
    await stage.settle('not-installed');
    await stage.expectGone(gatewayPid);
    return { figure: `off after ${seconds(atMs - turnedAtMs)}`, measured: { offMs: atMs - turnedAtMs } };
  },
};

const nothingLeft: Step = {
  name: 'nothing is left',
  picture: 'nothing-left',
  async play(stage) {
    const { trial } = stage;
    const processes = await trial.processes();
    stage.expect('no process of this trial', processes.length === 0, processes);
    const kept = await trial.kept();
    stage.expect('no file of the service', kept.length === 0, kept);
    const answer = await trial.ask('identify');
    stage.expect('nobody at the gateway’s own pipe', !answer.ok, answer);
    return { figure: 'no process, no file, no pipe' };
  },
};

/** The story, in order. With a page the way of a change to the eye is measured too. */
export function storySteps(page: PageHands | undefined): readonly Step[] {
  const measured: readonly Step[] = page
    ? [{ name: 'changes on their way to the page', picture: 'changes', needsSample: true, play: stage => measureChanges(stage, page) }]
    : [];
  return [
    switchOn,
    killed,
    restartWanted,
    refused,
    repaired,
    hung,
    restarted,
    stopped,
    started,
    updated,
    ...measured,
    switchOff,
    nothingLeft,
  ];
}

async function turn(stage: Stage, on: boolean): Promise<{ turnedAtMs: number }> {
  await stage.hands.turn(on);
  return { turnedAtMs: performance.now() };
}
