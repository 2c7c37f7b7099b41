"""The first hour of the partitions: BRAPPED_START, else what this home wrote down at its first start."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from brapped_assets.home_folder import env_file, home_folder, keep_private
from brapped_assets.settings import Hour, SettingsError

FILE = "first_hour"
# How far back an hour that nobody closed is still asked for: the first poll closes the three days before the start.
LOOK_BACK = timedelta(hours=72)
# No clock of today is behind it but one that was never set; what such a clock says is not written down.
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)


class _Start(BaseSettings):
    """BRAPPED_START alone."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    brapped_start: Hour | None = None


def first_hour() -> datetime:
    """The first hour, UTC, whatever else is wrong with the settings; never raises.

    Without BRAPPED_START it is 72 hours before the first start, which the home remembers in the file `first_hour`. Of
    several first starts at once one writes it, and all take what it wrote. Where nothing can be written, it is 72 hours
    before this start.
    """
    now = datetime.now(UTC)
    with suppress(SettingsError, OSError, ValueError):
        file = home_folder() / FILE
        if now >= RELEASED and _given() is None and not file.exists():
            _write_once(file, hour_before_start(now))
    return known_first_hour()


def known_first_hour() -> datetime:
    """The same, and nothing is written: what an import may ask for. Before the first start, that of a start now."""
    if given := _given():
        return given
    with suppress(SettingsError, OSError, ValueError):
        written = (home_folder() / FILE).read_text(encoding="utf-8").strip()
        return datetime.fromisoformat(written).astimezone(UTC)
    now = datetime.now(UTC)
    return hour_before_start(now) if now >= RELEASED else RELEASED


def hour_before_start(now: datetime) -> datetime:
    """The first hour of whoever starts now, UTC."""
    return (now - LOOK_BACK).astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _given() -> datetime | None:
    with suppress(SettingsError, ValidationError, OSError):
        return _Start(_env_file=env_file()).brapped_start  # type: ignore[call-arg]  # see BaseSettings
    return None


def _write_once(file: Path, hour: datetime) -> None:
    """Write the hour unless somebody else just has; nobody ever reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    keep_private(file.parent)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_text(f"{hour.isoformat()}\n", encoding="utf-8")
    try:
        with suppress(FileExistsError):
            os.link(partial, file)
    finally:
        partial.unlink()
