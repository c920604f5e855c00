/*
 * In tests the secur32.dll and the wtsapi32.dll of a Windows whose user signs in and out: Wine has one session that is always there, and its
 * LsaLogonUser is a stub. Session 1 exists while C:\signed-in does. A logon without a password gives the token of this process, as every
 * process of Wine has the same user; where C:\logon-status exists, it gives the NTSTATUS (hexadecimal) in that file instead.
 */
#define WIN32_NO_STATUS
#include <windows.h>
#include <ntsecapi.h>
#include <wtsapi32.h>
#include <stdlib.h>

#define SUCCESS ((NTSTATUS)0)
#define INVALID_PARAMETER ((NTSTATUS)0xc000000d)
#define NO_SUCH_USER ((NTSTATUS)0xc0000064)
#define NOT_IMPLEMENTED ((NTSTATUS)0xc0000002)
#define PACKAGE 7

static BOOL signed_in(void) { return GetFileAttributesW(L"C:\\signed-in") != INVALID_FILE_ATTRIBUTES; }

BOOL WINAPI WTSEnumerateSessionsW(HANDLE server, DWORD reserved, DWORD version, PWTS_SESSION_INFOW *sessions, DWORD *count)
{
    *count = signed_in() ? 2 : 1;
    *sessions = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 2 * sizeof(**sessions));
    (*sessions)[0].pWinStationName = (WCHAR *)L"Services";
    (*sessions)[0].State = WTSDisconnected;
    (*sessions)[1].SessionId = 1;
    (*sessions)[1].pWinStationName = (WCHAR *)L"Console";
    (*sessions)[1].State = WTSActive;
    return TRUE;
}

void WINAPI WTSFreeMemory(void *memory) { HeapFree(GetProcessHeap(), 0, memory); }

BOOL WINAPI WTSQueryUserToken(ULONG session, HANDLE *token)
{
    if (session == 1 && signed_in()) return OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, token);
    SetLastError(ERROR_NO_TOKEN);
    return FALSE;
}

/* Who is at the desk: the programs of a test run as that user, signed in or not. */
BOOL WINAPI WTSQuerySessionInformationW(HANDLE server, DWORD session, WTS_INFO_CLASS kind, WCHAR **text, DWORD *bytes)
{
    DWORD size = 256;
    *text = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 256 * sizeof(WCHAR));
    if (kind == WTSUserName) GetUserNameW(*text, &size);
    if (kind == WTSDomainName) GetComputerNameW(*text, &size);
    *bytes = (lstrlenW(*text) + 1) * sizeof(WCHAR);
    return TRUE;
}

NTSTATUS WINAPI LsaRegisterLogonProcess(LSA_STRING *name, HANDLE *lsa, LSA_OPERATIONAL_MODE *mode)
{
    *lsa = (HANDLE)1;
    return name->Length ? SUCCESS : INVALID_PARAMETER;
}

NTSTATUS WINAPI LsaDeregisterLogonProcess(HANDLE lsa) { return SUCCESS; }

NTSTATUS WINAPI LsaLookupAuthenticationPackage(HANDLE lsa, LSA_STRING *name, ULONG *package)
{
    static const char local[] = MSV1_0_PACKAGE_NAME;
    *package = PACKAGE;
    return name->Length == sizeof(local) - 1 && !memcmp(name->Buffer, local, name->Length) ? SUCCESS : INVALID_PARAMETER;
}

static BOOL equals(UNICODE_STRING *text, const WCHAR *other)
{
    return CompareStringOrdinal(text->Buffer, text->Length / sizeof(WCHAR), other, -1, TRUE) == CSTR_EQUAL;
}

NTSTATUS WINAPI LsaLogonUser(HANDLE lsa, LSA_STRING *origin, SECURITY_LOGON_TYPE type, ULONG package, void *data, ULONG bytes,
                             TOKEN_GROUPS *groups, TOKEN_SOURCE *source, void **profile, ULONG *profile_bytes, LUID *id, HANDLE *token,
                             QUOTA_LIMITS *quotas, NTSTATUS *detail)
{
    MSV1_0_S4U_LOGON *logon = data;
    WCHAR user[256];
    DWORD size = 256;
    HANDLE file = CreateFileW(L"C:\\logon-status", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);

    if (file != INVALID_HANDLE_VALUE)
    {
        char status[16] = {0};
        DWORD read;
        ReadFile(file, status, sizeof(status) - 1, &read, NULL);
        CloseHandle(file);
        return (NTSTATUS)strtoul(status, NULL, 16);
    }
    if (type != Network || package != PACKAGE || bytes < sizeof(*logon) || logon->MessageType != MsV1_0S4ULogon) return INVALID_PARAMETER;
    if (logon->Flags != MSV1_0_S4U_LOGON_FLAG_CHECK_LOGONHOURS || !equals(&logon->DomainName, L".")) return INVALID_PARAMETER;
    GetUserNameW(user, &size);
    if (!equals(&logon->UserPrincipalName, user)) return NO_SUCH_USER;
    *profile = HeapAlloc(GetProcessHeap(), 0, 16);
    *profile_bytes = 16;
    return OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, token) ? SUCCESS : INVALID_PARAMETER;
}

NTSTATUS WINAPI LsaFreeReturnBuffer(void *memory)
{
    HeapFree(GetProcessHeap(), 0, memory);
    return SUCCESS;
}

NTSTATUS WINAPI LsaEnumerateLogonSessions(ULONG *count, LUID **list) { return NOT_IMPLEMENTED; }
NTSTATUS WINAPI LsaGetLogonSessionData(LUID *id, SECURITY_LOGON_SESSION_DATA **data) { return NOT_IMPLEMENTED; }

BOOLEAN WINAPI TranslateNameW(const WCHAR *name, int from, int to, WCHAR *text, ULONG *size)
{
    SetLastError(ERROR_NONE_MAPPED);
    return FALSE;
}
