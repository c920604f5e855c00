/**
 * The Win32 structures that are used with advapi32, kernel32, wtsapi32 and user32, declared once, with the names of the Windows headers.
 * Layouts are those of 64-bit Windows; a test compares every size and offset with constants of winsvc.h, winbase.h, winnt.h and winuser.h.
 * Each has its name in koffi too: koffi caches pointer types by name, so that of two types without a name one would replace the other.
 * Nothing here loads a Windows library, so the declarations can be tested on every system.
 */
import koffi, { type TypeObject } from 'koffi';

/** A HANDLE, SC_HANDLE, HKEY, HWND or plain pointer; koffi represents them as BigInt, and NULL as null. */
export type Handle = bigint;

/** A pointer that may be NULL. */
export const POINTER = 'void *';
/** A pointer that is never NULL, as a parameter and as a result. */
export const HANDLE = 'HANDLE';
koffi.alias(HANDLE, POINTER);
export const DWORD = 'uint32';
export const BOOL = 'int';
export const WIDE = 'str16';

/** What JavaScript passes and gets for a type; every other named type is a number. */
interface Values {
  [POINTER]: Handle | object | null;
  [HANDLE]: Handle;
  [WIDE]: string | null;
  str: string;
  int64: number | bigint;
  uint64: number | bigint;
}
type ValueOf<T> = T extends keyof Values ? Values[T] : T extends string ? number : Handle | object | null;
export type Argument<T> = T extends OutParameter<infer V> ? V : ValueOf<T>;
export type Result<T> = T extends typeof POINTER ? Handle | null : T extends 'void' ? undefined : ValueOf<T>;
type OutValue<T> = T extends typeof POINTER ? [Handle | null] : T extends string ? [ValueOf<T>] : object;

/** The type of an out parameter; koffi does not export its own type for it. */
export interface OutParameter<V = unknown> {
  readonly __brand: 'IKoffiDirectionMarker';
  readonly __value?: V;
}
/** A parameter through which the function returns one value: pass `[null]` or `[0]` and read element 0. */
export const out = <T extends string | TypeObject>(type: T): OutParameter<OutValue<T>> => koffi.out(koffi.pointer(type));
/** The same for a value that the function also reads: pass `[value]`. */
export const inout = <T extends string | TypeObject>(type: T): OutParameter<OutValue<T>> => koffi.inout(koffi.pointer(type));
/** A structure that the function reads. */
export const pointerTo = (type: string | TypeObject): TypeObject => koffi.pointer(type);

/** winsvc.h */
const STATUS = {
  dwServiceType: DWORD,
  dwCurrentState: DWORD,
  dwControlsAccepted: DWORD,
  dwWin32ExitCode: DWORD,
  dwServiceSpecificExitCode: DWORD,
  dwCheckPoint: DWORD,
  dwWaitHint: DWORD,
};
export const SERVICE_STATUS = koffi.struct('SERVICE_STATUS', STATUS);
export const STATUS_PROCESS = { ...STATUS, dwProcessId: DWORD, dwServiceFlags: DWORD };
export const SERVICE_STATUS_PROCESS = koffi.struct('SERVICE_STATUS_PROCESS', STATUS_PROCESS);

export const ENUM_SERVICE_STATUS_PROCESSW = koffi.struct('ENUM_SERVICE_STATUS_PROCESSW', {
  lpServiceName: WIDE,
  lpDisplayName: WIDE,
  ServiceStatusProcess: SERVICE_STATUS_PROCESS,
});

export const QUERY_SERVICE_CONFIGW = koffi.struct('QUERY_SERVICE_CONFIGW', {
  dwServiceType: DWORD,
  dwStartType: DWORD,
  dwErrorControl: DWORD,
  lpBinaryPathName: WIDE,
  lpLoadOrderGroup: WIDE,
  dwTagId: DWORD,
  lpDependencies: WIDE,
  lpServiceStartName: WIDE,
  lpDisplayName: WIDE,
});

export const SERVICE_DESCRIPTIONW = koffi.struct('SERVICE_DESCRIPTIONW', { lpDescription: WIDE });

export const SC_ACTION = koffi.struct('SC_ACTION', { Type: 'int', Delay: DWORD });

export const SERVICE_FAILURE_ACTIONSW = koffi.struct('SERVICE_FAILURE_ACTIONSW', {
  dwResetPeriod: DWORD,
  lpRebootMsg: WIDE,
  lpCommand: WIDE,
  cActions: DWORD,
  lpsaActions: koffi.pointer(null, SC_ACTION, 'cActions'),
});

/** SERVICE_FAILURE_ACTIONS_FLAG, SERVICE_DELAYED_AUTO_START_INFO, SERVICE_SID_INFO and SERVICE_PRESHUTDOWN_INFO are one DWORD each. */
export const SERVICE_DWORD_INFO = koffi.struct('SERVICE_DWORD_INFO', { value: DWORD });

/** The privileges are a double-terminated list; the pointer is into memory that the caller owns. */
export const SERVICE_REQUIRED_PRIVILEGES_INFOW = koffi.struct('SERVICE_REQUIRED_PRIVILEGES_INFOW', { pmszRequiredPrivileges: POINTER });

export const SERVICE_MAIN = koffi.proto('__stdcall', 'SERVICE_MAIN', 'void', [DWORD, POINTER]);
export const SERVICE_HANDLER_EX = koffi.proto('__stdcall', 'SERVICE_HANDLER_EX', DWORD, [DWORD, DWORD, POINTER, POINTER]);
export const SERVICE_TABLE_ENTRYW = koffi.struct('SERVICE_TABLE_ENTRYW', {
  lpServiceName: POINTER,
  lpServiceProc: koffi.pointer(SERVICE_MAIN),
});

/** wtsapi32.h */
export const WTS_SESSION_INFOW = koffi.struct('WTS_SESSION_INFOW', { SessionId: DWORD, pWinStationName: WIDE, State: 'int' });

/** processthreadsapi.h, winbase.h */
export const STARTUPINFOW = koffi.struct('STARTUPINFOW', {
  cb: DWORD,
  lpReserved: POINTER,
  lpDesktop: WIDE,
  lpTitle: WIDE,
  dwX: DWORD,
  dwY: DWORD,
  dwXSize: DWORD,
  dwYSize: DWORD,
  dwXCountChars: DWORD,
  dwYCountChars: DWORD,
  dwFillAttribute: DWORD,
  dwFlags: DWORD,
  wShowWindow: 'uint16',
  cbReserved2: 'uint16',
  lpReserved2: POINTER,
  hStdInput: POINTER,
  hStdOutput: POINTER,
  hStdError: POINTER,
});
export const STARTUPINFOEXW = koffi.struct('STARTUPINFOEXW', { StartupInfo: STARTUPINFOW, lpAttributeList: POINTER });
export const PROCESS_INFORMATION = koffi.struct('PROCESS_INFORMATION', {
  hProcess: POINTER,
  hThread: POINTER,
  dwProcessId: DWORD,
  dwThreadId: DWORD,
});
export const SECURITY_ATTRIBUTES = koffi.struct('SECURITY_ATTRIBUTES', {
  nLength: DWORD,
  lpSecurityDescriptor: POINTER,
  bInheritHandle: BOOL,
});

/** winnt.h: the callback of Windows' thread pool at the end of a wait. */
export const WAIT_OR_TIMER_CALLBACK = koffi.proto('__stdcall', 'WAIT_OR_TIMER_CALLBACK', 'void', [POINTER, 'uint8']);

/** shellapi.h; the union of icon and monitor is one handle. */
export const SHELLEXECUTEINFOW = koffi.struct('SHELLEXECUTEINFOW', {
  cbSize: DWORD,
  fMask: DWORD,
  hwnd: POINTER,
  lpVerb: WIDE,
  lpFile: WIDE,
  lpParameters: WIDE,
  lpDirectory: WIDE,
  nShow: 'int',
  hInstApp: POINTER,
  lpIDList: POINTER,
  lpClass: WIDE,
  hkeyClass: POINTER,
  dwHotKey: DWORD,
  hMonitor: POINTER,
  hProcess: POINTER,
});

/** winuser.h: a hidden window. */
export const WNDPROC = koffi.proto('__stdcall', 'WNDPROC', 'int64', [POINTER, 'uint32', 'uint64', 'int64']);
export const WNDCLASSW = koffi.struct('WNDCLASSW', {
  style: DWORD,
  lpfnWndProc: koffi.pointer(WNDPROC),
  cbClsExtra: 'int',
  cbWndExtra: 'int',
  hInstance: POINTER,
  hIcon: POINTER,
  hCursor: POINTER,
  hbrBackground: POINTER,
  lpszMenuName: WIDE,
  lpszClassName: WIDE,
});

/** oaidl.h; the union is two pointers long. */
export const VARIANT = koffi.struct('VARIANT', {
  vt: 'uint16',
  wReserved1: 'uint16',
  wReserved2: 'uint16',
  wReserved3: 'uint16',
  value: 'uint64',
  record: 'uint64',
});

/**
 * Structures of which few fields are used, by their size and the offsets of these fields, in bytes (fileapi.h, ntsecapi.h, tlhelp32.h,
 * winnt.h, winuser.h).
 */
export const LAYOUTS = {
  BY_HANDLE_FILE_INFORMATION: { size: 52, dwFileAttributes: 0, nNumberOfLinks: 40 },
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION: { size: 48, ActiveProcesses: 40 },
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION: { size: 144, LimitFlags: 16 },
  LSA_STRING: { size: 16, Buffer: 8 },
  MSG: { size: 48 },
  MSV1_0_S4U_LOGON: { size: 40, UserPrincipalName: 8, DomainName: 24 },
  PROFILEINFOW: { size: 56, dwFlags: 4, lpUserName: 8, hProfile: 48 },
  QUOTA_LIMITS: { size: 48 },
  SECURITY_LOGON_SESSION_DATA: { size: 272, UserName: 16, LogonDomain: 32, Session: 68, Sid: 72, Upn: 120 },
  TOKEN_MANDATORY_LABEL: { size: 16, Attributes: 8 },
  TOKEN_SOURCE: { size: 16 },
  PROCESSENTRY32W: { size: 568, th32ProcessID: 8, th32ParentProcessID: 32, szExeFile: 44 },
  WTSSESSION_NOTIFICATION: { size: 8, dwSessionId: 4 },
} as const;
