// Command lines: user input, quoting, and what Windows stores in shortcuts, command files and service settings.
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { VERBS } from '../../src/cli/help.ts';
import { parseGatewayCommand } from '../../src/gateway/command.ts';
import {
  commandFileOf,
  commandOfCommandFile,
  entryFileName,
  isOurs,
  serviceOfEntry,
  shortcutOf,
} from '../../src/mechanisms/startup-entry.ts';
import { EXIT } from '../../src/model/cli-exit-codes.ts';
import { GatewayServiceError } from '../../src/model/errors.ts';
import { isServiceName } from '../../src/model/identity.ts';
import { parseProfile } from '../../src/model/profile.ts';
import { commandLine, commandOfShortcut, quoteArgument, splitCommandLine } from '../../src/windows/argv.ts';
import { MemoryCli } from '../support/memory-cli.ts';
import './anything.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', ' ', '\t', '%', '^', '&', 'a', 'ü', '-') }),
);
const noNul = anyText.map(text => text.replaceAll('\0', ''));
/** What a path of Windows may be made of. */
const windowsPath = fc
  .string({ unit: fc.constantFrom('a', 'Ü', ' ', '%', '^', '&', '(', '!', "'", '\\', '.', '你'), maxLength: 20 })
  .map(rest => `C:\\${rest}`);
const service = fc.constantFrom('HermesGateway', 'HermesGateway-work', 'HermesGateway-0a1b2c3d');

/** The errors of ours that `work` may end with; everything else is thrown on. */
function refusal(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof GatewayServiceError) return error.code;
    throw error;
  }
}

describe('command lines of hermes-gateway', () => {
  const cli = new MemoryCli();
  afterAll(() => cli.dispose());
  // Everything but what would stay (`supervise`, `logs -f`) or start programs of its own (`update`).
  const verbs = Object.keys(VERBS).filter(verb => !['supervise', 'update', 'logs'].includes(verb));
  const word = fc.oneof(
    fc.constantFrom(
      ...verbs,
      '--json',
      '--all',
      '--profile',
      'work',
      '--home',
      '--dry-run',
      '--gateway-command',
      '--mechanism',
      'startup',
      '--fix',
      '--',
    ),
    anyText,
  );

  it('answers any command line with an exit code of the table, and with --json with exactly one document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async argv => {
        const json = [...argv, '--json'];
        const { exit, out } = await cli.run(argv.includes('--') ? ['--json', ...argv] : json);
        expect(Object.values(EXIT)).toContain(exit);
        const { ok } = JSON.parse(out) as { ok: boolean };
        expect(ok || exit !== EXIT.done).toBe(true);
        expect(out.endsWith('\n')).toBe(true);
      }),
    );
  });

  it('refuses any invalid command line with a code and a message, never with a stack trace', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 4 }), async argv => {
        const { err } = await cli.run(argv);
        expect(err).not.toMatch(/\n {4}at |TypeError|undefined/);
      }),
    );
  });
});

describe('gateway commands', () => {
  const argv = fc.tuple(windowsPath, fc.array(noNul, { maxLength: 5 })).map(([program, args]) => [program, ...args]);

  it('round-trips a gateway command through JSON and a Windows command line', () => {
    fc.assert(
      fc.property(argv, command => {
        const line = commandLine('C:\\node.exe', ['install', '--gateway-command', JSON.stringify(command)]);
        const [, , , option = ''] = splitCommandLine(line);
        expect(parseGatewayCommand(option, 'win32')).toEqual(command);
      }),
    );
  });

  it('accepts a gateway command only as a list of strings that begins with an absolute path', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          anyText,
          fc.array(anyText).map(each => JSON.stringify(each)),
        ),
        given => {
          let parsed: string[] = [];
          const refused = refusal(() => {
            parsed = parseGatewayCommand(given, 'win32');
          });
          if (refused !== undefined) return refused === 'gateway-command-invalid';
          return path.win32.isAbsolute(parsed[0] ?? '') && parsed.every(each => typeof each === 'string' && !each.includes('\0'));
        },
      ),
    );
  });
});

describe('Windows command lines', () => {
  it('splits any Windows command line into strings', () => {
    fc.assert(fc.property(anyText, line => splitCommandLine(line).every(each => typeof each === 'string')));
  });

  it('splits a quoted argument into exactly one argument', () => {
    fc.assert(
      fc.property(noNul, noNul, (one, other) => {
        expect(splitCommandLine(`a.exe ${quoteArgument(one)} ${quoteArgument(other)}`)).toEqual(['a.exe', one, other]);
      }),
    );
  });
});

describe('Startup entries', () => {
  const copies = 'C:\\copies';
  const command = fc
    .tuple(windowsPath, windowsPath, service)
    .map(([program, script, name]) => [program, script, 'supervise', '--service', name]);

  it('round-trips a command through a shortcut and a command file', () => {
    fc.assert(
      fc.property(command, given => {
        expect(commandOfShortcut(shortcutOf(given, 'C:\\'))).toEqual(given);
        expect(commandOfCommandFile(commandFileOf(given))).toEqual(given);
      }),
    );
  });

  it('finds the service in the file name of its Startup entry, and only in valid names', () => {
    fc.assert(
      fc.property(service, fc.constantFrom('lnk' as const, 'cmd' as const), anyText, (name, kind, other) => {
        expect(serviceOfEntry(entryFileName(name, kind))).toBe(name);
        const found = serviceOfEntry(other);
        return found === undefined || isServiceName(found);
      }),
    );
  });

  it('recognizes an entry as ours only when it starts our supervisor from our copy', () => {
    fc.assert(
      fc.property(anyText, fc.array(noNul, { maxLength: 5 }), (parameters, argv) => {
        const read = commandOfShortcut({ program: argv[0] ?? '', parameters });
        if (isOurs(read, 'HermesGateway', copies)) expect(read.slice(-3)).toEqual(['supervise', '--service', 'HermesGateway']);
        commandOfCommandFile(parameters);
      }),
    );
  });
});

describe('profile names', () => {
  it('accepts only a profile name that is valid in a service name, a folder and a command line', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^[A-Za-z0-9_-]{1,70}$/)), name => {
        let profile = '';
        const refused = refusal(() => {
          profile = parseProfile(name);
        });
        if (refused !== undefined) return refused === 'profile-invalid';
        return isServiceName(`HermesGateway-${profile}`) && quoteArgument(profile) === profile && parseProfile(profile) === profile;
      }),
    );
  });
});

describe('elevated step', () => {
  it('refuses every ambiguous service name', () => {
    fc.assert(fc.property(anyText, name => !isServiceName(name) || /^HermesGateway(-[a-z0-9_-]+)?$/.test(name)));
  });
});
