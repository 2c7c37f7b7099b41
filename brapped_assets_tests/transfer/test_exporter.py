"""`brapped export` and back: into an empty warehouse as it was, into any other nothing lost and nothing doubled."""

import errno
import json
import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import Damaged, HistoryError, NotAnExport
from brapped_assets.history.legacy_rows import LegacyArtist, LegacyTrack
from brapped_assets.history.model import HistoryPlay, OddRow
from brapped_assets.history.parsing import parse_row
from brapped_assets.settings import Settings
from brapped_assets.transfer import restore
from brapped_assets.transfer.export_target import NotWritten, Target, open_target
from brapped_assets.transfer.exporter import export
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.listener_choice import resolve_listener
from brapped_assets.transfer.public_tables import TABLES, q
from brapped_assets.transfer.stays_abroad import remarks
from brapped_assets.warehouse import exported_records, zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.dimensions import apply_payloads, save_top
from brapped_assets.warehouse.errors import Busy
from brapped_assets.warehouse.forgetting import forget
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.legacy_dimensions import describe_artists, describe_tracks
from brapped_assets.warehouse.merge.legacy_plays import keep_odd, merge_legacy
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, merge_plays
from brapped_assets.warehouse.zones import Span, Spans
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.history.export_builders import ID, account, document, extended, zipped
from brapped_assets_tests.warehouse.exported_plays import Old, natural
from brapped_assets_tests.warehouse.polled_plays import Play, Unread, at, listened, newcomer, page, song

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]
# Two moves among the plays of the listener below.
LIVED = (
    Span(None, "Asia/Kolkata"),
    Span(datetime(2025, 1, 1, tzinfo=UTC), "Europe/Berlin"),
    Span(at(1), "America/St_Johns"),
)
THEIRS = (Span(None, "Asia/Dubai"), Span(at(-9_000), "America/St_Johns"))
KEYS = {"play_key", "listener_id", "track_key", "artist_key"}


@pytest.fixture
def another(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[Warehouse]:
    """A second warehouse, empty."""
    with database(postgres) as url, Warehouse(tmp_path, url) as warehouse:
        yield warehouse


def lived(warehouse: Warehouse, folder: Path) -> int:
    """A listener of whom every table has something, and one whose data is nobody else's business."""
    with warehouse.transaction() as tx:
        me = listened(tx)
        land(tx, page(me, [Play(at(2), song("b", duration_ms=31_000))], [Unread({"played_at": "soon"})]))
        merge_plays(tx, me, at(3))
        save_top(
            tx, me, date(2026, 11, 20), [("artists", "short_term", 1, "id-alice"), ("tracks", "long_term", 1, "a")]
        )
        # Landed, and merged by nobody yet; of the gap before it the export below closes the beginning.
        land(tx, page(me, [Play(at(6), song("c"))]))
        other = newcomer(tx, "bob")
        land(tx, page(other, [Play(at(1), song("secret", artists=["hidden"]))]))
        merge_plays(tx, other, at(3))
        merge_legacy(tx, other, [Old(at(1), "secret-2", "hidden", "hidden", "id-hidden")])
    end = at(2) + timedelta(seconds=7)
    rows = [
        extended(ts=f"{end:%Y-%m-%dT%H:%M:%SZ}", ms_played=30_500, spotify_track_uri=None,
                 master_metadata_track_name="Song b", master_metadata_album_artist_name="alice"),
        *[extended(ts="2025-04-28T21:04:35Z")] * 2,
        extended(ts="2024-01-05T14:23:11Z", ms_played=12_345),
        extended(ts="2025-05-01T10:00:00Z", offline=True, offline_timestamp=1745874272123),
        extended(ts="yesterday"),
        extended(spotify_track_uri=None, episode_name="E", spotify_episode_uri="x"),
    ]  # fmt: skip
    minutely = [account(msPlayed=12_345), account(msPlayed=12_345), account(trackName="Sun", msPlayed=5)]
    zipped(folder / "theirs.zip", {"endsong_0.json": document(rows), "StreamingHistory0.json": document(minutely)})
    summary = Summary()
    import_history(warehouse, me, [find_histories(folder / "theirs.zip")], summary)
    assert (summary.failed, summary.rows) == ([], 10)
    # The old tables tell of a polled play twice, of an exported one, and of one that nobody else knows.
    old = [
        Old(at(0) + timedelta(seconds=1), "a"),
        Old(at(0), "a"),
        Old(datetime(2025, 4, 28, 21, 4, 30, tzinfo=UTC), ID, "Rain", "Asha Rao"),
        Old(datetime(2024, 2, 1, tzinfo=UTC), "old", "Old song", "dora", "id-dora"),
    ]
    with warehouse.transaction() as tx:
        assert merge_legacy(tx, me, old) == MergeOutcome(added=1, matched=2, told_twice=1)
        describe_artists(tx, [LegacyArtist("id-dora", "dora", "fado", "https://i/dora")])
        describe_tracks(tx, [LegacyTrack("old", "Old song", True, "Olden", False, None, "eva")])
        # Somebody with an id, somebody known by name alone, a track, a playlist.
        for key, table, what in (
            ("artist_key", "star.artist_dim", "artist_id = 'id-alice' or artist_name = 'Asha Rao'"),
            ("track_key", "star.track_dim", "track_ref = 'old'"),
            ("context_uri", "raw.context", "true"),
        ):
            tx.execute(f"insert into insights.hidden (listener_id, {key}, hidden_at, why)"
                       f" select %s, {key}, %s, 'not me' from {table} where {what}", (me, NOW))  # fmt: skip
        # A play, and a night.
        tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at)"
                   " select listener_id, played_at, played_at + interval '1 microsecond', track_key, %s"
                   " from star.streaming_fact where listener_id = %s order by played_at limit 1",
                   (NOW, me))  # fmt: skip
        tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at)"
                   " values (%s, %s, %s, %s)", (me, at(-60), at(60), NOW))  # fmt: skip
        # An artist known by name alone and one with an id, two tracks; an evening that was offered for hiding.
        for kind, name, heard, counts_as in (
            ("artist", "artist_name", "Asha Rao", "alice"), ("track", "track_ref", "old", "a"),
        ):  # fmt: skip
            tx.execute(f"insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at, why)"
                       f" select %s, %s, f.{kind}_key, t.{kind}_key, %s, 'the same'"
                       f" from star.{kind}_dim f, star.{kind}_dim t where f.{name} = %s and t.{name} = %s",
                       (me, kind, NOW, heard, counts_as))  # fmt: skip
        tx.execute("insert into insights.heard_time (listener_id, from_at, until_at, said_at)"
                   " values (%s, %s, %s, %s)", (me, at(-60), at(60), NOW))  # fmt: skip
        tx.execute(
            "insert into insights.counting_rule (listener_id, rule, chosen_at) values (%s, 'lastfm', %s)", (me, NOW)
        )
        tx.execute("insert into insights.preference (listener_id, language, theme, private_sessions, chosen_at)"
                   " values (%s, 'hi', 'contrast', true, %s)", (me, NOW))  # fmt: skip
        zones.write(tx, me, LIVED)
        keep_odd(tx, me, [OddRow('{"artist_table": {"rn": 3}}', "the artist has no id")], parser_version=1, now=NOW)
    zones.rebuild(warehouse, me)
    return me


def kept(tx: Connection, listener_id: int) -> dict[str, Any]:
    """All that is known of a listener, without surrogate keys."""
    tables: dict[str, Any] = {
        table: sorted(exported_records.records(tx, table, listener_id)) for table in exported_records.PORTABLE
    }
    tables["halves"] = natural(tx, listener_id)
    tables["listener"] = exported_records.listener_record(tx, listener_id)
    for view in TABLES:
        rows = exported_records.stream(tx, q[view], listener_id)
        tables[view] = sorted(str({k: v for k, v in row.items() if k not in KEYS}) for row in rows)
    return tables


def exported(warehouse: Warehouse, listener_id: int, path: Path) -> Path:
    with open_target(path) as target:
        export(warehouse, listener_id, target, now=NOW)
    return path


def imported(warehouse: Warehouse, path: Path) -> tuple[int, Summary]:
    found, summary = [find_histories(path)], Summary()
    with warehouse.transaction() as tx:
        listener = resolve_listener(tx, SETTINGS, None, NOW, found)
    import_history(warehouse, listener.listener_id, found, summary)
    return listener.listener_id, summary


@pytest.mark.parametrize("name", quick_of(1, ["ann.zip", "ann"]))
def test_an_empty_warehouse_is_then_as_the_first_was(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path, name: str
) -> None:
    me = lived(warehouse, tmp_path)
    path = exported(warehouse, me, tmp_path / name)
    with warehouse.transaction() as tx:
        # What had only landed is merged and read on the way back.
        merge_plays(tx, me, at(9))
        apply_payloads(tx)
        before = kept(tx, me)
    restored, summary = imported(another, path)
    assert (summary.archives, summary.failed, summary.ignored) == (1, [], [])
    # The old tables' repeat.
    assert (summary.plays.known, summary.plays.forgotten) == (1, 0)
    chosen = ("insights.hidden", "insights.hidden_time", "insights.alias", "insights.heard_time")
    assert [len(before[table]) for table in chosen] == [4, 2, 2, 1]
    assert [json.loads(one)["rule"] for one in before["insights.counting_rule"]] == ["lastfm"]
    assert [json.loads(one)["language"] for one in before["insights.preference"]] == ["hi"]
    with another.transaction() as tx:
        assert kept(tx, restored) == before
        assert tx.execute("select count(*) as people from audit.listener").fetchone() == {"people": 1}
        assert "secret" not in str(kept(tx, restored))
        told = [rows["source"] for rows in tx.execute("select source from bi.plays order by played_at").fetchall()]
        assert Counter(told) == {"legacy": 1, "export": 6, "both": 1, "api": 4}
        holes = tx.execute("select gap_start, gap_end, closed_by from bi.coverage_gaps order by 1").fetchall()
        assert [tuple(hole.values()) for hole in holes] == [
            (at(-600), at(0), "endsong_0.json in theirs.zip"),
            (at(0.25), at(2), "endsong_0.json in theirs.zip"),
            (at(2), at(2) + timedelta(seconds=7), "endsong_0.json in theirs.zip"),
            (at(2) + timedelta(seconds=7), at(6), None),
        ]
        (there,) = tx.execute("select time_zone from bi.listeners").fetchall()
        assert (zones.spans_of_listener(tx, restored), there["time_zone"]) == (LIVED, "America/St_Johns")
        # What was played where says the hour.
        local = tx.execute("select played_at, played_at_local from bi.plays").fetchall()
        assert all(
            row["played_at_local"] == zones.local_time(LIVED, row["played_at"]).replace(tzinfo=None) for row in local
        )
    # Once more, and everything is known.
    _, summary = imported(another, path)
    assert (summary.plays.added, summary.plays.matched, summary.failed) == (0, 0, [])
    with another.transaction() as tx:
        assert kept(tx, restored) == before


def test_of_what_was_forgotten_an_export_of_ours_brings_no_name_and_no_zone_back(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    named_in = (
        *("star.track_dim", "star.artist_dim", "star.album_dim", "star.spoken_item", "raw.export_track"),
        *("raw.legacy_track", "raw.track_payload", "raw.context", "insights.alias", "insights.hidden"),
    )

    def names() -> dict[str, list[Any]]:
        with warehouse.transaction() as tx:
            return {table: tx.execute(f"select * from {table} order by 1, 2, 3").fetchall() for table in named_in}

    me = lived(warehouse, tmp_path)
    with warehouse.transaction() as tx:
        merge_plays(tx, me, at(9))
        apply_payloads(tx)
    path = exported(warehouse, me, tmp_path / "ann.zip")
    whole = names()
    forget(warehouse, me, before=at(2), now=NOW)
    left = names()
    assert left != whole
    assert imported(warehouse, path)[0] == me
    assert names() == left
    with warehouse.transaction() as tx:
        assert zones.spans_of_listener(tx, me) == (Span(None, "America/St_Johns"),)
        # Nor is it told how to bring them back.
        assert remarks(tx, me, NOW, [find_histories(path)]) == []


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        ((Span(None, "America/St_Johns"),), LIVED),
        ((Span(None, "Asia/Tokyo"),), (Span(None, "Asia/Tokyo"),)),
        (THEIRS, THEIRS),
    ],
    ids=["the same zone", "another zone", "zones of their own"],
)
def test_somebody_who_is_here_already_gets_the_zones_unless_they_chose_others(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path, here: Spans, expected: Spans
) -> None:
    path = exported(warehouse, lived(warehouse, tmp_path), tmp_path / "ann.zip")
    with another.transaction() as tx:
        me = newcomer(tx, "ann", zone=here[-1].time_zone)
        land(tx, page(me, [Play(at(-700), song("here")), Play(at(50), song("here"))]))
        merge_plays(tx, me, at(60))
        zones.write(tx, me, here)
    assert imported(another, path)[0] == me
    with another.transaction() as tx:
        assert zones.spans_of_listener(tx, me) == expected
        local = tx.execute("select played_at, played_at_local from bi.plays").fetchall()
        told = remarks(tx, me, NOW, [find_histories(path)])
    if expected == LIVED:
        assert told == []
        # Those that were here first, too.
        assert len(local) == 14
        assert all(
            row["played_at_local"] == zones.local_time(LIVED, row["played_at"]).replace(tzinfo=None) for row in local
        )


def test_zones_that_are_not_taken_are_told_with_the_commands_for_them(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    path = exported(warehouse, lived(warehouse, tmp_path), tmp_path / "ann.zip")
    with another.transaction() as tx:
        newcomer(tx, "ann", zone="Asia/Tokyo")
    me, _ = imported(another, path)
    with another.transaction() as tx:
        (told,) = remarks(tx, me, NOW, [find_histories(path)])
    moved = f"{at(1).astimezone(ZoneInfo('America/St_Johns')).isoformat()}"
    assert told == (
        "The export counts days in Asia/Kolkata, from 2025-01-01T01:00:00+01:00 on in Europe/Berlin, "
        f"from {moved} on in America/St_Johns; here they are counted in Asia/Tokyo. To count them as the export does: "
        "brapped timezone Asia/Kolkata, then brapped timezone Europe/Berlin --from 2025-01-01T01:00:00+01:00, then "
        f"brapped timezone America/St_Johns --from {moved}"
    )


def test_an_export_that_counts_by_an_offset_is_refused_and_says_what_to_write(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = exported(warehouse, lived(warehouse, tmp_path), tmp_path / "ann")
    manifest = path / "brapped.json"
    manifest.write_text(manifest.read_text().replace("America/St_Johns", "EST"))
    with pytest.raises(NotAnExport, match=r"America/New_York.*Write it into brapped\.json in place of 'EST'"):
        find_histories(path)


@pytest.mark.slow
def test_stopped_anywhere_and_done_again_nothing_is_missing(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path
) -> None:
    me = lived(warehouse, tmp_path)
    with warehouse.transaction() as tx:
        merge_plays(tx, me, at(9))
        apply_payloads(tx)
        before = kept(tx, me)
    archive = find_histories(exported(warehouse, me, tmp_path / "ann.zip")).archives[0]
    with another.transaction() as tx:
        copy = resolve_listener(tx, SETTINGS, None, NOW, [find_histories(archive.path)]).listener_id
    left = 0
    while True:
        steps = iter(range(left))

        class Dying:
            @contextmanager
            def transaction(self, *, lock_seconds: int = 10) -> Iterator[Connection]:
                with another.transaction(lock_seconds=lock_seconds) as tx:
                    yield tx
                    if next(steps, None) is None:  # noqa: B023
                        raise Busy

        try:
            restore.restore(Dying(), copy, archive, batch_records=3)
            break
        except Busy:
            left += 3
    assert left > 20
    with another.transaction() as tx:
        assert kept(tx, copy) == before


def test_other_programs_read_it_as_an_ordinary_history_and_we_only_as_a_whole(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    me = lived(warehouse, tmp_path)
    folder = exported(warehouse, me, tmp_path / "ann")
    files = sorted((folder / "Spotify Extended Streaming History").iterdir())
    assert [file.name for file in files] == [
        "Streaming_History_Audio_2024_0.json",
        "Streaming_History_Audio_2025_1.json",
        "Streaming_History_Audio_2026_2.json",
    ]
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    with warehouse.transaction() as tx:
        plays = tx.execute(
            "select played_at, ms_played, track_name, source from bi.plays where listener_id = %s order by 1, play_key",
            (me,),
        ).fetchall()
    assert rows[0].keys() == (extended() | {"brapped": 0}).keys() - {"ip_addr"}
    read = [parse_row({**row, "brapped": None, "offline": False}, now=NOW) for row in rows]
    assert {type(row).__name__ for row in read} == {"OddRow"}
    told = [parse_row({k: v for k, v in row.items() if k not in ("brapped", "offline")}, now=NOW) for row in rows]
    assert [(p.ended_at, p.ms_played, p.title) for p in told if isinstance(p, HistoryPlay)] == [
        (p["played_at"].replace(microsecond=0), p["ms_played"], p["track_name"]) for p in plays
    ]
    assert [row["brapped"]["source"] for row in rows] == [play["source"] for play in plays]
    # Whatever part of it somebody names, they have it all: nobody is to ask Spotify anew.
    for part in (files[0], files[0].parent, folder / "brapped.json", *(folder / "records").glob("audit.*.jsonl")):
        with pytest.raises(HistoryError, match="a part of an export of Brapped's") as refused:
            find_histories(part)
        assert "Spotify" not in refused.value.reason.replace("Spotify export in this folder", "")


def test_tables_are_typed_and_hold_what_the_views_do(warehouse: Warehouse, tmp_path: Path) -> None:
    me = lived(warehouse, tmp_path)
    with ZipFile(exported(warehouse, me, tmp_path / "ann.zip")) as archive:
        tables = {view: pq.read_table(pa.BufferReader(archive.read(f"parquet/{view}.parquet"))) for view in TABLES}
    with warehouse.transaction() as tx:
        for view in ("plays", "listeners", "coverage_gaps"):
            rows = tx.execute(f"select * from bi.{view} where listener_id = %s order by 1, 2, 3", (me,)).fetchall()
            assert sorted(tables[view].to_pylist(), key=lambda row: [*row.values()][:3]) == rows, view
        for view, table in tables.items():
            columns = [column.name for column in tx.execute(f"select * from bi.{view} limit 0").description or ()]
            assert table.column_names == columns, view
    schema = tables["plays"].schema
    assert {
        name: str(schema.field(name).type) for name in ("played_at", "played_at_local", "played_on", "skipped")
    } == {
        "played_at": "timestamp[us, tz=UTC]",
        "played_at_local": "timestamp[us]",
        "played_on": "date32[day]",
        "skipped": "bool",
    }
    assert "secret" not in str(tables)


def test_an_export_is_for_its_owners_eyes_only(warehouse: Warehouse, tmp_path: Path) -> None:
    me = lived(warehouse, tmp_path)
    paths = [exported(warehouse, me, tmp_path / "ann.zip"), exported(warehouse, me, tmp_path / "ann")]
    for path in [*paths, *paths[1].rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "The disk is full"), (errno.EIO, "cannot be written")])
@pytest.mark.parametrize("name", quick_of(1, ["ann.zip", "ann"]))
def test_a_disk_that_fails_leaves_nothing_behind(tmp_path: Path, name: str, code: int, said: str) -> None:
    def filling(target: Target) -> None:
        with target.file("records/x.jsonl") as out:
            out.write(b"x" * 100_000)
            raise OSError(code, os.strerror(code))

    with pytest.raises(NotWritten, match=said), open_target(tmp_path / name) as target:
        filling(target)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_never_overwritten_and_a_missing_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    with pytest.raises(NotWritten, match="exists already"), open_target(tmp_path / "ann"):
        pytest.fail("it began")
    with (
        pytest.raises(NotWritten, match=r"There is no folder .*nowhere\."),
        open_target(tmp_path / "nowhere" / "a.zip"),
    ):
        pytest.fail("it began")


def changed(path: Path, to: Path, name: str, change: Any) -> Path:
    """The same zip with one member changed, or (None) without it."""
    with ZipFile(path) as archive, ZipFile(to, "w") as other:
        for member in archive.namelist():
            content = change(archive.read(member)) if member == name else archive.read(member)
            if content is not None:
                other.writestr(member, content)
    return to


@pytest.mark.parametrize(
    ("case", "said"),
    quick_of(
        2,
        [
            (("records/raw.recently_played.jsonl", lambda _: None), "it is missing"),
            (("records/raw.recently_played.jsonl", lambda text: text[: len(text) // 2]), "damaged"),
            (("records/audit.poll.jsonl", lambda text: text + b"{}\n"), "and 4 were written"),
            (("records/audit.poll.jsonl", lambda _: b""), "0 records"),
            (("records/star.track_dim.jsonl", lambda text: b"\xff" + text), "no UTF-8"),
        ],
    ),
)
def test_a_damaged_export_is_told_in_a_sentence(
    warehouse: Warehouse, another: Warehouse, tmp_path: Path, case: tuple[str, Any], said: str
) -> None:
    me = lived(warehouse, tmp_path)
    path = changed(exported(warehouse, me, tmp_path / "ann.zip"), tmp_path / "changed.zip", *case)
    _, summary = imported(another, path)
    assert len(summary.failed) == 1
    assert said in summary.failed[0].reason, summary.failed
    assert "brapped export" in summary.failed[0].reason
    with another.transaction() as tx:
        assert tx.execute("select count(*) as rows from raw.track_payload").fetchone() == {"rows": 0}


def test_an_export_of_a_newer_brapped_asks_for_an_upgrade(warehouse: Warehouse, tmp_path: Path) -> None:
    path = exported(warehouse, lived(warehouse, tmp_path), tmp_path / "ann.zip")
    newer = changed(
        path, tmp_path / "n.zip", "brapped.json", lambda text: text.replace(b'"version": 1', b'"version": 2')
    )
    with pytest.raises(NotAnExport, match="Upgrade"):
        find_histories(newer)
    broken = changed(path, tmp_path / "b.zip", "brapped.json", lambda text: text.replace(b'"records"', b'"r"'))
    with pytest.raises(Damaged, match=r"brapped\.json"):
        find_histories(broken)
