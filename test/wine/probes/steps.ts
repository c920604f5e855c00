// Every step by which an installation changes Windows or the state folder, as it is taken: for probes that die or fail at one of them.
// To be imported before anything of src: what the project calls of Windows goes through koffi's one door, and its files through
// fs.promises.
import fs from 'node:fs/promises';
import path from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';

/** The functions of Windows that change something, with the argument that tells one such step from the next. */
const CHANGING: Readonly<Record<string, number>> = {
  RegCreateKeyExW: 1,
  RegSetValueExW: 1,
  CreateServiceW: 1,
  ChangeServiceConfigW: 10,
  ChangeServiceConfig2W: 1,
  SetServiceObjectSecurity: 1,
  StartServiceW: 1,
};
const ERROR_ACCESS_DENIED = 5;

type Native = ((...args: unknown[]) => unknown) & { async(...args: unknown[]): void };

/**
 * @param take told of each step before it is taken; true lets it fail with "access denied".
 * @param functions those that are told of; with the argument that tells one call from the next.
 */
export function onEachStep(take: (step: string) => boolean, functions = CHANGING): void {
  let refused = false;
  const load = koffi.load;
  const wrap = (name: string, native: Native): Native => {
    const which = functions[name];
    const call = (...args: unknown[]): unknown => {
      if (name === 'GetLastError' && refused) {
        refused = false;
        return ERROR_ACCESS_DENIED;
      }
      if (which !== undefined && take(`${name} ${described(args[which])}`)) {
        refused = true;
        return name.startsWith('Reg') ? ERROR_ACCESS_DENIED : /^(Create|Open)ServiceW$/.test(name) ? null : 0;
      }
      return native(...args);
    };
    return Object.assign(call, { async: (...args: unknown[]) => native.async(...args) });
  };
  koffi.load = (...args: Parameters<typeof koffi.load>) => {
    const library = load(...args);
    const func = library.func.bind(library) as (convention: string, name: string, ...rest: unknown[]) => Native;
    return {
      func: (convention: string, name: string, ...rest: unknown[]) => wrap(name, func(convention, name, ...rest)),
      symbol: library.symbol.bind(library),
    } as LibraryHandle;
  };
  const rename = fs.rename;
  fs.rename = async (from, to) => {
    if (take(`rename ${path.basename(String(to))}`)) throw Object.assign(new Error('refused'), { code: 'EACCES' });
    return rename(from, to);
  };
}

/** Keys by their last part, names and numbers as they are, structures by nothing. */
function described(argument: unknown): string {
  return typeof argument === 'string' ? (argument.split('\\').at(-1) ?? '') : typeof argument === 'number' ? String(argument) : '';
}
