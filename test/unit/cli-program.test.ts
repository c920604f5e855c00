// The command line itself: its options, its help, and its answers to usage errors.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { VERBS } from '../../src/cli/help.ts';
import { VERSION } from '../../src/cli/version.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { EVENT_SOURCE, EVENTS } from '../../src/model/events.ts';
import { MemoryCli } from '../support/memory-cli.ts';

let cli: MemoryCli;
beforeEach(() => {
  cli = new MemoryCli();
});
afterEach(() => cli.dispose());

describe('help', () => {
  it('lists every verb, every exit code, and the paths of the files', async () => {
    const { exit, out, err } = await cli.run(['--help']);
    expect(exit).toBe(EXIT.done);
    expect(err).toBe('');
    for (const [verb, { summary }] of Object.entries(VERBS)) {
      expect(out).toMatch(new RegExp(`^  ${verb}\\b.* {2,}${summary}`, 'm'));
    }
    for (const code of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^  ${code} `, 'm'));
    expect(out).toContain('hermes-gateway-service');
  });

  it.each(Object.keys(VERBS))('explains in the help of "%s" what it changes, with an example', async verb => {
    const { exit, out } = await cli.run([verb, '--help']);
    expect(exit).toBe(EXIT.done);
    expect(out).toMatch(new RegExp(`\\nExamples:\\n  \\$ hermes-gateway ${verb}\\b`));
    expect(out).toMatch(/[Cc]hanges|Starts|Registers|Stops|Ends|Does/);
    expect(out).toContain('--profile');
    expect(await cli.run(['help', verb])).toMatchObject({ exit: EXIT.done, out });
  });

  it('accepts "help" as a verb, and refuses help for an unknown verb', async () => {
    expect(await cli.run(['help'])).toEqual(await cli.run(['--help']));
    expect(await cli.run(['help', 'strat'])).toMatchObject({ exit: EXIT.usage, out: '', err: expect.stringContaining('strat') });
    expect(JSON.parse((await cli.run(['help', '--json'])).out)).toEqual({ ok: true, help: expect.stringContaining('Examples:') });
  });

  it('lists in the help of a verb every option of its examples', async () => {
    for (const { examples } of Object.values(VERBS)) {
      for (const example of examples) {
        const [verb = ''] = example.split(' ');
        const { out } = await cli.run([verb, '--help']);
        for (const option of example.match(/--[a-z-]+/g) ?? []) expect(out).toContain(option);
      }
    }
  });

  it('prints a short help for a bare command', async () => {
    const { exit, out, err } = await cli.run([]);
    expect({ exit, err }).toEqual({ exit: EXIT.done, err: '' });
    expect(out.split('\n').length).toBeLessThan(25);
    for (const [verb, { summary }] of Object.entries(VERBS)) expect(out).toMatch(new RegExp(`^  ${verb} +${summary}$`, 'm'));
    expect(JSON.parse((await cli.run(['--json'])).out)).toMatchObject({ ok: true, help: expect.stringContaining('Usage:') });
  });
});

describe('version', () => {
  it('equals the version of the package', () => {
    expect(VERSION).toBe(packageJson.version);
  });

  it('prints the version as text or as a document', async () => {
    expect(await cli.run(['--version'])).toEqual({ exit: 0, out: '1.2.3\n', err: '' });
    expect(JSON.parse((await cli.run(['--version', '--json'])).out)).toEqual({ ok: true, version: '1.2.3' });
  });
});

describe('usage errors', () => {
  it.each([
    ['an unknown verb', ['strat'], 'Did you mean start?'],
    ['an unknown option', ['status', '--jason'], 'Did you mean --json?'],
    ['an argument too many', ['status', 'now'], 'argument'],
    ['a missing value', ['--profile'], 'argument missing'],
    ['an invalid number', ['logs', '-n', 'many'], 'number from 0'],
    ['a negative number', ['logs', '--lines=-3'], 'number from 0'],
    ['an invalid profile name', ['status', '--profile', 'Not/A/Name'], 'Not/A/Name'],
    ['a name that Windows reserves', ['status', '--profile', 'con'], 'con'],
    ['a relative home', ['status', '--home', 'hermes'], 'hermes'],
    ['an empty home', ['status', '--home', ''], 'absolute path'],
    ['a gateway command that is not JSON', ['install', '--gateway-command', '/usr/bin/node'], 'JSON'],
    ['a gateway command that is no array', ['install', '--gateway-command', '{"a":1}'], 'array'],
    ['an empty gateway command', ['install', '--gateway-command', '[]'], 'absolute path'],
    ['a gateway program without its folder', ['install', '--gateway-command', '["node"]'], 'absolute path'],
    ['both --all and --profile', ['status', '--all', '--profile', 'work'], 'not both'],
    ['an unknown code', ['explain', 'no-such-code'], 'no-such-code'],
  ])('answers %s with exit code 2, a message and a remedy', async (_what, argv, hint) => {
    const { exit, out, err } = await cli.run(argv);
    expect(exit).toBe(EXIT.usage);
    expect(out).toBe('');
    expect(err).toMatch(/^Error: \S.*\.(\n {2}\S.*)?\n$/);
    expect(err).toContain(hint);

    const asked = await cli.run([...argv.slice(0, 1), '--json', ...argv.slice(1)]);
    expect(asked.exit).toBe(EXIT.usage);
    const { ok, error } = JSON.parse(asked.out);
    expect(ok).toBe(false);
    expect(error.remedy).toMatch(/\w/);
    expect(err).toContain(error.remedy);
    expect(asked.err).toBe('');
  });

  it.each([
    [['status', '--jason'], `Error: Unknown option '--jason'. Did you mean --json? See "hermes-gateway status --help".\n`],
    [['--profile', 'work', 'logs', '--zzz'], `Error: Unknown option '--zzz'. See "hermes-gateway logs --help".\n`],
    [['--foo'], `Error: Unknown option '--foo'. See "hermes-gateway --help".\n`],
    [['strat'], `Error: Unknown command 'strat'. Did you mean start? See "hermes-gateway --help".\n`],
    [['update', '--foo'], `Error: Unknown option '--foo'. See "hermes-gateway update --help". The command of "update" follows "--".\n`],
  ])('says in one line what is wrong with %j and where the help is', async (argv, line) => {
    expect(await cli.run(argv)).toEqual({ exit: EXIT.usage, out: '', err: line });
  });

  it('changes nothing after a usage error', async () => {
    await cli.run(['install', '--gateway-command', 'x']);
    await cli.run(['install', '--dry-rum']);
    expect(await cli.run(['status'])).toMatchObject({ exit: EXIT.notInstalled });
  });
});

it('takes --profile, --home and --json before and after the verb', async () => {
  const before = await cli.run(['--json', '--profile', 'work', '--home', cli.home, 'status']);
  const behind = await cli.run(['status', '--json', '--profile=work', '--home', cli.home]);
  expect(JSON.parse(before.out)).toMatchObject({ ok: true, status: { profile: 'work', service: 'HermesGateway-work' } });
  expect(behind).toEqual(before);
});

it('recognizes the home of a profile as that profile', async () => {
  const { out } = await cli.run(['status', '--json', '--home', `${cli.home}/profiles/work`]);
  expect(JSON.parse(out)).toMatchObject({ status: { profile: 'work' } });
});

describe('explain', () => {
  it('lists every code with its remedy, and the events of the event log with their ids', async () => {
    const { exit, out } = await cli.run(['explain', '--json']);
    expect(exit).toBe(EXIT.done);
    const { entries } = JSON.parse(out);
    expect(entries.length).toBeGreaterThan(20);
    const lines = (await cli.run(['explain'])).out.split('\n');
    for (const { kind, code, message, remedy } of entries) {
      expect(lines.filter(line => line.startsWith(`${code} `) && line.includes(` ${kind} `) && line.endsWith(message))).toHaveLength(1);
      // What happened and is written into the event log asks for nothing.
      const { out: alone } = await cli.run(['explain', code]);
      expect(alone).toContain(kind === 'event' ? EVENT_SOURCE : remedy);
    }
    for (const { id } of Object.values(EVENTS))
      expect((await cli.run(['explain', String(id)])).out).toContain(`event ${id} of the source "${EVENT_SOURCE}"`);
  });

  it('shows one code in detail, as error and as problem when it is both', async () => {
    const { out } = await cli.run(['explain', 'state-newer', '--json']);
    expect(JSON.parse(out).entries).toMatchObject([
      { kind: 'error', code: 'state-newer' },
      { kind: 'problem', code: 'state-newer' },
    ]);
    expect((await cli.run(['explain', 'gateway-silent'])).out).toContain(
      `${packageJson.homepage.replace('#readme', '')}/blob/main/docs/problems.md#gateway-silent`,
    );
    expect((await cli.run(['explain', 'needs-administrator'])).out).toMatch(/exit code 5, Windows error 5/);
  });
});
