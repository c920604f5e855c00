#!/bin/sh
# Debian's Wine itself (the `wine` script in front of it asks for 32-bit packages that nothing here needs), with the addresses of its
# processes not randomised where the system permits that. With them, the heap of Wine's loader begins anywhere within 1 GB, and one process
# of 2,000 does not start, with Windows error 1359: its heap covers 0x7ffe0000, where every Windows process has a page shared with Windows.
wine=/usr/lib/wine/wine64
setarch -R true 2>/dev/null && exec setarch -R "$wine" "$@"
exec "$wine" "$@"
