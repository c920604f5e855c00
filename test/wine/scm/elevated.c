/*
 * Runs a program with the rights of an administrator: elevated.exe PROGRAM ARG…
 *
 * Wine 10 starts the first process of a command with the limited token of an administrator, as Windows does. The manifest of this program
 * (elevated.rc) asks for the full one, which what it starts inherits. It passes on its own standard streams and the exit code, and the
 * program ends with it, also where it is killed.
 */
#include <windows.h>

/* What follows the first argument of a command line, unchanged. */
static WCHAR *after_first_argument(WCHAR *text)
{
    BOOL quoted = FALSE;
    for (; *text && (quoted || (*text != ' ' && *text != '\t')); text++)
        if (*text == '"') quoted = !quoted;
    while (*text == ' ' || *text == '\t') text++;
    return text;
}

int main(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    STARTUPINFOW startup;
    PROCESS_INFORMATION child;
    DWORD code = 1;
    HANDLE job = CreateJobObjectW(NULL, NULL);

    /* Only the program itself is in the job: what it starts lives as long as it would without this one. */
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
    GetStartupInfoW(&startup);
    if (!CreateProcessW(NULL, after_first_argument(GetCommandLineW()), NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &child))
        return GetLastError();
    AssignProcessToJobObject(job, child.hProcess);
    ResumeThread(child.hThread);
    FreeConsole();
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return code;
}
