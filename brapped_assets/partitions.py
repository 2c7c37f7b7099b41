"""The hours, in UTC, and which of them are due; the years. Partition H means "polled after hour H had ended"."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets.first_hour import LOOK_BACK, known_first_hour

HOUR = timedelta(hours=1)
# Tags of a run: its partition, or the first and last of its range.
PARTITION = "dagster/partition"
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
KEY_FORMAT = "%Y-%m-%d-%H:%M"
# A home this much older than the look-back has had a day for its first poll.
A_DAY = timedelta(days=1)

# A constant at load: moving the first hour would orphan what is materialized.
START = known_first_hour()


# Ends at the last hour that is over (end_offset 0): an hour that can still grow is not materialized. UTC, because
# a local zone has hours that happen twice.
def hours_from(start: datetime) -> dg.HourlyPartitionsDefinition:
    return dg.HourlyPartitionsDefinition(start_date=start, timezone="UTC", fmt=KEY_FORMAT)


def only_first_hour_from(start: datetime) -> dg.SpecificPartitionsPartitionMapping:
    """For what comes after the fact and goes by something else than its hours."""
    return dg.SpecificPartitionsPartitionMapping([start.strftime(KEY_FORMAT)])


hours, only_first_hour = hours_from(START), only_first_hour_from(START)

# The running year is among them, for its page grows. Nobody's export can begin before the service did.
years = dg.TimeWindowPartitionsDefinition(
    start="2008", fmt="%Y", cron_schedule="0 0 1 1 *", timezone="UTC", end_offset=1
)


class NoSuchPartitions(Exception):
    """A run asks for partitions that there are not, or for none at all."""


def range_tags(first: str, last: str) -> dict[str, str]:
    """What makes one run cover all partitions from `first` to `last`, keys of the same definition.

    A single one goes by its own tag: for checks in a range run Dagster 1.13 lists every hour since the first (431 ms a
    run after a year, 1.7 s after ten, against 205 ms; measured).
    """
    if first == last:
        return {PARTITION: first}
    return {RANGE_START: first, RANGE_END: last}


def range_of(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """First and last key that a run with these tags covers; None: it names no partition."""
    only = tags.get(PARTITION)
    first, last = tags.get(RANGE_START, only), tags.get(RANGE_END, only)
    return (first, last) if first and last else None


def refuse_what_is_not_there(tags: Mapping[str, str], definition: dg.PartitionsDefinition[str]) -> None:
    """Raise NoSuchPartitions for a run of these tags.

    They are written by hand, too, and of a single key Dagster does not ask.
    """
    asked = range_of(tags)
    if asked is None:
        raise NoSuchPartitions(
            "This run names no partition. Launch it with one, or with a range of them: *Materialize* asks for them."
        )
    # Both kinds of keys are in the order of time.
    first, last = definition.get_first_partition_key() or "", definition.get_last_partition_key() or ""
    if not first <= asked[0] <= asked[1] <= last:
        there = f"they go from {first} to {last}" if first else "there are none yet"
        raise NoSuchPartitions(
            f"There are no partitions from {asked[0]} to {asked[1]}: {there} by this machine's "
            f"clock ({datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)."
        )


@dataclass(frozen=True)
class HourRange:
    """First and last hour, both included, by their UTC beginnings."""

    first: datetime
    last: datetime

    @property
    def tags(self) -> dict[str, str]:
        """What makes one run cover the whole range."""
        return range_tags(key_of(self.first), key_of(self.last))


def key_of(hour: datetime) -> str:
    return hour.astimezone(UTC).strftime(KEY_FORMAT)


def hour_of(key: str) -> datetime:
    return datetime.strptime(key, KEY_FORMAT).replace(tzinfo=UTC)


def look_back(now: datetime, start: datetime = START) -> list[str]:
    """Keys of the ended hours a poll may still close, oldest first; at most 72, empty before the first has ended."""
    newest = _beginning(now) - HOUR
    oldest = max(start, newest - LOOK_BACK + HOUR)
    return [key_of(oldest + n * HOUR) for n in range(int((newest - oldest) / HOUR) + 1)]


def beyond_look_back(keys: Collection[str], now: datetime, start: datetime = START) -> list[str]:
    """Keys of those hours that no poll made now can vouch for: they ended more than 72 hours ago.

    In a home that was first started within the last day there are none: its first 72 hours are the first poll's.
    """
    if now - start <= LOOK_BACK + A_DAY:
        return []
    oldest = _beginning(now) - LOOK_BACK
    return [key for key in keys if hour_of(key) < oldest]


def due(candidates: list[str], closed: Collection[str]) -> HourRange | None:
    """The range one poll should close: from the oldest open hour to the newest candidate.

    With none open, the newest hour is polled again: every poll counts, for the API shows only 50 plays. None when
    there is no candidate at all.
    """
    if not candidates:
        return None
    oldest_open = next((key for key in candidates if key not in closed), candidates[-1])
    return HourRange(hour_of(oldest_open), hour_of(candidates[-1]))


def _beginning(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
