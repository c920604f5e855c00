/** Commands that the agent runs below its own gateway: nothing of it leaves the gateway down. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HOST_COMMAND } from '../support/sandbox.ts';
import { check } from './check.ts';
import type { HermesStage } from './hermes-stage.ts';
import type { Scenario } from './scenario.ts';

/** Long enough for a command to do what must not be done. */
const COMMAND_MS = 60_000;

/**
 * Starts a shell beside the gateway, as a child of it, in a session of its own as the terminal of Hermes' agent has it: `$1` is the file
 * that is run there, once, when it exists, the rest is the gateway's own command. Asked for the help of that command, it starts no shell.
 */
const WITH_SHELL = `
commands=$1; shift
case "$*" in *--help*) exec "$@" ;; esac
setsid sh -c 'while ! mv "$0" "$0.run" 2>/dev/null; do sleep 0.1; done; sh "$0.run" >"$0.out" 2>&1; echo $? >"$0.exit"' "$commands" &
exec "$@"
`;

export const INSIDE: readonly Scenario[] = [
  {
    title: 'runs a gateway again whose agent runs "hermes-gateway restart"',
    play: async stage => {
      const agent = await installWithShell(stage);
      return agent.replacesGateway(`${ours(stage)} restart`);
    },
  },
  {
    title: 'runs a gateway again whose agent runs "hermes-gateway update -- COMMAND", and the command is run',
    play: async stage => {
      const agent = await installWithShell(stage);
      const proof = path.join(stage.path, 'updated');
      const measured = await agent.replacesGateway(`${ours(stage)} update -- touch ${proof}`);
      await stage.until('the update command to run', () => existsSync(proof));
      return measured;
    },
  },
  {
    title: 'refuses "hermes-gateway stop" of an agent before anything is touched',
    play: async stage => {
      const agent = await installWithShell(stage);
      const before = stage.gatewayPid();
      const { exit, ms } = await agent.run(`${ours(stage)} stop`);
      check(exit !== 0, 'the agent stopped its own gateway');
      await stage.checkBelowService();
      check(stage.gatewayPid() === before, 'another gateway runs');
      return { ms };
    },
  },
  {
    title: 'runs a gateway again whose agent runs "hermes gateway restart"',
    alone: true,
    play: async stage => {
      const agent = await installWithShell(stage);
      return agent.leavesItRunning('hermes gateway restart');
    },
  },
  {
    title: 'runs a gateway again whose agent runs "hermes gateway stop"',
    alone: true,
    play: async stage => {
      const agent = await installWithShell(stage);
      return agent.leavesItRunning('hermes gateway stop');
    },
  },
];

interface Agent {
  /** Resolves with the exit code, null where it ended with the gateway. */
  run(command: string): Promise<{ exit: number | null; ms: number; text: string }>;
  /** Another gateway runs after the command. */
  replacesGateway(command: string): Promise<{ ms: number; fact: string }>;
  /** Hermes may refuse the command, or its gateway restarts. */
  leavesItRunning(command: string): Promise<{ ms: number; fact: string }>;
}

const ours = (stage: HermesStage) => `${HOST_COMMAND.join(' ')} --home ${stage.home}`;

async function installWithShell(stage: HermesStage): Promise<Agent> {
  const [script, commands] = [path.join(stage.path, 'with-shell.sh'), path.join(stage.path, 'commands')];
  writeFileSync(script, WITH_SHELL);
  const gateway = ['/bin/sh', script, commands, path.join(stage.bin, 'hermes'), 'gateway', 'run'];
  await stage.ours('install', '--gateway-command', JSON.stringify(gateway));
  // A program that is not Hermes by its name counts as running after two seconds.
  const before = await stage.untilAnother(0);
  const run: Agent['run'] = async command => {
    const beganMs = performance.now();
    writeFileSync(`${commands}.tmp`, command);
    renameSync(`${commands}.tmp`, commands);
    const ended = () => existsSync(`${commands}.exit`) || !stage.processes().includes(before);
    await stage.until(`the end of "${command}"`, ended, COMMAND_MS);
    const read = (suffix: string) => (existsSync(commands + suffix) ? readFileSync(commands + suffix, 'utf8').trim() : '');
    const exit = read('.exit');
    return { exit: exit === '' ? null : Number(exit), ms: performance.now() - beganMs, text: read('.out') };
  };
  const words = ({ exit, text }: Awaited<ReturnType<Agent['run']>>) =>
    exit === null ? 'the command ended with the gateway' : `exit code ${exit}${exit === 0 ? '' : `: ${text.split('\n')[0]}`}`;
  return {
    run,
    replacesGateway: async command => {
      const beganMs = performance.now();
      const ran = await run(command);
      await stage.untilAnother(before);
      await stage.checkBelowService();
      return { ms: performance.now() - beganMs, fact: words(ran) };
    },
    leavesItRunning: async command => {
      const beganMs = performance.now();
      const ran = await run(command);
      // What was refused has changed nothing; else the gateway is another one.
      if (ran.exit === 0 || ran.exit === null) await stage.untilAnother(before);
      await stage.untilPhase('running');
      await stage.checkBelowService();
      return { ms: performance.now() - beganMs, fact: words(ran) };
    },
  };
}
