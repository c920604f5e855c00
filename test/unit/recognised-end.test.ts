// The common ends of a gateway. Each text is what Hermes or its packages really print last; the first column says which one.
import { describe, expect, it } from 'vitest';
import { causeOf, statedCause } from '../../src/gateway/last-output.ts';
import { recogniseEnd } from '../../src/gateway/recognised-end.ts';
import { KNOWN_ENDS, type KnownEnd } from '../../src/model/known-end.ts';

const SECRET = '123456789:AAFf0oq9c7d1QxYz0a1b2c3d4e5f6g7h8i9';

/** Which program said it, its words, and the kind. The words are the `exit_reason` of `gateway_state.json`. */
const STATED: readonly (readonly [string, string, KnownEnd])[] = [
  ['Hermes 0.19', `telegram: Telegram startup failed: The token \`${SECRET}\` was rejected by the server.`, 'token-rejected'],
  ['Hermes 0.19', 'discord: Discord startup failed: Improper token has been passed.', 'token-rejected'],
  [
    'Hermes 0.20 and 0.22',
    `telegram: Telegram bot token rejected: Unauthorized. The token is invalid or was revoked — generate a new one with @BotFather and update TELEGRAM_BOT_TOKEN.`,
    'token-rejected',
  ],
  [
    'Hermes 0.20 and 0.22',
    'discord: Discord bot token rejected: Improper token has been passed.. The token is invalid or was revoked',
    'token-rejected',
  ],
  ['Hermes 0.19 and 0.20', 'telegram: Telegram bot token already in use (PID 8547). Stop the other gateway first.', 'token-in-use'],
  ['Hermes 0.20', 'irc: IRC identity in use by another profile', 'token-in-use'],
  [
    'Hermes 0.22',
    "telegram: Telegram bot token already in use by the 'work' profile gateway (PID 8547). Stop that gateway first (hermes --profile work gateway stop).",
    'token-in-use',
  ],
  [
    'Hermes 0.22',
    "Telegram polling could not recover after 3 retries (90s total wait). The previous gateway session is still held open on Telegram's servers, or another process is using the same bot token.",
    'token-in-use',
  ],
  [
    'Hermes 0.19 to 0.22',
    'api_server: Port 8642 already in use. Set platforms.api_server.port in config.yaml to a different value, then `/platform resume api_server`.',
    'port-in-use',
  ],
  ['Hermes 0.22', 'telegram: python-telegram-bot not installed', 'module-missing'],
  ['Hermes 0.19', 'telegram: telegram connect timed out after 30s', 'no-network'],
];

/** The last line of a real traceback on stderr. */
const PRINTED: readonly (readonly [string, string, KnownEnd])[] = [
  ['python-telegram-bot', `telegram.error.InvalidToken: The token \`${SECRET}\` was rejected by the server.`, 'token-rejected'],
  ['discord.py', 'discord.errors.LoginFailure: Improper token has been passed.', 'token-rejected'],
  [
    'python-telegram-bot',
    'telegram.error.Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    'token-in-use',
  ],
  [
    'aiohttp on Linux',
    "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8642): address already in use",
    'port-in-use',
  ],
  [
    'aiohttp on a German Windows',
    "OSError: [Errno 10048] error while attempting to bind on address ('127.0.0.1', 8642): [winerror 10048] normalerweise darf jede socketadresse nur jeweils einmal verwendet werden",
    'port-in-use',
  ],
  ['Python', "ModuleNotFoundError: No module named 'telegram'", 'module-missing'],
  [
    'Python on Windows',
    'ImportError: DLL load failed while importing _psutil_windows: The specified module could not be found.',
    'module-missing',
  ],
  ['Python', "ModuleNotFoundError: No module named 'hermes_cli.gateway'", 'hermes-incomplete'],
  [
    'Python',
    "ImportError: cannot import name 'acquire_scoped_lock' from 'gateway.status' (/opt/hermes/gateway/status.py)",
    'hermes-incomplete',
  ],
  ['Python on Linux', 'OSError: [Errno 28] No space left on device', 'disk-full'],
  [
    'Python on a German Windows',
    'OSError: [WinError 112] Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung',
    'disk-full',
  ],
  ['SQLite', 'sqlite3.OperationalError: database or disk is full', 'disk-full'],
  ['Python', 'MemoryError', 'out-of-memory'],
  ['numpy', 'numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB for an array', 'out-of-memory'],
  ['Python on Windows', 'OSError: [WinError 1455] Die Auslagerungsdatei ist zu klein', 'out-of-memory'],
  ['python-telegram-bot', 'telegram.error.NetworkError: httpx.ConnectError: [Errno -2] Name or service not known', 'no-network'],
  ['python-telegram-bot', 'telegram.error.TimedOut: Timed out', 'no-network'],
  [
    'discord.py',
    'aiohttp.client_exceptions.ClientConnectorDNSError: Cannot connect to host discord.com:443 ssl:default [Name or service not known]',
    'no-network',
  ],
  ['Python on Windows', 'socket.gaierror: [Errno 11001] getaddrinfo failed', 'no-network'],
  ['PyYAML', 'yaml.scanner.ScannerError: mapping values are not allowed here', 'configuration'],
];

/** Without a traceback. */
const LINES: readonly (readonly [string, string, KnownEnd])[] = [
  ['Python without its packages', '/opt/hermes/venv/bin/python: No module named hermes_cli', 'hermes-incomplete'],
  [
    'Python without its packages',
    "/usr/bin/python3: Error while finding module specification for 'hermes_cli.main' (ModuleNotFoundError: No module named 'hermes_cli')",
    'hermes-incomplete',
  ],
  [
    'Python without a script',
    "python: can't open file '/opt/hermes/gateway/run.py': [Errno 2] No such file or directory",
    'hermes-incomplete',
  ],
  ['Hermes 0.22', '2026-11-29 01:02:03 ERROR [photon] port 8765 is in use by another process', 'port-in-use'],
];

const traceback = (error: string) =>
  `Traceback (most recent call last):\n  File "/opt/hermes/run.py", line 90, in main\n    run()\n${error}\n`;
const recognise = (cause: string | undefined, code: number | null = 1) => recogniseEnd({ code, signal: null, cause, output: [] });

describe('recognised end', () => {
  it.each(STATED)('is found in what %s states: %s', (_program, stated, known) => {
    expect(recognise(statedCause(stated))).toBe(known);
    expect(recognise(statedCause(stated), 78), 'before the exit code').toBe(known);
  });

  it.each(PRINTED)('is found in the traceback of %s: %s', (_program, printed, known) => {
    expect(recognise(causeOf(traceback(printed)))).toBe(known);
  });

  it.each(LINES)('is found in the last line of %s: %s', (_program, line, known) => {
    expect(recognise(causeOf(`one\n${line}\n`))).toBe(known);
  });

  it.each<[string, number | null, NodeJS.Signals | null, KnownEnd | undefined]>([
    ['exit code 78 without a word', 78, null, 'configuration'],
    ['SIGKILL', null, 'SIGKILL', 'killed'],
    ['SIGSEGV', null, 'SIGSEGV', undefined],
    ['a closed console on Windows', 0xc000013a, null, 'killed'],
    ['a page file that is full', 0xc000012d | 0, null, 'out-of-memory'],
    ['exit code 1 without a word', 1, null, undefined],
    ['an unknown end', null, null, undefined],
  ])('is judged by code and signal: %s', (_end, code, signal, known) => {
    expect(recogniseEnd({ code, signal, cause: undefined, output: [] })).toBe(known);
  });

  it('is a kill where the gateway reports the signal and then exits by itself', () => {
    const output = ['2026-11-29 01:02:03 WARNING gateway.run: Shutdown context: signal=SIGTERM under_systemd=no'];
    expect(recogniseEnd({ code: 1, signal: null, cause: undefined, output })).toBe('killed');
  });

  it.each([
    'ValueError: bad',
    'cryptography.fernet.InvalidToken',
    'RuntimeError: title already in use by session 4',
    "FileNotFoundError: [Errno 2] No such file or directory: '/home/anna/notes.txt'",
    'httpx.ConnectError: All connection attempts failed',
  ])('is none of them: %s', printed => {
    expect(recognise(causeOf(traceback(printed)))).toBeUndefined();
  });

  it('has an example of every kind', () => {
    const examples = new Set([...STATED, ...PRINTED, ...LINES].map(([, , known]) => known));
    expect([...examples, 'killed'].sort()).toEqual([...KNOWN_ENDS].sort());
  });
});
