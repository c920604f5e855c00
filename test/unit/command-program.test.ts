// Which file a command means, on each system, and how a batch file of Windows is started.
import { describe, expect, it } from 'vitest';
import { commandProgram, type FoundFile, windowsStart } from '../../src/process/command-program.ts';

const find = (name: string, platform: NodeJS.Platform, env: Readonly<Record<string, string>>, files: Readonly<Record<string, FoundFile>>) =>
  commandProgram(name, { platform, env, cwd: platform === 'win32' ? 'C:\\here' : '/here', look: async file => files[file] ?? 'missing' });

describe('program of a command on Linux and macOS', () => {
  const env = { PATH: '/a:/b:' };

  it('is the first runnable file in the folders of PATH, of which an empty one is the present folder', async () => {
    expect(await find('hermes', 'linux', env, { '/b/hermes': 'runnable' })).toEqual({ file: '/b/hermes', runnable: true });
    expect(await find('hermes', 'linux', env, { '/a/hermes': 'forbidden', '/here/hermes': 'runnable' })).toEqual({
      file: '/here/hermes',
      runnable: true,
    });
  });

  it('is reported where this user may not run it', async () => {
    expect(await find('hermes', 'linux', env, { '/b/hermes': 'forbidden' })).toEqual({ file: '/b/hermes', runnable: false });
  });

  it('is looked for in no folder of PATH where it is a path', async () => {
    expect(await find('bin/hermes', 'linux', env, { '/here/bin/hermes': 'runnable' })).toMatchObject({ file: '/here/bin/hermes' });
    expect(await find('./hermes', 'linux', env, { '/a/hermes': 'runnable' })).toBeUndefined();
  });

  it('is looked for in the folders of a shell where PATH is not set', async () => {
    expect(await find('sh', 'linux', {}, { '/bin/sh': 'runnable' })).toMatchObject({ file: '/bin/sh' });
  });
});

describe('program of a command on Windows', () => {
  const env = { Path: 'C:\\a;"C:\\b c"' };

  it('gets the extensions of PATHEXT, in their order', async () => {
    const files = { 'C:\\a\\npm.cmd': 'runnable', 'C:\\a\\npm.exe': 'runnable', 'C:\\a\\npm': 'runnable' } as const;
    expect(await find('npm', 'win32', env, files)).toMatchObject({ file: 'C:\\a\\npm.exe' });
    expect(await find('npm', 'win32', { ...env, PATHEXT: '.CMD;.EXE' }, files)).toMatchObject({ file: 'C:\\a\\npm.cmd' });
    expect(await find('npm.CMD', 'win32', env, { 'C:\\a\\npm.CMD': 'runnable' })).toMatchObject({ file: 'C:\\a\\npm.CMD' });
  });

  it('is the file itself where its name has an extension, whatever PATHEXT lists', async () => {
    const files = { 'C:\\a\\node.exe': 'runnable', 'C:\\a\\python3.12.exe': 'runnable' } as const;
    expect(await find('node.exe', 'win32', { ...env, PATHEXT: '.BAT' }, files)).toMatchObject({ file: 'C:\\a\\node.exe' });
    expect(await find('python3.12', 'win32', env, files)).toMatchObject({ file: 'C:\\a\\python3.12.exe' });
  });

  it('is not a file without an extension', async () => {
    expect(await find('npm', 'win32', env, { 'C:\\a\\npm': 'runnable' })).toBeUndefined();
  });

  it('is looked for in the present folder first, and in quoted folders', async () => {
    expect(await find('up', 'win32', env, { 'C:\\here\\up.exe': 'runnable', 'C:\\a\\up.exe': 'runnable' })).toMatchObject({
      file: 'C:\\here\\up.exe',
    });
    expect(await find('up', 'win32', env, { 'C:\\b c\\up.bat': 'runnable' })).toMatchObject({ file: 'C:\\b c\\up.bat' });
    expect(await find('D:\\x\\up', 'win32', env, { 'D:\\x\\up.exe': 'runnable' })).toMatchObject({ file: 'D:\\x\\up.exe' });
  });
});

describe('start of a program of Windows', () => {
  it('starts an executable itself', () => {
    expect(windowsStart('C:\\a b\\hermes.EXE', ['update', 'a b'], {})).toEqual({
      argv: ['C:\\a b\\hermes.EXE', 'update', 'a b'],
      verbatim: false,
    });
  });

  it('gives a batch file to cmd.exe, with arguments that can neither end the line nor expand a variable', () => {
    const { argv, verbatim } = windowsStart('C:\\a b\\npm.cmd', ['install', 'a b', '', 'x"&calc', '%PATH%', 'end\\'], {
      SystemRoot: 'D:\\Win',
    });
    expect(verbatim).toBe(true);
    expect(argv.slice(0, -1)).toEqual(['D:\\Win\\System32\\cmd.exe', '/e:ON', '/v:OFF', '/d', '/s', '/c']);
    expect(argv.at(-1)).toBe('""C:\\a b\\npm.cmd" install "a b" "" "x""&calc" "%%cd:~,%PATH%%cd:~,%" "end\\\\""');
  });

  it('refuses a line break in an argument of a batch file', () => {
    expect(() => windowsStart('C:\\npm.cmd', ['a\r\nb'], {})).toThrow('line break');
  });
});
