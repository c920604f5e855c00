/** The status says what the gateway says. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readGatewayStarts } from '../../src/gateway/start-breaker.ts';
import { check } from './check.ts';
import type { HermesStage } from './hermes-stage.ts';
import { openIrcServer } from './irc-server.ts';
import { type Scenario, since } from './scenario.ts';

/** Hermes waits from the start after this many in 120 s. */
const STARTS = 5;

export const STATUS: readonly Scenario[] = [
  {
    title: 'shows "running" only when the gateway itself says that it runs',
    play: async stage => {
      const early: string[] = [];
      const installing = stage.startOurs('install');
      let over = false;
      void installing.ended.then(() => (over = true));
      while (!over) {
        const own = stage.ownState()?.state;
        const { phase } = await stage.status();
        // The gateway may begin to run between the two looks.
        if (phase === 'running' && own !== 'running' && stage.ownState()?.state !== 'running') early.push(own ?? 'nothing');
      }
      const { exit, ms, text } = await installing.ended;
      check(exit === 0, text);
      check(early.length === 0, `"running" while the gateway said: ${early.join(', ')}`);
      await stage.checkBelowService();
      return { ms };
    },
  },
  {
    title: 'states why a second gateway with the same bot does not run, with the PID of the first',
    notFor: since(22, 'this version lets two gateways use the same IRC name'),
    play: async stage => {
      const irc = stage.use(await openIrcServer());
      const second = path.join(stage.path, 'second');
      stage.configure('{}', second);
      stage.addBot(irc.port, 'bot1');
      stage.addBot(irc.port, 'bot1', second);
      await stage.install();
      const holder = stage.gatewayPid();
      const beganMs = performance.now();
      const { exit, text } = await stage.startOurs('install', '--home', second).ended;
      const ms = performance.now() - beganMs;
      const { phase, detail = '', problems, lastExit } = await stage.status(undefined, second);
      const said = [text, detail, lastExit?.reason ?? '', ...problems.map(({ message }) => message)].join('\n');
      check(exit !== 0 && phase !== 'running', `install ended with ${exit}, the phase is ${phase}: ${stated(stage, second)}`);
      check(said.includes(`PID ${holder}`), `no reason names PID ${holder}: ${said.slice(0, 400)}`);
      return { ms, fact: `${phase}: ${detail || lastExit?.reason}` };
    },
  },
  {
    title: "names Hermes' own start breaker after more than 5 starts in 120 s, and waits for it",
    waits: true,
    play: async stage => {
      await stage.install();
      for (let start = 1; start <= STARTS; start += 1) {
        const pid = await stage.until(`start ${start}`, () => startedPid(stage, start));
        process.kill(pid, 'SIGKILL');
      }
      const beganMs = performance.now();
      const named = await stage.until('the status to name the breaker', async () => {
        const { detail = '' } = await stage.status();
        return /Hermes itself waits \d+ s/.test(detail) && detail;
      });
      await stage.untilPhase('running', 120_000);
      return { ms: performance.now() - beganMs, fact: named };
    },
  },
];

/** The gateway of this start, counted from 1, once Hermes has recorded it. */
async function startedPid(stage: HermesStage, start: number): Promise<number | undefined> {
  if (readGatewayStarts(stage.home).length < start) return undefined;
  const started = (await stage.history()).filter(record => record.kind === 'started');
  return started.length >= start ? started.at(-1)?.pid : undefined;
}

function stated(stage: HermesStage, home: string): string {
  const file = path.join(home, 'gateway_state.json');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(0, 300) : `no state in ${stage.home}`;
}
