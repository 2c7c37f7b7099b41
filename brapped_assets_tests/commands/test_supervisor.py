"""What holds the processes of `up` together, without a start of them."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from brapped_assets.commands.up import AlreadyUp, only_one
from brapped_assets.services import orphans, ports, supervisor
from brapped_assets.services.process_log import ProcessLog
from brapped_assets_tests.commands.subprocess_user import User, wait_until


def test_a_taken_port_is_named_and_the_next_one_used(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        services = supervisor.plan(user.folder, Console(width=200), name="brapped", port=port)
    assert port < services.page_port < services.dagster_port
    assert capsys.readouterr().out == f"Port {port} is taken; using {services.page_port}.\n"


def test_trouble_is_shown_until_all_are_told_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = ProcessLog(tmp_path / "log", Console(width=200))
    log.write("daemon", "all is well")
    log.write("daemon", "SomeError: before")
    log.write("daemon", "\x1b[32m12:00\x1b[0m - \x1b[31mERROR\x1b[0m - coloured")
    log.is_ending = True
    log.write("daemon", "Traceback (most recent call last):")
    shown = capsys.readouterr().out
    assert [line.split("  (more")[0] for line in shown.splitlines()] == [
        "! daemon: SomeError: before",
        "! daemon: 12:00 - ERROR - coloured",
    ]
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 4
    assert "�" not in written


def test_no_free_port_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 65535)), pytest.raises(OSError, match="name another with --port"):
        ports.free_port(65535)


def test_what_a_killed_supervisor_left_is_stopped_and_nothing_else(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "GRACE_SECONDS", 0.5)
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    stubborn = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
    ]
    mine = {**user.environment, orphans.MARK: str(user.folder)}
    with (
        subprocess.Popen(sleep, env=mine) as leftover,
        subprocess.Popen(stubborn, env=mine, stdout=subprocess.PIPE) as deaf,
        subprocess.Popen(sleep, env={**mine, orphans.MARK: f"{user.folder}/other"}) as of_another_home,
        # Somebody's shell, in which they look around in this instance.
        subprocess.Popen(sleep, env={**user.environment, "DAGSTER_HOME": str(user.folder)}) as shell,
    ):
        try:
            assert deaf.stdout is not None
            deaf.stdout.readline()
            assert orphans.stop_leftovers(user.folder) == 2
            wait_until(lambda: leftover.poll() is not None and deaf.poll() is not None, "both have ended")
            assert of_another_home.poll() is None
            assert shell.poll() is None
        finally:
            for process in (leftover, deaf, of_another_home, shell):
                process.kill()


def test_a_holder_that_has_not_said_yet_where_it_listens_is_one_all_the_same(tmp_path: Path) -> None:
    with only_one(tmp_path) as running:
        # Just made, or on a full disk.
        running.touch()
        with pytest.raises(AlreadyUp, match="Brapped is already up: it is starting"), only_one(tmp_path):
            pass
        assert running.exists()


def test_a_home_is_held_once_and_a_killed_holder_holds_nothing(user: User) -> None:
    home = user.folder / "held"
    hold = (
        "import sys, time; from pathlib import Path; from brapped_assets.commands.up import only_one\n"
        "with only_one(Path(sys.argv[1])) as running:\n"
        '    running.write_text(\'{"page": "http://there"}\'); print(1, flush=True); time.sleep(60)'
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(home)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(AlreadyUp, match="Brapped is already up: http://there"), only_one(home):
                pass
        finally:
            holder.kill()
    with only_one(home) as running:
        assert running == home / "running.json"
    assert not running.exists()
