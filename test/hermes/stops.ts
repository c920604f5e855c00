/** A stop and a restart are graceful, whatever the agent is doing. */

import { check } from './check.ts';
import type { HermesStage } from './hermes-stage.ts';
import { CHANNEL, openIrcServer } from './irc-server.ts';
import { type Scenario, since } from './scenario.ts';

const IDLE_STOP_MS = 5_000;
/** What the user's own stop waits for the agent, and the time to end the processes after it. */
const USER_STOP_MS = 45_000 + 4_000;
const WITHOUT_PIPE = 'this version has no control pipe, which says whether it is idle';
/** Longer than any test. */
const ENDLESS_MS = 600_000;

export const STOPS: readonly Scenario[] = [
  {
    title: 'stops an idle gateway gracefully within 5 s',
    play: async stage => {
      await stage.install();
      await stage.untilIdle();
      const { ms } = await stage.ours('stop');
      const { code, outcome, killed } = await stage.lastEnd();
      check(code === 0 && outcome === 'stopped' && !killed, `it ended with ${code}, ${outcome}${killed ? ', killed' : ''}`);
      const { state } = stage.ownState() ?? {};
      check(state === 'stopped', `the gateway itself says ${state}`);
      check(ms <= IDLE_STOP_MS, `it took ${Math.round(ms)} ms`);
      return { ms, fact: 'exit code 0' };
    },
  },
  {
    title: 'lets the agent finish its work at a stop, and shows that it does',
    play: async stage => {
      const turn = await stage.installBusy(15_000, drainS(stage));
      const watch = stage.watch();
      const { ms } = await stage.ours('stop');
      watch.stop();
      const { code, killed } = await stage.lastEnd();
      check(code === 0 && !killed, `it ended with ${code}${killed ? ', killed' : ''}`);
      check(turn.isComplete(), 'the answer was cut off');
      check(
        watch.seen.some(({ finishingWorkSince }) => finishingWorkSince !== undefined),
        'no status shows that the agent finishes its work',
      );
      return { ms, fact: whole(stage, code) };
    },
  },
  {
    title: 'kills an agent that does not finish 45 s after a stop, and records that',
    waits: true,
    play: async stage => {
      await stage.installBusy(ENDLESS_MS, 300);
      const { ms } = await stage.ours('stop');
      const { code, killed } = await stage.lastEnd();
      check(ms <= USER_STOP_MS, `it took ${Math.round(ms)} ms`);
      // Hermes may also interrupt its agent itself, before that.
      check(killed ? ms >= 45_000 : code === 0, `it ended with ${code}${killed ? ', killed' : ''}`);
      const { lastExit } = await stage.status();
      check(lastExit?.killed === killed, 'the status does not say so');
      return { ms, fact: killed ? 'killed, recorded' : 'Hermes interrupted its agent itself, exit code 0' };
    },
  },
  {
    title: 'ends a working gateway within 5 s by "stop --now", and records that it was killed',
    play: async stage => {
      await stage.installBusy(ENDLESS_MS, 300);
      const { ms } = await stage.ours('stop', '--now');
      const { killed } = await stage.lastEnd();
      check(killed, 'the history does not say that it was killed');
      check(ms <= IDLE_STOP_MS, `it took ${Math.round(ms)} ms`);
      return { ms };
    },
  },
  {
    title: 'lets an idle gateway restart itself (exit code 75)',
    notFor: since(22, WITHOUT_PIPE),
    play: async stage => {
      const before = await stage.install();
      await stage.untilIdle();
      const { ms } = await stage.ours('restart');
      const { code, killed } = await stage.lastEnd();
      check(code === 75 && !killed, `it ended with ${code}${killed ? ', killed' : ''}`);
      check(stage.gatewayPid() !== before, 'the same gateway still runs');
      return { ms };
    },
  },
  {
    title: 'ends an idle gateway gracefully at a restart, and starts a new one',
    play: async stage => {
      const before = await stage.install();
      await stage.untilIdle();
      const { ms } = await stage.ours('restart');
      const { code, killed } = await stage.lastEnd();
      check((code === 0 || code === 75) && !killed, `it ended with ${code}${killed ? ', killed' : ''}`);
      check(stage.gatewayPid() !== before, 'the same gateway still runs');
      return { ms, fact: `exit code ${code}` };
    },
  },
  {
    title: 'tells the chats of a restart at a restart, and of a shutdown at a stop',
    notFor: since(22, WITHOUT_PIPE),
    play: async stage => {
      const irc = stage.use(await openIrcServer());
      stage.addBot(irc.port, 'bot9');
      await stage.install();
      const { ms } = await stage.ours('restart');
      const atRestart = irc.said.join(' ');
      const told = irc.said.length;
      await stage.untilIdle(2);
      await stage.ours('stop');
      const atStop = irc.said.slice(told).join(' ');
      check(/restart/i.test(atRestart), `${CHANNEL} heard at the restart: "${atRestart}"`);
      check(/shutting down|shutdown/i.test(atStop) && !/restart/i.test(atStop), `${CHANNEL} heard at the stop: "${atStop}"`);
      return { ms };
    },
  },
  {
    title: 'lets the agent finish its work at a restart',
    play: async stage => {
      const turn = await stage.installBusy(15_000, drainS(stage));
      const before = stage.gatewayPid();
      const { ms } = await stage.ours('restart');
      const { code, killed } = await stage.lastEnd();
      check((code === 0 || code === 75) && !killed, `it ended with ${code}${killed ? ', killed' : ''}`);
      check(turn.isComplete(), 'the answer was cut off');
      check(stage.gatewayPid() !== before, 'the same gateway still runs');
      return { ms, fact: whole(stage, code) };
    },
  },
];

/** Before 0.22 Hermes interrupts its agent at once at every stop, unless its configuration gives it time. */
const drainS = ({ hermes }: HermesStage) => (hermes.minor < 22 ? 30 : undefined);

function whole(stage: HermesStage, code: number | null): string {
  const configured = drainS(stage);
  return `exit code ${code}, the answer is whole${configured === undefined ? '' : ` (agent.restart_drain_timeout: ${configured}; the default interrupts it)`}`;
}
