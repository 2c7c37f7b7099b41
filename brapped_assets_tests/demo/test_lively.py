"""The listener of the demo: at any instant, in any zone, there is something of today to look at."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.lively import LivelyListener
from brapped_assets.transfer.stays_abroad import From, stays
from brapped_assets.warehouse.zones import Span
from brapped_assets_tests.examples import examples

# Half-hour zones, midnights that are left out when the clocks change, and both ends of the world.
ZONES = (
    "UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin", "Africa/Cairo", "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)  # fmt: skip
CATALOGUE = Catalogue()
SPRING = datetime(2026, 4, 24, tzinfo=UTC)


def lively(zone: str, since: datetime) -> LivelyListener:
    return LivelyListener(CATALOGUE, since=since, time_zone=zone, display_name="Simulated Listener")


def hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


@examples(15)
@given(
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 400).map(lambda days: (SPRING + timedelta(days=days)).date()),
    since_midnight=st.one_of(st.integers(0, 10), st.integers(0, 86_399)),
)
# Cairo's clocks go forward at that midnight.
@example(zone="Africa/Cairo", day=SPRING.date(), since_midnight=0)
@example(zone="UTC", day=SPRING.date(), since_midnight=1)
def test_whatever_the_clock_says_today_has_plays(zone: str, day: object, since_midnight: int) -> None:
    local = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo(zone))
    now = local.astimezone(UTC) + timedelta(seconds=since_midnight)
    today = now.astimezone(ZoneInfo(zone)).date()
    account = SimulatedAccount(lively(zone, hour_of(now) - timedelta(hours=72)), catalogue=CATALOGUE, clock=lambda: now)
    shown = [play.played_at.astimezone(ZoneInfo(zone)) for play in account.feed()]
    assert today in {at.date() for at in shown}
    assert now - shown[0] < timedelta(hours=5)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_nobody_hears_two_songs_at_once_and_how_one_asks_changes_nothing(zone: str) -> None:
    start, since = SPRING, SPRING + timedelta(days=2)
    listener = lively(zone, since)
    cuts = [start + timedelta(hours=7 * n) for n in range(18)]
    plays = [play for first, last in pairwise(cuts) for play in listener.plays_between(first, last)]
    assert plays == lively(zone, since).plays_between(start, cuts[-1])
    assert len({play.played_at for play in plays}) == len(plays)
    heard = [(play.played_at - timedelta(milliseconds=play.ms_played), play.played_at) for play in plays]
    assert [(one, other) for one, other in pairwise(heard) if other[0] < one[1]] == []
    own = since - timedelta(minutes=20)
    ordinary = Listener(CATALOGUE, time_zone=zone, country=listener.country).plays_between(start, own)
    assert [play for play in plays if play.played_at < own] == ordinary


@pytest.mark.parametrize("zone", [*ZONES, "Etc/UTC", "America/Sao_Paulo"])
def test_their_home_is_where_their_days_are_counted_so_nothing_asks_whether_they_moved(zone: str) -> None:
    home = lively(zone, SPRING).country
    rows = [From(SPRING.date() + timedelta(days=n), home, 60, SPRING, SPRING) for n in range(200)]
    assert stays(rows, (Span(None, zone),)) == []
