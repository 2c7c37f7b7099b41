"""Episodes, chapters and videos through an import: kept once, read again after an older reader, never music."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.dry_run import preview
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.warehouse import import_ledger
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.listeners import listeners
from brapped_assets.warehouse.merge.play_merge import MergeOutcome
from brapped_assets.warehouse.merge.spoken_plays import SpokenOutcome
from brapped_assets_tests.history.export_builders import AUDIO, account, extended, nameless
from brapped_assets_tests.transfer.test_exporter import NOW, exported
from brapped_assets_tests.warehouse.merge.test_spoken_plays import known, shown, songs
from brapped_assets_tests.warehouse.polled_plays import newcomer

EPISODE = {"spotify_episode_uri": "spotify:episode:1", "episode_name": "One", "episode_show_name": "Monday"}
CHAPTER = {"audiobook_chapter_uri": "spotify:episode:2", "audiobook_title": "Salt", "audiobook_uri": "spotify:show:2"}
AUDIO_ROWS = [
    extended(ts="2025-04-28T20:00:00Z"),
    nameless(ts="2025-04-28T21:00:00Z", reason_end="trackdone", **EPISODE),
    nameless(ts="2025-04-28T22:00:00Z", **CHAPTER),
    extended(ts="2025-04-28T23:00:00Z"),
]
VIDEO_ROWS = [nameless(ts="2025-04-29T10:00:00Z", **EPISODE), extended(ts="2025-04-29T11:00:00Z")]
PODCASTS = [account(endTime="2025-04-28 21:00", podcastName="Monday", episodeName="One")]
for podcast in PODCASTS:
    del podcast["trackName"], podcast["artistName"]
ALL = [
    ("podcast", "One", "Monday", 200_000, "export"),
    ("audiobook", None, "Salt", 200_000, "export"),
    ("video", "One", "Monday", 200_000, "export"),
    ("video", "Rain", "Asha Rao", 200_000, "export"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export of both kinds."""
    folder = tmp_path / "export"
    folder.mkdir()
    for name, rows in (
        (AUDIO, AUDIO_ROWS),
        ("Streaming_History_Video_2025.json", VIDEO_ROWS),
        ("StreamingHistory_podcast_0.json", PODCASTS),
    ):
        (folder / name).write_text(json.dumps(rows))
    return folder


def taken_in(warehouse: Warehouse, listener_id: int, path: Path) -> Summary:
    summary = Summary()
    import_history(warehouse, listener_id, [find_histories(path)], summary, piece_rows=3)
    return summary


def asked(warehouse: Warehouse, listener_id: int, about: Callable[[Connection, int], Any]) -> Any:
    with warehouse.transaction() as tx:
        return about(tx, listener_id)


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, zone="UTC")


def test_all_forms_are_kept_once_and_none_is_music(warehouse: Warehouse, me: int, folder: Path) -> None:
    summary = taken_in(warehouse, me, folder)
    assert summary.spoken == SpokenOutcome(added=5)
    assert summary.other == {"podcast": 2, "audiobook": 1, "video": 2}
    assert (3, "of these, which are no music, not known before") not in summary.told()
    assert (5, "of these, which are no music, not known before") in summary.told()
    assert asked(warehouse, me, shown) == ALL
    assert asked(warehouse, me, songs) == ["Rain", "Rain"]
    again = taken_in(warehouse, me, folder)
    assert (again.files_known, again.spoken, again.other) == (3, SpokenOutcome(), summary.other)
    assert asked(warehouse, me, shown) == ALL


def test_files_an_older_reader_has_read_are_read_again_and_no_music_doubles(
    warehouse: Warehouse, me: int, folder: Path
) -> None:
    taken_in(warehouse, me, folder)
    before = asked(warehouse, me, known)
    with warehouse.transaction() as tx:
        tx.execute("delete from star.spoken_play")
        tx.execute("delete from star.spoken_item")
        tx.execute("update audit.import_file set reader_version = 1")
        assert import_ledger.files_to_read_again(tx, me) == 3
    shown_before = preview(warehouse, lambda tx: listeners(tx)[0], [find_histories(folder)])
    # What they tell of music is known: no month has plays in them that are not imported yet.
    assert (shown_before.told, shown_before.remarks()) == ({}, [])
    summary = taken_in(warehouse, me, folder)
    assert shown_before.summary == summary
    assert (summary.plays.known, summary.plays.added, summary.spoken) == (2, 0, SpokenOutcome(added=5))
    assert (summary.files, summary.files_known, summary.files_read_again) == (3, 3, 3)
    assert asked(warehouse, me, known) == before
    assert asked(warehouse, me, songs) == ["Rain", "Rain"]
    with warehouse.transaction() as tx:
        assert import_ledger.files_to_read_again(tx, me) == 0


@pytest.mark.parametrize("piece_rows", [1, 3])
def test_a_file_that_is_read_again_is_counted_as_the_known_file_it_is(
    warehouse: Warehouse, me: int, folder: Path, piece_rows: int
) -> None:
    """Each of an import's files is new, known, or known and read again; what was forgotten stays counted as that."""
    with warehouse.transaction() as tx:
        tx.execute("update audit.listener set forgotten_before = '2025-04-28 21:30+00'")
    taken_in(warehouse, me, folder)
    known_whole = taken_in(warehouse, me, folder)
    assert known_whole.plays == MergeOutcome(known=1, forgotten=1)
    with warehouse.transaction() as tx:
        tx.execute("update audit.import_file set reader_version = 1 where name <> 'StreamingHistory_podcast_0.json'")
    (folder / "endsong_1.json").write_text(json.dumps([extended(ts="2025-05-01T20:00:00Z")]))
    found = [find_histories(folder)]
    shown_before = preview(warehouse, lambda tx: listeners(tx)[0], found, piece_rows=piece_rows)
    again = Summary()
    import_history(warehouse, me, found, again, piece_rows=piece_rows)
    assert shown_before.summary == again
    assert shown_before.told.total() == 1
    assert (again.files, again.files_known, again.files_read_again) == (4, 3, 2)
    assert again.plays == known_whole.plays + MergeOutcome(added=1)
    assert (again.other, again.odd, again.rows) == (known_whole.other, known_whole.odd, known_whole.rows + 1)


def test_a_dry_run_says_what_the_import_does_and_keeps_nothing(warehouse: Warehouse, me: int, folder: Path) -> None:
    shown_before = preview(warehouse, lambda tx: listeners(tx)[0], [find_histories(folder)])
    assert asked(warehouse, me, known) == []
    done = taken_in(warehouse, me, folder)
    assert shown_before.summary.told() == done.told()


def test_an_export_of_ours_brings_everything_back_and_what_was_forgotten_stays_so(
    warehouse: Warehouse, me: int, folder: Path, tmp_path: Path
) -> None:
    taken_in(warehouse, me, folder)
    ours = exported(warehouse, me, tmp_path / "ours")
    before = asked(warehouse, me, known)
    with warehouse.transaction() as tx:
        other = newcomer(tx, "other", zone="UTC")
    taken_in(warehouse, other, ours)
    assert asked(warehouse, other, known) == before
    with warehouse.transaction() as tx:
        cut = tx.execute("select max(played_at) as at from star.spoken_play").fetchone()
    assert cut is not None
    forget(warehouse, other, before=cut["at"], now=NOW)
    taken_in(warehouse, other, ours)
    taken_in(warehouse, other, folder)
    assert asked(warehouse, other, shown) == ALL[3:]
    assert asked(warehouse, me, known) == before


def test_old_account_data_that_names_an_episode_as_a_song_gives_way_to_extended_history(
    warehouse: Warehouse, me: int, folder: Path, tmp_path: Path
) -> None:
    old = tmp_path / "StreamingHistory0.json"
    old.write_text(json.dumps([account(endTime="2025-04-28 21:00", artistName="Monday", trackName="One")]))
    taken_in(warehouse, me, old)
    assert asked(warehouse, me, songs) == ["One"]
    taken_in(warehouse, me, folder)
    assert asked(warehouse, me, songs) == ["Rain", "Rain"]
    assert asked(warehouse, me, shown) == ALL
