"""The readers against the simulated listener, who knows what was really played."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import Tally, truth, write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.history.discovery import find_histories
from brapped_assets.history.model import HistoryPlay, OddRow

LISTENER = Listener(Catalogue(), plays_per_day=90)
START, END = datetime(2021, 11, 1, tzinfo=UTC), datetime(2022, 3, 1, tzinfo=UTC)


def exported(path: Path) -> list[HistoryPlay]:
    rows = [row for file in find_histories(path).files for row in file.read()]
    assert not any(isinstance(row, OddRow) for row in rows)
    return [row for row in rows if isinstance(row, HistoryPlay)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["my_spotify_data.zip", "unpacked"])
def test_an_extended_export_holds_the_truth_by_day_and_track(tmp_path: Path, name: str) -> None:
    found: dict[tuple[date, str, str], Tally] = defaultdict(lambda: Tally(0, 0, 0, 0))
    for play in exported(write_export(LISTENER, tmp_path / name, start=START, end=END)):
        key = (play.ended_at.date(), play.title, play.artist)
        so_far = found[key]
        found[key] = Tally(
            so_far.rows + 1,
            so_far.plays + (play.ms_played >= 30_000),
            so_far.ms_played + play.ms_played,
            so_far.skips + (play.skipped is True),
        )
    assert dict(found) == truth(LISTENER, START, END)


def test_account_data_holds_the_same_plays_to_the_minute(tmp_path: Path) -> None:
    account = exported(write_export(LISTENER, tmp_path / "a.zip", start=START, end=END, kind="account"))
    extended = exported(write_export(LISTENER, tmp_path / "e.zip", start=START, end=END))
    assert sorted((play.ended_at, play.title, play.ms_played) for play in account) == sorted(
        (play.ended_at.replace(second=0, microsecond=0), play.title, play.ms_played) for play in extended
    )
    assert all(play.ended_at - START < timedelta(days=121) for play in account)
