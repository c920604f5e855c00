/*
 * Stands in for the NSIS plugins of electron-builder (StdUtils, UAC, WinShell, Nsis7z), which exist for 32 bits only and are downloaded: one
 * library with the functions that its templates call, under their names. The archive is that of archive.mjs.
 * The calling convention is that of NSIS (Examples/Plugin/nsis/pluginapi.h).
 */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>

typedef struct stack_t {
  struct stack_t *next;
  WCHAR text[1];
} stack_t;

#define FUNCTION(name) \
  __declspec(dllexport) void name(HWND parent, int string_size, WCHAR *variables, stack_t **stack, void *extra)

static void pop(stack_t **stack, WCHAR *text, int size) {
  stack_t *top = *stack;
  text[0] = 0;
  if (!top) return;
  lstrcpynW(text, top->text, size);
  *stack = top->next;
  GlobalFree(top);
}

static void push(stack_t **stack, const WCHAR *text, int size) {
  stack_t *top = GlobalAlloc(GPTR, sizeof(stack_t) + size * sizeof(WCHAR));
  lstrcpynW(top->text, text, size);
  top->next = *stack;
  *stack = top;
}

#define POPPED(name) \
  WCHAR name[1024]; \
  pop(stack, name, 1024)
#define ANSWER(text) push(stack, text, string_size)

/* StdUtils */

/* The value of --name or /name in the command line; NULL where it is not there. */
static const WCHAR *parameter(const WCHAR *name) {
  static WCHAR value[1024];
  int count, length = lstrlenW(name);
  WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &count);
  const WCHAR *found = NULL;
  for (int i = 1; i < count && !found; i++) {
    const WCHAR *argument = argv[i];
    if (argument[0] == '/') argument += 1;
    else if (argument[0] == '-' && argument[1] == '-') argument += 2;
    else continue;
    if (_wcsnicmp(argument, name, length) != 0) continue;
    if (argument[length] == '=') found = lstrcpynW(value, argument + length + 1, 1024);
    else if (argument[length] == 0) found = lstrcpynW(value, L"", 1024);
  }
  LocalFree(argv);
  return found;
}

FUNCTION(TestParameter) {
  POPPED(name);
  ANSWER(parameter(name) ? L"true" : L"false");
}

FUNCTION(GetParameter) {
  POPPED(otherwise);
  POPPED(name);
  const WCHAR *value = parameter(name);
  ANSWER(value ? value : otherwise);
}

FUNCTION(GetAllParameters) {
  POPPED(truncate);
  const WCHAR *rest = GetCommandLineW();
  int quoted = 0;
  for (; *rest && (quoted || *rest != ' '); rest++)
    if (*rest == '"') quoted = !quoted;
  while (*rest == ' ') rest++;
  ANSWER(rest);
}

FUNCTION(GetParentPath) {
  POPPED(path);
  WCHAR *last = wcsrchr(path, '\\');
  if (last) *last = 0;
  ANSWER(path);
}

/* Not started: there is no app. The link is kept for whoever wants to know what would have been. */
FUNCTION(ExecShellAsUser) {
  POPPED(arguments);
  POPPED(verb);
  POPPED(file);
  ANSWER(L"ok");
}

/* UAC: whether this process is elevated; nobody is asked, and consent is never given. */

static int is_elevated(void) {
  HANDLE token;
  TOKEN_ELEVATION elevation = {0};
  DWORD size;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return 0;
  GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
  CloseHandle(token);
  return elevation.TokenIsElevated != 0;
}

FUNCTION(_) {
  POPPED(what);
  if (what[0] == '0') lstrcpynW(variables, L"1223", string_size);
  else if (what[0] == '2') ANSWER(is_elevated() ? L"1" : L"0");
  else ANSWER(L"0");
}

/* WinShell: what it sets in a shortcut, nobody here reads. */

FUNCTION(SetLnkAUMI) {
  POPPED(link);
  POPPED(id);
}
FUNCTION(UninstAppUserModelId) {
  POPPED(id);
}
FUNCTION(UninstShortcut) {
  POPPED(link);
}

/* Nsis7z: into the working directory, which is the installer's output folder. */

static void make_folders(WCHAR *file) {
  for (WCHAR *at = wcschr(file, '\\'); at; at = wcschr(at + 1, '\\')) {
    *at = 0;
    CreateDirectoryW(file, NULL);
    *at = '\\';
  }
}

FUNCTION(Extract) {
  POPPED(path);
  static char bytes[1 << 20];
  FILE *archive = _wfopen(path, L"rb");
  unsigned int name_length;
  while (archive && fread(&name_length, 4, 1, archive) == 1) {
    WCHAR name[1024] = {0};
    unsigned int left;
    fread(name, 2, name_length, archive);
    fread(&left, 4, 1, archive);
    make_folders(name);
    FILE *file = _wfopen(name, L"wb");
    while (left > 0) {
      size_t count = fread(bytes, 1, left < sizeof bytes ? left : sizeof bytes, archive);
      if (count == 0) break;
      if (file) fwrite(bytes, 1, count, file);
      left -= count;
    }
    if (file) fclose(file);
  }
  if (archive) fclose(archive);
}
