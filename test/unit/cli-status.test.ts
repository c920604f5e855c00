// `status`: the long form, the table of all gateways, and the watch.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusTable } from '../../src/cli/status-table.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { poll } from '../../src/model/poll.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../src/model/problems.ts';
import type { Status } from '../../src/model/status.ts';
import { MemoryCli, MemoryTerminal } from '../support/memory-cli.ts';
import { MemoryManager } from '../support/memory-manager.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const plain = (_style: string, text: string) => text;

let cli: MemoryCli;
let usual: Status;
beforeEach(async () => {
  cli = new MemoryCli();
  await cli.run(['install']);
  const { gatewayPid: _, startedAt: __, uptimeMs: ___, ...rest } = await cli.manager.status(cli.composition.identity({}));
  usual = rest;
});
afterEach(() => cli.dispose());

const text = (facts: Partial<Status>) =>
  statusText({ ...usual, ...facts }, { now: NOW, logPath: '/log', paint: plain, selection: ' --profile "work"' });
const occurrences = (whole: string, part: string) => whole.split(part).length - 1;

describe('long form of a status', () => {
  const cause = 'telegram.error.InvalidToken: The token was rejected by the server';
  const reason = 'The gateway failed (exit code 1).';
  const lastExit = { code: 1, reason, cause, at: new Date(NOW - 2_000).toISOString() };
  const looping = {
    phase: 'restarting',
    detail: reason,
    lastExit,
    restarts: { count: 5, attempt: 5, nextAt: new Date(NOW + 14_000).toISOString(), lastAt: new Date(NOW - 3_000).toISOString() },
    problems: [problem('crash-loop')],
  } as const;

  it('says the cause, the reason and the number of failures of a crash loop once', () => {
    const shown = text(looping);
    expect(shown).toContain('HermesGateway: Keeps crashing: The token was rejected by the server (5 times in a row). Next try in 14 sec.');
    expect(occurrences(shown, 'The token was rejected')).toBe(1);
    expect(occurrences(shown, 'The gateway failed')).toBe(1);
    expect(shown).not.toContain('has failed several times');
    expect(shown).toContain(`✗ ${PROBLEMS['crash-loop'].remedy} (crash-loop)`);
  });

  it('says the phase once', () => {
    expect(occurrences(text({ phase: 'stopped', desired: 'stopped' }), 'Stopped')).toBe(1);
    expect(occurrences(text({ phase: 'needs-attention', problems: [problem('configuration')] }), 'configuration')).toBe(3);
  });

  it('names the program that holds the port', () => {
    const inUse = { ...lastExit, cause: 'api_server: Port 8642 already in use.', known: 'port-in-use' } as const;
    const shown = text({ ...looping, lastExit: { ...inUse, holder: { pid: 812, program: 'python3' } } });
    expect(shown).toContain('python3 (PID 812) uses port 8642');
  });

  it('shows the cause with the last exit where the sentence does not', () => {
    expect(text({ phase: 'stopped', desired: 'stopped', lastExit })).toContain(`${reason} ${cause}.`);
  });

  it('shows a detail that nothing else says', () => {
    expect(text({ phase: 'held-for-update', detail: 'hermes update: files' })).toContain('\n  hermes update: files\n');
    const problems = [problem('launch-failed', '(no such file)')];
    expect(occurrences(text({ phase: 'failed', detail: 'no such file', problems }), 'no such file')).toBe(1);
  });

  it('shows a problem whose message is not that of the table with its remedy', () => {
    const problems = [
      {
        code: 'crash-loop',
        severity: 'warning',
        message: 'It failed again.',
        remedy: 'Read the log.',
        actions: [],
        elevated: false,
      } as const,
    ];
    expect(text({ phase: 'failed', problems })).toContain('! It failed again. (crash-loop)\n  Read the log.');
  });

  it('marks each problem by its severity', () => {
    const shown = text({ phase: 'running', problems: [problem('lock-stale'), problem('log-incomplete'), problem('host-missing')] });
    expect(shown.match(/^. (?=.*\([a-z-]+\)$)/gm)).toEqual(['i ', '! ', '✗ ']);
    expect(shown).toContain('with 2 problems');
  });

  it('neither repeats nor suggests a restart that was requested', () => {
    const shown = text({ phase: 'restarting', restartRequested: true, detail: 'requested by the user' });
    expect(shown).toContain('Restarting, as you asked.');
    expect(shown).not.toMatch(/requested|Next:/);
  });

  it('leaves restarts out where there were none', () => {
    expect(text({ phase: 'stopped', restarts: { count: 0 } })).not.toContain('Restarts');
    expect(text(looping)).toContain('Restarts');
  });

  it.each(['crash-loop', 'configuration', 'bad-update'] satisfies ProblemCode[])('suggests the log and no other start after %s', code => {
    for (const phase of ['restarting', 'failed', 'needs-attention'] as const)
      expect(text({ phase, problems: [problem(code)] })).toMatch(/\nNext: hermes-gateway logs --profile "work"$/);
  });

  it('suggests the action of the phase where another start may help', () => {
    expect(text({ phase: 'failed' })).toMatch(/\nNext: hermes-gateway start --profile "work"$/);
    expect(text({ phase: 'restarting' })).toMatch(/\nNext: hermes-gateway restart --profile "work"$/);
    expect(text({ phase: 'failed', problems: [problem('crash-loop'), problem('host-missing')] })).toContain('doctor --fix');
    expect(text({ phase: 'not-installed', mechanism: 'none' })).toMatch(/\nNext: hermes-gateway install --profile "work"$/);
    expect(text({ phase: 'running' })).not.toContain('Next:');
  });
});

describe('table of all statuses', () => {
  const rows = (): Status[] => [
    { ...usual, phase: 'running', gatewayPid: 4711, uptimeMs: 180_000, restarts: { count: 2 } },
    {
      ...usual,
      phase: 'restarting',
      profile: 'work',
      lastExit: { code: 1, reason: 'Failed.', cause: 'no\ttoken\nat all', at: new Date(NOW).toISOString() },
      problems: [problem('crash-loop')],
    },
  ];

  it('has the same columns one below the other on a terminal, and no line is longer than it', () => {
    const lines = statusTable(rows(), { now: NOW, columns: 200, paint: plain }).split('\n');
    const starts = (line = '') => line.indexOf(line.trim().split(/ {2,}/)[2] ?? '');
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map(starts)).size).toBe(1);
    expect(lines[1]).toMatch(/^HermesGateway +default +Running +3 min +4711 +2$/);
    expect(lines[2]).toMatch(/no token at all, crash-loop$/);
    for (const line of statusTable(rows(), { now: NOW, columns: 60, paint: plain }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(60);
  });

  it('has tabs, no header and no control sequence in a pipe', async () => {
    expect(statusTable(rows(), { now: NOW, columns: undefined, paint: plain })).toBe(
      'HermesGateway\tdefault\tRunning\t3 min\t4711\t2\t\nHermesGateway\twork\tRestarting\t\t\t0\tno token at all, crash-loop',
    );
    await cli.run(['install', '--profile', 'work']);
    const { out } = await cli.run(['status', '--all']);
    const lines = out.slice(0, -1).split('\n');
    expect(lines.map(line => line.split('\t').length)).toEqual([7, 7]);
  });

  it('is replaced by the long form with --verbose', async () => {
    await cli.run(['install', '--profile', 'work']);
    const { out, exit } = await cli.run(['status', '--all', '--verbose']);
    expect(exit).toBe(EXIT.done);
    expect(out).toMatch(/^HermesGateway: Running.*\n(.|\n)*\n\nHermesGateway-work: Running/);
  });

  it('has its header in the colour-free form where the user wants no colour', async () => {
    const { out } = await cli.run(['status', '--all'], new MemoryTerminal({ tty: true, env: { NO_COLOR: '1' } }));
    expect(out).toMatch(/^SERVICE +PROFILE +STATE +UPTIME +PID +RESTARTS +PROBLEM\nHermesGateway +default +Running/);
  });
});

describe('status --watch', () => {
  const until = (terminal: MemoryTerminal, part: string) =>
    poll(() => terminal.out.includes(part), { what: JSON.stringify(part), deadlineMs: 10_000 });

  it('prints one line for each change in a pipe, and ends at Ctrl+C', async () => {
    const terminal = new MemoryTerminal();
    const watching = cli.run(['status', '--watch'], terminal);
    await until(terminal, 'Running');
    await cli.run(['stop']);
    await until(terminal, 'Stopped');
    terminal.interrupt();
    const { exit, out } = await watching;
    expect(exit).toBe(EXIT.done);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\d.* HermesGateway: Running\. /);
    expect(lines[1]).toMatch(/^\d.* HermesGateway: Stopped\. /);
    expect(out).not.toContain('\u001b');
  });

  it('prints nothing after it has ended', async () => {
    const terminal = new MemoryTerminal();
    const watching = cli.run(['status', '--watch'], terminal);
    await until(terminal, 'Running');
    terminal.interrupt('SIGTERM');
    const { out } = await watching;
    await cli.run(['stop']);
    expect(terminal.out).toBe(out);
  });

  it('prints JSON Lines with --json', async () => {
    const terminal = new MemoryTerminal({ tty: true });
    const watching = cli.run(['status', '--watch', '--json'], terminal);
    await until(terminal, '\n');
    await cli.run(['stop']);
    await until(terminal, '"stopped"');
    terminal.interrupt();
    const lines = (await watching).out.trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line).status.phase)).toEqual(['running', 'stopped']);
  });

  it('draws the whole status on another screen of a terminal, and leaves the last one on the first', async () => {
    const terminal = new MemoryTerminal({ tty: true, env: { NO_COLOR: '1' } });
    const watching = cli.run(['status', '--watch'], terminal);
    await until(terminal, 'HermesGateway: Running');
    await cli.run(['stop']);
    await until(terminal, 'HermesGateway: Stopped');
    terminal.interrupt();
    const [screens = '', after = ''] = (await watching).out.replace('\u001b[?1049h', '').split('\u001b[?1049l');
    const drawn = screens.split('\u001b[H\u001b[2J').filter(Boolean);
    expect(drawn[0]).toContain('Gateway PID');
    expect(drawn.at(-1)).toContain('HermesGateway: Stopped');
    expect(after).toMatch(/^HermesGateway: Stopped/);
  });

  it('shows a change of one of several gateways with --all', async () => {
    await cli.run(['install', '--profile', 'work']);
    const terminal = new MemoryTerminal();
    const watching = cli.run(['status', '--watch', '--all'], terminal);
    await until(terminal, 'HermesGateway-work: Running');
    await cli.run(['stop', '--profile', 'work']);
    await until(terminal, 'HermesGateway-work: Stopped');
    terminal.interrupt();
    expect((await watching).out.trimEnd().split('\n')).toHaveLength(3);
  });

  it('counts the process of a gateway that is not ready as no change', async () => {
    const terminal = new MemoryTerminal();
    const started: Partial<Status>[] = [{}, { gatewayPid: 1 }, { gatewayPid: 1, restarts: { count: 1 } }];
    cli.manager.watch = (_identity, listener) => {
      for (const facts of started) listener({ ...usual, phase: 'starting', ...facts });
      return () => {};
    };
    const watching = cli.run(['status', '--watch'], terminal);
    await until(terminal, 'Starting');
    terminal.interrupt();
    expect((await watching).out.trimEnd().split('\n')).toHaveLength(1);
  });

  it('counts a new process of the gateway as a change', async () => {
    const terminal = new MemoryTerminal();
    const watching = cli.run(['status', '--watch'], terminal);
    await until(terminal, 'Running');
    await cli.run(['restart']);
    await poll(() => terminal.out.split('\n').length > 2, { what: 'another line', deadlineMs: 10_000 });
    terminal.interrupt();
    expect((await watching).exit).toBe(EXIT.done);
  });
});

it('shows a served profile with the state of the gateway that serves it', async () => {
  const manager = new MemoryManager();
  const served = new MemoryCli(manager);
  const { status } = manager;
  manager.status = async identity => {
    const own = await status.call(manager, identity);
    return identity.profile === 'work' ? { ...own, servedBy: { profile: 'default' } } : own;
  };
  await served.run(['install']);
  const { exit, out } = await served.run(['status', '--profile', 'work']);
  expect(exit).toBe(EXIT.done);
  expect(out).toContain('Served by the gateway of the default profile. Running');
  expect(out).toContain('/HermesGateway/gateway.log');
  served.dispose();
});
