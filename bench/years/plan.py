"""What happens in a simulated year, and in the short one that the tests live through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TICK = timedelta(minutes=20)
QUARTERS = (91, 182, 273, 365)
# What the account answers with; the others are this machine's and the owner's.
SPOTIFYS = {
    "server_error": "Spotify answers 503",
    "quota_exceeded": "Spotify says that the quota is used up",
    "rate_limited": "Spotify says to wait three seconds",
    "cut_off": "an answer that stops half-way",
    "malformed_json": "an answer that is no JSON",
    "unauthorized": "an access token taken back early",
    "empty_page": "an empty page",
    "forbidden": "Spotify answers 403",
}
STAYING = {"server_error", "empty_page", "forbidden", "malformed_json"}
OURS = {
    "asleep": "the machine sleeps",
    "database_down": "the database is down",
    "connection_lost": "the database hangs up between two polls",
    "killed": "killed between landing and merging",
    "twice": "the same poll again",
    "restarted": "the program starts again",
    "consent_ended": "the consent has ended, and is renewed late",
}


KINDS = SPOTIFYS | OURS


@dataclass(frozen=True)
class Trouble:
    """What goes wrong from so long after the beginning on, for so long; a moment's is met by one poll."""

    kind: str
    after: timedelta
    lasts: timedelta = TICK


@dataclass(frozen=True)
class Plan:
    """A life of `days` from `begin` (UTC). Everything else is told as the time after it.

    `sampled` are the stretches that go through Dagster; each ends with the day's upkeep. What has grown is looked at
    after `quarters`. `exported` are the instants
    at which an export of everything until then is imported. At `upgraded` the warehouse is one that the first version
    left, with the data in place. The consent given before the first poll ends after `consent`, and is renewed after
    the trouble of that name.
    """

    begin: datetime
    days: int
    plays_a_day: int
    artists: int
    sampled: tuple[tuple[timedelta, timedelta], ...]
    quarters: tuple[timedelta, ...]
    exported: tuple[timedelta, ...]
    upgraded: timedelta
    consent: timedelta
    troubles: tuple[Trouble, ...]

    @property
    def end(self) -> datetime:
        return self.begin + self.days * DAY

    def polls(self) -> Iterator[datetime]:
        """Every tick of the schedule, at minutes 5, 25 and 45."""
        return (self.begin + 5 * HOUR / 60 + n * TICK for n in range(self.days * 72))

    def met_at(self, at: datetime) -> list[Trouble]:
        return [each for each in self.troubles if self.begin + each.after <= at < self.begin + each.after + each.lasts]


def _through_the_year() -> Iterator[Trouble]:
    """Every kind in every month, at hours somebody listens; outages that last where outages do."""
    moments = ["cut_off", "malformed_json", "unauthorized", "empty_page", "forbidden", "rate_limited"]
    moments += ["connection_lost", "killed", "twice"]
    for month in range(12):
        for number, kind in enumerate(moments):
            yield Trouble(kind, (30 * month + 2 * number + 5) * DAY + (8 + month + number) % 16 * HOUR + 15 * HOUR / 60)
        yield Trouble("server_error", (30 * month + 24) * DAY + 7 * HOUR, 3 * HOUR)
        yield Trouble("quota_exceeded", (30 * month + 25) * DAY + 14 * HOUR, 8 * HOUR)
        yield Trouble("database_down", (30 * month + 26) * DAY + 17 * HOUR, 2 * HOUR)
    for after in (40, 170, 222, 322, 352):
        yield Trouble("asleep", after * DAY + 20 * HOUR, 2 * DAY)
    yield Trouble("consent_ended", 182 * DAY, 5 * DAY)


YEAR = Plan(
    # Both changes of the clock in Berlin are in it.
    begin=datetime(2026, 1, 5, tzinfo=UTC),
    days=365,
    plays_a_day=63,
    artists=4_000,
    # The last day of each quarter, which then is looked at with a day's history in place.
    sampled=tuple((day * DAY - DAY, DAY) for day in QUARTERS),
    quarters=tuple(day * DAY for day in QUARTERS),
    exported=(100 * DAY, 300 * DAY),
    # Before the first export, of which the first schema knew nothing, and long before the first quarter ends.
    upgraded=45 * DAY,
    consent=182 * DAY,
    troubles=tuple(_through_the_year()),
)

DAYS = Plan(
    # The clock in Berlin changes on the 25th; tests know no hour before the end of September.
    begin=datetime(2026, 10, 23, tzinfo=UTC),
    days=5,
    plays_a_day=90,
    artists=300,
    # Dagster's own runs are tested elsewhere, at three seconds each.
    sampled=(),
    quarters=(5 * DAY,),
    exported=(2 * DAY,),
    upgraded=1 * DAY,
    consent=1 * DAY + 2 * HOUR,
    troubles=(
        Trouble("server_error", 8 * HOUR, 1 * HOUR),
        Trouble("cut_off", 17 * HOUR),
        Trouble("killed", 18 * HOUR),
        Trouble("twice", 19 * HOUR),
        Trouble("consent_ended", 1 * DAY + 2 * HOUR, 4 * HOUR),
        Trouble("quota_exceeded", 1 * DAY + 12 * HOUR, 8 * HOUR),
        Trouble("asleep", 2 * DAY + 2 * HOUR, 36 * HOUR),
        Trouble("connection_lost", 3 * DAY + 18 * HOUR),
        Trouble("database_down", 4 * DAY + 7 * HOUR, 1 * HOUR),
    ),
)
