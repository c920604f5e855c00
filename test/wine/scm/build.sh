#!/usr/bin/env bash
# Builds Wine's services.exe (the SCM) with failure actions that act, from Debian's own source package of the installed Wine:
# Wine accepts SERVICE_CONFIG_FAILURE_ACTIONS but neither keeps nor acts on them, and before Wine 10 does not notice that a service process died.
# Also builds elevated.exe, by which the rig starts programs with the rights of an administrator where Wine does not, and sign-in.dll, by which
# its user signs in and out.
#   build.sh OUT_DIR     writes OUT_DIR/services.exe, elevated.exe and sign-in.dll, or exits 1; the reason is printed on stderr and is in
#                        OUT_DIR/why-not, which the suite shows
# The compiler and Wine's headers come from apt (as root, once); the source list of this one run is the machine's own, as deb-src.
set -euo pipefail

[ $# -eq 1 ] || { echo 'usage: build.sh OUT_DIR' >&2; exit 1; }
out=$(mkdir -p "$1" && cd "$1" && pwd)
rm -f "$out/services.exe" "$out/elevated.exe" "$out/sign-in.dll" "$out/why-not"
fail() { trap - ERR; echo "$*" | tee "$out/why-not" >&2; exit 1; }
# No step may fail without a reason.
set -E
trap 'fail "the build of the SCM failed in line $LINENO: $BASH_COMMAND"' ERR
here=$(cd "$(dirname "$0")" && pwd)

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || fail 'this system has no apt, so there is no source package of its Wine'
version=$(dpkg-query -W -f='${source:Version}' wine64 2>/dev/null) || fail 'wine64 is not installed as a Debian package'
[ -n "$version" ] || fail 'wine64 is not installed as a Debian package'

headers=/usr/include/wine/wine
libraries=/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
command -v xz >/dev/null || { [ "$(id -u)" -eq 0 ] && apt-get install -y --no-install-recommends xz-utils >/dev/null; } ||
  fail 'xz is missing, which unpacks the source of Wine; install xz-utils'
if ! command -v x86_64-w64-mingw32-gcc >/dev/null || ! command -v widl >/dev/null || ! [ -d $headers/windows ]; then
  [ "$(id -u)" -eq 0 ] || fail 'mingw and the headers of Wine are missing; install gcc-mingw-w64-x86-64 wine64-tools libwine-dev'
  apt-get install -y --no-install-recommends gcc-mingw-w64-x86-64 wine64-tools libwine-dev >/dev/null ||
    fail 'apt could not install gcc-mingw-w64-x86-64 wine64-tools libwine-dev'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

# Both of apt's formats, enabled files only; a source without sources is no reason to stop, the missing package is.
mkdir -p parts lists/partial cache/archives/partial src
shopt -s nullglob
for file in /etc/apt/sources.list.d/*.sources; do
  sed -E 's/^Types:.*$/Types: deb-src/' "$file" >"parts/$(basename "$file")"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$file" ] && sed -nE 's/^[[:space:]]*deb(-src)?[[:space:]]+/deb-src /p' "$file" | sort -u >"parts/$(basename "${file%.list}").list"
done
apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::State::Lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update >update.log 2>&1 || true
"${apt[@]}" source --download-only "wine=$version" >source.log 2>&1 ||
  fail "apt has no source package of wine $version: $(tail -n 1 source.log)"

tar xJf wine_*.orig.tar.xz -C src --strip-components=1 --wildcards '*/programs/services/*' '*/include/wine/*' 2>tar.log ||
  fail "the source of wine $version cannot be unpacked: $(tail -n 1 tar.log)"
cd src/programs/services
cp "$here/recovery.c" .

# Five calls into recovery.c: where actions and flag are configured, a service is marked for deletion, a process is born, and STOPPED is reported.
declare_hooks='extern void recovery_set_actions(struct service_entry*,const SERVICE_FAILURE_ACTIONSW*);'
declare_hooks+=' extern void recovery_set_flag(struct service_entry*,BOOL);'
declare_hooks+=' extern void recovery_watch(struct service_entry*,struct process_entry*);'
declare_hooks+=' extern void recovery_deleted(struct service_entry*);'
declare_hooks+=' extern void recovery_stopped(struct service_entry*,DWORD);'
sed -i "/#include \"services.h\"/a $declare_hooks" rpc.c services.c
sed -i 's/^\( *\)case SERVICE_CONFIG_FAILURE_ACTIONS:/&\n\1    recovery_set_actions(service->service_entry, config.actions);\n\1    break;\n\1case SERVICE_CONFIG_FAILURE_ACTIONS_FLAG:\n\1    recovery_set_flag(service->service_entry, config.actionsflag->fFailureActionsOnNonCrashFailures);\n\1    break;/' rpc.c
sed -i 's/^\( *\)process->process = pi.hProcess;/&\n\1recovery_watch(service_entry, process);/' services.c
sed -i '/svcctl_SetServiceStatus(/,/^}/ s/^\( *\)service->service_entry->process = NULL;/\1recovery_stopped(service->service_entry, status->dwWin32ExitCode);\n&/' rpc.c
sed -i 's/^\( *\)err = mark_for_delete(service->service_entry);/\1{\n\1    err = mark_for_delete(service->service_entry);\n\1    recovery_deleted(service->service_entry);\n\1}/' rpc.c
for hook in recovery_deleted:rpc.c recovery_set_actions:rpc.c recovery_set_flag:rpc.c recovery_watch:services.c recovery_stopped:rpc.c; do
  [ "$(grep -c "${hook%%:*}(" "${hook##*:}")" -ge 2 ] || fail "the source of wine $version has no place for ${hook%%:*}"
done

build() {
  (cd "$here" && x86_64-w64-mingw32-windres elevated.rc "$work/elevated-resources.o")
  x86_64-w64-mingw32-gcc -O2 -s -o "$out/elevated.exe" "$here/elevated.c" "$work/elevated-resources.o"
  x86_64-w64-mingw32-gcc -O2 -s -shared -Wl,--export-all-symbols -o "$out/sign-in.dll" "$here/sign-in.c"
  widl -m64 --win64 -Oicf -I../../include -I$headers/windows -s -o svcctl_s.c svcctl.idl
  widl -m64 --win64 -I../../include -I$headers/windows -h -o svcctl.h svcctl.idl
  for unit in rpc services utils svcctl_s recovery; do
    x86_64-w64-mingw32-gcc -c -O2 -w -nostdinc -D__WINESRC__ -D_UCRT -I. -I../../include -I$headers/windows -I$headers/msvcrt -o $unit.o $unit.c
  done
  x86_64-w64-mingw32-gcc -o "$out/services.exe" rpc.o services.o utils.o svcctl_s.o recovery.o \
    -nostartfiles -nodefaultlibs -mconsole -Wl,--entry,mainCRTStartup -L$libraries \
    -lsetupapi -luserenv -ladvapi32 -lsechost -lrpcrt4 -lwinecrt0 -lucrtbase -lkernel32 -lntdll
}
build >"$work/build.log" 2>&1 || true
[ -f "$out/services.exe" ] && [ -f "$out/elevated.exe" ] && [ -f "$out/sign-in.dll" ] ||
  fail "services.exe of wine $version does not compile: $(grep -m 1 -i error "$work/build.log" || tail -n 1 "$work/build.log")"
echo "$out/services.exe"
