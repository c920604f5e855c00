// The suite of the real SCM runs on Windows only; what it decides by can be tested anywhere.
import { describe, expect, it } from 'vitest';
import { type MachineFacts, objections, whyLeftOut } from '../windows/real-windows.ts';
import { failuresIn, failuresQuery } from '../windows/scm-events.ts';
import { type ShownWindow, windowsOfOurs } from '../windows/shown-windows.ts';

const USER = 'S-1-5-21-1-2-3-1001';
const FIT: MachineFacts = { elevated: true, session: 1, sessionUser: USER, user: USER, services: [], folders: [] };

describe('suite of the real SCM', () => {
  it('is skipped, with the command to run it, on other systems and without a request', () => {
    expect(whyLeftOut('linux', { HERMES_GATEWAY_REAL_SCM: 'yes' })).toContain('npm run windows');
    expect(whyLeftOut('win32', {})).toContain('npm run windows');
    expect(whyLeftOut('win32', { HERMES_GATEWAY_REAL_SCM: 'yes' })).toBeUndefined();
  });

  it('runs only on a suitable machine', () => {
    expect(objections(FIT)).toEqual([]);
    const cases: [Partial<MachineFacts>, string][] = [
      [{ elevated: false }, 'no rights of an administrator'],
      [{ session: 0, sessionUser: undefined }, 'session 0'],
      [{ sessionUser: undefined }, 'Nobody is signed in to session 1'],
      [{ sessionUser: 'S-1-5-21-1-2-3-1002' }, 'belongs to another user'],
      [{ services: ['HermesGateway-work'] }, 'service HermesGateway-work'],
      [{ folders: ['C:\\Users\\me\\AppData\\Local\\hermes'] }, 'this machine has a Hermes'],
    ];
    for (const [fault, sentence] of cases) expect(objections({ ...FIT, ...fault })).toEqual([expect.stringContaining(sentence)]);
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
    title: '',
    lineage: lines.map((line, index) => ({ pid: 100 + index, program: 'x.exe', line })),
  });
  const ofBroker = window(
    'Static',
    'cmd /c ver',
    'node gateway.mjs gateway run',
    'hermes-gateway-host.exe service --service HermesGateway',
  );
  const ofExplorer = window('CabinetWClass', 'C:\\Windows\\explorer.exe');
  const console = window('ConsoleWindowClass', 'cmd /c ver', 'C:\\Windows\\explorer.exe');
  const gone = window('');

  it('assigns a window to us below our process or the gateway, as a console of any process, and when its process is unknown', () => {
    expect(windowsOfOurs([ofExplorer, ofBroker, console, gone])).toEqual([ofBroker, console, gone]);
  });

  it('assigns a window to us below a named process', () => {
    expect(windowsOfOurs([ofExplorer], new Set([100]))).toEqual([ofExplorer]);
  });
});
