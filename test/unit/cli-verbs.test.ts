// What the public verbs do and answer, against a manager in memory that keeps the contract of the real ones.

import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { en } from '../../src/desktop/messages-en.ts';
import { PHASE_VIEWS } from '../../src/desktop/views.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { ERRORS, type ErrorCode } from '../../src/model/error-table.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { progress } from '../../src/model/operation-steps.ts';
import { poll } from '../../src/model/poll.ts';
import { PHASES, type Status } from '../../src/model/status.ts';
import { type Answer, MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';
import { MemoryManager } from '../support/memory-manager.ts';

let cli: MemoryCli;
beforeEach(() => {
  cli = new MemoryCli();
});
afterEach(() => cli.dispose());

/** The one document on stdout; anything more or less does not parse. */
const document = ({ out }: Answer) => {
  expect(out).toMatch(/^\{.*\}\n$/);
  return JSON.parse(out);
};
/** Makes every status this one with other facts. */
const pretend = async (facts: Partial<Status>) => {
  const real = await cli.manager.status(cli.composition.identity({}));
  cli.manager.status = async ({ profile, service }) => ({ ...real, mechanism: 'embedded', profile, service, ...facts });
};

describe('life cycle of a gateway', () => {
  it('runs every verb from install to uninstall with one document and exit code 0 each', async () => {
    for (const [verb, phase] of [
      ['install', 'running'],
      ['install', 'running'],
      ['stop', 'stopped'],
      ['start', 'running'],
      ['restart', 'running'],
      ['uninstall', 'not-installed'],
    ] as const) {
      const answer = await cli.run([verb, '--json']);
      expect(answer.exit).toBe(EXIT.done);
      expect(document(answer)).toMatchObject({ ok: true, status: { schema: 1, phase } });
    }
  });

  it('keeps the profiles apart', async () => {
    await cli.run(['install', '--profile', 'work']);
    expect((await cli.run(['status', '--profile', 'work'])).exit).toBe(EXIT.done);
    expect((await cli.run(['status'])).exit).toBe(EXIT.notInstalled);
  });

  it.each([
    [['--before-sign-in'], 'yes'],
    [['--before-sign-in', '--stay'], 'stay'],
    [['--no-before-sign-in'], 'no'],
    [[], undefined],
  ])('passes the choice of "before sign-in" on to the manager: install %j', async (options, choice) => {
    const asked: (string | undefined)[] = [];
    const { manager } = cli;
    const install = manager.install.bind(manager);
    manager.install = (of, given = {}, report) => {
      asked.push(given.beforeSignIn);
      return install(of, given, report);
    };
    await cli.run(['install', ...options]);
    expect(asked).toEqual([choice]);
  });

  it('refuses --stay without --before-sign-in', async () => {
    expect((await cli.run(['install', '--stay'])).exit).toBe(EXIT.usage);
  });

  it('turns the watchdog off by an option of install, and keeps it off until the opposite option', async () => {
    const install = async (...options: readonly string[]) => document(await cli.run(['install', ...options, '--json']));
    expect(await install()).toMatchObject({ status: { watchdog: true } });
    expect(await install('--no-watchdog')).toMatchObject({ status: { watchdog: false } });
    expect(await install()).toMatchObject({ status: { watchdog: false } });
    expect(await install('--watchdog')).toMatchObject({ status: { watchdog: true } });
  });

  it('installs the chosen mechanism, which the receipt names before', async () => {
    const windows = new MemoryCli(new MemoryManager({ mechanisms: ['service', 'startup'] }));
    const argv = ['install', '--mechanism', 'startup', '--json'];
    expect(document(await windows.run([...argv, '--dry-run']))).toMatchObject({ receipt: { mechanism: 'startup', elevated: false } });
    expect(document(await windows.run(argv))).toMatchObject({ status: { mechanism: 'startup', phase: 'running' } });
    expect((await windows.run(['install', '--mechanism', 'cron'])).exit).toBe(EXIT.usage);
    windows.dispose();
  });

  it('shows the main facts of the status on one screen', async () => {
    await cli.run(['install']);
    const { out } = await cli.run(['status']);
    const status = await cli.manager.status(cli.composition.identity({}));
    expect(out.split('\n').length).toBeLessThan(24);
    for (const part of ['HermesGateway: Running', String(status.gatewayPid), cli.manager.logPath(cli.composition.identity({}))]) {
      expect(out).toContain(part);
    }
  });
});

describe('recognised end', () => {
  const lastExit = { code: 1, reason: 'The gateway failed (exit code 1).', at: new Date(0).toISOString() };

  it('is explained in the status, with the log as the next step where that helps', async () => {
    await pretend({ phase: 'failed', lastExit: { ...lastExit, cause: 'OSError: [Errno 28] No space left on device', known: 'disk-full' } });
    const { out } = await cli.run(['status', '--profile', 'work']);
    expect(out).toContain(' The gateway failed and is not restarted: the disk is full.\n  Free some disk space.');
    expect(out).toContain('Next: hermes-gateway logs --profile "work"');
    expect(document(await cli.run(['status', '--json']))).toMatchObject({ status: { lastExit: { known: 'disk-full' } } });
  });

  it('has a start as the next step after the configuration was corrected', async () => {
    await pretend({ phase: 'needs-attention', lastExit: { ...lastExit, code: 78, known: 'configuration' } });
    expect((await cli.run(['status'])).out).toContain('Next: hermes-gateway start');
  });

  it('is explained by its code', async () => {
    expect((await cli.run(['explain', 'disk-full'])).out).toContain('The disk is full.\n  Free some disk space.');
  });
});

describe('restart while the agent works', () => {
  it('returns at once with --when-idle, and ends that wait with --cancel', async () => {
    await cli.run(['install']);
    (cli.manager as MemoryManager).work = { active: 1, isComplete: true };
    const waiting = await cli.run(['restart', '--when-idle']);
    expect(waiting).toMatchObject({ exit: EXIT.done });
    expect(waiting.out).toMatch(/^HermesGateway: Running.* Restarts when the agent has finished\.\n$/);
    expect(document(await cli.run(['restart', '--when-idle', '--json']))).toMatchObject({ status: { restartWhenIdle: true } });
    const cancelled = document(await cli.run(['restart', '--cancel', '--json']));
    expect(cancelled.status).not.toHaveProperty('restartWhenIdle');
  });

  it('fails with --when-idle where it is not known when the agent has finished', async () => {
    await cli.run(['install']);
    (cli.manager as MemoryManager).work = undefined;
    expect(await cli.run(['restart', '--when-idle'])).toMatchObject({ exit: EXIT.failed, err: expect.stringContaining('does not say') });
  });
});

describe('test-recovery', () => {
  it('says how soon the gateway was back', async () => {
    await cli.run(['install']);
    expect(await cli.run(['test-recovery'])).toMatchObject({ exit: EXIT.done, out: '✓ Back in 1.3 s\n' });
    expect(document(await cli.run(['test-recovery', '--json']))).toMatchObject({ backMs: 1_300, status: { phase: 'running' } });
  });

  it('fails where there is nothing to test', async () => {
    expect(await cli.run(['test-recovery'])).toMatchObject({ exit: EXIT.notInstalled });
    await cli.run(['install']);
    await cli.run(['stop']);
    expect(await cli.run(['test-recovery'])).toMatchObject({ exit: EXIT.failed });
  });
});

describe('exit codes', () => {
  it.each(PHASES)('returns the exit code of the phase table for "status" in the phase %s', async phase => {
    await pretend({ phase });
    expect((await cli.run(['status'])).exit).toBe(PHASE_VIEWS[phase].exit);
    expect(document(await cli.run(['status', '--json']))).toMatchObject({ ok: true, status: { phase } });
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])(
    'returns the exit code of the error table for the error %s, with and without --json',
    async code => {
      cli.manager.install = () => Promise.reject(new GatewayServiceError(code, '(the detail)'));
      const answer = await cli.run(['install', '--json']);
      expect(answer.exit).toBe(ERRORS[code].exit ?? EXIT.failed);
      expect(document(answer)).toMatchObject({ ok: false, error: { code, message: expect.stringContaining('(the detail)') } });
      const { exit, out, err } = await cli.run(['install']);
      expect(exit).toBe(ERRORS[code].exit ?? EXIT.failed);
      expect(out).toBe('');
      expect(err).toContain('(the detail)');
      expect(err).toContain(ERRORS[code].remedy);
    },
  );

  it('exits with 4 when it starts, stops or restarts what is not installed, and with 0 when it uninstalls it', async () => {
    for (const verb of ['start', 'stop', 'restart', 'logs', 'history']) expect((await cli.run([verb])).exit).toBe(EXIT.notInstalled);
    expect(await cli.run(['uninstall'])).toMatchObject({ exit: EXIT.done, out: expect.stringContaining('nothing was changed') });
  });

  it('exits with 1 after an unexpected error, and still prints the document', async () => {
    cli.manager.status = () => Promise.reject(new TypeError('boom'));
    const answer = await cli.run(['status', '--json']);
    expect(answer.exit).toBe(EXIT.failed);
    expect(document(answer)).toMatchObject({ ok: false, error: { code: 'internal', message: expect.stringContaining('boom') } });
  });
});

describe('profile that does not exist', () => {
  it.each(['install', 'uninstall', 'start', 'stop', 'restart', 'status', 'logs', 'history'])(
    'reports a missing profile by %s',
    async verb => {
      const answer = await cli.run([verb, '--profile', 'wrok', '--json']);
      expect(answer.exit).toBe(EXIT.failed);
      expect(document(answer)).toMatchObject({ error: { code: 'profile-missing' } });
    },
  );

  it('passes a stop on that does not wait for the work of the agent', async () => {
    await cli.run(['install']);
    const stop = vi.spyOn(cli.manager, 'stop');
    expect((await cli.run(['stop', '--now'])).exit).toBe(EXIT.done);
    expect(stop.mock.calls.map(([, , options]) => options)).toEqual([{ now: true }]);
  });

  it('stops and uninstalls the leftover service of a deleted profile', async () => {
    await cli.run(['install', '--profile', 'work']);
    fs.rmSync(path.join(cli.home, 'profiles', 'work'), { recursive: true });
    expect((await cli.run(['stop', '--profile', 'work'])).exit).toBe(EXIT.done);
    expect((await cli.run(['uninstall', '--profile', 'work'])).exit).toBe(EXIT.done);
  });
});

describe('status --all', () => {
  it('lists nothing and prints "not installed" when nothing is installed', async () => {
    const answer = await cli.run(['status', '--all', '--json']);
    expect(answer.exit).toBe(EXIT.notInstalled);
    expect(document(answer)).toEqual({ ok: true, statuses: [] });
  });

  it('lists what is installed and exits with the worst exit code', async () => {
    await cli.run(['install']);
    expect((await cli.run(['status', '--all'])).exit).toBe(EXIT.done);
    await cli.run(['install', '--profile', 'work']);
    await cli.run(['stop', '--profile', 'work']);
    const answer = await cli.run(['status', '--all', '--json']);
    expect(answer.exit).toBe(EXIT.notRunning);
    expect(document(answer).statuses).toMatchObject([
      { profile: 'default', phase: 'running' },
      { profile: 'work', phase: 'stopped' },
    ]);
  });
});

describe('--dry-run', () => {
  it('lists every row and changes nothing', async () => {
    const answer = await cli.run(['install', '--dry-run', '--json']);
    expect(answer.exit).toBe(EXIT.done);
    const { receipt } = document(answer);
    expect(receipt).toMatchObject({ schema: 1, verb: 'install', service: 'HermesGateway' });
    const { out } = await cli.run(['install', '--dry-run']);
    for (const { target } of receipt.rows) expect(out).toContain(target);
    expect((await cli.run(['status'])).exit).toBe(EXIT.notInstalled);
  });

  it('keeps history and captured output with --keep-logs only', async () => {
    await cli.run(['install']);
    const kept: unknown[] = [];
    const { uninstall } = cli.manager;
    cli.manager.uninstall = (identity, report, options) => {
      kept.push(options?.keepLogs);
      return uninstall.call(cli.manager, identity, report);
    };
    await cli.run(['uninstall', '--keep-logs']);
    await cli.run(['uninstall']);
    expect(kept).toEqual([true, false]);
  });

  it('does not stop a running gateway by an uninstall with --dry-run', async () => {
    await cli.run(['install']);
    expect((await cli.run(['uninstall', '--dry-run'])).out).toContain('Stop process');
    expect((await cli.run(['status'])).exit).toBe(EXIT.done);
  });
});

describe('logs', () => {
  const write = async (text: string) => {
    await cli.run(['install']);
    const file = cli.manager.logPath(cli.composition.identity({}));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  };

  it('prints the last lines without control sequences', async () => {
    await write('one\n\u001b[31mtwo\u001b[0m\nthree\n');
    expect(await cli.run(['logs', '-n', '2'])).toEqual({ exit: EXIT.done, out: 'two\nthree\n', err: '' });
  });

  it('prints JSON Lines with --json', async () => {
    await write('one\n"two"\n');
    const { out } = await cli.run(['logs', '--json']);
    expect(
      out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([{ line: 'one' }, { line: '"two"' }]);
  });

  it('reports on stderr that there is no log yet', async () => {
    await cli.run(['install']);
    const { exit, out, err } = await cli.run(['logs']);
    expect([exit, out]).toEqual([EXIT.done, '']);
    expect(err).toContain('nothing yet');
  });

  it('follows the log until Ctrl+C', async () => {
    const file = await write('one\n');
    const terminal = new MemoryTerminal();
    const following = cli.run(['logs', '-f'], terminal);
    await poll(() => terminal.out === 'one\n', { what: 'the first line', deadlineMs: 10_000 });
    fs.appendFileSync(file, 'two\n');
    await poll(() => terminal.out === 'one\ntwo\n', { what: 'the second line', deadlineMs: 10_000 });
    terminal.interrupt();
    expect((await following).exit).toBe(EXIT.done);
  });
});

describe('history', () => {
  it('prints the last starts and ends, one a line', async () => {
    await cli.run(['install']);
    await cli.run(['restart']);
    const { history } = document(await cli.run(['history', '--json']));
    expect(history.length).toBeGreaterThan(1);
    const { exit, out } = await cli.run(['history', '-n', '1']);
    expect(exit).toBe(EXIT.done);
    expect(out.trim().split('\n')).toEqual([expect.stringContaining(en.historyLine(history.at(-1)))]);
    expect(document(await cli.run(['history', '--json', '-n', '0']))).toMatchObject({ service: 'HermesGateway', history: [] });
    expect((await cli.run(['history', '-n', '0'])).out).toBe(`${en.details.noHistory}\n`);
  });

  it('prints the history of every service with --all', async () => {
    await cli.run(['install']);
    const { out } = await cli.run(['history', '--all']);
    expect(out).toMatch(/^HermesGateway\n\S/);
    expect(document(await cli.run(['history', '--all', '--json'])).histories).toMatchObject([{ service: 'HermesGateway' }]);
  });
});

describe('update', () => {
  const node = (script: string, ...args: string[]) => ['update', '--', process.execPath, '-e', script, '--', ...args];

  it('refuses an update when nothing is installed, and without a command', async () => {
    const file = path.join(cli.folder, 'touched');
    expect((await cli.run(node(`fs.writeFileSync(${JSON.stringify(file)}, '')`))).exit).toBe(EXIT.notInstalled);
    expect((await cli.run(['update'])).exit).toBe(EXIT.usage);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('takes everything after "--" as the command, including options, and passes on what it prints', async () => {
    await cli.run(['install']);
    const { exit, err } = await cli.run(node('console.log(process.argv.slice(1))', '--json', '-f'));
    expect(exit).toBe(EXIT.done);
    expect(err).toContain("[ '--json', '-f' ]");
  });

  it('updates every gateway of the home that should run, or one profile, and starts them all afterwards', async () => {
    await cli.run(['install']);
    await cli.run(['install', '--profile', 'work']);
    expect(document(await cli.run(['--json', ...node('')])).statuses).toMatchObject([
      { profile: 'default', phase: 'running' },
      { profile: 'work', phase: 'running' },
    ]);
    expect(document(await cli.run(['--profile', 'work', '--json', ...node('')])).statuses).toMatchObject([{ profile: 'work' }]);
    await cli.run(['stop']);
    expect(document(await cli.run(['--json', ...node('')])).statuses).toMatchObject([{ profile: 'work' }]);
  });

  it('keeps the output of the command out of the document', async () => {
    await cli.run(['install']);
    const answer = await cli.run(['--json', ...node('console.log("of the command"); console.error("of its errors")')]);
    expect(document(answer)).toMatchObject({ ok: true, statuses: [{ phase: 'running' }] });
    expect(answer.err).toContain('of the command');
    expect(answer.err).toContain('of its errors');
  });

  it('fails when the command fails, and starts the gateway again', async () => {
    await cli.run(['install']);
    const answer = await cli.run(['--json', ...node('process.exit(9)')]);
    expect(answer.exit).toBe(EXIT.failed);
    expect(document(answer)).toMatchObject({
      ok: false,
      error: { code: 'update-failed', message: expect.stringContaining('exit code 9') },
    });
    expect((await cli.run(['status'])).exit).toBe(EXIT.done);
  });

  it.each(['/no/such/program', 'no-such-program', ''])('stops no gateway where there is no program %j', async program => {
    const before = document(await cli.run(['install', '--json'])).status;
    const answer = await cli.run(['--json', 'update', '--', program]);
    expect(answer.exit).toBe(EXIT.failed);
    expect(document(answer)).toMatchObject({
      ok: false,
      error: { code: 'update-program-missing', message: expect.stringContaining(`(${program})`) },
    });
    expect(document(await cli.run(['status', '--json'])).status).toMatchObject({ phase: 'running', gatewayPid: before.gatewayPid });
  });

  it('stops no gateway for a program that this user may not run', async () => {
    const before = document(await cli.run(['install', '--json'])).status;
    const file = path.join(cli.folder, 'updater');
    fs.writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    expect(document(await cli.run(['--json', 'update', '--', file]))).toMatchObject({
      error: { code: 'program-not-executable', message: expect.stringContaining(file) },
    });
    expect(document(await cli.run(['status', '--json'])).status.gatewayPid).toBe(before.gatewayPid);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'begins no command after %s while the gateway stops, and starts it again',
    async signal => {
      await cli.run(['install']);
      const terminal = new MemoryTerminal();
      const { hold } = cli.manager;
      cli.manager.hold = (...given) => {
        terminal.interrupt(signal);
        return hold.apply(cli.manager, given);
      };
      const file = path.join(cli.folder, 'touched');
      expect((await cli.run(node(`fs.writeFileSync(${JSON.stringify(file)}, '')`), terminal)).exit).toBe(EXIT.interrupted);
      expect(fs.existsSync(file)).toBe(false);
      expect((await cli.run(['status'])).exit).toBe(EXIT.done);
    },
  );

  it('completes the command and its answer at SIGTERM and SIGHUP', async () => {
    await cli.run(['install']);
    const terminal = new MemoryTerminal();
    const running = cli.run(node("console.log('at work'); setTimeout(() => console.log('complete'), 100)"), terminal);
    await poll(() => terminal.err.includes('at work'), { what: 'the command to run', deadlineMs: 10_000 });
    terminal.interrupt('SIGTERM');
    terminal.interrupt('SIGHUP');
    expect(await running).toMatchObject({ exit: EXIT.done, err: expect.stringContaining('complete') });
  });

  it('starts the gateway again before Ctrl+C ends it', async () => {
    await cli.run(['install']);
    const terminal = new MemoryTerminal();
    // Ctrl+C on a real terminal reaches the command too; this one ends by itself a moment later, when its file appears.
    const go = path.join(cli.folder, 'go');
    const script = `console.log('at work'); const timer = setInterval(() => fs.existsSync(${JSON.stringify(go)}) && clearInterval(timer), 20)`;
    const running = cli.run(node(script), terminal);
    await poll(() => terminal.err.includes('at work'), { what: 'the command to run', deadlineMs: 10_000 });
    expect((await cli.run(['status'])).exit).toBe(EXIT.notRunning);
    terminal.interrupt();
    expect(terminal.err).toContain('started again');
    fs.writeFileSync(go, '');
    expect((await running).exit).toBe(EXIT.interrupted);
    expect((await cli.run(['status'])).exit).toBe(EXIT.done);
  });
});

describe('Ctrl+C during an operation', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'reports the operation at %s, completes the change, and exits with 130',
    async signal => {
      const terminal = new MemoryTerminal();
      const { install } = cli.manager;
      let release = () => {};
      cli.manager.install = async (identity, options, report) => {
        report?.(progress('install', 'defining'));
        await new Promise<void>(resolve => {
          release = resolve;
        });
        return install.call(cli.manager, identity, options, report);
      };
      const running = cli.run(['install', '--json'], terminal);
      await poll(() => terminal.err.includes('Writing'), { what: 'the operation to begin', deadlineMs: 5_000 });
      terminal.interrupt(signal);
      release();
      const answer = await running;
      expect(answer.exit).toBe(EXIT.interrupted);
      expect(document(answer)).toMatchObject({ ok: false, error: { code: 'interrupted' } });
      expect(answer.err).toContain('Interrupted');
      expect((await cli.run(['status'])).exit).toBe(EXIT.done);
    },
  );

  it('exits at once at the second Ctrl+C, even when the operation hangs', async () => {
    const terminal = new MemoryTerminal();
    cli.manager.install = (_identity, _options, report) => {
      report?.(progress('install', 'starting'));
      return new Promise(() => {});
    };
    const running = cli.run(['install'], terminal);
    await poll(() => terminal.err.includes('Waiting'), { what: 'the operation to begin', deadlineMs: 5_000 });
    terminal.interrupt();
    terminal.interrupt();
    const { exit, err } = await running;
    expect(exit).toBe(EXIT.interrupted);
    expect(err).toContain('at: Waiting for the gateway to start');
  });
});
