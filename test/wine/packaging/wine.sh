#!/bin/sh
# The rig's Wine, where electron-builder starts one: it runs an installer once, to have it write its uninstaller. The desktop that Wine starts
# for its first window outlives the installer: with the caller's pipes in its hands, the caller would wait for it.
export WINEDEBUG=-all WINEDLLOVERRIDES='services.exe=n;mscoree,mshtml=' HOME="$WINEPREFIX/home"
exec /usr/lib/wine/wine64 "$@" </dev/null >>"$WINEPREFIX/installer.log" 2>&1
