"""A healthy poll lands and merges exactly what the account served."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from psycopg.conninfo import conninfo_to_dict
from time_machine import Traveller

from brapped_assets import partitions
from brapped_assets.assets.polling import ASIDE
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.commands.unscheduled_poll import poll_without_an_hour
from brapped_assets.demo import payloads
from brapped_assets.demo.listener import Play, ScriptedListener
from brapped_assets.warehouse import listener_status
from brapped_assets_tests.assets.runs import (
    FACT,
    FEED,
    RAW,
    calls,
    closed,
    everything,
    fact,
    metadata_of,
    poll,
    rows,
    run,
    served,
    value,
    warnings,
    why,
)
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of


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


def test_a_poll_makes_neither_tracks_nor_reports_out_of_date(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    def out_of_date() -> list[str]:
        context = LoadingContextForTest(instance)
        resolver = CachingStaleStatusResolver(instance, everything.resolve_asset_graph(), context)
        partition_of = {"wrapped_report": f"{datetime.now(UTC):%Y}"}
        return [
            name
            for name in ("track_dim", "artist_dim", "wrapped_report")
            if resolver.get_status(dg.AssetKey(name), partition_of.get(name)) is not StaleStatus.FRESH
        ]

    assert run("hourly_plays", instance, _newest_hour()).success
    assert run("refresh_dimensions", instance).success
    assert run("wrapped_reports", instance, {"dagster/partition": f"{datetime.now(UTC):%Y}"}).success
    assert out_of_date() == []
    clock.shift(timedelta(hours=1))
    assert run("hourly_plays", instance, _newest_hour()).success
    assert out_of_date() == []


def _newest_hour() -> dict[str, str]:
    return {"dagster/partition": partitions.look_back(datetime.now(UTC))[-1]}


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
    result = poll(instance, 30)
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
    once = {"items_served", "plays_landed", "gaps_found", "calls_used", "calls_left_today", "seconds"}
    once |= {"items_not_music", "items_empty", "items_with_impossible_time", "items_rejected"}
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
    assert definition["dagster/table_name"] == "raw.recently_played"
    (told,) = metadata_of(result, FACT).values()
    database = conninfo_to_dict(connected.database_url)["dbname"]
    assert told["dagster/table_name"] == f"{database}.star.streaming_fact"
    described = {column.name: column.description for column in told["dagster/column_schema"].columns}
    assert described["is_estimated"].startswith("True:")


@pytest.mark.parametrize(
    ("job", "first", "last"),
    [
        pytest.param("hourly_plays", "2026-11-20-14:00", "2026-11-20-15:00", id="an hour that has not ended"),
        pytest.param("hourly_plays", "2026-11-20-15:00", "2026-11-20-15:00", id="that hour alone"),
        pytest.param("hourly_plays", "2026-11-20-14:00", "2026-11-20-13:00", id="a range written backwards"),
        pytest.param("hourly_plays", "2020-01-01-00:00", "2020-01-01-00:00", id="an hour before the first"),
        pytest.param("wrapped_reports", "2027", "2027", id="a year to come"),
        pytest.param("wrapped_reports", "1999", "1999", id="a year before the first"),
    ],
)
def test_what_is_no_partition_is_refused_in_a_sentence_before_anybody_is_asked(
    connected: Connected, instance: dg.DagsterInstance, job: str, first: str, last: str
) -> None:
    known = {
        "hourly_plays": f"{partitions.key_of(partitions.START)} to 2026-11-20-14:00",
        "wrapped_reports": "2008 to 2026",
    }
    sentence, cure = why(run(job, instance, partitions.range_tags(first, last)))
    assert cure == "a person"
    assert sentence == (
        f"There are no partitions from {first} to {last}: they go from {known[job]} by this machine's clock "
        "(2026-11-20 15:07:00 UTC)."
    )
    assert closed(instance) == closed(instance, "wrapped_report") == set()
    assert calls(connected) == []


@pytest.mark.parametrize("page_size", quick_of(1, [43, 48]))
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


@pytest.mark.parametrize(
    ("skew", "told"),
    quick_of(
        2,
        [
            (timedelta(seconds=61), "This machine's clock is 61 s behind Spotify's."),
            (timedelta(days=-400), "This machine's clock is 400 days ahead of Spotify's."),
            (timedelta(seconds=-61), "This machine's clock is 61 s ahead of Spotify's."),
            (timedelta(hours=3), "This machine's clock is 3 hours behind Spotify's."),
            (timedelta(days=30), "This machine's clock is 30 days behind Spotify's."),
            (timedelta(days=-73 * 365), "This machine's clock is 26,645 days ahead of Spotify's."),
        ],
    ),
)
def test_a_wrong_clock_lands_its_polls_at_spotifys_time_and_is_told(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, skew: timedelta, told: str
) -> None:
    right = datetime.now(UTC)
    connected.account.clock = lambda: right
    clock.move_to(right - skew)
    if skew > timedelta(days=1):
        # Its hours are what Dagster knows of; BRAPPED_START lies before them.
        assert partitions.look_back(right - skew)
    result = poll(instance)
    assert result.success
    assert told in warnings(result, instance)
    assert fact(connected) == served(connected) != []
    assert rows(connected, "select polled_at, clock_skew_ms from audit.poll") == [
        {"polled_at": right, "clock_skew_ms": skew // timedelta(milliseconds=1)}
    ]
    assert rows(connected, "select last_polled_at from bi.listeners") == [{"last_polled_at": right}]
    # Set right again, it goes on where it was: no gap, no play twice.
    clock.move_to(right)
    assert poll(instance).success
    assert fact(connected) == served(connected)
    assert value(connected, "select count(*) from audit.gap") == 0


def test_a_clock_that_is_a_minute_off_is_right_enough(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    connected.account.clock = lambda: datetime.now(UTC) + timedelta(seconds=60)
    assert not warnings(poll(instance), instance)
    assert rows(connected, "select polled_at, clock_skew_ms from audit.poll") == [
        {"polled_at": datetime.now(UTC), "clock_skew_ms": 60_000}
    ]


@pytest.mark.parametrize("year", quick_of(1, [1970, 2000]))
def test_a_clock_before_the_first_hour_there_is_lands_its_poll_all_the_same(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, year: int
) -> None:
    right = datetime.now(UTC)
    connected.account.clock = lambda: right
    clock.move_to(datetime(year, 1, 2, tzinfo=UTC))
    assert partitions.look_back(datetime.now(UTC)) == []
    numbers: dict[str, Any] = {}
    assert poll_without_an_hour(numbers, datetime.now(UTC))
    assert (numbers["plays_landed"], numbers["plays_added"], numbers["gaps_found"]) == (50, 50, 0)
    assert timedelta(seconds=numbers["clock_skew_seconds"]) == right.replace(microsecond=0) - datetime.now(UTC)
    assert fact(connected) == served(connected) != []
    clock.move_to(right)
    assert poll(instance).success
    assert fact(connected) == served(connected)
    assert value(connected, "select count(*) from audit.gap") == 0


ODD: dict[str, dict[str, Any]] = {
    "episode": {"track": {"id": "e", "type": "episode", "uri": "spotify:episode:e", "name": "An episode"}},
    "by uri": {"track": {"id": "f", "uri": "spotify:episode:f"}},
    "null": {"track": None},
    "empty": {"track": {}},
    "1970": {"played_at": "1970-01-01T00:00:00.000Z"},
    "2099": {"played_at": "2099-01-01T00:00:00.000Z"},
    "no zone": {"played_at": "2026-11-20T14:00:00.000"},
    "renamed": {"track": None, "song": {"id": "x"}},
}


def test_whatever_stands_beside_good_plays_costs_none_of_them_and_is_counted_apart(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, odd = payloads.play, iter(ODD.values())
    monkeypatch.setattr(payloads, "play", lambda item, base: real(item, base) | next(odd, {}))
    numbers = metadata_of(poll(instance), RAW)["2026-11-20-14:00"]
    monkeypatch.setattr(payloads, "play", real)
    counted = ("items_served", "plays_landed", *ASIDE)
    assert [numbers[name] for name in counted] == [50, 42, 2, 2, 2, 2]
    assert len(fact(connected)) == 42
    assert rows(
        connected, "select kind, count(*)::int as items from audit.rejected_row group by kind order by kind"
    ) == [
        {"kind": "impossible_time", "items": 2},
        {"kind": "not_understood", "items": 2},
        {"kind": "nothing", "items": 2},
        {"kind": "podcast", "items": 2},
    ]
    years = rows(connected, "select distinct extract(year from played_at)::int as year from bi.plays")
    assert years == [{"year": 2026}]
    with connected.warehouse.transaction() as tx:
        (one,) = listener_status.by_listener(tx, datetime.now(UTC))
        (later,) = listener_status.by_listener(tx, datetime.now(UTC) + timedelta(days=15))
    aside = (one.not_music, one.empty_items, one.impossible_times, one.rejected)
    assert (aside, one.rejected_lately, later.rejected, later.rejected_lately) == ((2, 2, 2, 2), 2, 2, 0)
    # What is not understood any more is what a page serves in a form that is.
    clock.shift(timedelta(minutes=20))
    assert poll(instance).success
    assert fact(connected) == served(connected)
    assert value(connected, "select count(*) from audit.gap") == 0
