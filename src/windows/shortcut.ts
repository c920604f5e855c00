/** Shortcuts (.lnk), which Explorer opens without a console window. Sources: IShellLinkW, IPersistFile (Microsoft Learn). */
import type { ShellStart } from './argv.ts';
import { CLSCTX, comMethod, guid, invoke, withCom, withInstance, withInterface } from './com.ts';
import { DWORD, type Handle, POINTER, WIDE } from './types.ts';

export interface Shortcut extends ShellStart {
  /** What Explorer shows as the comment. */
  readonly description: string;
}

export const CLSID_SHELL_LINK = guid('00021401-0000-0000-C000-000000000046');
export const IID_SHELL_LINK_W = guid('000214F9-0000-0000-C000-000000000046');
export const IID_PERSIST_FILE = guid('0000010B-0000-0000-C000-000000000046');

const text = (name: string, slot: number) => comMethod(`IShellLinkW.${name}`, slot, [WIDE]);
const buffer = (name: string, slot: number) => comMethod(`IShellLinkW.${name}`, slot, [POINTER, 'int']);

/** The methods that are used; a test compares their indexes with the header. */
export const SHELL_LINK_W = {
  GetPath: comMethod('IShellLinkW.GetPath', 3, [POINTER, 'int', POINTER, DWORD]),
  GetDescription: buffer('GetDescription', 6),
  SetDescription: text('SetDescription', 7),
  GetWorkingDirectory: buffer('GetWorkingDirectory', 8),
  SetWorkingDirectory: text('SetWorkingDirectory', 9),
  GetArguments: buffer('GetArguments', 10),
  SetArguments: text('SetArguments', 11),
  SetShowCmd: comMethod('IShellLinkW.SetShowCmd', 15, ['int']),
  SetPath: text('SetPath', 20),
} as const;
export const PERSIST_FILE = {
  Load: comMethod('IPersistFile.Load', 5, [WIDE, DWORD]),
  Save: comMethod('IPersistFile.Save', 6, [WIDE, 'int']),
} as const;

/** A console program shows its window minimized at least; a program without a window ignores it. */
const SW_SHOWMINNOACTIVE = 7;
const STGM_READ = 0;
/** INFOTIPSIZE, and more than any path or command line in a shortcut. */
const CAPACITY = 32_768;
/** The path as written, with its variables not expanded: the entry is compared, not followed. */
const SLGP_RAWPATH = 4;

function withLink<T>(use: (link: Handle, file: Handle) => T): T {
  return withCom(() =>
    withInstance(CLSID_SHELL_LINK, IID_SHELL_LINK_W, CLSCTX.inProcess, link =>
      withInterface(link, IID_PERSIST_FILE, file => use(link, file)),
    ),
  );
}

/** Writes a shortcut; replaces an existing one. @throws GatewayServiceError for a failed call */
export function writeShortcut(path: string, { program, parameters, cwd, description }: Shortcut): void {
  withLink((link, file) => {
    invoke(link, SHELL_LINK_W.SetPath, program);
    invoke(link, SHELL_LINK_W.SetArguments, parameters);
    invoke(link, SHELL_LINK_W.SetWorkingDirectory, cwd);
    invoke(link, SHELL_LINK_W.SetDescription, description);
    invoke(link, SHELL_LINK_W.SetShowCmd, SW_SHOWMINNOACTIVE);
    invoke(file, PERSIST_FILE.Save, path, 1);
  });
}

/** The content of a shortcut; nothing is resolved or repaired. @throws GatewayServiceError where the file is not a shortcut */
export function readShortcut(path: string): Shortcut {
  return withLink((link, file) => {
    invoke(file, PERSIST_FILE.Load, path, STGM_READ);
    const read = (get: (buffer: Buffer) => void): string => {
      const bytes = Buffer.alloc(2 * CAPACITY);
      get(bytes);
      const wide = bytes.toString('utf16le');
      return wide.slice(0, wide.indexOf('\0'));
    };
    return {
      program: read(bytes => invoke(link, SHELL_LINK_W.GetPath, bytes, CAPACITY, null, SLGP_RAWPATH)),
      parameters: read(bytes => invoke(link, SHELL_LINK_W.GetArguments, bytes, CAPACITY)),
      cwd: read(bytes => invoke(link, SHELL_LINK_W.GetWorkingDirectory, bytes, CAPACITY)),
      description: read(bytes => invoke(link, SHELL_LINK_W.GetDescription, bytes, CAPACITY)),
    };
  });
}
