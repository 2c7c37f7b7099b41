"""What is forgotten leaves no trace, does not come back, and takes nothing of anybody else's along."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from psycopg.sql import SQL, Identifier

from brapped_assets.history.legacy_rows import LegacyArtist, LegacyTrack
from brapped_assets.history.model import OddRow, SpokenPlay
from brapped_assets.warehouse import exported_records, import_ledger, listeners, refresh_tokens, zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads, save_artist, save_top
from brapped_assets.warehouse.errors import Busy, Gone
from brapped_assets.warehouse.exported_records import PORTABLE
from brapped_assets.warehouse.forgetting import Preview, forget, preview, remove, tidy
from brapped_assets.warehouse.landing import has_landed
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.legacy_dimensions import describe_artists, describe_tracks
from brapped_assets.warehouse.merge.legacy_plays import keep_odd, merge_legacy
from brapped_assets.warehouse.merge.matching import DRIFT
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, merge_plays
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.household import KEY
from brapped_assets_tests.warehouse.concurrent_work import wait_until_waiting
from brapped_assets_tests.warehouse.exported_plays import Old, Told
from brapped_assets_tests.warehouse.polled_plays import (
    Play,
    Unread,
    at,
    everything,
    fact,
    gaps,
    landed,
    newcomer,
    plays,
    poll,
    song,
)

CANARY = "canary"
OLD_ODD = '{"main_streaming_data": {"played_at": "2026-11-20T10:00:00", "artist_name": "canary"}}'
NOW = at(1_000)


class Odd:
    """A row of an export nobody understands."""

    payload_text = '{"ts": "2026-11-21T11:00:00Z", "master": "canary row"}'
    reason = "nothing tells what was played"


def scanned(tx: Connection, text: str = CANARY) -> list[str]:
    """Every table of the database with a row in which the text stands, in any column."""
    tables = tx.execute(
        "select table_schema as schema, table_name as name from information_schema.tables"
        " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
    ).fetchall()
    found = []
    for table in tables:
        query = SQL("select 1 from {} t where t::text ilike %s limit 1").format(
            Identifier(table["schema"], table["name"])
        )
        if tx.execute(query, (f"%{text}%",)).fetchall():
            found.append(f"{table['schema']}.{table['name']}")
    return found


def sang(tx: Connection, user: str, *, context: str = "list", word: str = CANARY, first: float = -600) -> int:
    """A listener with the word wherever something can stand, from `first` minutes on."""
    me = listeners.save_listener(
        tx, refresh_token=f"token {user}", time_zone="Asia/Kolkata", now=at(0), spotify_user_id=f"{word} {user}",
        display_name=f"{word} name", account_id=f"{word} account",
    ).listener_id  # fmt: skip
    listeners.keep_rotated(tx, me, given="token", rotated=word, now=at(0))
    refresh_tokens.keep(tx, me, word, KEY, at(0))
    track = song(f"{word}-id", artists=[word, f"{word} two"], external_ids={"isrc": f"{word}-isrc"})
    poll(tx, me, [Play(at(first), track, {"type": "playlist", "uri": f"spotify:{word}:{context}"})])
    odd = Unread({"played_at": at(first + 1).isoformat(), "track": word})
    poll(tx, me, [Play(at(first + 60), track), Play(at(first + 64), song("shared"))], [odd])
    merge_plays(tx, me, at(first + 65))
    told = [
        Told(at(first - 9_000), 40_000, f"{word}-export", f"{word} title", f"{word} artist", platform=f"{word} phone",
             reason_end=f"{word} end", album=f"{word} album"),
        Told(at(first + 64), 40_000, "shared", "Song shared", "alice"),
    ]  # fmt: skip
    file = import_ledger.File(f"{word}-{user}-hash", "extended", f"{word}.json", f"{word}.zip", 0)
    heard = SpokenPlay("extended", "podcast", at(first - 9_000), 40_000, f"spotify:episode:{word}", f"{word} episode",
                       f"{word} show", platform=f"{word} speaker")  # fmt: skip
    piece = import_ledger.Piece(
        4, True, {"extended": encode(told, Occurrences())}, [Odd()] if word == CANARY else [], {}, {},
        spoken={"extended": {"podcast": encode([heard], Occurrences())}},
    )  # fmt: skip
    old = [
        Old(at(first - 100), f"{word}-old", f"{word} old", f"{word} singer", f"id-{word}-singer"),
        Old(at(first) + DRIFT, f"{word}-id", f"{word} song", word),
    ]
    merge_legacy(tx, me, old)
    describe_artists(tx, [LegacyArtist(f"id-{word}-singer", f"{word} singer", f"{word} genre", f"https://i/{word}")])
    describe_tracks(
        tx, [LegacyTrack(f"{word}-old", None, None, f"{word} album", False, f"https://i/{word}", f"{word} 3")]
    )
    if word == CANARY:
        keep_odd(tx, me, [OddRow(OLD_ODD, "it names no track")], parser_version=1, now=at(first + 70))
    import_ledger.merge_pieces(tx, me, [(file, piece)], parser_version=1, now=at(first + 70))
    apply_payloads(tx)
    save_artist(tx, f"id-{word}", name=word, genres=[word], image_url=f"https://i/{word}", now=at(0))
    save_top(
        tx, me, date(2026, 11, 1), [("artists", "short_term", 1, f"id-{word}"), ("tracks", "long_term", 1, "shared")]
    )
    hide(tx, me, word)
    return me


def hide(tx: Connection, listener_id: int, word: str) -> None:
    """Whatever artist, track and context has the word in its name."""
    for key, table, column in (
        ("artist_key", "star.artist_dim", "artist_name"),
        ("track_key", "star.track_dim", "track_ref"),
        ("context_uri", "raw.context", "context_uri"),
    ):
        tx.execute(
            f"insert into insights.hidden (listener_id, {key}, hidden_at)"
            f" select %s, {key}, %s from {table} where {column} like %s on conflict do nothing",
            (listener_id, at(0), f"%{word}%"),
        )
    tx.execute(
        "insert into insights.hidden_time (listener_id, from_at, until_at, track_key, hidden_at)"
        " select f.listener_id, f.played_at, f.played_at + interval '1 microsecond', f.track_key, %s"
        " from star.streaming_fact f join star.track_dim t using (track_key)"
        " where f.listener_id = %s and t.track_ref like %s on conflict do nothing",
        (at(0), listener_id, f"%{word}%"),
    )
    for kind, name in (("artist", "artist_name"), ("track", "track_ref")):
        tx.execute(
            "insert into insights.alias (listener_id, kind, from_key, to_key, aliased_at)"
            f" select %s, %s, min({kind}_key), max({kind}_key), %s from star.{kind}_dim where {name} like %s"
            f" having min({kind}_key) < max({kind}_key) on conflict do nothing",
            (listener_id, kind, at(0), f"%{word}%"),
        )
    tx.execute(
        "insert into insights.heard_time (listener_id, from_at, until_at, said_at)"
        " select listener_id, min(played_at), max(played_at) + interval '1 microsecond', %s from star.streaming_fact"
        " where listener_id = %s group by 1 on conflict do nothing",
        (at(0), listener_id),
    )
    tx.execute(
        "insert into insights.counting_rule (listener_id, rule, chosen_at) values (%s, 'all', %s)"
        " on conflict do nothing",
        (listener_id, at(0)),
    )
    tx.execute(
        "insert into insights.preference (listener_id, language, chosen_at) values (%s, 'de', %s)"
        " on conflict do nothing",
        (listener_id, at(0)),
    )


def unknown(tx: Connection) -> dict[str, int]:
    """Rows of what is hidden about an artist or a track that is not there any more."""
    dimensions = {"artist_key": "star.artist_dim using (artist_key)", "track_key": "star.track_dim using (track_key)"}
    columns = tx.execute(
        "select table_name, column_name from information_schema.columns join information_schema.tables"
        " using (table_schema, table_name) where table_schema = 'insights' and table_type = 'BASE TABLE'"
        " and column_name = any(%s)", (list(dimensions),)
    ).fetchall()  # fmt: skip
    assert len(columns) == len(dimensions) + 1
    found = {}
    for column in columns:
        table, key = column["table_name"], column["column_name"]
        query = f"select from insights.{table} left join {dimensions[key]} where {key} is not null"
        there = "artist_name" if key == "artist_key" else "track_ref"
        if rows := tx.execute(f"{query} and {there} is null").rowcount:
            found[f"{table}.{key}"] = rows
    for kind in ("artist", "track"):
        aliases = f"select from insights.alias s where s.kind = '{kind}' and (select count(*) from star.{kind}_dim d"
        if rows := tx.execute(f"{aliases} where d.{kind}_key in (s.from_key, s.to_key)) < 2").rowcount:
            found[f"alias of {kind}"] = rows
    return found


def about(tx: Connection, listener_id: int) -> dict[str, list[str]]:
    return {table: list(exported_records.records(tx, table, listener_id)) for table in PORTABLE}


def test_of_a_listener_who_is_removed_no_column_of_any_table_tells_and_others_keep_theirs(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, friend = sang(tx, "ann"), sang(tx, "bob", word="friend")
        assert scanned(tx) == [
            *("audit.archive_member", "audit.import_file", "audit.listener", "audit.rejected_row", "insights.hidden"),
            *("raw.context", "raw.export_track", "raw.legacy_track", "raw.recently_played", "raw.track_payload"),
            *("star.album_dim", "star.artist_dim", "star.play_label", "star.spoken_item", "star.track_dim"),
        ]
        before, plays_before = about(tx, friend), fact(tx, friend)
        shown = preview(tx, me, None)
    assert shown == Preview(5, at(-9_600), at(-536), spoken=1, polls=2, files=1, odd_rows=3, rankings=1)
    assert forget(warehouse, me, before=None, now=NOW) == 5
    with warehouse.transaction() as tx:
        assert scanned(tx) == []
        assert unknown(tx) == {}
        assert (about(tx, friend), fact(tx, friend)) == (before, plays_before)
        # Shared is what the friend has, too.
        assert "shared" in str(before)
    with pytest.raises(Gone, match="removed by `brapped forget`"):
        forget(warehouse, me, before=None, now=NOW)


def test_what_is_hidden_stays_for_what_is_kept_and_goes_with_what_nobody_played(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, friend = sang(tx, "ann"), sang(tx, "bob", word="friend")
        poll(tx, friend, [Play(at(200), song("friend-id", artists=["friend", "friend two"]))])
        merge_plays(tx, friend, at(201))
        # Whom only Ann played.
        hide(tx, friend, CANARY)
        tx.execute("insert into insights.hidden_time (listener_id, from_at, until_at, hidden_at) values"
                   " (%(me)s, %(a)s, %(b)s, %(b)s), (%(me)s, %(a)s, %(c)s, %(c)s), (%(me)s, %(b)s, %(c)s, %(b)s)",
                   {"me": friend, "a": at(-700), "b": at(50), "c": at(150)})  # fmt: skip
    forget(warehouse, me, before=None, now=NOW)
    with warehouse.transaction() as tx:
        assert (scanned(tx), unknown(tx)) == ([], {})
        assert len(about(tx, friend)["insights.hidden"]) > 3
        assert len(about(tx, friend)["insights.alias"]) > 1
    forget(warehouse, friend, before=at(100), now=NOW)
    with warehouse.transaction() as tx:
        hidden = "\n".join(about(tx, friend)["insights.hidden"])
        assert ("friend-id" in hidden, "friend-export" in hidden, "spotify:friend:list" in hidden) == (
            True,
            False,
            False,
        )
        # Of stretches what is kept, once; of plays those that are.
        times = tx.execute("select from_at, until_at, track_ref from insights.hidden_time"
                           " left join star.track_dim using (track_key) order by 1, 2").fetchall()  # fmt: skip
        assert [tuple(row.values()) for row in times] == [(at(100), at(150), None)]
        assert unknown(tx) == {}


def test_a_listener_deleted_by_hand_takes_what_is_hidden_along(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
        merge_plays(tx, me, at(5))
        hide(tx, me, "alice")
        for table in ("star.streaming_fact", "raw.recently_played", "audit.gap", "audit.poll"):
            tx.execute(f"delete from {table}")
        tx.execute("delete from audit.listener")
        rows = tx.execute(
            "select from insights.hidden union all select from insights.hidden_time"
            " union all select from insights.alias union all select from insights.heard_time"
            " union all select from insights.counting_rule"
            " union all select from insights.preference"
            " union all select from audit.changed_day"
        ).rowcount
        assert rows == 0


def test_the_planners_statistics_tell_nothing_either_when_the_last_listener_goes(warehouse: Warehouse) -> None:
    told = "select tablename from pg_stats where concat(most_common_vals, histogram_bounds) ilike %s"
    with warehouse.transaction() as tx:
        people = [sang(tx, name, first=first) for name, first in (("ann", -600), ("bob", -400), ("cid", -200))]
        tx.execute("analyze")
        assert tx.execute(told, (f"%{CANARY}%",)).fetchall() != []
    for listener_id in people:
        forget(warehouse, listener_id, before=None, now=NOW)
    tidy(warehouse)
    with warehouse.transaction() as tx:
        assert tx.execute(told, (f"%{CANARY}%",)).fetchall() == []


def test_of_what_was_before_a_day_no_column_tells_and_what_came_later_stays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, friend = sang(tx, "ann"), sang(tx, "bob", word="friend")
        later = song("later", artists=["carol"])
        poll(tx, me, [Play(at(200), later, {"type": "album", "uri": "spotify:album:later"})])
        merge_plays(tx, me, at(201))
        before = about(tx, friend)
    forget(warehouse, me, before=at(100), now=NOW)
    with warehouse.transaction() as tx:
        assert unknown(tx) == {}
        # The listener stays, and so does what lets their next poll in.
        assert scanned(tx) == ["audit.listener"]
        assert about(tx, friend) == before
        assert [(row["played_at"], row["track_ref"]) for row in fact(tx, me)] == [(at(200), "later")]
        row = tx.execute("select collected_since, forgotten_before from audit.listener where listener_id = %s", (me,))
        assert row.fetchone() == {"collected_since": at(100), "forgotten_before": at(100)}
        # A hole that reached over the day begins with it.
        gap = tx.execute("select gap_start, gap_end from audit.gap where listener_id = %s", (me,)).fetchall()
        assert gap == [{"gap_start": at(100), "gap_end": at(200)}]


@pytest.mark.parametrize(
    ("before", "expected"),
    quick_of(
        2,
        [
            (at(-9_000), ["Asia/Kolkata", "Europe/Berlin", "America/St_Johns"]),
            (at(-100), ["Europe/Berlin", "America/St_Johns"]),
            (at(0), ["America/St_Johns"]),
            (at(100), ["America/St_Johns"]),
        ],
    ),
)
def test_where_somebody_lived_before_a_day_is_forgotten_too(
    warehouse: Warehouse, before: datetime, expected: list[str]
) -> None:
    spans = (
        zones.Span(None, "Asia/Kolkata"),
        zones.Span(at(-600), "Europe/Berlin"),
        zones.Span(at(0), "America/St_Johns"),
    )
    with warehouse.transaction() as tx:
        me = sang(tx, "ann")
        zones.write(tx, me, spans)
    forget(warehouse, me, before=before, now=NOW)
    with warehouse.transaction() as tx:
        left = zones.spans_of_listener(tx, me)
    assert [span.time_zone for span in left] == expected
    assert left[1:] == spans[len(spans) - len(left) + 1 :]
    forget(warehouse, me, before=None, now=NOW)
    with warehouse.transaction() as tx:
        assert tx.execute("select * from audit.listener_zone").fetchall() == []


@pytest.mark.parametrize("before", [at(100), None])
def test_what_is_forgotten_is_neither_landed_nor_imported_again(warehouse: Warehouse, before: datetime | None) -> None:
    with warehouse.transaction() as tx:
        me = sang(tx, "ann")
    forget(warehouse, me, before=before, now=at(100))
    with warehouse.transaction() as tx:
        again = sang(tx, "ann")
        assert (fact(tx, again), landed(tx, again)) == ([], [])
        assert tx.execute("select count(*) as rows from raw.legacy_play").fetchone() == {"rows": 0}
        assert tx.execute("select count(*) as rows from audit.rejected_row").fetchone() == {"rows": 0}
        row = tx.execute("select plays_forgotten, plays_added, first_at from audit.import_file").fetchone()
        assert row == {"plays_forgotten": 2, "plays_added": 0, "first_at": None}
        poll(tx, again, plays([90, 110]))
        merge_plays(tx, again, at(111))
        assert [row["played_at"] for row in fact(tx, again)] == [at(110)]


def test_of_the_old_tables_only_what_ended_later_is_kept_and_counted_so(warehouse: Warehouse) -> None:
    old = [Old(at(10) - DRIFT / 2), Old(at(10)), Old(at(10) + DRIFT), Old(at(0), "b"), Old(at(20), "c")]
    with warehouse.transaction() as tx:
        me, friend = newcomer(tx, "ann"), newcomer(tx, "bob")
        remove(tx, me, before=at(10), now=NOW)
        assert merge_legacy(tx, me, old) == MergeOutcome(added=2, told_twice=1, forgotten=2)
        assert merge_legacy(tx, friend, old) == MergeOutcome(added=3, told_twice=2)
        # The play that ended before goes, and one of its repeats is the play now.
        before = [row["played_at"] for row in fact(tx, friend)]
        remove(tx, friend, before=at(10), now=NOW)
        assert before == [at(0), at(10) - DRIFT / 2, at(20)]
        assert fact(tx, friend) == fact(tx, me)
        assert [row["played_at"] for row in fact(tx, me)] == [at(10), at(20)]


@pytest.mark.parametrize(
    ("source", "payload", "latest"),
    [
        ("legacy", '{"main_streaming_data": {"played_at": "2026-11-21T12:00:00.5+00:00"}}', at(0)),
        # As they tell it without a zone: in Kolkata, five and a half hours earlier.
        ("legacy", '{"main_streaming_data": {"played_at": "2026-11-21 12:00:00"}}', at(-330)),
        ("legacy", '{"main_streaming_data": {"played_at": "infinity"}}', None),
        ("legacy", '{"artist_table": {"artist_id": null}}', None),
        ("import", '{"ts": "2026-11-21T12:00:00"}', at(0)),
        ("import", "[]", None),
        ("poll", '"?"', at(7)),
    ],
)
def test_an_odd_row_ended_when_it_says_or_in_doubt_long_ago(
    warehouse: Warehouse, source: str, payload: str, latest: datetime | None
) -> None:
    with warehouse.transaction() as tx:
        query = "select nullif(audit.latest_end(%s, %s, %s), '-infinity') as at"
        row = tx.execute(query, (source, payload, at(7))).fetchone()
    assert row is not None
    assert (row["at"] and row["at"].replace(microsecond=0)) == latest


def test_a_tombstone_names_nobody_and_one_without_an_account_leaves_none(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, "ann")
    forget(warehouse, me, before=None, now=NOW)
    with warehouse.transaction() as tx:
        alone = listeners.get_or_create_placeholder(tx, time_zone="UTC", now=NOW).listener_id
        stones = tx.execute("select length(hash) as hash, length(salt) as salt from audit.tombstone").fetchall()
        assert stones == [{"hash": 32, "salt": 16}]
        assert scanned(tx, "ann") == []
    forget(warehouse, alone, before=None, now=NOW)
    with warehouse.transaction() as tx:
        assert tx.execute("select count(*) as stones from audit.tombstone").fetchone() == {"stones": 1}
        row = tx.execute("select forgotten_before from audit.listener where listener_id = %s", (newcomer(tx, "ann"),))
        assert row.fetchone() == {"forgotten_before": NOW}
        assert tx.execute("select audit.forgotten_before('user of bob') as before").fetchone() == {"before": None}


def test_a_page_that_reaches_back_to_the_forgotten_makes_no_gap_and_another_one_does(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4, 8]))
        remove(tx, me, before=at(10), now=NOW)
        assert has_landed(tx, me)
        # Nothing is left that it could overlap with, but it reaches back beyond what was forgotten.
        assert poll(tx, me, plays([8, 20, *range(30, 75)])).gap is None
        poll(tx, me, [], [Unread({"played_at": at(3).isoformat()})])
        assert gaps(tx) == []
        remove(tx, me, before=at(80), now=NOW)
        landing = poll(tx, me, plays(range(90, 140)))
        assert (landing.overlapped, landing.gap) == (False, (at(80), at(90)))


def test_a_poll_that_is_landing_is_waited_for_and_its_forgotten_plays_go_too(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0, 4]))
    with warehouse.transaction() as tx:
        poll(tx, me, plays([0, 4, 8, 20]))
        forgetting = threads.submit(forget, other, me, before=at(10), now=NOW)
        wait_until_waiting(tx, forgetting)
    forgetting.result()
    with warehouse.transaction() as tx:
        merge_plays(tx, me, at(21))
        assert [row["played_at"] for row in fact(tx, me)] == [at(20)]


def test_a_poll_meanwhile_waits_loses_nothing_and_brings_nothing_back(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me, friend = newcomer(tx, "ann"), newcomer(tx, "bob")
        for one in (me, friend):
            poll(tx, one, plays([0, 4]))
            merge_plays(tx, one, at(5))

    def polled() -> None:
        for one in (me, friend):
            with other.transaction() as tx:
                poll(tx, one, plays([0, 4, 8, 20]))
            with other.transaction() as tx:
                merge_plays(tx, one, at(21))

    with warehouse.transaction(alone=True) as tx:
        remove(tx, me, before=at(10), now=NOW)
        polling = threads.submit(polled)
        wait_until_waiting(tx, polling)
    polling.result()
    with warehouse.transaction() as tx:
        assert [row["played_at"] for row in fact(tx, me)] == [at(20)]
        assert [row["played_at"] for row in fact(tx, friend)] == [at(0), at(4), at(8), at(20)]
        assert gaps(tx) == []


def test_a_poll_of_somebody_removed_meanwhile_ends_in_a_sentence(
    warehouse: Warehouse, other: Warehouse, threads: ThreadPoolExecutor
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, plays([0]))

    def polled() -> None:
        with other.transaction() as tx:
            poll(tx, me, plays([0, 4]))

    with warehouse.transaction(alone=True) as tx:
        remove(tx, me, before=None, now=NOW)
        polling = threads.submit(polled)
        wait_until_waiting(tx, polling)
    with pytest.raises(Gone, match="removed by `brapped forget`"):
        polling.result()
    with pytest.raises(Gone), warehouse.transaction() as tx:
        merge_plays(tx, me, at(5))


@pytest.mark.slow
def test_waiting_for_forgetting_is_bounded(warehouse: Warehouse, other: Warehouse) -> None:
    # It ends, although the other never does.
    with warehouse.transaction(alone=True), pytest.raises(Busy), other.transaction(lock_seconds=1):
        pytest.fail("it did not wait")


def test_killed_anywhere_nothing_or_all_is_forgotten(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = sang(tx, "ann")
        before = everything(tx)

    class Killed(Exception):
        pass

    @contextmanager
    def killed() -> Iterator[Connection]:
        with warehouse.transaction(alone=True) as tx:
            yield tx
            raise Killed

    with pytest.raises(Killed), killed() as tx:
        remove(tx, me, before=None, now=NOW)
    with warehouse.transaction() as tx:
        assert everything(tx) == before
