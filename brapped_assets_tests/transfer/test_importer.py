"""Imports of the simulated listener's exports, held to what was really played."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import Kind, Tally, truth, write_export
from brapped_assets.demo.listener import Listener, Play
from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import HistoryError, NotAnExport
from brapped_assets.history.model import HistoryPlay, Row
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.listener_choice import resolve_listener
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, merge_plays
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import FOLDER, document, extended, nameless, zipped
from brapped_assets_tests.history.test_history_file import ODDITIES
from brapped_assets_tests.history.test_mutations import FLIPS, LINES, flipped, outcome
from brapped_assets_tests.warehouse.imported_files import miss
from brapped_assets_tests.warehouse.polled_plays import Play as Item
from brapped_assets_tests.warehouse.polled_plays import at, newcomer, page, song

START, END = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LISTENER = Listener(Catalogue(), plays_per_day=60)
Tallies = dict[tuple[date, str, str], Tally]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], Path]:
    """A month of the simulated listener's exports: a zip of either kind."""
    folder = tmp_path_factory.mktemp("exports")
    made: dict[Kind, Path] = {}

    def export(kind: Kind) -> Path:
        if kind not in made:
            made[kind] = write_export(LISTENER, folder / f"{kind}.zip", start=START, end=END, kind=kind)
        return made[kind]

    return export


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, zone="UTC")


def imported(warehouse: Warehouse, listener_id: int, *paths: Path, piece_rows: int = 50_000) -> Summary:
    summary = Summary()
    import_history(warehouse, listener_id, [find_histories(path) for path in paths], summary, piece_rows=piece_rows)
    assert summary.rows == sum((*astuple(summary.plays), *summary.other.values(), *summary.odd.values()))
    return summary


def shown(play: Play) -> bool:
    """Whether the API shows it at all."""
    return play.ms_played >= 30_000 and not play.private


def payload(play: Play) -> dict[str, Any]:
    track = play.track
    credited = [{"id": artist.id, "name": artist.name} for artist in track.artists]
    album = {"id": track.album.id, "name": track.album.name, "artists": [{"name": a.name} for a in track.album.artists]}
    more = {"name": track.name, "artists": credited, "album": album, "uri": track.uri}
    return song(track.id or "", duration_ms=track.duration_ms) | more | {"id": track.id}


def poll(warehouse: Warehouse, listener_id: int, plays: Sequence[Play]) -> None:
    items = [Item(play.played_at, payload(play)) for play in plays if shown(play)]
    with warehouse.transaction() as tx:
        land(tx, page(listener_id, items))
    with warehouse.transaction() as tx:
        merge_plays(tx, listener_id, NOW)


def tallies(warehouse: Warehouse) -> Tallies:
    """The fact by UTC day, title and album artist, as the exports name them."""
    with warehouse.transaction() as tx:
        rows = tx.execute(
            """select f.played_on, x.title, x.artist, count(*) as rows,
                      count(*) filter (where f.ms_played >= 30000) as plays, sum(f.ms_played) as ms,
                      count(*) filter (where f.skipped) as skips
               from star.streaming_fact f join raw.export_track x using (export_track_key)
               group by 1, 2, 3"""
        ).fetchall()
    return {
        (row["played_on"], row["title"], row["artist"]): Tally(row["rows"], row["plays"], int(row["ms"]), row["skips"])
        for row in rows
    }


def count(warehouse: Warehouse, what: str) -> int:
    with warehouse.transaction() as tx:
        row = tx.execute(f"select count(*)::int as n from {what}".encode()).fetchone()
    assert row is not None
    return int(row["n"])


def everything(warehouse: Warehouse) -> list[dict[str, Any]]:
    with warehouse.transaction() as tx:
        return tx.execute(
            """select f.played_at, t.track_ref, f.ms_played, f.is_estimated, f.api_at, f.export_at, f.export_ms,
                      f.in_extended, f.in_account, f.skipped, x.title
               from star.streaming_fact f join star.track_dim t using (track_key)
               left join raw.export_track x using (export_track_key)
               order by f.played_at, t.track_ref, f.export_at, f.ms_played"""
        ).fetchall()


def test_extended_history_gives_exactly_what_was_played(
    warehouse: Warehouse, me: int, exports: Callable[[Kind], Path]
) -> None:
    summary = imported(warehouse, me, exports("extended"))
    expected = truth(LISTENER, START, END)
    assert tallies(warehouse) == expected
    assert summary.plays == MergeOutcome(added=sum(tally.rows for tally in expected.values()))
    assert summary.other["podcast"] > 0
    assert (summary.odd, summary.failed) == ({}, [])


def test_account_data_first_and_extended_history_weeks_later_tell_every_play_once(
    warehouse: Warehouse, me: int, exports: Callable[[Kind], Path]
) -> None:
    first = imported(warehouse, me, exports("account"))
    assert first.plays == MergeOutcome(added=first.plays.added)
    assert [name for name, _ in first.ignored] == [
        "Spotify Account Data/Userdata.json",
        "Spotify Account Data/Playlist1.json",
    ]
    later = imported(warehouse, me, exports("extended"))
    assert later.plays == MergeOutcome(told_twice=first.plays.added)
    assert tallies(warehouse) == truth(LISTENER, START, END)


def test_polled_plays_and_extended_history_are_matched_and_counted(
    warehouse: Warehouse, me: int, exports: Callable[[Kind], Path]
) -> None:
    last_days = LISTENER.plays_between(END - timedelta(days=3), END)
    poll(warehouse, me, last_days)
    summary = imported(warehouse, me, exports("extended"))
    polled = {play for play in last_days if shown(play)}
    matched = sum(not play.track.is_local for play in polled)
    assert tallies(warehouse) == truth(LISTENER, START, END, polled=polled.__contains__)
    assert summary.plays.matched == matched > 50
    assert count(warehouse, "bi.plays where source = 'both'") == matched
    assert count(warehouse, "bi.plays where source = 'api'") == len(polled) - matched
    again = imported(warehouse, me, exports("extended"))
    assert again.plays == MergeOutcome(known=summary.plays.added + matched)


def test_the_same_file_twice_and_its_folder_beside_it_are_known(
    warehouse: Warehouse, me: int, exports: Callable[[Kind], Path], tmp_path: Path
) -> None:
    first = imported(warehouse, me, exports("extended"))
    before = everything(warehouse)
    write_export(LISTENER, tmp_path / "unpacked", start=START, end=END)
    again = imported(warehouse, me, tmp_path / "unpacked", exports("extended"))
    assert (again.files, again.files_known) == (2 * first.files, 2 * first.files)
    assert again.plays == MergeOutcome(known=2 * first.plays.added)
    assert again.other == first.other + first.other
    assert everything(warehouse) == before
    # One export, packed or not, by whatever path.
    assert count(warehouse, "(select distinct right(archive, 12) from audit.archive_member) one") == 1


def test_the_next_export_closes_a_gap_between_a_known_file_and_a_new_one(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    def month(number: int) -> bytes:
        rows = [extended(ts=f"2026-{number:02}-{day:02}T10:00:00Z", ms_played=day) for day in (2, 27)]
        return document([*rows, extended(ts=f"2026-{number:02}-28T10:00:00Z", offline=True)])

    def export(name: str, *months: int) -> Path:
        names = (f"{FOLDER}/Streaming_History_Audio_2026_{number}.json" for number in months)
        return zipped(tmp_path / name, dict(zip(names, map(month, months), strict=True)))

    with warehouse.transaction() as tx:
        minutes = (datetime(2026, 3, 1, tzinfo=UTC) - at(0)) / timedelta(minutes=1)
        # Between the plays of February and March there are four days and a bit.
        miss(tx, me, minutes - 4 * 24 * 60, minutes + 3 * 24 * 60)

    def told() -> list[tuple[str, str | None]]:
        with warehouse.transaction() as tx:
            rows = tx.execute("select gap_start, gap_end, closed_by from bi.coverage_gaps order by 1").fetchall()
        return [(f"{row['gap_start']:%d %H}-{row['gap_end']:%d %H}", row["closed_by"]) for row in rows]

    imported(warehouse, me, export("first.zip", 1, 2))
    february, march = (f"Streaming_History_Audio_2026_{number}.json" for number in (2, 3))
    assert told() == [("25 00-27 10", f"{february} in first.zip"), ("27 10-04 00", None)]
    summary = imported(warehouse, me, export("again.zip", 2, 3))
    assert (summary.files, summary.files_known) == (2, 1)
    assert told() == [
        ("25 00-27 10", f"{february} in first.zip"),
        ("27 10-02 10", f"{february} and {march} in again.zip"),
        ("02 10-04 00", f"{march} in again.zip"),
    ]
    with warehouse.transaction() as tx:
        rows = tx.execute("select running_number, split_part(archive, ' ', 1) as archive from audit.archive_member")
        assert {tuple(row.values()) for row in rows.fetchall()} == {
            (1, "first.zip"), (2, "first.zip"), (2, "again.zip"), (3, "again.zip"),
        }  # fmt: skip


@pytest.mark.parametrize("kind", ["extended", "account"])
def test_killed_between_any_two_pieces_and_started_again_it_goes_on_where_it_was(
    warehouse: Warehouse, database_url: str, me: int, exports: Callable[[Kind], Path], kind: Kind
) -> None:
    rows = len(list(find_histories(exports(kind)).files[0].read()))
    piece_rows = rows // 4 + 1
    warehouse.close()
    for _ in range(2):
        child = os.fork()
        if child == 0:  # no way back into pytest
            try:
                _killed_after_a_piece(database_url, me, exports(kind), piece_rows)
            finally:
                os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert count(warehouse, f"audit.import_file where rows_read = {2 * piece_rows} and finished_at is null") == 1
    summary = imported(warehouse, me, exports(kind), piece_rows=piece_rows)
    assert summary.plays.added > 0
    assert summary.plays.known > 0
    assert count(warehouse, "audit.import_file where finished_at is null") == 0
    expected = truth(LISTENER, START, END)
    assert count(warehouse, "star.streaming_fact") == sum(tally.rows for tally in expected.values())
    if kind == "extended":
        assert tallies(warehouse) == expected


def _killed_after_a_piece(database_url: str, listener_id: int, path: Path, piece_rows: int) -> None:
    summary = Summary()

    def progress(done: int, _expected: int) -> None:
        if summary.plays.added:
            os.kill(os.getpid(), signal.SIGKILL)

    with Warehouse(Path("unused"), database_url) as warehouse:
        import_history(
            warehouse, listener_id, [find_histories(path)], summary, progress=progress, piece_rows=piece_rows
        )


def test_stopped_anywhere_only_files_that_are_merged_whole_are_counted(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    rows = [extended(ts=f"2025-01-{day:02}T10:00:00Z") for day in range(1, 13)]
    parts = {f"endsong_{number}.json": document(rows[4 * number : 4 * number + 4]) for number in range(3)}
    path = zipped(tmp_path / "x.zip", parts)
    for whole, begun, rows_done in ((0, True, 2), (1, False, 4), (1, True, 6), (2, True, 10)):
        summary = Summary()

        def stop(done: int, _expected: int, at: int = rows_done) -> None:
            if done == at:
                raise KeyboardInterrupt

        with find_histories(path) as found, pytest.raises(KeyboardInterrupt):
            import_history(warehouse, me, [found], summary, progress=stop, piece_rows=2)
        assert (summary.files, summary.is_within_file, summary.rows) == (whole, begun, rows_done)
    again = imported(warehouse, me, path)
    assert (again.files, again.files_known, again.is_within_file, again.rows) == (3, 2, False, 12)


def test_an_import_and_polls_at_the_same_time_both_finish(
    warehouse: Warehouse, database_url: str, me: int, exports: Callable[[Kind], Path]
) -> None:
    days = [END - timedelta(days=days) for days in range(12, -1, -1)]
    polls = [LISTENER.plays_between(first, last) for first, last in pairwise(days)]
    failures: list[BaseException] = []

    def polling() -> None:
        try:
            with Warehouse(Path("unused"), database_url) as other:
                for plays in polls:
                    poll(other, me, plays)
        except BaseException as error:  # noqa: BLE001  # the test shows it
            failures.append(error)

    thread = Thread(target=polling)
    thread.start()
    imported(warehouse, me, exports("extended"), piece_rows=200)
    thread.join()
    assert failures == []
    polled = {play for plays in polls for play in plays if shown(play)}
    assert tallies(warehouse) == truth(LISTENER, START, END, polled=polled.__contains__)


def test_two_imports_of_the_same_file_at_the_same_time_are_one(
    warehouse: Warehouse, database_url: str, me: int, exports: Callable[[Kind], Path]
) -> None:
    failures: list[BaseException] = []

    def other() -> None:
        try:
            with Warehouse(Path("unused"), database_url) as second:
                imported(second, me, exports("extended"), piece_rows=300)
        except BaseException as error:  # noqa: BLE001  # the test shows it
            failures.append(error)

    thread = Thread(target=other)
    thread.start()
    imported(warehouse, me, exports("extended"), piece_rows=300)
    thread.join()
    assert failures == []
    expected = truth(LISTENER, START, END)
    assert tallies(warehouse) == expected
    with warehouse.transaction() as tx:
        row = tx.execute("select sum(plays_added)::int as added from audit.import_file").fetchone()
    assert row == {"added": sum(tally.rows for tally in expected.values())}


@pytest.mark.parametrize("piece_rows", [1, 50_000])
def test_a_file_that_breaks_off_leaves_nothing_and_stops_no_other(
    warehouse: Warehouse, me: int, tmp_path: Path, piece_rows: int
) -> None:
    good = document([extended(ts=f"2024-01-0{day}T10:00:00Z") for day in range(1, 4)])
    archive = zipped(tmp_path / "e.zip", {
        "x/Streaming_History_Audio_2024_0.json": good[:-30],
        "x/Streaming_History_Audio_2024_1.json": good,
    })  # fmt: skip
    summary = imported(warehouse, me, archive, piece_rows=piece_rows)
    assert [(name, reason.split(",")[0]) for name, reason in summary.failed] == [
        ("x/Streaming_History_Audio_2024_0.json", "it ends in the middle")
    ]
    assert summary.plays == MergeOutcome(added=3)
    assert count(warehouse, "star.streaming_fact") == 3
    assert count(warehouse, "audit.import_file") == 1


def test_odd_rows_are_kept_once_and_what_is_no_music_is_counted_by_kind(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    rows = [
        extended(ms_played="soon"),
        extended(ms_played="soon"),
        extended(ts="yesterday"),
        nameless(episode_name="Episode 1"),
        nameless(),
        extended(),
    ]
    (tmp_path / "endsong_0.json").write_bytes(document(rows))
    summary = imported(warehouse, me, tmp_path, piece_rows=2)
    assert summary.plays == MergeOutcome(added=1)
    assert summary.other == {"podcast": 1, "unknown": 1}
    assert sum(summary.odd.values()) == 3
    assert imported(warehouse, me, tmp_path).odd == summary.odd
    with warehouse.transaction() as tx:
        kept = tx.execute("select source, times, poll_id, payload from audit.rejected_row order by times").fetchall()
    assert [(row["source"], row["times"], row["poll_id"]) for row in kept] == [("import", 1, None), ("import", 2, None)]
    assert not any("203.0.113.7" in row["payload"] for row in kept)


@pytest.mark.slow
def test_an_absurd_row_is_kept_aside_and_the_rows_around_it_are_imported(
    warehouse: Warehouse, me: int, tmp_path: Path
) -> None:
    for number, row in enumerate(ODDITIES.values()):
        (tmp_path / f"endsong_{number}.json").write_bytes(b"[" + row + b"," + document(extended()) + b"]")
    summary = imported(warehouse, me, tmp_path)
    assert summary.plays == MergeOutcome(added=1, known=len(ODDITIES) - 1)
    assert (summary.failed, summary.rows) == ([], 2 * len(ODDITIES))
    deep = sum("long" not in name for name in ODDITIES)
    assert summary.odd == {
        "the row is nested deeper than any real one": deep,
        "the row is longer than any real one": len(ODDITIES) - deep,
    }
    # Two of them are the same in what is kept.
    assert count(warehouse, "audit.rejected_row where length(payload) < 20000") == len(ODDITIES) - 1
    assert imported(warehouse, me, tmp_path).files_known == len(ODDITIES)


@examples(50)
@given(flips=FLIPS, cut=st.sampled_from([1, 1, 1, 1, 0.98, 0.5]), piece_rows=st.sampled_from([7, 50_000]))
def test_of_a_mutated_file_every_row_or_none_is_imported(
    warehouse: Warehouse, flips: list[tuple[float, int]], cut: float, piece_rows: int
) -> None:
    content = flipped(b"".join(LINES), flips)
    with warehouse.transaction() as tx:
        someone = newcomer(tx, str(uuid4()))
    with TemporaryDirectory() as folder:
        Path(folder, "endsong_0.json").write_bytes(content[: int(len(content) * cut)])
        read = outcome(Path(folder))
        if isinstance(read, HistoryError):
            with suppress(HistoryError):
                assert imported(warehouse, someone, Path(folder), piece_rows=piece_rows).failed
            expected: list[Row] = []
        else:
            summary = imported(warehouse, someone, Path(folder), piece_rows=piece_rows)
            assert (summary.rows, summary.failed) == (len(read), [])
            expected = read
    assert count(warehouse, f"star.streaming_fact where listener_id = {someone}") == sum(
        isinstance(row, HistoryPlay) for row in expected
    )
    assert count(warehouse, f"audit.import_file where listener_id = {someone}") == bool(expected)


def test_progress_ends_where_it_says_it_will(warehouse: Warehouse, me: int, exports: Callable[[Kind], Path]) -> None:
    told: list[tuple[int, int]] = []
    summary = Summary()
    import_history(
        warehouse,
        me,
        [find_histories(exports("extended"))],
        summary,
        progress=lambda *at: told.append(at),
        piece_rows=400,
    )
    assert told[0][0] == 0 < told[0][1]
    assert told[-1] == (summary.rows, summary.rows)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= expected for done, expected in told)


def test_without_any_login_the_plays_are_yours_and_your_first_login_finds_them(warehouse: Warehouse) -> None:
    kolkata = Settings(brapped_timezone="Asia/Kolkata", _env_file=None)  # type: ignore[call-arg]
    with warehouse.transaction() as tx:
        you = resolve_listener(tx, kolkata, None, NOW)
        assert (you.spotify_user_id, you.display_name, you.time_zone) == ("me", "You", "Asia/Kolkata")
        assert resolve_listener(tx, kolkata, None, NOW) == you
        known = listeners.save_listener(
            tx, refresh_token="token", time_zone="UTC", now=NOW, spotify_user_id="ann", display_name="Ann"
        )
        assert (known.listener_id, known.display_name, known.time_zone) == (you.listener_id, "Ann", "Asia/Kolkata")


def test_of_several_listeners_one_must_be_named_and_who_is_logged_in_is_not_taken_for_granted(
    warehouse: Warehouse,
) -> None:
    bob = Settings(spotify_refresh_token="bob", _env_file=None)  # type: ignore[call-arg, arg-type]
    with warehouse.transaction() as tx:
        first, _ = newcomer(tx, "ann"), newcomer(tx, "bob")
        assert resolve_listener(tx, bob, "user of ann", NOW).listener_id == first
        with pytest.raises(SettingsError, match=r"Which listener\? .* \(user of ann\), .* \(user of bob\)"):
            resolve_listener(tx, bob, None, NOW)
        with pytest.raises(SettingsError, match="No single listener is called 'carol'"):
            resolve_listener(tx, bob, "carol", NOW)
        tx.execute("update audit.listener set display_name = E'Ann\\n✓ done' where listener_id = %s", [first])
        with pytest.raises(SettingsError, match=r"Ann ✓ done \(user of ann\)"):
            resolve_listener(tx, bob, None, NOW)


def test_what_is_imported_survives_reading_the_payloads_of_what_was_polled(
    warehouse: Warehouse, me: int, exports: Callable[[Kind], Path]
) -> None:
    last_day = LISTENER.plays_between(END - timedelta(days=1), END)
    imported(warehouse, me, exports("extended"))
    poll(warehouse, me, last_day)
    with warehouse.transaction() as tx:
        apply_payloads(tx)
    assert tallies(warehouse) == truth(LISTENER, START, END, polled=set(filter(shown, last_day)).__contains__)


def test_a_zip_of_photos_is_none_of_it(tmp_path: Path) -> None:
    with pytest.raises(NotAnExport, match="without a Spotify history"):
        find_histories(zipped(tmp_path / "photos.zip", {"one.jpg": b"\xff\xd8"}))


def test_a_file_counts_once_it_is_at_its_end(warehouse: Warehouse, me: int, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    for number in range(2):
        rows = [extended(ts=f"2025-0{number + 1}-0{day}T10:00:00Z") for day in range(1, 5)]
        (tmp_path / f"endsong_{number}.json").write_bytes(document(rows))

    def stop(done: int, _expected: int) -> None:
        if done == 6:
            raise Stopped

    summary = Summary()
    with pytest.raises(Stopped):
        import_history(warehouse, me, [find_histories(tmp_path)], summary, piece_rows=2, progress=stop)
    assert (summary.rows, summary.files, summary.is_within_file) == (6, 1, True)
    summary = imported(warehouse, me, tmp_path, piece_rows=2)
    assert (summary.rows, summary.files, summary.files_known, summary.is_within_file) == (8, 2, 1, False)
    assert summary.plays == MergeOutcome(added=2, known=6)
