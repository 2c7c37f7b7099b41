"""Rows that an older parser found odd, read again: what becomes of them is what a fresh import makes of their files."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.model import OddRow, Row
from brapped_assets.history.parsing import parse_row
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.warehouse import forgetting
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import account, document, extended, nameless
from brapped_assets_tests.transfer.test_exporter import NOW, exported
from brapped_assets_tests.transfer.test_importer import count, imported
from brapped_assets_tests.warehouse.exported_plays import natural
from brapped_assets_tests.warehouse.merge.test_spoken_plays import known
from brapped_assets_tests.warehouse.polled_plays import newcomer

EPISODE = {"spotify_episode_uri": "spotify:episode:1", "episode_name": "One", "episode_show_name": "Monday"}
CHAPTER = {"audiobook_chapter_uri": "spotify:episode:2", "audiobook_title": "Salt"}
TIME = {"endTime": "2025-04-28 21:04"}
AUDIO, VIDEO, ACCOUNT = "Streaming_History_Audio_2025", "Streaming_History_Video_2025", "StreamingHistory_podcast"
# By the file they stand in, a song, an episode and a chapter. Of the video and account data's song one counts.
ROWS: dict[str, list[Callable[[], dict[str, Any]]]] = {
    AUDIO: [extended, lambda: nameless(**EPISODE), lambda: nameless(**CHAPTER)],
    VIDEO: [extended, lambda: nameless(**EPISODE), lambda: nameless(**CHAPTER)],
    ACCOUNT: [
        lambda: account(**TIME),
        lambda: account(**TIME, trackName=None, podcastName="Monday", episodeName="One"),
        lambda: account(**TIME, trackName=None, audiobookName="Salt", chapterName="Two"),
    ],
}
# Which row, and whether it is told plainly or in a form that an older parser did not understand.
TELLINGS = st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=6)
FILES = st.lists(st.tuples(st.sampled_from(list(ROWS)), TELLINGS), min_size=1, max_size=3)


def written(folder: Path, files: list[tuple[str, list[tuple[int, bool]]]]) -> None:
    for number, (name, tellings) in enumerate(files):
        rows = [ROWS[name][which]() for which, _ in tellings]
        for row, (_, is_new) in zip(rows, tellings, strict=True):
            length = "msPlayed" if "msPlayed" in row else "ms_played"
            row |= {length: str(row[length]) if is_new else row[length]}
            if "reason_end" in row:
                row["reason_end"] = f"file {number}"
        (folder / f"{name}_{number}.json").write_bytes(document(rows))


def parsed_by_an_older_version(row: Any, *, now: datetime) -> Row:
    """As by a parser that did not know of times played that are texts."""
    if isinstance(row.get("ms_played", row.get("msPlayed")), str):
        return OddRow(json.dumps(row), "the time played is a text")
    return parse_row(row, now=now)


@contextmanager
def older_version(warehouse: Warehouse) -> Iterator[None]:
    """What is imported meanwhile an older parser has read."""
    with pytest.MonkeyPatch.context() as older:
        older.setattr("brapped_assets.history.history_file.parse_row", parsed_by_an_older_version)
        older.setattr("brapped_assets.transfer.retried_rows.PARSER_VERSION", 0)
        yield
    with warehouse.transaction() as tx:
        tx.execute("update audit.rejected_row set parser_version = 0")


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, zone="UTC")


def everything(tx: Connection, listener_id: int) -> list[Any]:
    """All plays, and all that is spoken."""
    return [natural(tx, listener_id), known(tx, listener_id)]


@examples(30)
@given(files=FILES, piece_rows=st.sampled_from([1, 2, 50_000]), is_imported_again=st.booleans())
@example(files=[(AUDIO, [(1, True), (1, False)])], piece_rows=1, is_imported_again=False)
@example(files=[(VIDEO, [(0, True), (2, True)])], piece_rows=2, is_imported_again=False)
@example(files=[(VIDEO, [(0, False)]), (ACCOUNT, [(0, True), (0, True)])], piece_rows=2, is_imported_again=False)
def test_retrying_odd_rows_gives_what_a_fresh_import_gives(
    warehouse: Warehouse, files: list[tuple[str, list[tuple[int, bool]]]], piece_rows: int, *, is_imported_again: bool
) -> None:
    with warehouse.transaction() as tx:
        upgraded, fresh = newcomer(tx, str(uuid4()), zone="UTC"), newcomer(tx, str(uuid4()), zone="UTC")
    with TemporaryDirectory() as at:
        folder = Path(at)
        written(folder, files)
        with older_version(warehouse):
            imported(warehouse, upgraded, folder, piece_rows=piece_rows)
        imported(warehouse, upgraded, *[folder] * is_imported_again, piece_rows=piece_rows)
        imported(warehouse, fresh, folder, piece_rows=piece_rows)
        with warehouse.transaction() as tx:
            assert everything(tx, upgraded) == everything(tx, fresh)
    assert count(warehouse, "audit.rejected_row") == 0


def test_what_an_older_parser_found_odd_is_read_again(warehouse: Warehouse, me: int, tmp_path: Path) -> None:
    (tmp_path / "endsong_0.json").write_bytes(document([extended(ms_played="soon"), extended()]))
    imported(warehouse, me, tmp_path)
    with warehouse.transaction() as tx:
        tx.execute("update audit.rejected_row set parser_version = 0")
    imported(warehouse, me, tmp_path)
    assert count(warehouse, "audit.rejected_row where parser_version > 0") == 1
    with warehouse.transaction() as tx:
        # As if this parser understood it.
        tx.execute("update audit.rejected_row set parser_version = 0, payload = replace(payload, '\"soon\"', '1000')")
    imported(warehouse, me, tmp_path)
    assert count(warehouse, "audit.rejected_row") == 0
    assert count(warehouse, "star.streaming_fact") == 2


def one_file(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(document(rows))
    return folder


def heard(*, is_new: bool = False, month: int = 2) -> dict[str, Any]:
    return nameless(ts=f"2025-{month:02}-01T20:00:00Z", ms_played="1000" if is_new else 1000, **EPISODE)


def fresh_import(warehouse: Warehouse, *folders: Path, forgotten_before: datetime | None = None) -> list[Any]:
    with warehouse.transaction() as tx:
        fresh = newcomer(tx, str(uuid4()), zone="UTC")
        values = {"before": forgotten_before, "me": fresh}
        tx.execute("update audit.listener set forgotten_before = %(before)s where listener_id = %(me)s", values)
    imported(warehouse, fresh, *folders)
    with warehouse.transaction() as tx:
        return everything(tx, fresh)


@pytest.mark.parametrize("is_imported_again", [True, False])
def test_an_odd_row_of_a_file_whose_music_is_forgotten_still_counts_beside_its_equals(
    warehouse: Warehouse, me: int, tmp_path: Path, *, is_imported_again: bool
) -> None:
    rows = [extended(ts="2025-01-01T20:00:00Z"), heard(), heard(is_new=True)]
    folder = one_file(tmp_path / "export", f"{AUDIO}_0.json", *rows)
    cut = datetime(2025, 1, 15, tzinfo=UTC)
    with older_version(warehouse):
        imported(warehouse, me, folder)
        with warehouse.transaction() as tx:
            assert forgetting.preview(tx, me, cut).files == 0
        forgetting.forget(warehouse, me, before=cut, now=NOW)
        imported(warehouse, me, *[folder] * is_imported_again)
    imported(warehouse, me)
    expected = fresh_import(warehouse, folder, forgotten_before=cut)
    with warehouse.transaction() as tx:
        assert everything(tx, me) == expected
        assert [len(part) for part in expected] == [0, 2]
        vouched = tx.execute("select first_at, last_at from audit.import_file where listener_id = %s", [me]).fetchall()
    assert vouched == [{"first_at": None, "last_at": None}]


@pytest.mark.parametrize("is_understood_first", [True, False])
def test_odd_rows_out_of_an_export_of_ours_count_in_each_file_that_has_them_and_in_none_twice(
    warehouse: Warehouse, me: int, tmp_path: Path, *, is_understood_first: bool
) -> None:
    """Whether this warehouse knows the files of the other one, has understood the row meanwhile, or neither."""
    theirs = one_file(tmp_path / "theirs", f"{AUDIO}_0.json", heard(), heard(), heard(is_new=True))
    mine = one_file(tmp_path / "mine", f"{AUDIO}_1.json", heard(is_new=True))
    with warehouse.transaction() as tx:
        other = newcomer(tx, str(uuid4()), zone="UTC")
    with older_version(warehouse):
        imported(warehouse, other, theirs)
        ours = exported(warehouse, other, tmp_path / "ours")
        imported(warehouse, me, mine, *[theirs] * is_understood_first)
    if is_understood_first:
        imported(warehouse, me)
    with older_version(warehouse):
        # The first time nothing, the second time everything is there.
        for _ in range(2):
            import_history(warehouse, me, [find_histories(ours)], Summary())
    imported(warehouse, me)
    expected = fresh_import(warehouse, theirs, mine)
    with warehouse.transaction() as tx:
        assert everything(tx, me) == expected
        assert [len(part) for part in expected] == [0, 3]
