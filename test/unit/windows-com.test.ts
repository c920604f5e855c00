// COM without Windows: ids as they lie in memory, failures as numbers, and the places of methods. A wrong place does not throw, it calls
// another method. The numbers are those of the Windows headers (mingw-w64 11: offsetof in the tables of shobjidl.h, exdisp.h, shldisp.h).
import { describe, expect, it } from 'vitest';
import { checkResult, guid } from '../../src/windows/com.ts';
import { METHODS } from '../../src/windows/explorer.ts';
import { PERSIST_FILE, SHELL_LINK_W } from '../../src/windows/shortcut.ts';
import { isSwitchedOn } from '../../src/windows/startup-folder.ts';

const HEADERS: Readonly<Record<string, number>> = {
  'IShellLinkW.GetPath': 3,
  'IShellLinkW.GetDescription': 6,
  'IShellLinkW.SetDescription': 7,
  'IShellLinkW.GetWorkingDirectory': 8,
  'IShellLinkW.SetWorkingDirectory': 9,
  'IShellLinkW.GetArguments': 10,
  'IShellLinkW.SetArguments': 11,
  'IShellLinkW.SetShowCmd': 15,
  'IShellLinkW.SetPath': 20,
  'IPersistFile.Load': 5,
  'IPersistFile.Save': 6,
  'IShellWindows.FindWindowSW': 15,
  'IServiceProvider.QueryService': 3,
  'IShellBrowser.QueryActiveShellView': 15,
  'IShellView.GetItemObject': 15,
  'IShellFolderViewDual.get_Application': 7,
  'IShellDispatch2.ShellExecute': 31,
};

describe('COM method', () => {
  const methods = [SHELL_LINK_W, PERSIST_FILE, METHODS].flatMap(each => Object.values(each));

  it('calls each COM method at the position that the Windows headers define', () => {
    expect(Object.fromEntries(methods.map(({ name, slot }) => [name, slot]))).toEqual(HEADERS);
  });

  it('gives each COM method a type with a unique name', () => {
    expect(new Set(methods.map(({ type }) => type.name)).size).toBe(methods.length);
    expect(methods.filter(({ type }) => type.name.includes('anonymous'))).toEqual([]);
  });
});

describe('GUID', () => {
  it('stores a GUID in memory with its first numbers in reversed byte order', () => {
    expect(guid('00021401-0000-0000-C000-000000000046').toString('hex')).toBe('0114020000000000c000000000000046');
    expect(guid('B97D20BB-F46A-4C97-BA10-5E3608430854').toString('hex')).toBe('bb207db96af4974cba105e3608430854');
  });
});

describe('COM result', () => {
  it('accepts a COM result that is not negative', () => {
    for (const result of [0, 1]) expect(() => checkResult(result, 'a step')).not.toThrow();
  });

  it('reports a COM result as the Win32 error that it contains', () => {
    expect(() => checkResult(0x8007_0005 | 0, 'a step')).toThrow(expect.objectContaining({ code: 'needs-administrator', win32: 5 }));
  });

  it('reports a COM result as a number when it contains no Win32 error', () => {
    expect(() => checkResult(0x8000_4005 | 0, 'a step')).toThrow(/a step: 0x80004005/);
  });
});

describe("Windows' switch for a Startup entry", () => {
  it('reads the switch as off when its first byte is odd, and as on otherwise, whatever follows', () => {
    for (const byte of [2, 6, 0]) expect(isSwitchedOn(Buffer.from([byte, 1, 1]))).toBe(true);
    for (const byte of [3, 7, 1]) expect(isSwitchedOn(Buffer.from([byte, 0, 0]))).toBe(false);
    expect(isSwitchedOn(Buffer.alloc(0))).toBe(true);
  });
});
