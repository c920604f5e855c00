// Command lines by the rules of Windows. test/wine asks CommandLineToArgvW itself about the same lines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, programOfService, quoteArgument, splitCommandLine } from '../../src/windows/argv.ts';

const PROGRAM = 'C:\\Program Files\\Hermes Gateway Service\\hermes-gateway-host.exe';

describe('program of a service', () => {
  it.each([
    ['"C:\\Program Files\\Other\\other.exe" --run', 'C:\\Program Files\\Other\\other.exe'],
    ['C:\\Program Files\\Other\\other.EXE -k x.exe', 'C:\\Program Files\\Other\\other.EXE'],
    ['C:\\other\\other.exe', 'C:\\other\\other.exe'],
    ['\\SystemRoot\\drivers\\some.sys', '\\SystemRoot\\drivers\\some.sys'],
    [`C:\\${'x'.repeat(999)}.exe`, `C:\\${'x'.repeat(257)}`],
    ['', ''],
  ])('in %s is %s', (binaryPath, program) => {
    expect(programOfService(binaryPath)).toBe(program);
  });
});

describe('command line', () => {
  it.each([
    ['plain', 'plain'],
    ['', '""'],
    ['with space', '"with space"'],
    ['tab\tinside', '"tab\tinside"'],
    ['C:\\folder\\', 'C:\\folder\\'],
    ['C:\\my folder\\', '"C:\\my folder\\\\"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['back\\"slash', '"back\\\\\\"slash"'],
    ['\\\\server\\share', '\\\\server\\share'],
  ])('writes the argument %j as %j', (argument, written) => {
    expect(quoteArgument(argument)).toBe(written);
  });

  it('always quotes the program, so that a space in its path starts nothing else', () => {
    expect(commandLine(PROGRAM, ['service', '--name', 'HermesGateway'])).toBe(`"${PROGRAM}" service --name HermesGateway`);
    expect(commandLine('C:\\x.exe')).toBe('"C:\\x.exe"');
  });

  it('refuses characters that no command line can contain', () => {
    expect(() => commandLine('')).toThrow(TypeError);
    expect(() => commandLine('C:\\a"b.exe')).toThrow(TypeError);
    expect(() => quoteArgument('a\0b')).toThrow(TypeError);
  });

  it('returns every argument that was put in', () => {
    const argument = fc.oneof(
      fc.string({ unit: 'binary' }).map(text => text.replaceAll('\0', '')),
      fc.string({ unit: fc.constantFrom('"', '\\', ' ', '\t', 'a', 'ü') }),
    );
    fc.assert(
      fc.property(fc.array(argument), args => {
        expect(splitCommandLine(commandLine(PROGRAM, args))).toEqual([PROGRAM, ...args]);
      }),
    );
  });

  it.each([
    ['a.exe b c', ['a.exe', 'b', 'c']],
    ['"a b.exe" c', ['a b.exe', 'c']],
    ['a.exe "b c" d', ['a.exe', 'b c', 'd']],
    ['a.exe "b""c" d', ['a.exe', 'b"c', 'd']],
    ['a.exe b\\\\"c d"', ['a.exe', 'b\\c d']],
    ['a.exe   ', ['a.exe']],
    ['', ['']],
  ])('splits a command line as Windows does: %j', (line, argv) => {
    expect(splitCommandLine(line)).toEqual(argv);
  });
});
