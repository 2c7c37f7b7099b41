"""A preview says what the import then does, and leaves nothing behind."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.discovery import Found, find_histories
from brapped_assets.transfer.dry_run import Preview, preview
from brapped_assets.transfer.export_target import open_target
from brapped_assets.transfer.exporter import export
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.stays_abroad import remarks
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.dry_run import months, rehearsal
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import account, document, extended
from brapped_assets_tests.warehouse.polled_plays import Play as Item
from brapped_assets_tests.warehouse.polled_plays import newcomer, page, song

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEGIN = datetime(2025, 1, 31, 22, tzinfo=UTC)
# Everything but what counts transactions.
STORED = (
    *("star.streaming_fact", "star.track_dim", "star.artist_dim", "star.album_dim", "star.play_label"),
    *("raw.export_track", "raw.recently_played", "raw.track_payload", "audit.import_file", "audit.archive_member"),
    *("audit.rejected_row", "audit.listener", "audit.poll", "audit.gap", "audit.changed_day"),
)
numbers = count()


def stored(warehouse: Warehouse) -> dict[str, Counter[str]]:
    with warehouse.transaction() as tx:
        return {
            table: Counter(row["row"] for row in tx.execute(f"select t::text as row from {table} t".encode()))
            for table in STORED
        }


def previewed(warehouse: Warehouse, listener_id: int, found: list[Found], piece_rows: int = 50_000) -> Preview:
    def me(tx: Connection) -> listeners.Listener:
        return next(one for one in listeners.listeners(tx) if one.listener_id == listener_id)

    return preview(warehouse, me, found, piece_rows=piece_rows)


def somebody(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        return newcomer(tx, f"token {next(numbers)}", zone="Asia/Kolkata")


def poll(warehouse: Warehouse, listener_id: int, plays: list[tuple[datetime, int, int]]) -> None:
    items = [Item(at, song(f"track{track:0>17}", name=f"Song {track}", duration_ms=ms)) for at, track, ms in plays]
    with warehouse.transaction() as tx:
        land(tx, page(listener_id, items))
    with warehouse.transaction() as tx:
        merge_plays(tx, listener_id, NOW)


def rows(rng: Random, plays: list[tuple[datetime, int, int]], kind: str) -> list[dict[str, Any]]:
    """What a file of one kind tells of these plays, among rows of other kinds and odd ones."""
    told = []
    for at, track, ms in plays:
        if kind == "account":
            told.append(account(endTime=f"{at:%Y-%m-%d %H:%M}", trackName=f"Song {track}", msPlayed=ms))
            continue
        uri, name = f"spotify:track:track{track:0>17}", f"Song {track}"
        ts = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        offline = {"offline": True, "offline_timestamp": int(at.timestamp()) - 9_000} if rng.random() < 0.1 else {}
        told.append(extended(ts=ts, spotify_track_uri=uri, master_metadata_track_name=name, ms_played=ms, **offline))
    for odd in (extended(ts="yesterday"), extended(spotify_track_uri=None, episode_name="E"), {"ts": 3}, account()):
        if rng.random() < 0.3:
            told.insert(rng.randrange(len(told) + 1), odd)
    return told


def files(rng: Random, folder: Path, plays: list[tuple[datetime, int, int]]) -> Path:
    """Some files of both kinds that overlap, repeat themselves and each other."""
    for number in range(rng.randrange(1, 5)):
        kind = rng.choice(["extended", "account"])
        first = rng.randrange(len(plays))
        some = sorted(rng.sample(plays[first:], rng.randrange(len(plays) - first + 1)))
        some += rng.choices(some, k=rng.randrange(3)) if some else []
        place = folder / f"export {rng.randrange(2)}"
        place.mkdir(exist_ok=True)
        name = "StreamingHistory_music" if kind == "account" else "endsong"
        (place / f"{name}_{number}.json").write_bytes(document(rows(rng, some, kind)))
    return folder


@examples(12)
@given(rng=st.randoms(use_true_random=False), piece_rows=st.sampled_from([2, 7, 50_000]))
def test_the_preview_is_what_the_import_then_does(warehouse: Warehouse, rng: Random, piece_rows: int) -> None:
    me = somebody(warehouse)
    at, plays = BEGIN, []
    for _ in range(rng.randrange(5, 30)):
        at += timedelta(seconds=rng.choice([0, 20, 61, 95, 240, 4000]))
        plays.append((at, rng.randrange(3), rng.choice([5_000, 40_000, 200_000])))
    with TemporaryDirectory() as folder:
        for step in range(rng.randrange(1, 4)):
            match rng.randrange(4):
                case 0 | 1:
                    poll(warehouse, me, sorted(rng.sample(plays, min(len(plays), 8))))
                case 2:
                    forget(warehouse, me, before=rng.choice(plays)[0], now=NOW)
                case _:
                    (Path(folder) / f"before {step}").mkdir()
                    before = files(rng, Path(folder) / f"before {step}", plays)
                    import_history(warehouse, me, [find_histories(before)], Summary())
        found = [find_histories(files(rng, Path(folder), plays))]
        at_first = stored(warehouse)
        with warehouse.transaction() as tx:
            before_months = months(tx, me)
        shown = previewed(warehouse, me, found, piece_rows)
        assert stored(warehouse) == at_first
        summary = Summary()
        import_history(warehouse, me, found, summary, piece_rows=piece_rows)
    assert shown.summary == summary
    with warehouse.transaction() as tx:
        after_months = months(tx, me)
        assert shown.stays == remarks(tx, me, NOW)
    grown = {month: plays - before_months.get(month, 0) for month, plays in after_months.items()}
    assert shown.new == {month: plays for month, plays in grown.items() if plays}


def test_a_preview_tells_span_and_months_in_the_listeners_time(warehouse: Warehouse, tmp_path: Path) -> None:
    me = somebody(warehouse)
    ends = ["2025-01-31T18:29:59Z", "2025-01-31T18:30:00Z", "2025-02-03T10:00:00Z"]
    (tmp_path / "endsong_0.json").write_bytes(document([extended(ts=ts) for ts in ends]))
    shown = previewed(warehouse, me, [find_histories(tmp_path)])
    assert (shown.first_at, shown.last_at) == (
        datetime(2025, 1, 31, 18, 29, 59, tzinfo=UTC),
        datetime(2025, 2, 3, 10, tzinfo=UTC),
    )
    assert shown.told == shown.new == {date(2025, 1, 1): 1, date(2025, 2, 1): 2}


def test_a_preview_for_somebody_new_makes_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "endsong_0.json").write_bytes(document([extended()]))

    def new(tx: Connection) -> listeners.Listener:
        return listeners.get_or_create_placeholder(tx, time_zone="UTC", now=NOW)

    before = stored(warehouse)
    shown = preview(warehouse, new, [find_histories(tmp_path)])
    assert shown.summary.plays.added == 1
    # Migrations note that pages made before them show something older.
    assert {table: rows for table, rows in before.items() if rows and table != "insights.changed"} == {}
    assert stored(warehouse) == before


def test_an_export_of_our_own_is_previewed_like_any_other(warehouse: Warehouse, tmp_path: Path) -> None:
    somebodys, me = somebody(warehouse), somebody(warehouse)
    poll(warehouse, somebodys, [(BEGIN, 1, 200_000), (BEGIN + timedelta(minutes=9), 2, 200_000)])
    (tmp_path / "endsong_0.json").write_bytes(document([extended()]))
    import_history(warehouse, somebodys, [find_histories(tmp_path / "endsong_0.json")], Summary())
    with open_target(tmp_path / "ours.zip") as target:
        export(warehouse, somebodys, target, now=NOW)
    found = [find_histories(tmp_path / "ours.zip")]
    at_first = stored(warehouse)
    shown = previewed(warehouse, me, found)
    assert stored(warehouse) == at_first
    summary = Summary()
    import_history(warehouse, me, found, summary)
    assert shown.summary == summary
    assert summary.plays.added == 3


def test_nobody_waits_for_a_preview(warehouse: Warehouse, database_url: str, tmp_path: Path) -> None:
    me = somebody(warehouse)
    (tmp_path / "endsong_0.json").write_bytes(document([extended()]))
    with rehearsal(warehouse) as rehearsed:
        rehearsed.about(me)
        import_history(rehearsed, me, [find_histories(tmp_path)], Summary())
        held = rehearsed.connection.execute(
            """select l.locktype, l.mode, c.relname from pg_locks l left join pg_class c on c.oid = l.relation
               left join pg_namespace n on n.oid = c.relnamespace
               where l.pid = pg_backend_pid() and (l.locktype = 'advisory' or n.nspname in ('raw', 'star', 'audit'))
                 and l.mode <> 'AccessShareLock'"""
        ).fetchall()
        assert held == []
        with Warehouse(tmp_path, database_url) as other:
            waiting = [
                Thread(target=poll, args=(other, me, [(BEGIN, 1, 200_000)])),
                Thread(target=import_history, args=(other, me, [find_histories(tmp_path)], Summary())),
                Thread(target=forget, args=(other, me), kwargs={"before": BEGIN, "now": NOW}),
            ]
            for thread in waiting:
                thread.start()
                thread.join(60)
                assert not thread.is_alive()
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from star.streaming_fact").fetchall() == [(2,)]


def test_a_preview_tells_of_stays_in_other_time_zones_as_the_import_would(warehouse: Warehouse, tmp_path: Path) -> None:
    me = somebody(warehouse)
    ends = (BEGIN + timedelta(hours=9 * number) for number in range(150))
    (tmp_path / "endsong_0.json").write_bytes(
        document([extended(ts=f"{end:%Y-%m-%dT%H:%M:%SZ}", conn_country="CA") for end in ends])
    )
    shown = previewed(warehouse, me, [find_histories(tmp_path)])
    assert len(shown.stays) == 1
    assert shown.stays[0] in shown.remarks()
    assert "brapped timezone America/Toronto --from 2025-01-31" in shown.stays[0]
    import_history(warehouse, me, [find_histories(tmp_path)], Summary())
    with warehouse.transaction() as tx:
        assert shown.stays == remarks(tx, me, NOW)
