// The acceptance criteria on a real Windows, with the SCM that Windows has: what no other suite can show. It refuses a machine that has a
// Hermes, and fails where nobody is signed in, because every gateway would only wait there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startupFolder } from '../../src/windows/startup-folder.ts';
import { itProves } from '../acceptance/it-proves.ts';
import { acceptService, LADDER_MS } from '../acceptance/service-criteria.ts';
import { another, until } from '../acceptance/service-stage.ts';
import { agentRuns, GATEWAY_WITH_SHELL, outsideLog } from '../support/agent-shell.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { checksOf, respawnWithinMs, whyWithout } from './checks.ts';
import { machineFacts, whyLeftOut } from './real-windows.ts';
import { readShownWindows, windowsOfOurs } from './shown-windows.ts';
import { WindowsStage } from './windows-stage.ts';

const leftOut = whyLeftOut(process.platform, process.env);
const PROBES = path.join(REPOSITORY, 'test', 'windows', 'probes');
const CONTROL = 'a window of the test';
/** Nine failures, the delays between them, and as many starts on a slow machine. */
const LADDER_DEADLINE_MS = 400_000;
const SUITE_START_MS = 120_000;

describe.skipIf(leftOut !== undefined)(
  leftOut === undefined ? 'acceptance, on Windows' : `acceptance, on Windows (skipped: ${leftOut})`,
  { timeout: 180_000 },
  () => {
    const stage = new WindowsStage();
    const machine = leftOut === undefined ? machineFacts(process.env) : undefined;
    const withoutSignIn = machine && whyWithout(checksOf(machine, stage.program.length === 1), 'sign-in start');
    const shown = path.join(stage.evidence, 'shown-windows.jsonl');
    let endWatch: () => Promise<void> = async () => undefined;
    let sightless: unknown;

    beforeAll(async () => {
      stage.open();
      await expectTokenIsUsable();
      try {
        await expectWindowsAreSeen();
        endWatch = await watchWindows(shown);
      } catch (error) {
        // Only the last test needs it.
        sightless = error;
      }
    }, SUITE_START_MS);
    afterEach(() => stage.clear());
    afterAll(async () => {
      if (!stage.isOpen) return;
      await endWatch();
      const left = await stage.settled();
      stage.dispose();
      expect(left, 'what is left of ours').toEqual([]);
    }, SUITE_START_MS);

    acceptService(
      stage,
      {
        respawn: 'respawn-windows',
        update: 'update-windows',
        updateKilled: 'update-killed-windows',
        held: 'held-windows',
        registered: 'registered-windows',
        profile: 'profile-windows',
      },
      { ...(machine && { respawnWithinMs: respawnWithinMs(machine) }), gateway: () => [stage.node, busyGateway, 'gateway', 'run'] },
    );

    it('a gateway that the user has stopped stays stopped', async () => {
      await stage.fresh();
      await stage.install(stage.sampleGateway());
      expect(await stage.cli('stop')).toMatchObject({ code: 0 });
      expect(await stage.status()).toMatchObject({ phase: 'stopped', desired: 'stopped' });
      expect(stage.gateways()).toEqual([]);
      expect(await stage.failures()).toEqual([]);
    });

    it('captures the output in a new log after the log was deleted while a follower read it', async () => {
      await stage.fresh();
      const before = await stage.install(stage.sampleGateway());
      const log = path.join(stage.states, stage.of.service, 'logs', 'gateway.log');
      const follower = spawn(stage.program[0] ?? '', [...stage.program.slice(1), '--home', stage.of.home, 'logs', '-f']);
      try {
        await once(follower.stdout, 'data');
        expect(await stage.run(['cmd', '/c', 'del', log])).toMatchObject({ code: 0 });
        expect(await stage.cli('restart')).toMatchObject({ code: 0 });
        await another(stage, before);
        await until('the new log', () => existsSync(log) && readFileSync(log, 'utf8').includes(' log continues here, '));
      } finally {
        follower.kill();
      }
    });

    const mechanisms = ['service', ...(withoutSignIn === undefined ? ['startup'] : [])];
    it.each(mechanisms)('restarts the gateway and updates below it from outside of its job: %s', async mechanism => {
      await stage.fresh();
      const { home } = stage.of;
      const command = [stage.node, GATEWAY_WITH_SHELL, stage.sampleGateway()[1] ?? '', 'gateway', 'run'];
      expect(await stage.cli('install', '--mechanism', mechanism, '--gateway-command', JSON.stringify(command))).toMatchObject({ code: 0 });
      const log = path.join(stage.states, stage.of.service, 'logs', 'gateway.log');
      const proof = path.join(home, 'proof');
      const script = `setTimeout(() => require('fs').writeFileSync(${JSON.stringify(proof)}, ''), 1_000)`;
      for (const verb of [['restart'], ['update', '--', stage.node, '-e', script]]) {
        const before = await stage.status();
        const [answer] = await agentRuns(home, { argv: [...absolute(stage.program), '--json', ...verb] });
        expect(answer, answer?.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('"outside"') });
        expect(await outsideLog(log)).toMatch(/Exit code 0\.\n$/);
        await another(stage, before);
      }
      expect(existsSync(proof)).toBe(true);
    });

    itProves(
      'ladder-windows',
      async () => {
        await stage.fresh();
        // A gateway that fails at once is installed and does not run, as its exit code says; the SCM goes on.
        await stage.cli('install', '--gateway-command', JSON.stringify(stage.sampleGateway('--exit-at-once', '1')));
        const climbed = await until(
          'the ladder to be climbed',
          async () => {
            const failures = await stage.failures();
            return failures.length >= LADDER_MS.length && failures;
          },
          LADDER_DEADLINE_MS,
        );
        expect(climbed.slice(0, LADDER_MS.length)).toEqual(LADDER_MS.map((restartInMs, index) => ({ failure: index + 1, restartInMs })));
        return `${LADDER_MS.map(delayMs => delayMs / 1_000).join(', ')} s in event 7031`;
      },
      { timeoutMs: LADDER_DEADLINE_MS + 60_000 },
    );

    itProves('rights-windows', async () => {
      await stage.fresh();
      await stage.install(stage.sampleGateway());
      const { service, home } = stage.of;
      const sc = (...args: string[]) => stage.limited([SC, args[0] ?? '', service, ...args.slice(1)]);
      expect(await sc('query')).toMatchObject({ code: 0 });
      expect(await sc('stop')).toMatchObject({ code: 0 });
      await until('the service to be stopped', async () => (await stage.status()).phase === 'stopped');
      expect(await sc('start')).toMatchObject({ code: 0 });
      await until('the service to run', async () => (await stage.status()).phase === 'running');
      // A gateway of an administrator without UAC serves its pipe for administrators, so of our own verbs the one is left that needs none.
      expect(await stage.limited([...absolute(stage.program), '--home', home, 'stop'])).toMatchObject({ code: 0 });
      expect(await stage.status()).toMatchObject({ phase: 'stopped', desired: 'stopped' });

      const before = await stage.serviceKey(service);
      for (const change of [
        ['config', 'start=', 'disabled'],
        ['config', 'binPath=', 'C:\\Windows\\System32\\cmd.exe'],
        ['failure', 'reset=', '0', 'actions=', 'run/0', 'command=', 'cmd.exe'],
        ['sdset', 'D:(A;;GA;;;WD)'],
        ['delete'],
      ]) {
        expect(await sc(...change), change.join(' ')).toMatchObject({ code: ACCESS_DENIED });
      }
      expect(await stage.serviceKey(service)).toEqual(before);
      return undefined;
    });

    itProves(
      'fallback-windows',
      async () => {
        await stage.fresh();
        const command = ['--gateway-command', JSON.stringify(stage.sampleGateway())];
        expect(await stage.cli('install', '--mechanism', 'startup', ...command)).toMatchObject({ code: 0 });
        const installed = await stage.status();
        expect(installed).toMatchObject({ mechanism: 'startup', phase: 'running' });
        expect(readdirSync(startupFolder()).filter(name => /hermes/i.test(name))).toHaveLength(1);
        expect(await stage.run(['taskkill', '/F', '/PID', String(installed.gatewayPid)])).toMatchObject({ code: 0 });
        await another(stage, installed);
        expect(await stage.cli('uninstall')).toMatchObject({ code: 0 });
        expect(await stage.settled()).toEqual([]);
        return undefined;
      },
      { skipped: withoutSignIn },
    );

    itProves('uninstall-windows', async () => {
      await stage.fresh();
      await stage.install(stage.sampleGateway());
      const { service } = stage.of;
      expect(await stage.cli('uninstall')).toMatchObject({ code: 0 });
      expect(await stage.run(['sc.exe', 'query', service])).toMatchObject({ code: NO_SUCH_SERVICE });
      expect(await stage.settled()).toEqual([]);
      return undefined;
    });

    // The last: it is about everything before it.
    itProves('console-windows', async () => {
      if (sightless !== undefined) throw sightless;
      await endWatch();
      const all = readShownWindows(shown);
      expect(windowsOfOurs(all, new Set([process.pid]))).toEqual([]);
      return `none of ours among ${all.length} that were shown`;
    });

    const busyGateway = path.join(REPOSITORY, 'test', 'windows', 'busy-gateway.mjs');

    /** Notes every window that is shown from now on; the returned function ends that. */
    async function watchWindows(file: string): Promise<() => Promise<void>> {
      const stop = path.join(stage.folder, `${path.basename(file)}.stop`);
      const watching = stage.run([stage.node, path.join(PROBES, 'shown-windows.ts'), file, stop], 0);
      await until('the watch for windows to be up', () => existsSync(file));
      return async () => {
        stage.write(stop, '');
        await watching;
      };
    }

    /**
     * Only LocalSystem may ask for the token of a session, so a service of ours has to: without one, every gateway here would only wait.
     */
    async function expectTokenIsUsable(): Promise<void> {
      await stage.fresh();
      await stage.cli('install', '--gateway-command', JSON.stringify(stage.sampleGateway()));
      const { phase } = await stage.status();
      await stage.clear();
      expect(phase, 'with a token of the user of this session a service runs; without one it waits for a sign-in').toBe('running');
    }

    /** A watch that sees no window at all would say the same as one that has nothing to see. */
    async function expectWindowsAreSeen(): Promise<void> {
      const file = path.join(stage.evidence, 'control.jsonl');
      const end = await watchWindows(file);
      await stage.run([stage.node, path.join(PROBES, 'show-window.ts'), CONTROL]);
      // A console of its own, as a program gets that nobody hid.
      const shell = spawn('cmd', ['/d', '/c', 'ping -n 2 127.0.0.1'], { detached: true, stdio: 'ignore' });
      await new Promise(resolve => shell.once('exit', resolve));
      await end();
      const seen = readShownWindows(file);
      expect(seen.map(({ title }) => title)).toContain(CONTROL);
      expect(windowsOfOurs(seen).length, 'consoles that were seen').toBeGreaterThan(0);
    }
  },
);

const SC = path.join(process.env['SystemRoot'] ?? '', 'System32', 'sc.exe');
const ACCESS_DENIED = 5;
const NO_SUCH_SERVICE = 1060;

/** A program without a path is searched in the user's folders, which a token of its own may have others of. */
function absolute(program: readonly string[]): readonly string[] {
  expect(path.isAbsolute(program[0] ?? '')).toBe(true);
  return program;
}
