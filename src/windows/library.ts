/**
 * Functions of Windows' own libraries, loaded at their first call; each gives its result together with the last error of that call.
 * Libraries are named by their full path in System32: the search path begins beside the executable, where a planted DLL could be.
 */

import koffi, { type KoffiFunc, type LibraryHandle, type TypeObject } from 'koffi';
import { attempt } from '../model/attempt.ts';
import { GatewayServiceError } from '../model/errors.ts';
import { type Argument, DWORD, type OutParameter, POINTER, type Result } from './types.ts';

export type LibraryName =
  | 'advapi32.dll'
  | 'kernel32.dll'
  | 'wtsapi32.dll'
  | 'userenv.dll'
  | 'user32.dll'
  | 'shell32.dll'
  | 'secur32.dll'
  | 'ntdll.dll'
  | 'ole32.dll'
  | 'oleaut32.dll'
  | 'wintrust.dll'
  | 'iphlpapi.dll';

/** The result of a call. `lastError` is GetLastError() directly after it; it is meaningful only where the function reports a failure. */
export interface Outcome<R> {
  /** The name of the function, for errors. */
  readonly name: string;
  readonly result: R;
  readonly lastError: number;
}

export type ParameterType = string | TypeObject | OutParameter;

interface NativeFunction<A extends unknown[], R> {
  /** Calls on this thread. Throws `unsupported` where the library does not export the function. */
  (...args: A): Outcome<R>;
  /** Calls on a worker of libuv's pool (four by default), which it occupies until the function returns. */
  async(...args: A): Promise<Outcome<R>>;
}

/**
 * Bytes of stack for a call on a worker, twice what koffi takes: the consent of UAC (ShellExecuteExW) runs code of the shell and of its
 * extensions. Windows gives memory only to what is used of it.
 */
const WORKER_STACK = 512 * 1024;

const libraries = new Map<LibraryName, LibraryHandle>();

function library(name: LibraryName): LibraryHandle {
  let loaded = libraries.get(name);
  if (!loaded) {
    // Koffi refuses after its first call in the process, which may have been on another thread.
    if (libraries.size === 0) attempt(() => koffi.config({ async_stack_size: WORKER_STACK }));
    // kernel32 is loaded in every process, so its bare name cannot be planted; it gives the path of the others.
    loaded = koffi.load(name === 'kernel32.dll' ? name : `${systemDirectory()}\\${name}`);
    libraries.set(name, loaded);
  }
  return loaded;
}

/** The result of GetSystemDirectoryW, for example `C:\Windows\System32`: not from the environment, which the user can set. */
export function systemDirectory(): string {
  const buffer = Buffer.alloc(2 * 261);
  const { result: length } = kernel32.GetSystemDirectoryW(buffer, 261);
  return buffer.toString('utf16le', 0, 2 * length);
}

/**
 * Koffi keeps the last error per thread between its calls, whatever V8 and libuv do in between, so it can be read directly after the call;
 * for an asynchronous call it is available only while the completion callback runs.
 */
function lastError(): number {
  readLastError ??= library('kernel32.dll').func('__stdcall', 'GetLastError', DWORD, []) as () => number;
  return readLastError();
}
let readLastError: (() => number) | undefined;

/** Whether this Windows has the function: older and other systems lack some. */
export function isExported(name: LibraryName, symbol: string): boolean {
  return attempt(() => library(name).symbol(symbol)) !== undefined;
}

/** The type of a function's result, then those of its parameters. */
type Signature = readonly [result: string | TypeObject, ...parameters: ParameterType[]];

type Functions<T> = {
  readonly [Name in keyof T]: T[Name] extends readonly [infer R, ...infer P]
    ? NativeFunction<{ -readonly [Index in keyof P]: Argument<P[Index]> }, Result<R>>
    : never;
};

/** Declares functions of a Windows library. Nothing is loaded before the first call, so the module can be imported on every system. */
export function declare<const T extends Readonly<Record<string, Signature>>>(from: LibraryName, signatures: T): Functions<T> {
  const functions = Object.entries(signatures).map(([name, signature]) => [name, nativeFunction(from, name, signature)]);
  return Object.fromEntries(functions);
}

/**
 * Functions of these may be system calls themselves. Wine 10 reads six arguments of each system call, however many it has, and would read
 * beyond the end of the stack that koffi gives to a call; in the calling conventions of 64-bit Windows a caller may pass more than a
 * function takes.
 */
const SYSTEM_CALLS: ReadonlySet<LibraryName> = new Set(['user32.dll', 'ntdll.dll']);
const SYSTEM_CALL_ARGUMENTS = 6;

function nativeFunction(from: LibraryName, name: string, [result, ...parameters]: Signature): NativeFunction<unknown[], unknown> {
  const unread = SYSTEM_CALLS.has(from) ? Math.max(0, SYSTEM_CALL_ARGUMENTS - parameters.length) : 0;
  const types = [...parameters, ...Array<string>(unread).fill('uint64')];
  const more = Array<number>(unread).fill(0);
  let loaded: KoffiFunc<(...args: unknown[]) => unknown> | undefined;
  const load = (): KoffiFunc<(...args: unknown[]) => unknown> => {
    try {
      loaded ??= library(from).func('__stdcall', name, result, types as TypeObject[]);
    } catch (cause) {
      throw new GatewayServiceError('unsupported', `${name} is not in ${from}.`, { cause });
    }
    return loaded;
  };
  const call = (...args: unknown[]): Outcome<unknown> => {
    const native = load();
    const value = native(...args, ...more);
    return { name, result: value, lastError: lastError() };
  };
  const async = (...args: unknown[]): Promise<Outcome<unknown>> =>
    new Promise((resolve, reject) => {
      load().async(...args, ...more, (error: unknown, value: unknown) => {
        const code = lastError();
        if (error) reject(error);
        else resolve({ name, result: value, lastError: code });
      });
    });
  return Object.assign(call, { async });
}

const kernel32 = declare('kernel32.dll', { GetSystemDirectoryW: [DWORD, POINTER, DWORD] });
