/*
 * Stands in for Electron's executable, which is downloaded when an app is packaged: a small program with what electron-builder looks for,
 * the wire of the fuses, all as Electron ships them, and a version resource (program.rc). With two files as its arguments it is a program
 * that does not close: it keeps the first to itself, says so by making the second, and ends when that one is gone.
 */
#include <windows.h>
#include <shellapi.h>

/* Sentinel, version, count, then one character for each fuse: "0" off, "1" on, "r" removed. */
static const volatile char fuses[] = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x09" "101100011";

int main(void) {
  int count;
  WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &count);
  if (count < 3) return fuses[0] == 'd' ? 0 : 1;
  HANDLE file = CreateFileW(argv[1], GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return 2;
  CloseHandle(CreateFileW(argv[2], GENERIC_WRITE, FILE_SHARE_DELETE, NULL, CREATE_NEW, 0, NULL));
  while (GetFileAttributesW(argv[2]) != INVALID_FILE_ATTRIBUTES) Sleep(20);
  return 0;
}
