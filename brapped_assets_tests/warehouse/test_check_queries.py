"""Every claim holds on a healthy warehouse, and each can fail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from brapped_assets.warehouse import call_ledger
from brapped_assets.warehouse.check_queries import Verdict, q, verify
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.polled_page import Page
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.warehouse.exported_plays import Told
from brapped_assets_tests.warehouse.heard_episodes import hear
from brapped_assets_tests.warehouse.imported_files import Imported, meet
from brapped_assets_tests.warehouse.polled_plays import NOON, Play, Unread, at, newcomer, page, plays, poll, song

CLAIMS = sorted({*q} - {"count_and_sample"})
HEARD_AT = datetime(2025, 4, 28, 21, 4, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=10_000)
BUDGET = 3


def _healthy(tx: Connection) -> None:
    me = newcomer(tx)
    tx.execute("update audit.listener set authorized_at = %s", (NOON - timedelta(days=100),))
    poll(tx, me, [*plays([0, 4, 8], "a"), *plays([8], "b")])
    call_ledger.count(tx, "/artists", NOON)
    merge_plays(tx, me, at(9))
    apply_payloads(tx)


def _execute(*statements: str) -> Callable[[Connection], None]:
    def spoil(tx: Connection) -> None:
        for statement in statements:
            tx.execute(statement)

    return spoil


def _call_too_often(tx: Connection) -> None:
    for _ in range(BUDGET):
        call_ledger.count(tx, "/artists", NOON)


def _see_odd_keys(tx: Connection) -> None:
    for minute in (10, 11):
        land(
            tx,
            Page(1, "run", at(minute), plays([8]), [], 1, keys_missing={"items.track.album"}, keys_new={"x", "y"}),
        )


def _leave_plays_unmerged(tx: Connection) -> None:
    land(tx, page(1, plays([8, 10, 11]), polled_at=at(12)))
    tx.execute("update audit.listener set merged_at = %s", (at(14),))


def _reject(tx: Connection) -> None:
    for _ in range(2):
        poll(tx, 1, plays([8]), [Unread("odd"), Unread("odder")])


def _play_on(*minutes: float) -> Callable[[Connection], None]:
    def spoil(tx: Connection) -> None:
        poll(tx, 1, plays([8, *minutes]))
        merge_plays(tx, 1, at(9))

    return spoil


def _rank(day: str) -> Callable[[Connection], None]:
    """One of the six lists, on one day."""

    def spoil(tx: Connection) -> None:
        tx.execute(
            "insert into star.spotify_top select 1, %s, 'artists', 'short_term', 1, min(artist_key), null"
            " from star.artist_dim",
            (day,),
        )

    return spoil


def _look_up_without_pictures(tx: Connection) -> None:
    poll(tx, 1, [Play(at(8 + minute), song(f"t{minute}", artists=(f"a{minute}",))) for minute in range(1, 21)])
    apply_payloads(tx)
    tx.execute("update star.artist_dim set asked_at = %s where artist_id is not null", (NOON,))


def _hear_an_episode_that_counts_as_a_song(tx: Connection) -> None:
    hear(tx, 1)
    tx.execute("update star.spoken_play set ms_played = 1")
    merge_exported(tx, 1, "account", encode([Told(HEARD_AT, 200_000, None, "One", "Monday")], Occurrences()))
    tx.execute("update star.spoken_play set ms_played = 200000")


# What makes each claim fail, with how many rows.
SPOILT: dict[str, tuple[Callable[[Connection], object], int]] = {
    "answers_have_the_known_keys": (_see_odd_keys, 3),
    "api_plays_keep_their_distance": (_play_on(8.4, 8.8), 2),
    "call_budget_holds": (_call_too_often, 1),
    "consent_lasts_14_days": (
        _execute("update audit.listener set authorized_at = '2026-11-21 12:00Z'::timestamptz - interval '170 days'"),
        1,
    ),
    "every_gap_is_closed": (lambda tx: poll(tx, 1, plays([60])), 1),
    "every_landed_play_is_merged": (_leave_plays_unmerged, 2),
    "every_play_has_track_and_artist": (_execute("delete from star.track_artist"), 4),
    "everything_served_is_understood": (_reject, 2),
    "latest_poll_is_recent": (_execute("update audit.poll set polled_at = polled_at - interval '4 hours'"), 1),
    "local_time_agrees_with_the_zone": (_execute("update audit.listener set time_zone = 'Europe/Berlin'"), 4),
    "no_hour_was_lost": (lambda tx: poll(tx, 1, plays([60])), 1),
    "no_play_is_in_the_future": (_play_on(21, 25), 2),
    "every_import_is_finished": (
        _execute(
            "insert into audit.import_file (listener_id, content_hash, kind, name, started_at)"
            " select 1, name, 'account', name, '2026-11-20 12:14Z' from unnest(array['a', 'b']) name"
        ),
        2,
    ),
    "every_ranking_has_six_lists": (_rank("2026-11-21"), 1),
    "every_ranking_is_recent": (_rank("2026-11-13"), 1),
    "every_track_read_has_credits": (_execute("delete from star.track_artist"), 2),
    "no_spoken_play_is_music": (_hear_an_episode_that_counts_as_a_song, 1),
    "no_spotify_id_is_double": (_execute("update star.track_dim set track_id = 'same'"), 1),
    "most_pictures_are_known": (_look_up_without_pictures, 2),
}


def _verify(tx: Connection, claim: str, since: datetime = LONG_AGO) -> Verdict:
    return verify(tx, claim, since=since, now=at(15), budget=BUDGET)


def test_every_claim_is_tested() -> None:
    assert sorted(SPOILT) == CLAIMS


@pytest.mark.parametrize("state", ["empty", "healthy"])
def test_every_claim_holds_on_a_healthy_warehouse(warehouse: Warehouse, state: str) -> None:
    with warehouse.transaction() as tx:
        if state == "healthy":
            _healthy(tx)
        assert {claim: _verify(tx, claim) for claim in CLAIMS} == dict.fromkeys(CLAIMS, Verdict(0, []))


@pytest.mark.parametrize("claim", quick_of(8, CLAIMS))
def test_a_claim_that_does_not_hold_says_how_many_rows_contradict_it(warehouse: Warehouse, claim: str) -> None:
    spoil, offending = SPOILT[claim]
    with warehouse.transaction() as tx:
        _healthy(tx)
        spoil(tx)
        verdict = _verify(tx, claim)
    assert verdict.offending == offending
    assert len(verdict.sample) == min(offending, 5)


def test_a_sample_has_at_most_five_rows(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _healthy(tx)
        poll(tx, 1, plays([8]), [Unread(n) for n in range(7)])
        verdict = _verify(tx, "everything_served_is_understood")
    assert (verdict.offending, len(verdict.sample)) == (7, 5)


def test_a_claim_looks_only_as_far_back_as_it_is_asked_to(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _healthy(tx)
        tx.execute("delete from star.track_artist")
        assert _verify(tx, "every_play_has_track_and_artist", since=at(5)).offending == 2


def test_a_gap_that_was_closed_is_no_loss_and_a_consent_of_unknown_date_no_offence(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _healthy(tx)
        poll(tx, 1, plays([60]))
        meet(tx, 1, Imported("a.json", 0, 90), when=at(90))
        tx.execute("update audit.listener set authorized_at = null")
        assert [_verify(tx, claim).offending for claim in ("no_hour_was_lost", "every_gap_is_closed")] == [0, 0]
        assert _verify(tx, "consent_lasts_14_days").offending == 0


def test_an_ended_consent_is_told_and_its_listener_is_not_missed_at_polls(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _healthy(tx)
        tx.execute("update audit.listener set consent_ended_at = %s", (NOON,))
        tx.execute("delete from raw.recently_played")
        tx.execute("delete from audit.poll")
        assert _verify(tx, "consent_lasts_14_days").offending == 1
        assert _verify(tx, "latest_poll_is_recent").offending == 0


def test_a_play_landed_while_the_merge_began_is_no_offence(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        _healthy(tx)
        land(tx, page(1, plays([8, 10]), polled_at=at(12)))
        tx.execute("update audit.listener set merged_at = %s", (at(12.5),))
        assert _verify(tx, "every_landed_play_is_merged").offending == 0


def test_what_is_not_understood_is_news_for_two_weeks_and_what_is_understood_is_none(warehouse: Warehouse) -> None:
    claim = "everything_served_is_understood"
    with warehouse.transaction() as tx:
        _healthy(tx)
        poll(tx, 1, plays([8]), [Unread("odd"), Unread("an episode", "this is no music", "podcast", at(3))])
        assert _verify(tx, claim).offending == 1
        later = at(14 * 24 * 60 + 9)
        # Another of a kind that is known by then is no news either; another kind is.
        land(tx, page(1, plays([8]), [Unread("odder")], polled_at=later))
        assert verify(tx, claim, since=LONG_AGO, now=later, budget=BUDGET).offending == 0
        land(tx, page(1, plays([8]), [Unread("new", "another reason")], polled_at=later))
        assert verify(tx, claim, since=LONG_AGO, now=later, budget=BUDGET).offending == 1
