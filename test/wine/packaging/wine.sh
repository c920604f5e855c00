#!/bin/sh
# The rig's Wine, where electron-builder starts one: it runs an installer once, to have it write its uninstaller.
export WINEDEBUG=-all WINEDLLOVERRIDES='services.exe=n;mscoree,mshtml=' HOME="$WINEPREFIX/home"
exec /usr/lib/wine/wine64 "$@" </dev/null
