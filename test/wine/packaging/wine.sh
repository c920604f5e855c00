#!/bin/sh
# The rig's Wine, where electron-builder starts one: it runs an installer once, to have it write its uninstaller. The desktop that Wine starts
# for its first window outlives the installer: with the caller's pipes in its hands, the caller would wait for it.
export WINEDEBUG=-all WINEDLLOVERRIDES='services.exe=n;mscoree,mshtml=' HOME="$WINEPREFIX/home"
exec "$(dirname "$(readlink -f "$0")")/../../../scripts/wine.sh" "$@" </dev/null >>"$WINEPREFIX/installer.log" 2>&1
