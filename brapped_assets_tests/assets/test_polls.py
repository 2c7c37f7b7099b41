"""A healthy poll lands and merges exactly what the account served."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.demo.listener import Play, ScriptedListener
from brapped_assets_tests.conftest import Connected

from .runs import FACT, FEED, RAW, calls, closed, fact, metadata_of, poll, rows, run, served, value, warnings, why


def test_a_poll_lands_and_merges_what_was_served(connected: Connected, instance: dg.DagsterInstance) -> None:
    assert poll(instance).success
    assert len(served(connected)) == 50
    assert fact(connected) == served(connected)
    assert calls(connected) == ["/api/token", "/v1/me", f"{FEED}/recently-played"]


def test_one_poll_closes_every_open_hour_and_a_second_changes_nothing(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    hours = partitions.look_back(datetime.now(UTC))
    assert poll(instance, 72).success
    before = rows(connected, "select * from star.streaming_fact order by play_key")
    assert closed(instance) == closed(instance, FACT) == set(hours)
    again = poll(instance)
    assert again.success
    assert metadata_of(again, FACT)[hours[-1]]["plays_added"] == 0
    assert rows(connected, "select * from star.streaming_fact order by play_key") == before


def test_a_day_of_polls_loses_no_play_and_doubles_none(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    for _ in range(5):
        assert poll(instance).success
        clock.shift(timedelta(hours=5))
    assert len(served(connected)) > 60
    assert fact(connected) == served(connected)


def test_each_hour_tells_its_own_numbers_and_the_newest_those_of_the_run(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    result = poll(instance, 48)
    raw, facts = metadata_of(result, RAW), metadata_of(result, FACT)
    newest = max(raw, key=str)
    for key, told in facts.items():
        begin = partitions.hour_of(str(key))
        plays = [at for at, _ in served(connected) if begin <= at < begin + partitions.HOUR]
        assert told["dagster/partition_row_count"] == raw[key]["dagster/partition_row_count"] == len(plays)
        assert told["counted_plays"] == len(plays)
        assert (told["plays_from_api"], told["plays_from_export"], told["plays_from_both"]) == (len(plays), 0, 0)
        assert bool(told["minutes_played"]) == bool(plays)
        # Collecting began with the oldest play of the first page.
        assert raw[key]["is_vouched_for"] == (served(connected)[0][0] <= begin)
    once = {"items_served", "plays_landed", "items_rejected", "gaps_found", "calls_used", "calls_left_today", "seconds"}
    assert {key: once & told.keys() for key, told in raw.items()} == {
        key: once if key == newest else set() for key in raw
    }
    assert {key for key, told in facts.items() if {"plays_added", "seconds"} & told.keys()} == {newest}
    numbers = raw[newest]
    assert [numbers[name] for name in ("items_served", "plays_landed", "items_rejected", "gaps_found")] == [
        50,
        50,
        0,
        0,
    ]
    # A poll and the one question whose token it is; then the day's other 71 polls are set aside.
    assert numbers["calls_used"] == 2
    assert numbers["calls_left_today"] == 1000 - 2 - 71
    assert facts[newest]["plays_added"] == 50


def test_tables_show_their_name_columns_and_rows(connected: Connected, instance: dg.DagsterInstance) -> None:
    result = poll(instance)
    for asset, known in ((RAW, "track_ref"), (FACT, "ms_played")):
        (told,) = metadata_of(result, asset).values()
        columns = {column.name: column for column in told["dagster/column_schema"].columns}
        assert told["dagster/row_count"] == 50
        assert not columns[known].constraints.nullable
    definition = recently_played_raw.metadata_by_key[dg.AssetKey(RAW)]
    assert definition["dagster/table_name"] == "brapped.raw.recently_played"
    (told,) = metadata_of(result, FACT).values()
    described = {column.name: column.description for column in told["dagster/column_schema"].columns}
    assert described["is_estimated"].startswith("True:")


def test_an_hour_that_has_not_ended_is_refused_before_anybody_is_asked(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    ended, running = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (14, 15))
    result = run("hourly_plays", instance, partitions.HourRange(ended, running).tags)
    sentence, _ = why(result)
    assert sentence == "Hour 2026-11-20-15:00 UTC has not ended yet by this machine's clock (15:07:00 UTC)."
    assert closed(instance) == set()
    assert calls(connected) == []


@pytest.mark.parametrize("page_size", [43, 48])
def test_pages_shorter_than_50_lose_nothing(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, page_size: int
) -> None:
    connected.account.page_size = page_size
    for _ in range(2):
        assert poll(instance).success
        clock.shift(timedelta(hours=3))
    assert fact(connected) == served(connected)
    assert value(connected, "select count(*) from audit.gap") == 0


def test_a_feed_that_lags_for_hours_loses_nothing(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    for lag in (0, 2.5, 0):
        connected.account.feed_lag = timedelta(hours=lag)
        clock.shift(timedelta(hours=1))
        assert poll(instance).success
    assert fact(connected) == served(connected)
    assert value(connected, "select count(*) from audit.gap") == 0


def test_plays_uploaded_late_take_their_place_in_hours_long_closed(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    account = connected.account
    (_, tracks), *_ = account.catalogue.discography(1)
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def play(minutes: float, *, late: bool = False) -> Play:
        end = start + timedelta(minutes=minutes)
        uploaded = start + timedelta(hours=7) if late else end
        return Play(end, uploaded, 120_000, tracks[int(minutes) % len(tracks)], offline=late)

    online, offline = [play(4), play(8), play(350), play(400)], [play(60, late=True), play(64, late=True)]
    account.listener = ScriptedListener(online + offline)
    assert poll(instance, 6).success
    late = {(one.played_at, one.track.uri) for one in offline}
    assert not late & set(fact(connected))
    clock.move_to(start + timedelta(hours=7, minutes=5))
    result = poll(instance)
    assert late < set(fact(connected))
    assert fact(connected) == served(connected)
    assert len(fact(connected)) == len(online + offline)
    # No page had been cut, so nothing can be missing.
    assert not warnings(result, instance)


def test_a_play_without_context_and_a_local_file_are_plays_like_others(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    account = connected.account
    (_, tracks), *_ = account.catalogue.discography(1)
    end = datetime(2026, 11, 20, 14, tzinfo=UTC)
    album = {"type": "album", "uri": f"spotify:album:{tracks[0].album.id}"}
    account.listener = ScriptedListener(
        [
            Play(end, end, 60_000, tracks[0], context=None),
            Play(end + timedelta(minutes=3), end + timedelta(minutes=3), 60_000, tracks[1], context=album),
            Play(end + timedelta(minutes=9), end + timedelta(minutes=9), 60_000, account.catalogue.local_tracks[0]),
        ]
    )
    assert poll(instance).success
    assert fact(connected) == served(connected)
    told = rows(connected, "select context_uri, track_id is null as is_local from bi.plays order by played_at")
    assert [row["context_uri"] for row in told] == [None, album["uri"], None]
    assert [row["is_local"] for row in told] == [False, False, True]


def test_a_clock_that_differs_from_spotifys_is_told(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    connected.account.clock = lambda: datetime.now(UTC) - timedelta(seconds=61)
    assert "This machine's clock and Spotify's differ by -61 s." in warnings(poll(instance), instance)
    connected.account.clock = lambda: datetime.now(UTC) + timedelta(seconds=60)
    assert not warnings(poll(instance), instance)
    assert rows(connected, "select clock_skew_ms from audit.poll order by poll_id") == [
        {"clock_skew_ms": -61_000},
        {"clock_skew_ms": 60_000},
    ]
