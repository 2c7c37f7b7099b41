"""Which time zones are taken, and what a refusal names instead."""

import pytest
from pydantic import ValidationError
from time_machine import travel

from brapped_assets.clocks import regions
from brapped_assets.settings import Settings

TAKEN = (
    *("Europe/Berlin", "Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "America/Indiana/Knox"),
    *("Antarctica/Troll", "US/Eastern", "Japan", "Europe/Kiev", "Europe/Kyiv", "UTC", "Etc/UTC"),
)
REFUSED = {
    "EST": "America/New_York",
    "MST": "America/Denver",
    "HST": "Pacific/Honolulu",
    "EST5EDT": "America/New_York",
    "PST8PDT": "America/Los_Angeles",
    "CET": "Europe/",
    "WET": "Europe/Lisbon",
    "Etc/GMT+5": "America/New_York",
    "Etc/GMT-14": "Pacific/Kiritimati",
    "GMT": "Europe/London",
    "GMT0": "UTC",
    "Etc/Greenwich": "UTC",
    "Zulu": "UTC",
    "UCT": "UTC",
    "utc": "UTC",
    "IST": "Asia/Kolkata",
    "CEST": "Europe/",
    "UTC+5:30": "Asia/Kolkata",
    "-03:00": "America/Sao_Paulo",
    "posix/Europe/Berlin": "Europe/Berlin",
    "right/America/New_York": "America/New_York",
    "europe/berlin": "Europe/Berlin",
    "Berlin": "Europe/Berlin",
    "new york": "America/New_York",
    "Europe/Berln": "Europe/Berlin",
    "Factory": "Europe/Berlin",
    "localtime": "Europe/Berlin",
    "Mars/Olympus": "Europe/Berlin",
    "../etc/passwd": "Europe/Berlin",
    "": "Europe/Berlin",
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_region_is_taken_by_its_present_and_by_its_old_names(name: str) -> None:
    assert regions.why_refused(name) is None


@pytest.mark.parametrize(("name", "instead"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_region_is_refused_and_a_region_is_named(name: str, instead: str) -> None:
    with travel("2026-11-29", tick=False):
        told = regions.why_refused(name)
    assert told is not None
    assert told.startswith(repr(name))
    named = told.removesuffix(".").partition("Use a region: ")[2].split(" or ")
    assert any(region.startswith(instead) for region in named)
    assert [region for region in named if regions.why_refused(region)] == []


def test_the_setting_takes_regions_only() -> None:
    assert Settings(brapped_timezone="Asia/Calcutta").brapped_timezone == "Asia/Calcutta"
    with pytest.raises(ValidationError, match="'EST' names an offset, not a region"):
        Settings(brapped_timezone="EST")


@pytest.mark.parametrize(
    ("set_to", "zone"), [("Europe/Berlin", "Europe/Berlin"), ("EST5EDT", "UTC"), ("", "UTC")], ids=str
)
def test_a_machine_that_is_set_to_an_offset_counts_as_utc_and_says_why(
    monkeypatch: pytest.MonkeyPatch, set_to: str, zone: str
) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: set_to)
    found, why = regions.zone_of_this_machine()
    assert found == zone
    assert (why is not None and "'EST5EDT'" in why) is (set_to == "EST5EDT")
