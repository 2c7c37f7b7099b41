"""Landing: everything a page brings is kept whole, once, whatever it is made of."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.gap_proof import SHORTEST_CUT_PAGE
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets.warehouse.landing import has_landed, land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.rejected_items import retry_rejected
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.polled_plays import (
    NOON,
    Play,
    Unread,
    at,
    everything,
    fact,
    landed,
    local_file,
    newcomer,
    page,
    plays,
    poll,
    song,
)

CONTEXT = {"type": "album", "uri": "spotify:album:1", "href": None}


def test_a_play_lands_with_everything_the_page_said_of_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        result = poll(tx, me, [Play(at(0), song("a"), CONTEXT), Play(at(3), local_file("demo"))])
        found = landed(tx, me)
        polls = tx.execute("select * from audit.poll").fetchall()
    assert (result.landed, result.overlapped, result.gap) == (2, True, None)
    assert found == [
        {"played_at": at(0), "track_ref": "a", "payload": song("a"), "context": CONTEXT, "is_merged": False},
        {
            "played_at": at(3),
            "track_ref": "spotify:local:bob:tape:demo:180",
            "payload": local_file("demo"),
            "context": None,
            "is_merged": False,
        },
    ]
    assert polls == [
        {
            "poll_id": result.poll_id,
            "listener_id": me,
            "run_id": "run",
            "polled_at": at(3),
            "items": 2,
            "landed": 2,
            "rejected": 0,
            "oldest_at": at(0),
            "newest_at": at(3),
            "overlapped": True,
            "clock_skew_ms": None,
            "keys_missing": [],
            "keys_new": [],
        }
    ]


def test_a_page_lands_once_however_often_it_is_landed(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert poll(tx, me, plays([0, 4, 8])).landed == 3
        once = landed(tx, me)
        assert [poll(tx, me, plays([0, 4, 8])).landed for _ in range(3)] == [0, 0, 0]
        assert landed(tx, me) == once


def test_an_item_twice_on_one_page_lands_once(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert poll(tx, me, [*plays([0]), *plays([0])]).landed == 1


def test_two_tracks_that_ended_at_the_same_instant_both_land(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert poll(tx, me, [*plays([0], "a"), *plays([0], "b")]).landed == 2


def test_listeners_do_not_see_each_others_plays(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, you = newcomer(tx, "mine"), newcomer(tx, "yours")
        poll(tx, me, plays([0, 4]))
        assert not has_landed(tx, you)
        assert poll(tx, you, plays([0])).landed == 1
        assert (len(landed(tx, me)), len(landed(tx, you))) == (2, 1)


def test_an_empty_page_lands_nothing_and_is_proof_all_the_same(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert poll(tx, me, []).landed == 0
        assert not has_landed(tx, me)
        assert tx.execute("select items, overlapped from audit.poll").fetchall() == [{"items": 0, "overlapped": True}]


def test_a_rejected_item_is_kept_whole_once_and_counted(warehouse: Warehouse) -> None:
    odd = {"track": None, "played_at": "2026-11-21T12:00:00.000Z", "note": "\x00\ud800 ü"}
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for minute in range(3):
            land(tx, page(me, plays([minute]), [Unread(odd), Unread(odd)], polled_at=at(minute)))
        kept = tx.execute(
            "select source, payload, reason, parser_version, times, first_seen_at, last_seen_at from audit.rejected_row"
        ).fetchall()
    assert [json.loads(row.pop("payload")) for row in kept] == [odd]
    assert kept == [
        {
            "source": "poll",
            "reason": "the track is not an object",
            "parser_version": 1,
            "times": 3,
            "first_seen_at": at(0),
            "last_seen_at": at(2),
        }
    ]


def test_what_a_newer_parser_understands_lands_under_the_poll_that_first_met_it(warehouse: Warehouse) -> None:
    seen: list[str] = []

    def parse(text: str, served_at: datetime) -> Play | Unread:
        seen.append(text)
        assert served_at == at(5)
        return Play(at(1), song("b")) if "understood" in text else Unread(text)

    with warehouse.transaction() as tx:
        me = newcomer(tx)
        first = poll(tx, me, plays([0]), [Unread("will be understood"), Unread("never")])
        assert retry_rejected(tx, me, parser_version=1, parse=parse, now=at(5)) == 0
        assert seen == []
        assert retry_rejected(tx, me, parser_version=2, parse=parse, now=at(5)) == 1
        assert sorted(seen) == ['"never"', '"will be understood"']
        assert retry_rejected(tx, me, parser_version=2, parse=parse, now=at(5)) == 0
        rows = tx.execute("select played_at, poll_id from raw.recently_played order by 1").fetchall()
        waiting = tx.execute("select payload, parser_version, times from audit.rejected_row").fetchall()
    assert rows == [{"played_at": at(0), "poll_id": first.poll_id}, {"played_at": at(1), "poll_id": first.poll_id}]
    assert waiting == [{"payload": '"never"', "parser_version": 2, "times": 1}]


def test_a_reference_too_long_for_an_index_lands_and_stays_distinct(warehouse: Warehouse) -> None:
    # Text that does not compress: PostgreSQL refuses such keys beyond 2,704 bytes.
    endless = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(4_000))
    long = [Play(at(n), local_file(endless + ending)) for n, ending in enumerate("xy")]
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        assert poll(tx, me, [*long, Play(at(5), song("a", artists=[endless], name=endless))]).landed == 3
        assert poll(tx, me, long).overlapped
        assert merge_plays(tx, me, NOON).added == 3
        assert apply_payloads(tx) == 3
        assert len({row["track_ref"] for row in fact(tx, me)}) == 3


def test_tracks_without_a_play_are_kept_for_the_dimension(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        land_tracks(tx, [("a", song("a")), ("a", song("a")), ("b", song("b", artists=[]))], NOON)
        assert apply_payloads(tx) == 2
        after = everything(tx)
    assert [row["track_ref"] for row in after["track"]] == ["a", "b"]
    assert after["credit"][1] == {"track_ref": "b", "position": 0, "artist_name": "Unknown artist"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=5)
    | st.sampled_from(["\x00", "\ud800", "\udc00x", "0000", "", "id-alice", "alice", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "0", "images", "url", "\x00", "popularity"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
TRACK_KEYS = ["name", "artists", "album", "duration_ms", "explicit", "external_ids", "popularity", "x"]
TRACKS = st.dictionaries(st.sampled_from(TRACK_KEYS), JSON, max_size=6)


@examples(60)
@given(tracks=st.lists(TRACKS, min_size=1, max_size=4), context=st.none() | st.dictionaries(st.text(max_size=3), JSON))
def test_whatever_a_track_is_made_of_its_play_lands_merges_and_is_read(
    warehouse: Warehouse, tracks: list[dict[str, Any]], context: dict[str, Any] | None
) -> None:
    _lands_merges_and_is_read(warehouse, tracks, context)


def test_nesting_beyond_reason_loses_no_play(warehouse: Warehouse) -> None:
    deep: Any = "bottom"
    for _ in range(700):
        deep = [deep]
    _lands_merges_and_is_read(warehouse, [{"x": deep}, {"artists": deep}], {"x": deep})


def _lands_merges_and_is_read(
    warehouse: Warehouse, tracks: list[dict[str, Any]], context: dict[str, Any] | None
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx, f"token {datetime.now(UTC)}")
        items = [Play(NOON + timedelta(minutes=n), {**track, "id": f"t{n}"}, context) for n, track in enumerate(tracks)]
        assert poll(tx, me, items).landed == len(tracks)
        assert merge_plays(tx, me, NOON).added == len(tracks)
        apply_payloads(tx)
        assert [row["track_ref"] for row in fact(tx, me)] == [f"t{n}" for n in range(len(tracks))]
        counted = tx.execute("select count(*) as n from bi.plays where listener_id = %s", (me,)).fetchone()
        uncredited = tx.execute(
            "select track_ref from star.track_dim t where payload_key is null or not exists"
            " (select from star.track_artist ta where ta.track_key = t.track_key and ta.artist_key = t.artist_key"
            "  and ta.position = 0)"
        ).fetchall()
    assert counted == {"n": len(tracks)}
    assert uncredited == []


def test_a_page_of_as_many_items_as_spotify_shows_may_be_cut() -> None:
    assert SHORTEST_CUT_PAGE <= 43  # the shortest full page reported; facts, 2.2
