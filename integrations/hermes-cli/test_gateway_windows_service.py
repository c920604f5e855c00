"""``hermes gateway <verb>`` is passed to the Windows service while there is one.

For the Hermes with the patch of this folder, of every version that has one.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import types
import unittest
from argparse import Namespace
from pathlib import Path
from unittest import mock

from hermes_cli import gateway, gateway_windows, gateway_windows_service, main

try:
    from hermes_cli import gateway_migrate, update_cmd_windows
except ImportError:  # before 0.20: one gateway for each profile, and the update is in main
    gateway_migrate = update_cmd_windows = None

VERBS = ["install", "uninstall", "start", "stop", "restart", "status"]


class WithService(unittest.TestCase):
    """A Hermes that takes this system for Windows, without a task scheduler, and a stand-in for hermes-gateway."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.local = Path(folder.name).resolve()
        self.home = self.local / "hermes"
        self.home.mkdir()
        self.asked = []
        self.exit_code = 0
        self.answer = "HermesGateway is running."
        self.program = self.local / "hermes-gateway"
        self.program.touch()
        self.replace(
            (gateway, "is_windows", lambda: True),
            (gateway, "is_macos", lambda: False),
            (gateway, "supports_systemd_services", lambda: False),
            (gateway, "is_termux", lambda: False),
            (gateway, "is_managed", lambda: False),
            (gateway, "find_gateway_pids", lambda **_: []),
            (gateway, "_dispatch_via_service_manager_if_s6", lambda *_: False),
            (gateway, "_print_other_profiles_gateway_status", lambda: None),
            (gateway_windows, "_assert_windows", lambda: None),
            (gateway_windows, "_exec_schtasks", self._schtasks),
            (gateway_windows, "_spawn_detached", self._detached),
            (gateway_windows_service.shutil, "which", lambda _name: str(self.program)),
            (gateway_windows_service, "_call", self._call),
        )
        environment = {
            "LOCALAPPDATA": str(self.local),
            "APPDATA": str(self.local),
            "HERMES_HOME": str(self.home),
            "HERMES_GATEWAY_LOCK_DIR": str(self.local / "locks"),
        }
        patch = mock.patch.dict(os.environ, environment)
        patch.start()
        self.addCleanup(patch.stop)

    def replace(self, *replacements):
        for target, name, value in replacements:
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def _schtasks(self, args, **_options):
        self.asked.append(["schtasks", *args])
        return 1, "", "not found"

    def _detached(self, *_args, **_options):
        self.asked.append(["detached"])
        return 1

    def _call(self, argv, output, _limit_s):
        self.asked.append(argv)
        output.write(self.answer.encode())
        return self.exit_code

    def install_service(self, home=None, name="HermesGateway"):
        definition = self.local / "HermesGatewayService" / name / "definition.json"
        definition.parent.mkdir(parents=True)
        definition.write_text(json.dumps({"home": str(home or self.home)}), encoding="utf-8")

    def of_service(self, verb):
        return [str(self.program), "--home", str(self.home), verb]


class VerbsTest(WithService):
    def _gateway(self, verb):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            gateway.gateway_command(Namespace(gateway_command=verb))
        return said.getvalue()

    def test_every_verb_is_passed_to_the_service(self):
        self.install_service()
        for verb in VERBS:
            with self.subTest(verb=verb):
                self.asked.clear()
                self.assertIn("HermesGateway is running.", self._gateway(verb))
                self.assertEqual(self.asked, [self.of_service(verb)])

    def test_without_a_service_hermes_does_what_it_did(self):
        for verb in ["stop", "status", "uninstall"]:
            with self.subTest(verb=verb):
                self.asked.clear()
                self._gateway(verb)
                self.assertIn(["schtasks", "/Query", "/TN", gateway_windows.get_task_name()], self._tasks())
                self.assertNotIn(self.of_service(verb), self.asked)

    def test_a_service_without_its_program_leaves_the_verb_to_hermes(self):
        self.install_service()
        self.program.unlink()
        self.assertFalse(gateway_windows_service.is_installed())
        for verb in ["stop", "status", "uninstall"]:
            with self.subTest(verb=verb):
                self.asked.clear()
                self._gateway(verb)
                self.assertIn(["schtasks", "/Query", "/TN", gateway_windows.get_task_name()], self._tasks())

    def test_a_program_in_the_current_folder_is_not_run(self):
        self.install_service()
        self.replace((gateway_windows_service.shutil, "which", lambda _name: "./hermes-gateway"))
        self.assertFalse(gateway_windows_service.is_installed())

    def test_the_program_can_be_named(self):
        self.install_service()
        named = self.local / "named"
        named.touch()
        with mock.patch.dict(os.environ, {"HERMES_GATEWAY_PROGRAM": str(named)}):
            self._gateway("start")
        self.assertEqual(self.asked, [[str(named), "--home", str(self.home), "start"]])

    def test_the_program_beside_the_registered_service_comes_before_the_path(self):
        self.install_service()
        beside = self.local / "hermes-gateway.exe"
        beside.touch()
        image_path = f'"{self.local / "hermes-gateway-host.exe"}" service --service HermesGateway'
        winreg = types.SimpleNamespace(
            HKEY_LOCAL_MACHINE=0,
            OpenKey=lambda _root, path: contextlib.nullcontext(path),
            QueryValueEx=lambda _key, _name: (image_path, 1),
        )
        with mock.patch.dict(sys.modules, {"winreg": winreg}):
            self._gateway("start")
        self.assertEqual(self.asked, [[str(beside), "--home", str(self.home), "start"]])

    def test_a_service_of_another_profile_is_another_service(self):
        work = self.home / "profiles" / "work"
        self.install_service(work, "HermesGateway-work")
        self.assertFalse(gateway_windows_service.is_installed())
        self.assertTrue(gateway_windows_service.is_installed(work))
        with mock.patch.dict(os.environ, {"HERMES_HOME": str(work)}):
            self.assertEqual(gateway_windows_service.get_service_name(), "HermesGateway-work")

    def test_both_names_of_the_default_service_are_accepted(self):
        self.install_service(name="HermesGateway-default")
        self.assertEqual(gateway_windows_service.get_service_name(), "HermesGateway-default")
        self.assertTrue(gateway_windows_service.is_installed())
        owns = getattr(gateway_windows, "hermes_owns_windows_service", None)
        for name in ("HermesGateway", "HermesGateway-default"):
            if owns:  # 0.19 asks no service manager
                self.assertTrue(owns(name, "", ()), name)

    def test_a_definition_that_cannot_be_read_is_none(self):
        self.install_service()
        definition = self.local / "HermesGatewayService" / "HermesGateway" / "definition.json"
        for damaged in ["", "{", "[]", "{}", '{"home": 1}']:
            with self.subTest(damaged=damaged):
                definition.write_text(damaged, encoding="utf-8")
                self.assertFalse(gateway_windows_service.is_installed())

    def test_a_service_that_is_gone_after_all_leaves_the_verb_to_hermes(self):
        self.install_service()
        self.exit_code = 4
        self._gateway("status")
        self.assertEqual(self.asked[0], self.of_service("status"))
        self.assertIn(["schtasks", "/Query", "/TN", gateway_windows.get_task_name()], self._tasks())

    def test_a_status_of_a_stopped_service_is_no_failure(self):
        self.install_service()
        self.exit_code = 3
        self.answer = "HermesGateway is stopped."
        self.assertIn("HermesGateway is stopped.", self._gateway("status"))

    def test_a_failure_is_reported_and_hermes_neither_stops_nor_starts_a_gateway(self):
        self.install_service()
        for self.exit_code in [7, None]:
            for verb in ["install", "uninstall", "start", "stop", "restart"]:
                with self.subTest(verb=verb, exit_code=self.exit_code):
                    self.asked.clear()
                    with self.assertRaises(SystemExit) as ended:
                        self._gateway(verb)
                    self.assertEqual(ended.exception.code, 1)
                    self.assertEqual(self.asked, [self.of_service(verb)])

    @unittest.skipUnless(gateway_migrate, "this Hermes ends no gateway before a restart")
    def test_a_gateway_of_the_service_is_never_ended_as_an_orphan(self):
        marked = []
        self.replace(
            (gateway, "find_gateway_pids", lambda **_: [4711]),
            (gateway, "_windows_scheduled_task_supervises", lambda _name: False),
            (gateway, "_await_gateway_exit", lambda *_args, **_options: []),
            (sys.modules["gateway.status"], "write_planned_stop_marker", marked.append),
        )
        gateway._reap_unsupervised_gateway_orphans()
        self.assertEqual(marked, [4711])
        self.install_service()
        gateway._reap_unsupervised_gateway_orphans()
        self.assertEqual(marked, [4711])

    def test_a_stop_from_inside_the_gateway_stays_refused(self):
        self.install_service()
        if gateway_migrate:
            from tools import process_registry

            self.replace((process_registry, "_is_supervised_gateway_process", lambda: True))
        with mock.patch.dict(os.environ, {"_HERMES_GATEWAY": "1"}):
            for verb in ["stop", "restart"]:
                with self.subTest(verb=verb), self.assertRaises(SystemExit):
                    self._gateway(verb)
        self.assertEqual(self.asked, [])

    def _tasks(self):
        return [asked[:4] for asked in self.asked]


class CallTest(unittest.TestCase):
    def test_every_verb_has_a_limit(self):
        self.assertEqual(sorted(gateway_windows_service._LIMITS_S), sorted(VERBS))

    def test_a_program_that_does_not_end_is_ended_though_what_it_started_keeps_its_output_open(self):
        sleeps = [sys.executable, "-c", "import time; time.sleep(30)"]
        script = f"import subprocess; subprocess.run({sleeps!r})"
        began = time.monotonic()
        with tempfile.TemporaryFile() as output:
            self.assertIsNone(gateway_windows_service._call([sys.executable, "-c", script], output, 0.5))
        self.assertLess(time.monotonic() - began, 15)

    def test_the_output_and_the_exit_code_of_a_program_are_kept(self):
        script = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
        with tempfile.TemporaryFile() as output:
            self.assertEqual(gateway_windows_service._call([sys.executable, "-c", script], output, 30), 3)
            output.seek(0)
            self.assertEqual(output.read().decode().split(), ["out", "err"])

    def test_a_program_that_cannot_be_run_is_a_failure(self):
        with tempfile.TemporaryFile() as output, self.assertRaises(gateway_windows_service.GatewayServiceCommandError):
            gateway_windows_service._call([str(Path(__file__).parent)], output, 1)


class UpdateTest(WithService):
    def setUp(self):
        super().setUp()
        self.replace((main, "_is_windows", lambda: True))

    def test_an_update_starts_no_gateway_beside_the_service(self):
        self.install_service()
        main._cold_start_windows_gateway_after_update()
        self.assertEqual(self.asked, [])

    @unittest.skipUnless(update_cmd_windows, "this Hermes makes no such plan")
    def test_an_update_plans_no_start_beside_the_service(self):
        self.replace((gateway_windows, "is_task_registered", lambda: True))
        self.assertIsNotNone(update_cmd_windows._windows_cold_start_plan())
        self.install_service()
        self.assertIsNone(update_cmd_windows._windows_cold_start_plan())

    @unittest.skipUnless(update_cmd_windows, "this Hermes makes no such plan")
    def test_an_update_plans_no_start_beside_the_service_of_another_profile(self):
        work = self.home / "profiles" / "work"
        work.mkdir(parents=True)
        (work / "config.yaml").touch()
        self.replace((gateway_windows, "attested_death_generation", lambda *_args, **_options: "1"))
        self.replace((sys.modules["hermes_cli.update_cmd"], "_desktop_owns_gateway_lifecycle", lambda: True))
        token = {"cold_start_if_installed": True}
        update_cmd_windows._record_attested_cold_start_profiles(token, set())
        self.assertEqual(token.pop("cold_start_profiles"), {"work": "1"})
        self.install_service(work, "HermesGateway-work")
        update_cmd_windows._record_attested_cold_start_profiles(token, set())
        self.assertNotIn("cold_start_profiles", token)

    @unittest.skipUnless(update_cmd_windows, "this Hermes refreshes no launchers")
    def test_an_update_writes_no_launcher_beside_the_service(self):
        written = []
        self.replace(
            (gateway_windows, "is_task_registered", lambda: True),
            (gateway_windows, "_write_task_script", lambda: written.append("task")),
            (gateway_windows, "reconcile_scheduled_task", lambda _name: written.append("task")),
        )
        with contextlib.redirect_stdout(io.StringIO()):
            update_cmd_windows._refresh_windows_gateway_launchers()
            self.assertEqual(written, ["task", "task"])
            self.install_service()
            update_cmd_windows._refresh_windows_gateway_launchers()
        self.assertEqual(written, ["task", "task"])


@unittest.skipUnless(gateway_migrate, "this Hermes has no migration to one gateway")
class MigrationTest(WithService):
    """``hermes gateway migrate --multiplex``, and the same at the end of ``hermes update``."""

    def setUp(self):
        super().setUp()
        self.work = self.home / "profiles" / "work"
        self.work.mkdir(parents=True)
        for home in [self.home, self.work]:
            (home / "config.yaml").touch()
        self.stopped = []
        self.replace(
            (gateway_migrate, "_stop_gateway_process", lambda home: self.stopped.append(home)),
            (gateway_migrate, "_own_gateway_pid", lambda home, _owner: 4711 if home == self.work else None),
            (gateway_migrate, "_wait_for_served", lambda *_: None),
        )

    def _migrate(self, migrate):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            migrate()
        return said.getvalue()

    def _command(self):
        gateway_migrate.cmd_migrate(Namespace(yes=True, dry_run=False, multiplex=True))

    def test_it_stops_a_gateway_without_a_service(self):
        for migrate in [self._command, gateway_migrate.maybe_auto_migrate_after_update]:
            with mock.patch.object(gateway_migrate, "_restart_default", lambda *_args, **_options: "restarted"):
                self._migrate(migrate)
            self.assertEqual(self.stopped.pop(), self.work)
            (self.home / "gateway_migration.json").unlink()
            (self.home / "config.yaml").write_text("")

    def test_it_stops_no_gateway_of_a_service_and_changes_nothing(self):
        self.install_service(self.work, "HermesGateway-work")
        for migrate in [self._command, gateway_migrate.maybe_auto_migrate_after_update]:
            said = self._migrate(migrate)
            self.assertIn("Profile 'work' is kept running by the service HermesGateway-work.", said)
            self.assertEqual((self.stopped, self.asked_of_service()), ([], []))
            self.assertEqual((self.home / "config.yaml").read_text(), "")
            self.assertFalse((self.home / "gateway_migration.json").exists())

    def test_a_migration_that_is_resumed_leaves_the_gateway_of_a_service(self):
        self.install_service(self.work, "HermesGateway-work")
        (self.home / "gateway_migration.json").write_text('{"version": 1, "secondaries": []}')
        with mock.patch.object(gateway_migrate, "_restart_default", lambda *_args, **_options: "restarted"):
            said = self._migrate(self._command)
        self.assertIn("work: left to the service HermesGateway-work", said)
        self.assertEqual((self.stopped, self.asked_of_service()), ([], []))

    def test_it_restarts_the_default_gateway_through_its_service(self):
        self.install_service()
        self._migrate(self._command)
        self.assertEqual(self.stopped, [self.work])
        self.assertEqual(self.asked_of_service(), [self.of_service("restart")])

    def test_it_starts_no_gateway_beside_a_service_that_did_not_restart(self):
        self.install_service()
        self.exit_code = 7
        spawned = []
        self.replace((gateway, "_spawn_detached_gateway", lambda: spawned.append(1)))
        with mock.patch.object(gateway_migrate, "_COMPENSATOR_WAIT_SECONDS", 0):
            said = self._migrate(self._command)
        self.assertIn("hermes-gateway restart failed (exit code 7)", said)
        self.assertEqual(spawned, [])

    def asked_of_service(self):
        return [asked for asked in self.asked if asked[0] == str(self.program)]


if __name__ == "__main__":
    unittest.main()
