/**
 * COM as far as shell objects need it: an object is created, queried for another interface, called by the index of a method in its table of
 * functions, and released. An HRESULT that wraps a Win32 error is reported as that error.
 * Sources: CoInitializeEx, CoCreateInstance, IUnknown, HRESULT_FROM_WIN32 (Microsoft Learn); indexes of methods: shobjidl.h, shldisp.h.
 */
import koffi, { type TypeObject } from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { win32Error } from './errors.ts';
import { using } from './handle.ts';
import { declare, type ParameterType } from './library.ts';
import { DWORD, type Handle, out, POINTER } from './types.ts';

const HRESULT = 'int32';

const ole32 = declare('ole32.dll', {
  CoInitializeEx: [HRESULT, POINTER, DWORD],
  CoUninitialize: ['void'],
  CoCreateInstance: [HRESULT, POINTER, POINTER, DWORD, POINTER, out(POINTER)],
});

/** combaseapi.h, objbase.h */
const COINIT_APARTMENTTHREADED = 2;
const COINIT_DISABLE_OLE1DDE = 4;
/** This thread has another kind of apartment already, which works as well and is not ours to uninitialize. */
const RPC_E_CHANGED_MODE = 0x8001_0106;
/** Where an object may be created: in this process, or in another one of this machine. */
export const CLSCTX = { inProcess: 1, localServer: 4 } as const;

/** A class, interface or folder id in memory: its first three groups are little-endian numbers. */
export function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** A method of an interface. The slot is its index in the table of functions, whose first three are those of IUnknown. */
export interface ComMethod {
  readonly name: string;
  readonly slot: number;
  readonly type: TypeObject;
}

/** @param name `Interface.Method`, as in the Windows headers. */
export function comMethod(name: string, slot: number, parameters: readonly ParameterType[], result: string = HRESULT): ComMethod {
  const all = [POINTER, ...parameters] as TypeObject[];
  return { name, slot, type: koffi.proto('__stdcall', name.replace('.', '_'), result, all) };
}

const QUERY_INTERFACE = comMethod('IUnknown.QueryInterface', 0, [POINTER, out(POINTER)]);
const RELEASE = comMethod('IUnknown.Release', 2, [], 'uint32');

/** Throws for a negative HRESULT: the Win32 error where it wraps one. */
export function checkResult(result: number, step: string): void {
  if (result >= 0) return;
  const unsigned = result >>> 0;
  if (unsigned >>> 16 === 0x8007) throw win32Error(unsigned & 0xffff, step);
  throw new GatewayServiceError('windows-refused', `(${step}: 0x${unsigned.toString(16).toUpperCase()}.)`);
}

function call(object: Handle, { slot, type }: ComMethod, ...args: readonly unknown[]): number {
  const table = koffi.decode(object, POINTER) as Handle;
  const address = koffi.decode(table, slot * koffi.sizeof(POINTER), POINTER) as Handle;
  return koffi.call(address, type, object, ...args) as number;
}

/** Calls a method whose result is an HRESULT. @throws GatewayServiceError for a failed HRESULT */
export function invoke(object: Handle, method: ComMethod, ...args: readonly unknown[]): void {
  checkResult(call(object, method, ...args), method.name);
}

/** Uses the interface that a method returns in its last parameter, and releases it. */
export function withResult<T>(object: Handle, method: ComMethod, args: readonly unknown[], use: (found: Handle) => T): T {
  const found: [Handle | null] = [null];
  invoke(object, method, ...args, found);
  return usingObject(found[0], method.name, use);
}

/** Uses another interface of the same object, and releases it. */
export function withInterface<T>(object: Handle, id: Buffer, use: (found: Handle) => T): T {
  return withResult(object, QUERY_INTERFACE, [id], use);
}

/** Creates an object of a class, uses it and releases it. */
export function withInstance<T>(classId: Buffer, id: Buffer, context: number, use: (object: Handle) => T): T {
  const made: [Handle | null] = [null];
  checkResult(ole32.CoCreateInstance(classId, null, context, id, made).result, 'CoCreateInstance');
  return usingObject(made[0], 'CoCreateInstance', use);
}

function usingObject<T>(object: Handle | null, step: string, use: (object: Handle) => T): T {
  if (object === null) throw new GatewayServiceError('windows-refused', `(${step} gave nothing.)`);
  return using(object, each => call(each, RELEASE), use);
}

/** Runs `use` with COM initialized on this thread, and uninitializes it afterwards. */
export function withCom<T>(use: () => T): T {
  const { result } = ole32.CoInitializeEx(null, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE);
  if (result >>> 0 === RPC_E_CHANGED_MODE) return use();
  checkResult(result, 'CoInitializeEx');
  try {
    return use();
  } finally {
    ole32.CoUninitialize();
  }
}
