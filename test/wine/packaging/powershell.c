/*
 * Stands in for PowerShell, of which Wine has an empty one: answers what electron-builder's templates ask with it before they replace files,
 * whether a process runs from a folder (exit code 0), and ends those that do. What they say comes in the command line:
 * …StartsWith($env:HERMES_APP_FOLDER…) -and $_.ProcessId -ne PID…, with or without Stop-Process.
 */
#include <windows.h>
#include <tlhelp32.h>
#include <wchar.h>

int main(void) {
  const WCHAR *line = GetCommandLineW();
  if (!wcsstr(line, L"StartsWith($env:HERMES_APP_FOLDER,")) return 0; /* Is it there, and allowed? */
  WCHAR from[MAX_PATH];
  DWORD length = GetEnvironmentVariableW(L"HERMES_APP_FOLDER", from, MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return 1;
  const WCHAR *not = wcsstr(line, L"-ne ");
  DWORD spared = not ? wcstoul(not + 4, NULL, 10) : 0;
  int stops = wcsstr(line, L"Stop-Process") != NULL, count = 0;
  PROCESSENTRY32W entry = {sizeof entry};
  HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  for (BOOL more = Process32FirstW(list, &entry); more; more = Process32NextW(list, &entry)) {
    WCHAR path[MAX_PATH];
    if (entry.th32ProcessID == spared) continue;
    DWORD size = MAX_PATH;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE, FALSE, entry.th32ProcessID);
    if (!process) continue;
    if (QueryFullProcessImageNameW(process, 0, path, &size) && _wcsnicmp(path, from, length) == 0) {
      count += 1;
      if (stops) TerminateProcess(process, 1);
    }
    CloseHandle(process);
  }
  return stops || count > 0 ? 0 : 1;
}
