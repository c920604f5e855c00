"""Runs `hermes …` with its code for Windows, for tests on any system.

Only the checks of the system are replaced, and the task scheduler reports that
it has no tasks; everything else is Hermes itself.
"""

from hermes_cli import gateway, gateway_windows

gateway.is_windows = lambda: True
gateway.is_macos = gateway.supports_systemd_services = gateway.is_termux = lambda: False
gateway_windows._assert_windows = lambda: None
gateway_windows._exec_schtasks = lambda args, **_: (1, "", f"no such task: {args}")

from hermes_cli.main import main  # noqa: E402

main()
