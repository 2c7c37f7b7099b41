"""Tracks, artists and Spotify's own ranking, against the real database and the account over HTTP."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.assets import spotify_lookup
from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.demo.faults import Kind
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.warehouse import call_ledger as ledger
from brapped_assets.warehouse.lookup_queue import ARTISTS, ASK_FAILED_AFTER, LEASE
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import backlog, calls, closed, metadata_of, poll, rows, run, value, warnings
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of

ASKED = "select count(*) from star.artist_dim where asked_at is not null"


@pytest.fixture
def polled(connected: Connected, instance: dg.DagsterInstance) -> Connected:
    """After one poll; a short page, because every artist on it costs a call."""
    connected.account.page_size = 20
    assert poll(instance).success
    return connected


def artists_asked(connected: Connected) -> list[str]:
    return [path.rsplit("/", 1)[1] for path in calls(connected) if path.startswith("/v1/artists/")]


def test_the_dimensions_are_what_the_catalogue_says_and_tracks_cost_no_call(
    polled: Connected, instance: dg.DagsterInstance
) -> None:
    assert run("refresh_dimensions", instance).success
    assert not [path for path in calls(polled) if path.startswith(("/v1/tracks", "/v1/albums"))]
    catalogue = polled.account.catalogue
    for row in rows(polled, "select * from bi.tracks where track_id is not null"):
        track = catalogue.track(row["track_id"])
        assert track is not None
        assert (row["track_name"], row["duration_ms"], row["isrc"]) == (track.name, track.duration_ms, track.isrc)
        assert (row["artist_name"], row["album_name"]) == (track.artists[0].name, track.album.name)
        assert (row["featured_artists"] or "") == ", ".join(artist.name for artist in track.artists[1:])
    artists = rows(polled, "select * from bi.artists where artist_id is not null")
    assert len(artists) == len(artists_asked(polled)) == len(set(artists_asked(polled)))
    for row in artists:
        artist = catalogue.artist(row["artist_id"])
        assert artist is not None
        assert (row["artist_name"], row["genres"] or "") == (artist.name, ", ".join(artist.genres))
        assert "size=640" in row["image_url"]


def test_nothing_is_asked_twice_within_its_period(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    first = metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]
    everybody = value(polled, "select count(*) from star.artist_dim where artist_id is not null")
    assert (first["artists_asked"], first["artists_unknown"], first["calls_used"]) == (everybody, 0, everybody)
    assert first[DUE] == 0
    assert first[NEXT_DUE_AT] == (NOW + timedelta(days=90)).timestamp()
    clock.shift(timedelta(days=89))
    assert metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]["artists_asked"] == 0
    clock.shift(timedelta(days=1))
    assert metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]["artists_asked"] == everybody


def test_the_most_played_are_asked_first(
    polled: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spotify_lookup, "CALLS_A_RUN", 3)
    assert run("refresh_dimensions", instance).success
    played = rows(
        polled,
        "select artist_id, count(*) as plays from bi.plays where artist_id is not null group by 1 order by 2 desc",
    )
    plays = {row["artist_id"]: row["plays"] for row in played}
    assert [plays[artist] for artist in artists_asked(polled)] == [row["plays"] for row in played[:3]]
    # The rest is due at once: the sensor goes on.
    assert is_due(newest_level(instance), datetime.now(UTC))


def test_an_artist_whose_answer_is_broken_holds_up_nobody_else(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    with polled.warehouse.transaction() as tx:
        *_, fifth = ARTISTS.due(tx, NOW, 5)
    polled.account.faults.add("malformed_json", path=f"/v1/artists/{fifth}")
    assert run("refresh_dimensions", instance).success
    not_asked = "select artist_id from star.artist_dim where artist_id is not null and asked_at is null"
    assert value(polled, not_asked) == fifth
    # Not asked at the end of each lease, 144 times a day, but tomorrow.
    clock.shift(LEASE)
    assert not is_due(newest_level(instance), datetime.now(UTC))
    clock.shift(ASK_FAILED_AFTER)
    assert is_due(newest_level(instance), datetime.now(UTC))
    assert run("refresh_dimensions", instance).success
    assert value(polled, f"select count(*) from ({not_asked}) left_over") == 0


@pytest.mark.parametrize("kind", quick_of(1, ["malformed_json", "forbidden", "server_error"]))
def test_three_failures_in_a_row_end_the_asking_for_an_hour_and_are_no_failure_of_the_run(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller, kind: Kind
) -> None:
    with polled.warehouse.transaction() as tx:
        for artist_id in ARTISTS.due(tx, NOW, 7)[4:]:
            polled.account.faults.add(kind, times=4, path=f"/v1/artists/{artist_id}")
    told = metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]
    assert (told["artists_asked"], told["artists_failed"]) == (4, 3)
    assert value(polled, ASKED) == 4
    assert not is_due(newest_level(instance), datetime.now(UTC) + timedelta(minutes=59))
    assert is_due(newest_level(instance), datetime.now(UTC) + timedelta(hours=1))


def test_the_budget_ends_a_run_in_good_order_and_says_when_to_come_back(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The day's 72 polls, the question whose token it is, and four.
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "77")
    told = metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]
    assert (told["artists_asked"], told["calls_left_today"]) == (4, 0)
    assert value(polled, "select sum(calls)::int from audit.api_call") == 2 + 4
    level = backlog(instance)
    assert not is_due(level, NOW + timedelta(minutes=59))
    assert is_due(level, NOW + timedelta(hours=1))
    # Tomorrow the calls are back, and no artist was left leased.
    clock.shift(timedelta(hours=25))
    assert metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]["artists_asked"] == 5
    assert poll(instance).success


def test_polls_go_on_when_the_budget_is_spent(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "1")
    clock.shift(timedelta(hours=1))
    assert poll(instance).success
    assert "2026-11-20-15:00" in closed(instance)
    assert run("refresh_dimensions", instance).success
    assert artists_asked(polled) == []


def test_an_artist_another_run_has_taken_is_left_to_it(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    one = value(polled, "select min(artist_id) from star.artist_dim")
    with polled.warehouse.transaction() as tx:
        assert ARTISTS.lease(tx, one, NOW)
    assert run("refresh_dimensions", instance).success
    assert one not in artists_asked(polled)
    level = backlog(instance)
    assert level == {DUE: 0, NEXT_DUE_AT: (NOW + timedelta(minutes=10)).timestamp()}
    clock.shift(timedelta(minutes=10))
    assert run("refresh_dimensions", instance).success
    assert artists_asked(polled)[-1] == one


def test_an_id_spotify_does_not_know_is_asked_again_after_a_month(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    with connected.warehouse.transaction() as tx:
        tx.execute("insert into star.artist_dim (artist_id, artist_name) values (repeat('0', 22), 'Nobody')")
    for days, asked in ((0, 1), (29, 1), (1, 2)):
        clock.shift(timedelta(days=days))
        told = metadata_of(run("refresh_dimensions", instance), "artist_dim")[None]
        assert len(artists_asked(connected)) == asked
        assert told["artists_unknown"] == (days != 29)
    assert value(connected, "select is_unknown from star.artist_dim")


def test_a_quota_met_by_the_artists_holds_the_polls_too_and_is_no_failure(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    polled.account.faults.add("quota_exceeded", path="/v1/artists/", retry_after=7_200)
    assert run("refresh_dimensions", instance).success
    until = NOW + timedelta(hours=2)
    assert backlog(instance) == {DUE: 0, NEXT_DUE_AT: until.timestamp()}
    asked = len(calls(polled))
    clock.shift(timedelta(hours=1))
    assert poll(instance).success
    assert len(calls(polled)) == asked
    assert "2026-11-20-15:00" not in closed(instance)
    clock.move_to(until)
    assert poll(instance).success
    assert partitions.key_of(until.replace(minute=0) - partitions.HOUR) in closed(instance)


def test_artists_whose_token_was_never_seen_wait_for_the_quota_too(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    with connected.warehouse.transaction() as tx:
        tx.execute("insert into star.artist_dim (artist_id, artist_name) values ('abc', 'Somebody')")
        ledger.postpone(tx, NOW + timedelta(hours=1), "QUOTA_EXCEEDED", latest=NOW + timedelta(days=7))
    assert run("refresh_dimensions", instance).success
    assert calls(connected) == []


def test_spotifys_own_ranking_is_six_lists_for_six_calls_and_fills_both_dimensions(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    result = run("daily_upkeep", instance)
    assert result.success
    told = metadata_of(result, "spotify_top")[None]
    top = [path for path in calls(connected) if path.startswith("/v1/me/top/")]
    assert sorted(top) == ["/v1/me/top/artists"] * 3 + ["/v1/me/top/tracks"] * 3
    assert told["calls_used"] == 6 + 1
    lists = rows(
        connected,
        "select kind, time_range, taken_on::text, array_agg(coalesce(a.artist_id, t.track_id) order by rank) as ids"
        " from star.spotify_top left join star.artist_dim a using (artist_key)"
        " left join star.track_dim t using (track_key) group by 1, 2, 3",
    )
    assert len(lists) == 6
    for row in lists:
        assert row["taken_on"] == "2026-11-20"
        account = connected.account
        best = (
            account.top_artists(row["time_range"])
            if row["kind"] == "artists"
            else account.top_tracks(row["time_range"])
        )
        assert row["ids"] == [one.id for one in best[:50]]
    assert told["ranks_written"] == told["dagster/row_count"] == sum(len(row["ids"]) for row in lists)
    # With pictures, so none of these artists is asked again; and no play came of it.
    assert (
        value(connected, "select count(*) from star.artist_dim where image_url is null and asked_at is not null") == 0
    )
    assert value(connected, "select count(*) from star.streaming_fact") == 0
    # It is the listener's day that counts: 18:35 UTC is tomorrow in Kolkata.
    clock.move_to(NOW.replace(hour=18, minute=35))
    assert run("daily_upkeep", instance).success
    assert value(connected, "select array_agg(distinct taken_on::text) from star.spotify_top") == [
        "2026-11-20",
        "2026-11-21",
    ]


@pytest.mark.parametrize(
    ("kind", "reason"),
    quick_of(
        1,
        [
            ("quota_exceeded", "Spotify is not to be called before 2026-11-20 23:27:00 UTC: QUOTA_EXCEEDED"),
            ("missing_scope", "the consent does not cover this call"),
            ("malformed_json", "an answer of 50 bytes is not JSON"),
        ],
    ),
)
def test_a_ranking_that_cannot_be_had_today_is_a_result_of_0_and_is_green(
    connected: Connected, instance: dg.DagsterInstance, kind: Kind, reason: str
) -> None:
    connected.account.faults.add(kind, path="/v1/me/top/tracks")
    result = run("daily_upkeep", instance)
    assert result.success
    assert metadata_of(result, "spotify_top")[None]["ranks_written"] == 0
    assert any(text.startswith(f"No ranking today. {reason}") for text in warnings(result, instance))
    assert value(connected, "select count(*) from star.spotify_top") == 0
