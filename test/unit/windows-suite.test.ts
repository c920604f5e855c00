// The suite of the real SCM runs on Windows only; what it decides by can be tested anywhere.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage } from '../support/documents.ts';
import { REPOSITORY } from '../support/sandbox.ts';
import { type Check, checksOf, checkTable, type MachineFacts, refusals, respawnWithinMs, whyWithout } from '../windows/checks.ts';
import { anonymous, summaryOf } from '../windows/evidence.ts';
import { beginMade, readMade, recordMade, stillThere } from '../windows/made.ts';
import { optionsOf, testRunnerArgs } from '../windows/options.ts';
import { isOurGateway, isOurProcess } from '../windows/our-processes.ts';
import { whyLeftOut } from '../windows/real-windows.ts';
import { failuresIn, failuresQuery } from '../windows/scm-events.ts';
import { type ShownWindow, windowsOfOurs, withoutForeignLines } from '../windows/shown-windows.ts';

const USER = 'S-1-5-21-1-2-3-1001';
/** What GitHub's windows-latest is expected to be like; docs/windows-checklist.md says how sure each fact is. */
const FIT: MachineFacts = {
  windows: 'Windows Server 2025 Datacenter 10.0.26100',
  architecture: 'x64',
  node: 'v24.4.0',
  startedBy: 'cmd.exe < node.exe < cmd.exe < Runner.Worker.exe',
  elevated: true,
  elevatedByConsent: false,
  uac: { enabled: 1, consent: 0 },
  session: 1,
  sessionUser: USER,
  user: USER,
  explorer: true,
  consoles: 2,
  defender: 'off',
  signedOnly: false,
  mayCreateServices: true,
  eventLog: true,
  missing: [],
  temporary: { named: 'C:\\Users\\RUNNER~1\\AppData\\Local\\Temp', full: 'C:\\Users\\runneradmin\\AppData\\Local\\Temp' },
  checkout: { named: 'D:\\a\\hermes-gateway-service', full: 'D:\\a\\hermes-gateway-service' },
  freeBytes: 14e9,
  nodeStartMs: 90,
  foreign: [],
  leftovers: [],
  otherRun: undefined,
};

describe('suite of the real SCM', () => {
  it('is skipped, with the command to run it, on other systems and without a request', () => {
    expect(whyLeftOut('linux', { HERMES_GATEWAY_WINDOWS_EVIDENCE: 'x' })).toContain('npm run windows');
    expect(whyLeftOut('win32', {})).toContain('npm run windows');
    expect(whyLeftOut('win32', { HERMES_GATEWAY_WINDOWS_EVIDENCE: 'x' })).toBeUndefined();
  });

  it('runs only on a suitable machine, and says for each refusal what to do', () => {
    expect(refusals(checksOf(FIT, true))).toEqual([]);
    const cases: [Partial<MachineFacts>, string][] = [
      [{ elevated: false }, 'Rights: an ordinary user. Start it from an elevated terminal.'],
      [{ session: 0, sessionUser: undefined }, 'Session: 0, no user is signed in.'],
      [{ sessionUser: undefined }, 'Session: 1, no user is signed in.'],
      [{ sessionUser: 'S-1-5-21-1-2-3-1002' }, 'another user than this process'],
      [{ foreign: ['service HermesGateway-work'] }, 'use a machine without Hermes'],
      [{ otherRun: 7 }, 'Another run: PID 7.'],
      [{ node: 'v22.17.1' }, 'install Node 24'],
      [{ mayCreateServices: false }, 'A policy forbids it'],
      [{ eventLog: false }, 'start the service EventLog'],
      [{ missing: ['wevtutil'] }, 'missing: wevtutil. Put System32 on PATH'],
      [{ checkout: { named: 'Z:\\hermes', full: '\\\\server\\share\\hermes' } }, 'on a local disk'],
      [{ freeBytes: 1e9 }, 'make room'],
    ];
    for (const [fault, sentence] of cases) {
      expect(refusals(checksOf({ ...FIT, ...fault }, false))).toEqual([expect.stringContaining(sentence)]);
    }
  });

  it('skips only the tests that need what the machine lacks', () => {
    const limits = (facts: MachineFacts, built: boolean) =>
      (['sign-in start', 'unsigned programs'] as const).filter(need => whyWithout(checksOf(facts, built), need) !== undefined);
    expect(limits(FIT, true)).toEqual([]);
    expect(limits({ ...FIT, explorer: false }, true)).toEqual([]);
    expect(limits({ ...FIT, explorer: false, elevatedByConsent: true }, true)).toEqual(['sign-in start']);
    expect(limits({ ...FIT, signedOnly: true }, true)).toEqual(['unsigned programs']);
    expect(limits({ ...FIT, signedOnly: true }, false)).toEqual([]);
  });

  it('reports every assumption in one table, with what follows from it', () => {
    const table = checkTable(checksOf({ ...FIT, leftovers: ['service HermesGateway-1'] }, true));
    for (const about of [
      'Node',
      'Shell',
      'Speed',
      'Rights',
      'UAC',
      'Session',
      'Explorer',
      'Consoles of other programs',
      'Microsoft Defender',
    ]) {
      expect(table).toContain(`\n| ${about} | `);
    }
    expect(table).toContain('used by its full name C:\\Users\\runneradmin\\AppData\\Local\\Temp');
    expect(table).toContain('service HermesGateway-1 | **runs**: They are removed first');
  });

  it('allows a killed gateway more than 2 s only where Node itself starts slowly', () => {
    expect([90, 250, 600].map(nodeStartMs => respawnWithinMs({ nodeStartMs }))).toEqual([2_000, 2_000, 3_400]);
  });

  it('does not take the test runner in a folder named after the project for a process of ours', () => {
    const node = 'C:\\node\\node.exe';
    const folder = 'D:\\a\\hermes-gateway-service\\hermes-gateway-service';
    const gateway = [node, `${folder}\\examples\\sample-gateway\\gateway.mjs`, 'gateway', 'run'];
    const command = [node, `${folder}\\dist\\host\\hermes-gateway.cjs`, 'install', '--gateway-command', JSON.stringify(gateway)];
    expect(isOurProcess([node, `${folder}\\node_modules\\vitest\\vitest.mjs`, 'run', 'test/windows'])).toBe(false);
    expect([gateway, command, ['C:\\x\\hermes-gateway-host.exe', 'service']].map(isOurProcess)).toEqual([true, true, true]);
    expect([gateway, command, [...gateway, '--help']].map(isOurGateway)).toEqual([true, false, false]);
  });
});

describe('options of npm run windows', () => {
  it('selects a test by a part of its title or by the name of its proof, and lets no failure end the run', () => {
    const args = testRunnerArgs(optionsOf(['--built', '--only', 'ladder-windows'], {}), 'r.json');
    expect(args.slice(-2)).toEqual(['-t', 'the SCM climbs the ladder, as the event log tells it']);
    expect(args).toContain('--bail=0');
    expect(testRunnerArgs(optionsOf(['--only', 'job: service (a)'], {}), 'r.json').at(-1)).toBe('job: service \\(a\\)');
    expect(testRunnerArgs(optionsOf(['--installer'], {}), 'r.json')).toContain('test/windows/installer.test.ts');
  });

  it('rejects an unknown option, and names the shell that has dropped the "--"', () => {
    expect(() => optionsOf(['--fast'], {})).toThrow('Unknown option "--fast". Usage: npm run windows --');
    expect(() => optionsOf(['--only'], {})).toThrow('Usage');
    expect(() => optionsOf([], { npm_config_built: 'true' })).toThrow("Run: npm run windows '--' --built");
  });
});

describe('record of what a run makes', () => {
  it('keeps what was recorded before a run was killed, without duplicates, and reports what is still there', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'made-'));
    try {
      const file = path.join(folder, 'made.json');
      expect(readMade(file)).toBeUndefined();
      beginMade(file, 7, 12345);
      recordMade(file, 'services', 'HermesGateway-1');
      recordMade(file, 'services', 'HermesGateway-1', 'HermesGateway-2');
      recordMade(file, 'uninstallers', ['C:\\app\\uninstall.exe', '/S']);
      const made = readMade(file);
      expect(made).toMatchObject({ pid: 7, startTime: 12345, services: ['HermesGateway-1', 'HermesGateway-2'], entries: [] });
      expect(made && stillThere(made, (kind, name) => kind === 'uninstallers' || name === 'HermesGateway-2')).toEqual([
        'service HermesGateway-2',
        'installed app of C:\\app\\uninstall.exe',
      ]);
      writeFileSync(file, '{"pid":');
      expect(readMade(file)).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('evidence of a run', () => {
  const at = '2026-01-02T03:04:05.678Z';
  const checks: readonly Check[] = checksOf(FIT, false);
  const test = (title: string, status: string, more = {}) => ({ title, status, duration: 1_234, failureMessages: [], ...more });

  it('shows in one summary the machine, each test with its figure, each failure, and what was cleaned up', () => {
    const failed = test('b', 'failed', { failureMessages: ['expected 1 to be 2'] });
    const results = {
      testResults: [
        {
          name: 'D:\\x\\acceptance.test.ts',
          message: '',
          assertionResults: [test('a', 'passed', { meta: { proof: 'x', figure: '1.2 s' } }), failed, test('c', 'skipped')],
        },
        { name: 'D:\\x\\attacks.test.ts', message: 'no host', assertionResults: [] },
      ],
    };
    const summary = summaryOf({
      command: 'npm run windows',
      at,
      checks,
      started: true,
      results,
      removedFirst: ['service A'],
      left: [],
      files: ['results.json'],
    });
    expect(summary).toContain('1 passed, 1 failed, 1 skipped.');
    expect(summary).toContain('| passed | a (1.2 s) | 1.2 s |');
    expect(summary).toContain('### b\n\n```text\nexpected 1 to be 2');
    expect(summary).toContain('### attacks.test.ts\n\n```text\nno host');
    expect(summary).toContain('removed: service A\n* Left by this run: nothing');
    expect(summary).toContain('| Session | 1 |');
    const interrupted = summaryOf({ command: '', at, checks, started: true, results: undefined, removedFirst: [], left: [], files: [] });
    expect(interrupted).toContain('The run was interrupted.');
    const asked = { command: '', at, checks, started: false, results: undefined, removedFirst: [], left: [], files: [] };
    expect(summaryOf(asked)).toContain('No test was started.');
  });

  it('contains no name of the user or the computer, no SID and no secret', () => {
    const identity = { user: 'Ann.Lee', computer: 'ANN-PC', profiles: ['C:\\Users\\Ann.Lee', 'C:\\Users\\ANN~1.LEE'] };
    const text = [
      'C:\\Users\\ANN~1.LEE\\AppData',
      JSON.stringify('c:\\users\\ann.lee\\x'),
      'C:/Users/Ann.Lee/y',
      'ann-pc\\Ann.Lee S-1-5-21-1-2-3-1001',
      'api_key=\u001b[31mabc',
    ];
    expect(text.map(each => anonymous(each, identity))).toEqual([
      '%USERPROFILE%\\AppData',
      '"%USERPROFILE%\\\\x"',
      '%USERPROFILE%/y',
      '<computer>\\<user> <SID>',
      'api_key=…',
    ]);
  });
});

describe('failures in the event log', () => {
  const event = (name: string, count: number, delayMs: number) => `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>
    <System><Provider Name='Service Control Manager' EventSourceName='Service Control Manager'/><EventID Qualifiers='49152'>7031</EventID></System>
    <EventData><Data Name='param1'>${name}</Data><Data Name='param2'>${count}</Data><Data Name='param3'>${delayMs}</Data>
    <Data Name='param4'>1</Data><Data Name='param5'>Den Dienst neu starten</Data></EventData></Event>`;

  it('reads failures from the numbers, in every language, and for one service', () => {
    const xml = [
      event('Hermes Gateway', 1, 1_000),
      event('Spooler', 7, 5),
      event('Hermes Gateway', 2, 2_000),
      event('Hermes Gateway &quot;work&quot;', 1, 1_000),
    ].join('\n');
    expect(failuresIn(xml, 'Hermes Gateway')).toEqual([
      { failure: 1, restartInMs: 1_000 },
      { failure: 2, restartInMs: 2_000 },
    ]);
    expect(failuresIn(xml, 'Hermes Gateway "work"')).toEqual([{ failure: 1, restartInMs: 1_000 }]);
    expect(failuresIn('', 'Hermes Gateway')).toEqual([]);
  });

  it('queries the event log by source, number and time', () => {
    expect(failuresQuery('2026-01-02T03:04:05.678Z')).toBe(
      "*[System[Provider[@Name='Service Control Manager'] and (EventID=7031) and TimeCreated[@SystemTime>='2026-01-02T03:04:05.678Z']]]",
    );
  });
});

describe('windows that were shown', () => {
  const window = (className: string, ...lines: string[]): ShownWindow => ({
    at: '2026-01-02T03:04:05.678Z',
    className,
    title: 'a title',
    lineage: lines.map((line, index) => ({ pid: 100 + index, program: line.split(' ')[0] ?? '', line })),
  });
  const ofBroker = window(
    'Static',
    'cmd.exe /c ver',
    'node.exe gateway.mjs gateway run',
    'hermes-gateway-host.exe service --service HermesGateway',
  );
  const ofExplorer = window('CabinetWClass', 'explorer.exe');
  const consoleOfAnother = window('ConsoleWindowClass', 'provisioner.exe --token secret', 'svchost.exe', 'services.exe', 'wininit.exe');
  const consoleWithoutBeginning = window('ConsoleWindowClass', 'ping.exe -n 2 127.0.0.1');
  const terminal = window('CASCADIA_HOSTING_WINDOW_CLASS', 'WindowsTerminal.exe', 'svchost.exe', 'services.exe', 'wininit.exe');
  const gone = window('');

  it('assigns a window to us below our process or the gateway, and a console unless it belongs to another program', () => {
    const ours = [ofBroker, consoleWithoutBeginning, terminal, gone];
    expect(windowsOfOurs([ofExplorer, consoleOfAnother, ...ours])).toEqual(ours);
  });

  it('keeps no command line or title of other programs as evidence', () => {
    expect(JSON.stringify(withoutForeignLines([consoleOfAnother]))).not.toMatch(/secret|a title/);
    expect(withoutForeignLines([ofBroker])[0]).toMatchObject({ title: 'a title', lineage: [{ line: '' }, {}, ofBroker.lineage[2]] });
  });

  it('assigns a window to us below a named process', () => {
    expect(windowsOfOurs([ofExplorer], new Set([100]))).toEqual([ofExplorer]);
  });
});

describe('checklist for a person', () => {
  const page = readPage('docs/windows-checklist.md');
  const [before = '', faults = ''] = page.split('## The faults of the first review');
  const [, first = ''] = before.split('## Thirty minutes');
  const lines = (text: string) => [...text.matchAll(/^\| (\d+) \| (\d+) \| (.+?) \| (.+) \|$/gm)].map(([, ...cells]) => cells);

  it('takes at most 30 minutes per release, and says for each line the minutes and what is seen', () => {
    const numbers = lines(before).map(([number]) => Number(number));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_number, index) => index + 1));
    expect(numbers.length).toBe([...before.matchAll(/^\| \d+ \|/gm)].length);
    const minutes = lines(first.split('## More')[0] ?? '').map(([, each]) => Number(each));
    expect(minutes.length).toBeGreaterThan(10);
    expect(minutes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(30);
  });

  it('names for every fault of the review tests and lines that exist', () => {
    const numbers = lines(before).map(([number]) => number);
    const rows = [...faults.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, number, text = '']) => ({ number: Number(number), text }));
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
    const criteria = readFileSync(path.join(REPOSITORY, 'test/acceptance/criteria.ts'), 'utf8');
    for (const { text } of rows) {
      for (const [, file = '', title = ''] of text.matchAll(/`(test\/[\w./-]+)`: "([^"]+)"/g)) {
        const source = readFileSync(path.join(REPOSITORY, file), 'utf8');
        expect(source.includes('itProves') ? source + criteria : source, `${file}: ${title}`).toContain(title);
      }
      for (const [, named = ''] of text.matchAll(/\blines? ([\d, and]+)/g)) {
        for (const [number] of named.matchAll(/\d+/g)) expect(numbers, text).toContain(number);
      }
    }
  });
});
