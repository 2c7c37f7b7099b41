"""Small files are merged together, and that cannot be told from what becomes of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.prefetch import Read, read_pieces, together
from brapped_assets.warehouse import import_ledger
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.merge import exported_plays
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import account, document, extended, nameless
from brapped_assets_tests.warehouse.exported_plays import natural, tell
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear
from brapped_assets_tests.warehouse.polled_plays import Play, newcomer, song

NIGHT = datetime(2025, 4, 28, 23, 58, tzinfo=UTC)
ROWS = st.builds(
    lambda minute, second, ref, ms, kind: row(NIGHT + timedelta(minutes=minute, seconds=second), ref, ms, kind),
    st.integers(0, 4),
    st.sampled_from([0, 0, 41]),
    st.sampled_from("ab"),
    st.sampled_from([0, 31_000, 60_000]),
    st.sampled_from(["online", "online", "online", "offline", "unstamped", "account", "odd", "podcast"]),
)
FILES = st.lists(st.lists(ROWS, min_size=1, max_size=6), min_size=2, max_size=5)


def row(end: datetime, ref: str, ms_played: int, kind: str) -> dict[str, Any]:
    """A row of an export; an offline one was uploaded half an hour later."""
    name = f"Song {ref}"
    if kind == "account":
        return account(endTime=f"{end:%Y-%m-%d %H:%M}", trackName=name, msPlayed=ms_played)
    if kind == "podcast":
        return nameless(ts=f"{end:%Y-%m-%dT%H:%M:%SZ}", spotify_episode_uri="spotify:episode:x", episode_name="Talk")
    is_offline = kind in ("offline", "unstamped")
    told_at = end + timedelta(minutes=30) if is_offline else end
    return extended(
        ts="yesterday" if kind == "odd" else f"{told_at:%Y-%m-%dT%H:%M:%SZ}",
        ms_played=ms_played,
        master_metadata_track_name=name,
        spotify_track_uri=f"spotify:track:{ref:0>22}",
        offline=is_offline,
        offline_timestamp=int((end - timedelta(milliseconds=ms_played)).timestamp()) if kind == "offline" else None,
    )


def became(warehouse: Warehouse, listener_id: int) -> list[Any]:
    """The fact, what is kept of each file, and every track there is."""
    with warehouse.transaction() as tx:
        files = tx.execute(
            """select content_hash, rows_read, plays_added, plays_matched, plays_told_twice, plays_known,
                      plays_forgotten, rows_other, rows_odd, plays_told, first_at, last_at,
                      finished_at is not null as is_finished
               from audit.import_file where listener_id = %s order by content_hash""",
            (listener_id,),
        ).fetchall()
        tracks = tx.execute("select track_ref, title, artist from raw.export_track order by 1, 2, 3").fetchall()
        known = tx.execute("select track_ref, track_name from star.track_dim order by 1").fetchall()
        return [natural(tx, listener_id), files, tracks, known]


def somebody(warehouse: Warehouse, polled: list[int], forgotten_before: datetime | None) -> int:
    with warehouse.transaction() as tx:
        clear(tx)
        me = newcomer(tx, str(uuid4()), zone="UTC")
        tell(tx, me, [("poll", [Play(NIGHT + timedelta(seconds=at), song("a".zfill(22))) for at in polled])])
        values = {"before": forgotten_before, "me": me}
        tx.execute("update audit.listener set forgotten_before = %(before)s where listener_id = %(me)s", values)
        return me


def imported(warehouse: Warehouse, listener_id: int, folders: list[Path], piece_rows: int) -> Summary:
    summary = Summary()
    for folder in folders:
        import_history(warehouse, listener_id, [find_histories(folder)], summary, piece_rows=piece_rows)
    return summary


@examples(50)
@given(
    files=FILES,
    polled=st.lists(st.sampled_from([0, 41, 62, 120]), unique=True, max_size=3),
    forgotten_before=st.sampled_from([None, None, NIGHT + timedelta(minutes=2)]),
    more_rows=st.integers(0, 30),
)
def test_files_merged_together_in_any_grouping_become_what_they_become_one_by_one(
    warehouse: Warehouse,
    files: list[list[dict[str, Any]]],
    polled: list[int],
    forgotten_before: datetime | None,
    more_rows: int,
) -> None:
    with TemporaryDirectory() as at:
        apart = [Path(at, str(number)) for number in range(len(files))]
        all_of_them = Path(at, "all")
        for number, folder in enumerate(apart):
            for each in (folder, all_of_them):
                each.mkdir(exist_ok=True)
                (each / f"endsong_{number}.json").write_bytes(document(files[number]))
        in_order = [
            Path(at, file.name.removeprefix("endsong_").removesuffix(".json"))
            for file in find_histories(all_of_them).files
        ]
        me = somebody(warehouse, polled, forgotten_before)
        summary = imported(warehouse, me, in_order, 50_000)
        expected = became(warehouse, me)
        other = somebody(warehouse, polled, forgotten_before)
        at_once = imported(warehouse, other, [all_of_them], max(map(len, files)) + more_rows)
        assert became(warehouse, other) == expected
        # What was added, told of once and known is counted file by file; repeats are those of the last import.
        assert {**at_once.as_numbers(), "impossible_repeats": 0} == {**summary.as_numbers(), "impossible_repeats": 0}


def test_a_row_in_two_files_of_one_transaction_is_there_as_often_as_the_file_tells_it_that_tells_it_most(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    for number, times in enumerate([2, 3, 1]):
        (tmp_path / f"endsong_{number}.json").write_bytes(document([*[extended()] * times, extended(ms_played=number)]))
    me = somebody(warehouse, [], None)
    assert groups(tmp_path, 50_000) == [[0, 1, 2]]
    imported(warehouse, me, [tmp_path], 50_000)
    with warehouse.transaction() as tx:
        told = sorted((one.export_ms, one.export_nth) for one in natural(tx, me))
        files = tx.execute("select plays_added, plays_known from audit.import_file order by name").fetchall()
    assert told == [(0, 1), (1, 1), (2, 1), (200_000, 1), (200_000, 2), (200_000, 3)]
    assert [tuple(file.values()) for file in files] == [(3, 0), (2, 2), (1, 1)]


def groups(folder: Path, piece_rows: int) -> list[list[int]]:
    """The numbers of the documents whose rows are merged in one transaction."""
    reads = together(read_pieces(find_histories(folder).files, {}, piece_rows))
    return [[read.number for read in each if read.rows] for each in reads]


def test_files_are_merged_together_up_to_the_rows_of_a_piece_and_longer_ones_alone(tmp_path: Path) -> None:
    for number, rows in enumerate([2, 2, 2, 5, 1, 1, 4, 1]):
        told = [extended(ms_played=number)] * rows
        (tmp_path / f"endsong_{number}.json").write_bytes(document(told))
    assert groups(tmp_path, 4) == [[0, 1], [2], [], [], [3], [3], [4, 5], [6], [7]]


def test_a_track_comes_once_for_all_files_that_are_merged_together(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"endsong_{number}.json").write_bytes(document([extended(ms_played=number)]))

    def tracks(read: Read) -> int:
        assert read.piece is not None
        return len(read.piece.plays["extended"].tracks)

    first, second, third, fourth = [
        tracks(read) for read in read_pieces(find_histories(tmp_path).files, {}, 2) if read.rows
    ]
    assert first == third > second == fourth


@pytest.mark.parametrize("files", [1, 2, 3])
def test_stopped_within_a_file_it_leaves_nothing_of_those_it_is_merged_with(
    warehouse: Warehouse, tmp_path: Path, files: int
) -> None:
    """And the next import merges all of them."""
    for number in range(3):
        (tmp_path / f"endsong_{number}.json").write_bytes(document([extended(ms_played=number)] * 2))
    me = somebody(warehouse, [], None)
    before = became(warehouse, me)
    merge: Any = exported_plays.merge_introduced
    merged: list[int] = []

    def stopped(*args: Any) -> Any:
        merged.append(1)
        if len(merged) == files:
            raise KeyboardInterrupt
        return merge(*args)

    with patch.object(import_ledger, "merge_introduced", stopped), pytest.raises(KeyboardInterrupt):
        imported(warehouse, me, [tmp_path], 50_000)
    assert became(warehouse, me) == before
    summary = imported(warehouse, me, [tmp_path], 50_000)
    assert (summary.files, summary.files_known, summary.plays.added) == (3, 0, 6)
