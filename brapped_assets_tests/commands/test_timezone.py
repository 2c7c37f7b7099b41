"""`brapped timezone`: local days and hours of everything, in one command."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from brapped_assets.commands.unscheduled_poll import poll_without_an_hour
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Play, ScriptedListener
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.conftest import Connected

Brapped = Callable[..., Said]
# On both sides of New Year, of midnight in either zone, and of a change of the clocks.
INSTANTS = [datetime(2025, 10, 26, 0, 30, tzinfo=UTC), datetime(2025, 10, 26, 1, 30, tzinfo=UTC)] + [
    datetime(2025, 12, 31, 17, 45, tzinfo=UTC) + timedelta(hours=hour) for hour in range(10)
]


@pytest.fixture
def account(catalogue: Catalogue) -> SimulatedAccount:
    track = catalogue.discography(0)[0][1][0]
    plays = [Play(at, at, 40_000, track) for at in INSTANTS]
    return SimulatedAccount(ScriptedListener(plays), catalogue=catalogue)


def local(connected: Connected) -> list[tuple[datetime, datetime, str, int]]:
    with connected.warehouse.transaction() as tx:
        rows = tx.execute(
            "select played_at, played_at_local, played_on, played_hour from bi.plays order by 1"
        ).fetchall()
    return [(row["played_at"], row["played_at_local"], str(row["played_on"]), row["played_hour"]) for row in rows]


def expected(zone: str) -> list[tuple[datetime, datetime, str, int]]:
    there = [(at, at.astimezone(ZoneInfo(zone))) for at in INSTANTS]
    return [(at, moved.replace(tzinfo=None), f"{moved:%Y-%m-%d}", moved.hour) for at, moved in there]


def test_every_play_has_its_new_local_time(connected: Connected, brapped: Brapped) -> None:
    assert poll_without_an_hour({}, datetime.now(UTC))
    assert local(connected) == expected("Asia/Kolkata")
    # Nobody can be asked here: what changes is shown, and nothing is done without the flag.
    refused = brapped("timezone", "Europe/Berlin")
    assert refused.code == 2
    assert "12 of 12 plays get another local time: 12 another hour, 5 another day." in refused.output
    assert "or add --yes" in refused.errors
    assert local(connected) == expected("Asia/Kolkata")
    said = brapped("timezone", "Europe/Berlin", "--yes")
    assert said.code == 0
    assert "Europe/Berlin holds now. 12 plays have their new local time." in said.output
    assert local(connected) == expected("Europe/Berlin")
    # Again: nothing changes, so an interrupted change is mended by repeating it.
    assert "holds now. 0 plays have" in brapped("timezone", "Europe/Berlin").output
    # Plays merged later have it too.
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    assert isinstance(connected.account.listener, ScriptedListener)
    plays = connected.account.listener.plays
    connected.account.listener = ScriptedListener([*plays, Play(now, now, 40_000, plays[0].track)])
    assert poll_without_an_hour({}, datetime.now(UTC))
    assert local(connected)[-1][1] == now.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)


def test_a_zone_nobody_knows_changes_nothing(connected: Connected, brapped: Brapped) -> None:
    said = brapped("timezone", "Berlin")
    assert (said.code, said.output) == (2, "")
    assert said.errors == "✗ 'Berlin' is no IANA time zone. Use a region: Europe/Berlin."


def test_without_a_listener_there_is_no_zone_to_change(connected: Connected, brapped: Brapped) -> None:
    said = brapped("timezone", "Europe/Berlin")
    assert said.code == 2
    assert "Nobody is connected yet; `brapped login` sets the zone of a new listener." in said.errors
