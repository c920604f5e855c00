#!/bin/sh
# Debian's makensis in the place of the one that electron-builder downloads: for 64 bits, because the rig's Wine has no 32, with the plugins
# that plugins.c stands in for. It is newer and sees an unused label in electron-builder's own templates (6012); every other warning is
# an error, as electron-builder wants it.
exec makensis '-XTarget amd64-unicode' "-X!addplugindir /amd64-unicode \"$STAND_INS/plugins\"" "-X!include \"$STAND_INS/process-info.nsh\"" \
  '-X!pragma warning disable 6012' "$@"
