#!/usr/bin/env bash
# Installs what the Wine suite needs: Debian's wine64, NSIS and osslsigncode (by apt, as root), Windows Node and koffi's Windows binary (by
# npm), and the rebuilt SCM. Without NSIS only the installer is skipped, without osslsigncode only what is signed.
# The suite itself installs nothing; without this it is skipped with the reason.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if ! [ -x /usr/lib/wine/wine64 ]; then
  command -v apt-get >/dev/null || { echo 'wine setup: this system has no apt' >&2; exit 1; }
  [ "$(id -u)" -eq 0 ] || { echo 'wine setup: run as root once, or install wine64 yourself' >&2; exit 1; }
  apt-get install -y --no-install-recommends wine64 >/dev/null || {
    apt-get update >/dev/null
    apt-get install -y --no-install-recommends wine64 >/dev/null
  }
fi
for needs in makensis:nsis:'the installer' osslsigncode:osslsigncode:'signatures' openssl:openssl:'signatures'; do
  IFS=: read -r tool package tested <<<"$needs"
  command -v "$tool" >/dev/null || { [ "$(id -u)" -eq 0 ] && apt-get install -y --no-install-recommends "$package" >/dev/null; } ||
    echo "wine setup: $tool is missing; install $package yourself to have $tested tested" >&2
done
(cd "$here" && npm ci --os=win32 --cpu=x64)
version=$(dpkg-query -W -f='${Version}' wine64)
scm="$here/../../.cache/wine/scm-$version"
for source in "$here"/scm/*; do
  [ "$scm/services.exe" -nt "$source" ] || { bash "$here/scm/build.sh" "$scm"; break; }
done
