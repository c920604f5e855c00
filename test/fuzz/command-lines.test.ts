// Command lines: what people type, what a shell makes of it, and what Windows keeps in shortcuts, command files and service settings.
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
import { GatewayServiceError } from '../../src/model/errors.ts';
import { EXIT } from '../../src/model/exit-codes.ts';
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

describe('a command line of hermes-gateway', () => {
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

  it('is answered with an exit code of the table, and in JSON with exactly one document', async () => {
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

  it('refuses with a code and in words, never with a stack', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 4 }), async argv => {
        const { err } = await cli.run(argv);
        expect(err).not.toMatch(/\n {4}at |TypeError|undefined/);
      }),
    );
  });
});

describe('a gateway command', () => {
  const argv = fc.tuple(windowsPath, fc.array(noNul, { maxLength: 5 })).map(([program, args]) => [program, ...args]);

  it('comes back through JSON, a command line of Windows, and JSON again', () => {
    fc.assert(
      fc.property(argv, command => {
        const line = commandLine('C:\\node.exe', ['install', '--gateway-command', JSON.stringify(command)]);
        const [, , , option = ''] = splitCommandLine(line);
        expect(parseGatewayCommand(option, 'win32')).toEqual(command);
      }),
    );
  });

  it('is a list of texts that begins with an absolute path, or refused', () => {
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

describe('a command line of Windows', () => {
  it('is taken apart, whatever it is', () => {
    fc.assert(fc.property(anyText, line => splitCommandLine(line).every(each => typeof each === 'string')));
  });

  it('gives one argument for one that was quoted, between any others', () => {
    fc.assert(
      fc.property(noNul, noNul, (one, other) => {
        expect(splitCommandLine(`a.exe ${quoteArgument(one)} ${quoteArgument(other)}`)).toEqual(['a.exe', one, other]);
      }),
    );
  });
});

describe('a Startup entry', () => {
  const copies = 'C:\\copies';
  const command = fc
    .tuple(windowsPath, windowsPath, service)
    .map(([program, script, name]) => [program, script, 'supervise', '--service', name]);

  it('starts what was put into it, as a shortcut and as a command file', () => {
    fc.assert(
      fc.property(command, given => {
        expect(commandOfShortcut(shortcutOf(given, 'C:\\'))).toEqual(given);
        expect(commandOfCommandFile(commandFileOf(given))).toEqual(given);
      }),
    );
  });

  it('has a name that says for which service it is, and no other name does', () => {
    fc.assert(
      fc.property(service, fc.constantFrom('lnk' as const, 'cmd' as const), anyText, (name, kind, other) => {
        expect(serviceOfEntry(entryFileName(name, kind))).toBe(name);
        const found = serviceOfEntry(other);
        return found === undefined || isServiceName(found);
      }),
    );
  });

  it('is ours only where it starts our supervisor from a copy of ours', () => {
    fc.assert(
      fc.property(anyText, fc.array(noNul, { maxLength: 5 }), (parameters, argv) => {
        const read = commandOfShortcut({ program: argv[0] ?? '', parameters });
        if (isOurs(read, 'HermesGateway', copies)) expect(read.slice(-3)).toEqual(['supervise', '--service', 'HermesGateway']);
        commandOfCommandFile(parameters);
      }),
    );
  });
});

describe('a name of a profile', () => {
  it('is one that a service, a folder and a command line can have, or refused', () => {
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

describe('the elevated step', () => {
  it('does nothing for a name that could mean two things', () => {
    fc.assert(fc.property(anyText, name => !isServiceName(name) || /^HermesGateway(-[a-z0-9_-]+)?$/.test(name)));
  });
});
