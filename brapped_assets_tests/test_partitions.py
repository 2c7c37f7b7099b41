"""Which hours are due: pure date arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.partitions import (
    HOUR,
    PARTITION,
    START,
    HourRange,
    NoSuchPartitions,
    due,
    hour_of,
    hours,
    hours_from,
    key_of,
    look_back,
    refuse_what_is_not_there,
)

NOW = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
instants = st.datetimes(datetime(2025, 12, 25), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants bare bounds


@given(now=instants)
def test_the_candidates_are_the_newest_72_ended_hours_since_the_start(now: datetime) -> None:
    candidates = [hour_of(key) for key in look_back(now)]
    assert candidates == sorted(set(candidates))
    assert all(max(START, now - 73 * HOUR) <= hour <= now - HOUR for hour in candidates)
    ended_since_start = max(0, (now - START) // HOUR)
    assert len(candidates) == min(72, ended_since_start)
    if candidates:
        assert now - candidates[-1] < 2 * HOUR


@given(now=instants, data=st.data())
def test_the_range_begins_at_the_oldest_open_hour_and_ends_at_the_newest_ended(
    now: datetime, data: st.DataObject
) -> None:
    candidates = look_back(now)
    closed = data.draw(st.sets(st.sampled_from(candidates))) if candidates else set()
    found = due(candidates, closed)
    if found is None:
        assert not candidates
        return
    covered = [key for key in candidates if found.first <= hour_of(key) <= found.last]
    assert set(candidates) - closed <= set(covered)
    assert key_of(found.last) == candidates[-1]
    assert covered[0] not in closed or covered == candidates[-1:]
    assert len(covered) == (found.last - found.first) // HOUR + 1 <= 72


def test_the_newest_hour_is_polled_again_when_none_is_open() -> None:
    candidates = look_back(NOW)
    newest = datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert due(candidates, set(candidates)) == HourRange(newest, newest)


@pytest.mark.parametrize("minutes", [-60 * 24, 0, 59])
def test_nothing_is_due_before_the_first_hour_has_ended(minutes: int) -> None:
    assert look_back(START + timedelta(minutes=minutes)) == []
    assert due([], set()) is None


def test_the_first_hour_is_due_at_the_instant_it_ends() -> None:
    assert look_back(START + HOUR) == [key_of(START)]


def test_another_zone_of_the_clock_changes_nothing() -> None:
    elsewhere = NOW.astimezone(tz=datetime.strptime("+0530", "%z").tzinfo)
    assert look_back(elsewhere) == look_back(NOW)


def test_keys_are_those_of_the_partitions() -> None:
    assert hours.get_partition_keys(current_time=NOW)[-72:] == look_back(NOW)
    assert hours.get_first_partition_key() == key_of(START)
    assert hour_of(key_of(NOW.replace(minute=0))) == NOW.replace(minute=0)


def test_a_single_hour_goes_by_its_own_tag() -> None:
    hour = hour_of("2026-11-20-14:00")
    assert HourRange(hour, hour).tags == {"dagster/partition": "2026-11-20-14:00"}


def test_a_range_becomes_the_tags_of_one_run() -> None:
    assert HourRange(hour_of("2026-11-17-15:00"), hour_of("2026-11-20-14:00")).tags == {
        "dagster/asset_partition_range_start": "2026-11-17-15:00",
        "dagster/asset_partition_range_end": "2026-11-20-14:00",
    }


def test_before_the_first_hour_has_ended_a_run_is_told_that_there_are_none_yet() -> None:
    start = datetime.now(UTC) + HOUR
    with pytest.raises(NoSuchPartitions, match="there are none yet by this machine's clock"):
        refuse_what_is_not_there({PARTITION: key_of(start)}, hours_from(start))
