"""The first hour of the partitions: given, or written down once."""

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from time_machine import travel

from brapped_assets.first_hour import first_hour
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.settings_file import write_env
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS

NOW = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
THREE_DAYS_BEFORE = datetime(2026, 11, 17, 15, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the home remembers it."""
    return tmp_path / "home" / "first_hour"


def test_the_first_start_writes_it_down_and_every_later_one_reads_it(file: Path) -> None:
    with travel(NOW, tick=False):
        assert first_hour() == THREE_DAYS_BEFORE
    with travel(datetime(2031, 4, 1, tzinfo=UTC)):
        assert first_hour() == THREE_DAYS_BEFORE
    assert file.read_text() == "2026-11-17T15:00:00+00:00\n"
    assert list(file.parent.iterdir()) == [file]
    if os.name == "posix" and os.geteuid() != 0:
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


# Eight processes, each with another clock, that all begin when the last of them is there.
STARTS = """
import multiprocessing, os
from datetime import UTC, datetime
import time_machine
from brapped_assets.first_hour import first_hour
together = multiprocessing.get_context("fork").Barrier(8)
for day in range(8):
    if os.fork() == 0:
        try:
            together.wait(60)
            with time_machine.travel(datetime(2026, 11, 20 + day, 10, tzinfo=UTC), tick=False):
                os.write(1, f"{first_hour().isoformat()}\\n".encode())
        finally:
            os._exit(0)
for _ in range(8):
    os.wait()
"""


def test_first_starts_at_once_agree(tmp_path: Path, file: Path) -> None:
    start = [sys.executable, "-c", STARTS]
    env = {"BRAPPED_HOME": str(file.parent)}
    ran = subprocess.run(
        start, check=True, timeout=PATIENCE_SECONDS, env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert ran.stdout == file.read_text() * 8
    assert list(file.parent.iterdir()) == [file]


def test_a_given_start_counts_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("BRAPPED_START", "2024-05-06T07:30:00+02:00")
    assert first_hour() == datetime(2024, 5, 6, 5, tzinfo=UTC)
    assert not file.parent.exists()


def test_that_of_a_home_that_is_set_up_stays_whatever_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    write_env(file.parent / ".env", {"BRAPPED_START": "2025-03-04T05:00:00+00:00"})
    monkeypatch.setenv("BRAPPED_NOBODY_KNOWS", "1")
    assert first_hour() == datetime(2025, 3, 4, 5, tzinfo=UTC)
    assert not file.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("BRAPPED_START", "soon"), ("BRAPPED_TIMEZON", "Asia/Kolkata"), ("BRAPPED_STORAGE_LIMIT_MB", "much")],
)
def test_it_is_known_whatever_is_wrong_with_the_settings(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with travel(NOW, tick=False):
        assert first_hour() == THREE_DAYS_BEFORE
    with pytest.raises(SettingsError, match=name):
        Settings.load()


def test_where_nothing_can_be_written_it_is_that_of_this_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("BRAPPED_HOME", str(tmp_path / "a file" / "home"))
    with travel(NOW, tick=False):
        assert first_hour() == THREE_DAYS_BEFORE


def test_a_file_that_says_no_hour_is_passed_over(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("soon\n")
    with travel(NOW, tick=False):
        assert first_hour() == THREE_DAYS_BEFORE
    assert file.read_text() == "soon\n"


@pytest.mark.parametrize("year", [1970, 2000])
def test_a_clock_that_was_never_set_writes_nothing(file: Path, year: int) -> None:
    with travel(datetime(year, 1, 2, tzinfo=UTC), tick=False):
        assert first_hour() == datetime(2026, 1, 1, tzinfo=UTC)
    assert not file.exists()
