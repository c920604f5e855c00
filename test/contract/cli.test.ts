// The program that users get, as a process: its answers, its exit codes, and a whole life of a gateway with it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { poll } from '../../src/model/poll.ts';
import { makeSurroundings, PROGRAM, type Surroundings, sampleGateway } from '../support/embedded-harness.ts';
import { type Ended, type Running, runProgram, startProgram } from '../support/program.ts';

/** The program `script` has other options elsewhere, and there is no /dev/full. */
const linux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

let surroundings: Surroundings;
beforeEach(() => {
  surroundings = makeSurroundings();
});
afterEach(async () => {
  expect(await run('uninstall')).toMatchObject({ exit: EXIT.done });
  surroundings.dispose();
});

const run = (...argv: readonly string[]) => runProgram(surroundings, ...argv);
const start = (...argv: readonly string[]) => startProgram(surroundings, argv);
const installArgs = (...switches: readonly string[]) => ['install', '--gateway-command', JSON.stringify(sampleGateway(...switches))];
/** The one document on stdout; anything more or less does not parse. */
const document = ({ out }: Ended) => {
  expect(out).toMatch(/^\{.*\}\n$/);
  return JSON.parse(out);
};
const status = async () => document(await run('status', '--json')).status;
const untilStatus = (what: string, holds: (found: { phase: string; gatewayPid?: number }) => boolean) =>
  poll(
    async () => {
      const found = await status();
      return holds(found) && found;
    },
    { what, deadlineMs: 20_000 },
  );
const untilPrinted = (running: Running, text: string) =>
  poll(() => (running.out + running.err).includes(text), { what: `"${text}"`, deadlineMs: 20_000 });

describe('answers that need no gateway', () => {
  it('prints help and version', async () => {
    expect(await run('--version')).toEqual({ exit: EXIT.done, out: `${packageJson.version}\n`, err: '' });
    const help = await run('--help');
    expect(help).toMatchObject({ exit: EXIT.done, out: expect.stringContaining('Exit codes:'), err: '' });
    expect(await run('help')).toEqual(help);
  });

  it('answers usage errors with exit code 2, in JSON when asked for', async () => {
    expect(await run('strat')).toMatchObject({ exit: EXIT.usage, out: '', err: expect.stringContaining('Did you mean start?') });
    const asked = await run('--json', 'status', '--profile', 'No Such');
    expect(asked.exit).toBe(EXIT.usage);
    expect(document(asked)).toMatchObject({ ok: false, error: { code: 'profile-invalid' } });
  });

  it('reports "not installed" with exit code 4 and creates no file', async () => {
    expect(document(await run('status', '--json'))).toMatchObject({ ok: true, status: { phase: 'not-installed' } });
    for (const argv of [['status'], ['status', '--all'], ['start'], ['stop'], ['restart'], ['logs']]) {
      expect((await run(...argv)).exit).toBe(EXIT.notInstalled);
    }
    expect((await run('doctor', '--json')).exit).toBe(EXIT.failed);
    expect(surroundings.files()).toEqual([]);
  });

  it.each(['', 'here'])('prints the help and reports what is wrong where HOME is %j, and creates no file', async HOME => {
    const lost = { ...surroundings, env: { ...surroundings.env, HOME } };
    expect((await runProgram(lost, '--help')).out).toContain('hermes-gateway-service');
    const answer = await runProgram(lost, 'install', '--json');
    expect(document(answer).error).toMatchObject({
      code: 'user-folder-unknown',
      message: expect.stringContaining(JSON.stringify(HOME)),
      remedy: expect.stringContaining('HOME'),
    });
    expect((await runProgram(lost, 'status')).err).toContain('Set HOME');
    expect(surroundings.files()).toEqual([]);
  });

  it.skipIf(!isRoot)(`refuses root in the folder of another user${isRoot ? '' : ' (skipped: only root can make one)'}`, async () => {
    const { XDG_STATE_HOME } = surroundings.env;
    fs.mkdirSync(XDG_STATE_HOME);
    fs.chownSync(XDG_STATE_HOME, 4_711, 4_711);
    for (const verb of ['install', 'status', 'doctor']) {
      const answer = await run(verb, '--json');
      expect(answer.exit).toBe(EXIT.failed);
      expect(document(answer).error).toMatchObject({ code: 'folder-of-another-user', remedy: expect.stringContaining('sudo -u "#4711"') });
    }
    expect((await run('--help')).exit).toBe(EXIT.done);
    expect(surroundings.files()).toEqual([]);
    fs.chownSync(XDG_STATE_HOME, 0, 0);
  });

  it('explains every code', async () => {
    expect(document(await run('explain', '--json')).entries.length).toBeGreaterThan(20);
    expect((await run('explain', 'gateway-not-up')).out).toContain('hermes-gateway logs');
    expect((await run('explain', '1072')).out).toContain('removal-pending');
    expect((await run('explain', '20')).out).toContain('event 20 of the source "Hermes Gateway Service"');
  });

  it('ends without an error when the reader of its output closes the pipe', async () => {
    const running = start('explain');
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ exit: EXIT.done, err: '' });
  });

  it('names the gateway program that it looked for', async () => {
    const answer = await run('install', '--json');
    expect(answer.exit).toBe(EXIT.failed);
    expect(document(answer).error).toMatchObject({ code: 'gateway-command-missing', message: expect.stringContaining(surroundings.home) });
    expect(surroundings.files()).toEqual([]);
  });
});

describe('life cycle of a gateway', () => {
  it('keeps a gateway running from install to uninstall, also after a kill', async () => {
    const receipt = document(await run(...installArgs(), '--dry-run', '--json')).receipt;
    expect(receipt.rows.length).toBeGreaterThan(3);
    expect(surroundings.files()).toEqual([]);

    const installed = await run(...installArgs(), '--json');
    expect(installed.exit).toBe(EXIT.done);
    const { gatewayPid } = document(installed).status;
    expect(await run('status')).toMatchObject({ exit: EXIT.done, out: expect.stringContaining(String(gatewayPid)), err: '' });

    process.kill(gatewayPid, 'SIGKILL');
    const again = await untilStatus('another gateway', found => found.phase === 'running' && found.gatewayPid !== gatewayPid);
    expect(again.restarts.count).toBe(1);

    const restarted = document(await run('restart', '--json')).status;
    expect(restarted).toMatchObject({ phase: 'running', restarts: { count: 0 } });
    expect(restarted.gatewayPid).not.toBe(again.gatewayPid);

    expect((await run('logs', '-n', '500')).out).toContain(`gateway ${restarted.gatewayPid}`);
    expect(document(await run('stop', '--json')).status).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect((await run('status')).exit).toBe(EXIT.notRunning);
    expect(document(await run('start', '--json')).status.phase).toBe('running');
    expect(document(await run('doctor', '--json'))).toMatchObject({ ok: true, healthy: true });
    expect(document(await run('uninstall', '--json')).status.phase).toBe('not-installed');
    expect(surroundings.files()).toEqual([]);
  });

  it.each(['Jo O’Neil & "Söhne"', "it's 100% $HOME `x`", '家 🏠 café', 'two  spaces and a #'])(
    'works in a home called %j from install to uninstall',
    async name => {
      const strange = makeSurroundings(name);
      const asked = async (...argv: string[]) => document(await runProgram(strange, ...argv, '--json'));
      try {
        const installed = await asked(...installArgs());
        expect(installed).toMatchObject({ ok: true, status: { phase: 'running' } });
        expect(fs.existsSync(path.join(strange.home, 'gateway.pid'))).toBe(true);
        expect((await asked('restart')).status.phase).toBe('running');
        expect((await asked('status', '--home', strange.home)).status.service).toBe(installed.status.service);
        expect((await asked('uninstall')).status.phase).toBe('not-installed');
        expect(strange.files()).toEqual([]);
      } finally {
        await runProgram(strange, 'uninstall');
        strange.dispose();
      }
    },
  );

  it('treats two installs at the same time as one', async () => {
    const [first, second] = (await Promise.all([run(...installArgs(), '--json'), run(...installArgs(), '--json')])).map(document);
    expect(first.status.phase).toBe('running');
    expect(second.status.gatewayPid).toBe(first.status.gatewayPid);
  });

  it('shows every installed gateway with --all', async () => {
    fs.mkdirSync(path.join(surroundings.home, 'profiles', 'work'), { recursive: true });
    await run(...installArgs());
    await run(...installArgs(), '--profile', 'work');
    await run('stop', '--profile', 'work');
    const all = await run('status', '--all', '--json');
    expect(all.exit).toBe(EXIT.notRunning);
    expect(document(all).statuses).toMatchObject([
      { profile: 'default', phase: 'running' },
      { profile: 'work', phase: 'stopped' },
    ]);
    await run('uninstall', '--profile', 'work');
  });

  it('reports why a gateway does not start, and keeps the installation', async () => {
    const answer = await run(...installArgs('--exit-at-once', '78'), '--json');
    expect(answer.exit).toBe(EXIT.failed);
    expect(document(answer).error.code).toBe('gateway-configuration');
    const { out, exit } = await run('status');
    expect(exit).toBe(EXIT.notRunning);
    expect(out).toContain('78');
    expect(out).toContain('Next: hermes-gateway logs');
  });
});

describe('logs -f', () => {
  it('prints new log lines as they come and ends quietly at Ctrl+C', async () => {
    await run(...installArgs());
    const following = start('logs', '-f', '--json');
    await untilPrinted(following, 'running');
    const { gatewayPid } = document(await run('restart', '--json')).status;
    await untilPrinted(following, `gateway ${gatewayPid}`);
    following.child.kill('SIGINT');
    const { exit, out, err } = await following.ended;
    expect([exit, err]).toEqual([EXIT.done, '']);
    for (const line of out.trimEnd().split('\n')) expect(JSON.parse(line)).toEqual({ line: expect.any(String) });
  });
});

describe('Ctrl+C', () => {
  it('exits with 130 and leaves no partial installation after Ctrl+C during an install', async () => {
    const installing = start(...installArgs('--start-delay-ms', '60000'), '--json');
    await untilPrinted(installing, 'Waiting for the gateway');
    installing.child.kill('SIGINT');
    const ended = await installing.ended;
    expect(ended.exit).toBe(EXIT.interrupted);
    expect(document(ended)).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    expect(ended.err).toContain('Interrupted');
    expect(await status()).toMatchObject({ phase: 'starting', desired: 'running' });
    expect(document(await run('uninstall', '--json')).status.phase).toBe('not-installed');
    expect(surroundings.files()).toEqual([]);
  });

  it('ends a supervisor in the foreground and its gateway at Ctrl+C', async () => {
    await run(...installArgs());
    expect(document(await run('supervise', '--json'))).toMatchObject({ ok: false, error: { code: 'busy' } });
    await run('stop');
    const supervising = start('supervise');
    const { gatewayPid } = await untilStatus('the gateway below the foreground supervisor', found => found.phase === 'running');
    expect((await status()).servicePid).toBe(supervising.child.pid);
    supervising.child.kill('SIGINT');
    expect((await supervising.ended).exit).toBe(EXIT.done);
    expect(await status()).toMatchObject({ phase: 'stopped', desired: 'stopped' });
    expect(() => process.kill(gatewayPid ?? 0, 0)).toThrow();
  });
});

describe('update', () => {
  it('runs the update command while the gateway is stopped, and starts the gateway again', async () => {
    const { gatewayPid } = document(await run(...installArgs(), '--json')).status;
    const seen = path.join(surroundings.folder, 'seen.json');
    const script = `"${process.execPath}" "${PROGRAM}" status --json > "${seen}"; echo done; exit 0`;
    const updated = await run('update', '--json', '--', 'sh', '-c', script);
    expect(updated).toMatchObject({ exit: EXIT.done, err: expect.stringContaining('done') });
    expect(JSON.parse(fs.readFileSync(seen, 'utf8')).status).toMatchObject({ phase: 'held-for-update', desired: 'running' });
    const [after] = document(updated).statuses;
    expect(after.phase).toBe('running');
    expect(after.gatewayPid).not.toBe(gatewayPid);
  });

  it('starts the gateway again when the update command fails', async () => {
    await run(...installArgs());
    const updated = await run('update', '--json', '--', 'sh', '-c', 'exit 9');
    expect(updated.exit).toBe(EXIT.failed);
    expect(document(updated).error).toMatchObject({ code: 'update-failed', message: expect.stringContaining('exit code 9') });
    expect((await status()).phase).toBe('running');
  });

  /** A command that prints, and ends when it is let: then it writes down that it was not ended half-way. */
  const patient = () => {
    const [go, done] = ['go', 'done'].map(name => path.join(surroundings.folder, name)) as [string, string];
    const script = `while ! test -e "${go}"; do echo waiting; sleep 0.05; done; seq 20000; echo done > "${done}"`;
    return { argv: ['update', '--json', '--', 'sh', '-c', script], go, done };
  };
  /** The gateway stays stopped until the command has ended by itself, and runs again then. */
  const isCompleted = async ({ go, done }: ReturnType<typeof patient>) => {
    expect(document(await run('start', '--json')).status).toMatchObject({ phase: 'held-for-update', desired: 'running' });
    fs.writeFileSync(go, '');
    await untilStatus('the gateway to come back', found => found.phase === 'running');
    expect(fs.readFileSync(done, 'utf8')).toBe('done\n');
  };

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'completes an update whose command line got %s, and starts the gateway after it',
    async signal => {
      await run(...installArgs());
      const command = patient();
      const updating = start(...command.argv);
      await untilPrinted(updating, 'waiting');
      updating.child.kill(signal);
      const ended = await updating.ended;
      if (signal === 'SIGTERM') {
        expect(ended.exit).toBe(EXIT.interrupted);
        expect(document(ended).error).toMatchObject({ code: 'interrupted', message: expect.stringContaining('the update is process') });
      }
      await isCompleted(command);
    },
  );

  it.skipIf(!linux)('completes an update whose terminal is closed', async () => {
    await run(...installArgs());
    const command = patient();
    const line = [process.execPath, PROGRAM, ...command.argv].map(word => `'${word}'`).join(' ');
    const env = { PATH: process.env['PATH'], SHELL: '/bin/sh', ...surroundings.env };
    const terminal = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const chunk of terminal.stdout) if (String(chunk).includes('waiting')) break;
    terminal.kill('SIGKILL');
    await isCompleted(command);
  });

  it.skipIf(!linux)('drops what cannot be written, and does all the rest', async () => {
    await run(...installArgs());
    const toFullDisk = (...argv: readonly string[]) =>
      spawnSync('sh', ['-c', '"$@" >/dev/full 2>/dev/full', 'sh', process.execPath, PROGRAM, ...argv], {
        env: { ...process.env, ...surroundings.env },
        timeout: 20_000,
      });
    const { go, done, argv } = patient();
    fs.writeFileSync(go, '');
    expect(toFullDisk(...argv).status).toBe(EXIT.done);
    expect(fs.readFileSync(done, 'utf8')).toBe('done\n');
    expect(toFullDisk('status').status).toBe(EXIT.done);
    expect(toFullDisk('logs', '-n', '1', '-f').status).toBe(EXIT.done);
    expect(toFullDisk('strat').status).toBe(EXIT.usage);
  });
});

describe('damaged state', () => {
  /** A Hermes of the newer generation whose launcher starts the sample gateway, so that the default command resolves. */
  const makeHermes = () => {
    const launcher = path.join(surroundings.home, 'hermes-agent', '.hermes', 'bin', 'hermes');
    fs.mkdirSync(path.dirname(launcher), { recursive: true });
    const [node, script] = sampleGateway();
    fs.writeFileSync(launcher, `#!/bin/sh\nexec "${node}" "${script}" "$@"\n`, { mode: 0o755 });
  };
  const stateFile = async (name: string) =>
    path.join(surroundings.env.XDG_STATE_HOME, 'hermes-gateway-service', (await status()).service, name);

  it('finds damaged state with doctor, repairs it with doctor --fix and keeps the damaged file', async () => {
    makeHermes();
    expect(document(await run('install', '--json')).status.phase).toBe('running');
    await run('stop');
    const definition = await stateFile('definition.json');
    fs.writeFileSync(definition, '{"schema":1,');
    fs.writeFileSync(await stateFile('desired.json'), '\0\0\0');

    const told = await run('status', '--json');
    expect(document(told).status.problems).toMatchObject([{ code: 'definition-unreadable' }]);
    const examined = await run('doctor', '--json');
    expect(examined.exit).toBe(EXIT.failed);
    const bad = document(examined).checks.filter(({ outcome }: { outcome: string }) => outcome === 'problem');
    expect(bad.map(({ code }: { code: string }) => code).sort()).toEqual(['definition-unreadable', 'state-file-damaged']);
    for (const { remedy } of bad) expect(remedy).toMatch(/\w/);
    expect(fs.readFileSync(definition, 'utf8')).toBe('{"schema":1,');

    expect(document(await run('doctor', '--fix', '--json'))).toMatchObject({ ok: true, healthy: true });
    expect(fs.readFileSync(`${definition}.damaged`, 'utf8')).toBe('{"schema":1,');
    expect(await status()).toMatchObject({ phase: 'running', problems: [] });
  });

  it.skipIf(isRoot)(`keeps a definition that it may not read${isRoot ? ' (skipped: root may read everything)' : ''}`, async () => {
    await run(...installArgs());
    const definition = await stateFile('definition.json');
    const text = fs.readFileSync(definition, 'utf8');
    fs.chmodSync(definition, 0);
    expect((await status()).problems).toMatchObject([{ code: 'state-unreadable', message: expect.stringContaining(definition) }]);
    expect((await run('doctor', '--fix')).exit).toBe(EXIT.failed);
    expect(document(await run(...installArgs(), '--json')).error).toMatchObject({ code: 'permission-denied' });
    fs.chmodSync(definition, 0o600);
    expect(fs.readFileSync(definition, 'utf8')).toBe(text);
    expect(await status()).toMatchObject({ phase: 'running', problems: [] });
  });

  it('installs over damaged state', async () => {
    await run(...installArgs());
    fs.writeFileSync(await stateFile('definition.json'), 'rubbish');
    expect(document(await run(...installArgs(), '--json')).status).toMatchObject({ phase: 'running', problems: [] });
  });

  it('uninstalls from damaged state', async () => {
    await run(...installArgs());
    fs.writeFileSync(await stateFile('definition.json'), 'rubbish');
    expect(document(await run('uninstall', '--json')).status.phase).toBe('not-installed');
    expect(surroundings.files()).toEqual([]);
  });
});
