"""What an older version took for plays leaves them when its export is brought back, and nothing of it stays."""

from datetime import UTC, datetime

from brapped_assets.spotify import PARSER_VERSION, parse_kept
from brapped_assets.warehouse import listeners, restored_records
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.rejected_items import retry_rejected
from brapped_assets_tests.warehouse.polled_plays import Play, Row, at, fact, newcomer, page, plays, poll, song

LONG_AGO, FAR_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
EPISODE = {"id": "e", "type": "episode", "uri": "spotify:episode:e", "name": "An episode", "duration_ms": 3_600_000}
GOOD = plays([0, 4, 70])
WRONG = [Play(LONG_AGO, song("a")), Play(FAR_AHEAD, song("b")), Play(at(60), EPISODE)]
TOO_EARLY, TOO_LATE = "the time lies before Spotify existed", "the time lies in the future"
ASIDE = "select kind, reason, played_at, first_seen_at from audit.rejected_row order by kind, reason"


def _polled_by_an_older_version(tx: Connection) -> int:
    me = newcomer(tx)
    poll(tx, me, [GOOD[0], WRONG[0]])
    land(tx, page(me, [*GOOD[1:], *WRONG[1:]], polled_at=at(75)))
    merge_plays(tx, me, at(76))
    tx.execute("update audit.listener set collected_since = %s", (LONG_AGO,))
    return me


def _only_the_good(tx: Connection) -> list[Row]:
    """The fact of a listener who was never served anything else."""
    me = newcomer(tx, "another")
    poll(tx, me, GOOD[:1])
    land(tx, page(me, GOOD[1:], polled_at=at(75)))
    merge_plays(tx, me, at(76))
    return fact(tx, me)


def test_impossible_times_and_episodes_of_an_older_versions_export_leave_the_fact_and_all_that_was_reckoned_from_them(
    warehouse: Warehouse,
) -> None:
    with warehouse.transaction() as tx:
        me = _polled_by_an_older_version(tx)
        assert len(fact(tx, me)) == 6
        who = listeners.Returning("user of token", None, "Me", "Asia/Kolkata", LONG_AGO, at(75), None)
        # Nothing changes from being put aside twice.
        for _ in range(2):
            restored_records.finish_restore(tx, me, who)
            assert tx.execute(ASIDE).fetchall() == [
                {"kind": "impossible_time", "reason": TOO_EARLY, "played_at": None, "first_seen_at": at(0)},
                {"kind": "impossible_time", "reason": TOO_LATE, "played_at": None, "first_seen_at": at(75)},
                {"kind": "podcast", "reason": "this is no music", "played_at": at(60), "first_seen_at": at(75)},
            ]
            assert tx.execute("select collected_since, last_polled_at, data_as_of from bi.listeners").fetchall() == [
                {"collected_since": at(0), "last_polled_at": at(75), "data_as_of": at(70)}
            ]
            assert tx.execute("select polled_at, oldest_at, newest_at from audit.poll order by poll_id").fetchall() == [
                {"polled_at": at(0), "oldest_at": at(0), "newest_at": at(0)},
                {"polled_at": at(75), "oldest_at": at(4), "newest_at": at(70)},
            ]
        # Read again by today's parser, they are what they are.
        assert retry_rejected(tx, me, parser_version=PARSER_VERSION, parse=parse_kept, now=at(80)) == 0
        assert fact(tx, me) == _only_the_good(tx)


def test_what_only_our_own_clock_put_into_the_future_becomes_a_play_once_it_is_right(warehouse: Warehouse) -> None:
    """Without a date in the answer only this machine's clock can judge; with one the verdict is Spotify's."""
    item = '{"track": {"id": "a", "name": "Song"}, "played_at": "2026-11-21T12:04:00Z", "context": null}'
    for skew, understood in ((None, 1), (0, 0)):
        with warehouse.transaction() as tx:
            me = newcomer(tx, f"skew {skew}")
            behind = at(-40 * 24 * 60)
            aside = parse_kept(item, behind)
            landed = page(me, [], [aside], polled_at=behind, parser_version=PARSER_VERSION)  # type: ignore[list-item]
            land(tx, landed)
            tx.execute("update audit.poll set clock_skew_ms = %s where listener_id = %s", (skew, me))
            assert aside.kind == "impossible_time"  # type: ignore[union-attr]
            again = {"parser_version": PARSER_VERSION, "parse": parse_kept}
            assert retry_rejected(tx, me, now=behind, **again) == 0  # type: ignore[arg-type]
            assert retry_rejected(tx, me, now=at(5), **again) == understood  # type: ignore[arg-type]
