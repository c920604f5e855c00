/*
 * Stands in for the host executable: so that an installer is small: starts the real one, which lies in the rig (PROGRAM of the
 * compiler's command line), with its own arguments, and ends with its exit code.
 */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

int main(void) {
  static WCHAR line[32768];
  STARTUPINFOW startup = {sizeof startup};
  PROCESS_INFORMATION process;
  DWORD code = 1;
  const WCHAR *rest = GetCommandLineW();
  int quoted = 0;
  for (; *rest && (quoted || *rest != ' '); rest++)
    if (*rest == '"') quoted = !quoted;
  _snwprintf(line, 32767, L"\"%ls\"%ls", PROGRAM, rest);
  if (!CreateProcessW(PROGRAM, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) return 1;
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &code);
  return code;
}
