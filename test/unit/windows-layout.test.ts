// Layouts of Win32 structures: a wrong offset does not throw, it writes into somebody else's memory.
// The numbers are sizeof and offsetof of the Windows headers (mingw-w64 11, x86_64), not of these declarations.
import koffi, { type TypeObject } from 'koffi';
import { describe, expect, it } from 'vitest';
import * as types from '../../src/windows/types.ts';

interface Layout {
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
}

const HEADERS: Readonly<Record<string, Layout>> = {
  SERVICE_STATUS: {
    size: 28,
    offsets: {
      dwServiceType: 0,
      dwCurrentState: 4,
      dwControlsAccepted: 8,
      dwWin32ExitCode: 12,
      dwServiceSpecificExitCode: 16,
      dwCheckPoint: 20,
      dwWaitHint: 24,
    },
  },
  SERVICE_STATUS_PROCESS: {
    size: 36,
    offsets: {
      dwServiceType: 0,
      dwCurrentState: 4,
      dwControlsAccepted: 8,
      dwWin32ExitCode: 12,
      dwServiceSpecificExitCode: 16,
      dwCheckPoint: 20,
      dwWaitHint: 24,
      dwProcessId: 28,
      dwServiceFlags: 32,
    },
  },
  ENUM_SERVICE_STATUS_PROCESSW: { size: 56, offsets: { lpServiceName: 0, lpDisplayName: 8, ServiceStatusProcess: 16 } },
  QUERY_SERVICE_CONFIGW: {
    size: 64,
    offsets: {
      dwServiceType: 0,
      dwStartType: 4,
      dwErrorControl: 8,
      lpBinaryPathName: 16,
      lpLoadOrderGroup: 24,
      dwTagId: 32,
      lpDependencies: 40,
      lpServiceStartName: 48,
      lpDisplayName: 56,
    },
  },
  SERVICE_DESCRIPTIONW: { size: 8, offsets: { lpDescription: 0 } },
  SC_ACTION: { size: 8, offsets: { Type: 0, Delay: 4 } },
  SERVICE_FAILURE_ACTIONSW: { size: 40, offsets: { dwResetPeriod: 0, lpRebootMsg: 8, lpCommand: 16, cActions: 24, lpsaActions: 32 } },
  SERVICE_REQUIRED_PRIVILEGES_INFOW: { size: 8, offsets: { pmszRequiredPrivileges: 0 } },
  SERVICE_TABLE_ENTRYW: { size: 16, offsets: { lpServiceName: 0, lpServiceProc: 8 } },
  WTS_SESSION_INFOW: { size: 24, offsets: { SessionId: 0, pWinStationName: 8, State: 16 } },
  STARTUPINFOW: {
    size: 104,
    offsets: {
      cb: 0,
      lpReserved: 8,
      lpDesktop: 16,
      lpTitle: 24,
      dwX: 32,
      dwY: 36,
      dwXSize: 40,
      dwYSize: 44,
      dwXCountChars: 48,
      dwYCountChars: 52,
      dwFillAttribute: 56,
      dwFlags: 60,
      wShowWindow: 64,
      cbReserved2: 66,
      lpReserved2: 72,
      hStdInput: 80,
      hStdOutput: 88,
      hStdError: 96,
    },
  },
  STARTUPINFOEXW: { size: 112, offsets: { StartupInfo: 0, lpAttributeList: 104 } },
  PROCESS_INFORMATION: { size: 24, offsets: { hProcess: 0, hThread: 8, dwProcessId: 16, dwThreadId: 20 } },
  SECURITY_ATTRIBUTES: { size: 24, offsets: { nLength: 0, lpSecurityDescriptor: 8, bInheritHandle: 16 } },
  SHELLEXECUTEINFOW: {
    size: 112,
    offsets: {
      cbSize: 0,
      fMask: 4,
      hwnd: 8,
      lpVerb: 16,
      lpFile: 24,
      lpParameters: 32,
      lpDirectory: 40,
      nShow: 48,
      hInstApp: 56,
      lpIDList: 64,
      lpClass: 72,
      hkeyClass: 80,
      dwHotKey: 88,
      hMonitor: 96,
      hProcess: 104,
    },
  },
  WNDCLASSW: {
    size: 72,
    offsets: {
      style: 0,
      lpfnWndProc: 8,
      cbClsExtra: 16,
      cbWndExtra: 20,
      hInstance: 24,
      hIcon: 32,
      hCursor: 40,
      hbrBackground: 48,
      lpszMenuName: 56,
      lpszClassName: 64,
    },
  },
  VARIANT: { size: 24, offsets: { vt: 0, wReserved1: 2, wReserved2: 4, wReserved3: 6, value: 8, record: 16 } },
};

/** The headers of the structures whose used fields alone are declared. */
const HEADERS_OF_PARTS: Readonly<Record<string, Layout>> = {
  WTSSESSION_NOTIFICATION: { size: 8, offsets: { cbSize: 0, dwSessionId: 4 } },
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION: {
    size: 144,
    offsets: {
      BasicLimitInformation: 0,
      LimitFlags: 16,
      IoInfo: 64,
      ProcessMemoryLimit: 112,
      JobMemoryLimit: 120,
      PeakProcessMemoryUsed: 128,
      PeakJobMemoryUsed: 136,
    },
  },
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION: {
    size: 48,
    offsets: {
      TotalUserTime: 0,
      TotalKernelTime: 8,
      ThisPeriodTotalUserTime: 16,
      ThisPeriodTotalKernelTime: 24,
      TotalPageFaultCount: 32,
      TotalProcesses: 36,
      ActiveProcesses: 40,
      TotalTerminatedProcesses: 44,
    },
  },
  PROCESSENTRY32W: {
    size: 568,
    offsets: {
      dwSize: 0,
      cntUsage: 4,
      th32ProcessID: 8,
      th32DefaultHeapID: 16,
      th32ModuleID: 24,
      cntThreads: 28,
      th32ParentProcessID: 32,
      pcPriClassBase: 36,
      dwFlags: 40,
      szExeFile: 44,
    },
  },
  SECURITY_LOGON_SESSION_DATA: {
    size: 272,
    offsets: {
      UserName: 16,
      LogonDomain: 32,
      Session: 68,
      Sid: 72,
      Upn: 120,
    },
  },
  LSA_STRING: { size: 16, offsets: { Length: 0, MaximumLength: 2, Buffer: 8 } },
  MSV1_0_S4U_LOGON: { size: 40, offsets: { MessageType: 0, Flags: 4, UserPrincipalName: 8, DomainName: 24 } },
  PROFILEINFOW: { size: 56, offsets: { dwSize: 0, dwFlags: 4, lpUserName: 8, lpProfilePath: 16, hProfile: 48 } },
  QUOTA_LIMITS: { size: 48, offsets: {} },
  TOKEN_MANDATORY_LABEL: { size: 16, offsets: { Sid: 0, Attributes: 8 } },
  TOKEN_SOURCE: { size: 16, offsets: { SourceName: 0, SourceIdentifier: 8 } },
  MSG: { size: 48, offsets: { hwnd: 0, message: 8, wParam: 16, lParam: 24, time: 32, pt: 36 } },
  BY_HANDLE_FILE_INFORMATION: { size: 52, offsets: { dwFileAttributes: 0, ftCreationTime: 4, nNumberOfLinks: 40, nFileIndexHigh: 44 } },
};

const declared = types as unknown as Readonly<Record<string, TypeObject>>;

describe('declared structures', () => {
  it.each(Object.entries(HEADERS))('%s lies in memory as the Windows headers say', (name, { size, offsets }) => {
    const type = declared[name] as TypeObject;
    const found = Object.fromEntries(Object.keys(type.members ?? {}).map(member => [member, koffi.offsetof(type, member)]));
    expect({ size: koffi.sizeof(type), offsets: found }).toEqual({ size, offsets });
  });

  it.each(Object.entries(types.LAYOUTS))(
    '%s: its size and the used offsets are those of the Windows headers',
    (name, { size, ...offsets }) => {
      const headers = HEADERS_OF_PARTS[name];
      expect(size).toBe(headers?.size);
      expect(headers?.offsets).toMatchObject(offsets);
    },
  );

  it('compares all declared structures with the headers, except the one that represents several', () => {
    const structures = Object.entries(declared).filter(([, type]) => type.primitive === 'Record');
    expect(structures.map(([name]) => name).sort()).toEqual([...Object.keys(HEADERS), 'SERVICE_DWORD_INFO'].sort());
    expect(koffi.sizeof(types.SERVICE_DWORD_INFO)).toBe(4);
  });

  it('gives each structure a unique name and a unique pointer type', () => {
    const all = Object.values(declared).filter(type => type.primitive === 'Record' || type.primitive === 'Prototype');
    const names = all.map(type => type.name);
    expect(names.filter(name => name.includes('anonymous'))).toEqual([]);
    expect(new Set(all.map(type => koffi.pointer(type).name)).size).toBe(all.length);
  });

  it('decodes a list of failure actions from a pointer and a count', () => {
    const written = {
      dwResetPeriod: 60,
      lpRebootMsg: null,
      lpCommand: null,
      cActions: 2,
      lpsaActions: [1000, 2000].map(Delay => ({ Type: 1, Delay })),
    };
    const buffer = Buffer.alloc(koffi.sizeof(types.SERVICE_FAILURE_ACTIONSW));
    koffi.encode(buffer, types.SERVICE_FAILURE_ACTIONSW, written);
    expect(buffer.readUInt32LE(24)).toBe(2);
    expect(koffi.decode(buffer, types.SERVICE_FAILURE_ACTIONSW)).toEqual(written);
  });
});
