"""What every command has in common: help, exit codes, and a sentence for whatever a user can cause."""

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import typer

from brapped_assets import __version__, cli
from brapped_assets.commands import status
from brapped_assets.console import runner
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, Said, User, wait_until

Brapped = Callable[..., Said]
COMMANDS = list(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]  # it is a group
CHECKOUT = Path(__file__).parents[2]


def test_help_lists_every_command_and_every_exit_code(brapped: Brapped) -> None:
    said = brapped("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert f" {command} " in said.output
    for code in (
        "0 done (status: healthy)",
        "1 something failed",
        "2 usage or configuration",
        "3 consent needed (brapped login)",
        "4 postponed by Spotify",
    ):
        assert code in said.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(brapped: Brapped, command: str) -> None:
    said = brapped(command, "--help")
    assert (said.code, said.errors) == (0, "")
    assert f"brapped {command}" in said.output


def test_the_version_is_told(brapped: Brapped) -> None:
    assert brapped("--version") == Said(0, __version__, "")


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what a process has loaded")
def test_ctrl_c_while_it_starts_is_no_traceback(user: User) -> None:
    with user.started("status") as started:
        process = psutil.Process(started.process.pid)
        # Then it is in the middle of its imports.
        wait_until(lambda: any("pydantic" in file.path for file in process.memory_maps()), "it imports")
        assert started.stop(signal.SIGINT) == 1
        assert started.says() == "Stopped."


@pytest.mark.slow
def test_ctrl_c_while_it_works_is_said_and_one_of_the_exit_codes(user: User) -> None:
    with user.started("status", DATABASE_URL="postgresql://me@127.0.0.1:1/nobody-listens") as started:
        wait_until(lambda: "Trying again." in started.says(), "it waits for its database")
        assert started.stop(signal.SIGINT) == 1
        assert started.says().endswith(" Stopped.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["up", "--port", "web"],
        ["up", "--port", "99999"],
        ["demo", "--port", "-1"],
        ["timezone", "Europe/Berlin", "Asia/Kolkata"],
        ["import"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(brapped: Brapped, arguments: list[str]) -> None:
    said = brapped(*arguments)
    assert said.code == 2
    assert "Usage: " in said.errors
    assert "Traceback" not in said.errors


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "BRAPPED_TIMEZON",
            "Europe/Berlin",
            "Unknown setting BRAPPED_TIMEZON. The settings are: BRAPPED_API_ORIGINS",
        ),
        ("BRAPPED_TIMEZONE", "Berlin", "BRAPPED_TIMEZONE: 'Berlin' is no IANA time zone"),
        ("BRAPPED_START", "soon", "BRAPPED_START: "),
        ("BRAPPED_HEARTBEAT_URL", "a-secret", "BRAPPED_HEARTBEAT_URL: this is no URL"),
        ("SPOTIFY_DAILY_CALL_BUDGET", "0", "SPOTIFY_DAILY_CALL_BUDGET: "),
    ],
)
def test_a_wrong_setting_is_named(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    said = brapped("status")
    assert (said.code, said.output) == (2, "")
    assert sentence in said.errors
    assert "a-secret" not in said.errors


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("name", ["Jürgen", "Jurgen\0"])
def test_a_settings_file_in_another_encoding_is_named(brapped: Brapped, encoding: str, name: str) -> None:
    Path(".env").write_bytes(f"BRAPPED_TIMEZONE=Europe/Berlin\nNAME={name}\n".encode(encoding))
    said = brapped("status")
    assert said.code == 2
    assert "The settings file .env is not UTF-8 text." in said.errors


@pytest.mark.parametrize("command", ["demo", "status"])
def test_a_settings_file_nobody_can_read_is_named_by_whoever_looks_first(brapped: Brapped, command: str) -> None:
    os.environ.pop("BRAPPED_HOME")
    Path(".env").write_bytes(b"BRAPPED_HOME=/tmp/\xff\n")
    said = brapped(command)
    assert said.code == 2
    assert "The settings file .env is not UTF-8 text." in said.errors


@pytest.mark.slow
def test_what_the_terminals_encoding_lacks_is_no_traceback(user: User) -> None:
    """As where Windows writes into a file: no ✓, no ✗, no →."""
    said = user.run("status", PYTHONIOENCODING="cp1252", BRAPPED_TIMEZONE="Berlin")
    assert said.code == 2
    assert said.errors.startswith("? BRAPPED_TIMEZONE: 'Berlin' is no IANA time zone")


@pytest.mark.parametrize("command", [["status"], ["sync"], ["up"], ["login", "--no-browser"], ["demo"]], ids=" ".join)
@pytest.mark.parametrize("home", ["a file", "not writable"])
def test_a_home_that_cannot_be_one_is_a_sentence(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str], home: str
) -> None:
    a_file = tmp_path / "file"
    a_file.touch()
    # In /proc nobody can make a folder, not even root.
    where = a_file if home == "a file" else Path("/proc/brapped")
    monkeypatch.setenv("BRAPPED_HOME", str(where))
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", "a-token")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "an-id")
    said = brapped(*command)
    assert said.code == 1
    assert said.errors.startswith("✗ ")
    assert str(where) in said.errors
    assert "BRAPPED_HOME" in said.errors
    assert "Traceback" not in said.errors


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_as_one_wherever_it_is_met(
    brapped: Brapped, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(status, "status", full)
    said = brapped("status")
    assert (said.code, said.errors) == (1, "✗ The disk is full. Make room, then run the same command again.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file on which nothing fits")
def test_an_output_that_goes_to_a_full_disk_ends_in_a_sentence_and_an_exit_code_of_ours(user: User) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [user.python.with_name("brapped"), "--version"],
            env=user.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "✗ The disk is full. Make room, then run the same command again.\n",
    )


@pytest.mark.parametrize("what", ["connection: refused", "creation"])
def test_what_dagster_tries_again_beside_another_command_is_no_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    monkeypatch.setattr(logging.getLogger(), "filters", [])
    runner.run(lambda: logging.getLogger().warning("Retrying failed database %s", what))
    assert caplog.records == []


def test_square_brackets_in_an_error_are_shown_as_they_are(brapped: Brapped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAPPED_TIMEZONE", "[bold]x[/nothing]")
    said = brapped("status")
    assert said.code == 2
    assert "'[bold]x[/nothing]' is no IANA time zone" in said.errors


@pytest.mark.slow
def test_the_checkout_loads_in_dagsters_own_tools_without_any_setting(user: User) -> None:
    """workspace.yaml is what `dagster-webserver -w` reads; `dg` reads pyproject.toml."""
    scripts = Path(sys.executable).parent
    clean = {name: user.environment[name] for name in ("PATH", "HOME", "LANG")}
    clean["PATH"] = f"{scripts}{os.pathsep}{clean['PATH']}"
    validate = [str(scripts / "dagster"), "definitions", "validate", "-w", str(CHECKOUT / "workspace.yaml")]
    listed = [str(scripts / "dg"), "list", "defs", "--json"]
    with (
        subprocess.Popen(
            validate, cwd=CHECKOUT, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as first,
        subprocess.Popen(
            listed, cwd=CHECKOUT, env=clean, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as second,
    ):
        validated, definitions = (
            first.communicate(timeout=PATIENCE_SECONDS)[0],
            second.communicate(timeout=PATIENCE_SECONDS)[0],
        )
    assert first.returncode == 0, validated
    assert second.returncode == 0
    for name in ("recently_played_raw", "streaming_fact", "hourly_plays", "daily_upkeep", "refresh_dimensions"):
        assert name in definitions
