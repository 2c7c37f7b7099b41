"""Which time zones are taken: the regions of the IANA database, and UTC.

A fixed offset (`EST`, `Etc/GMT+5`) has no summer time, so a year of somebody's hours would be wrong by one for months.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import tzlocal

UNIVERSAL = frozenset({"UTC", "Etc/UTC"})
AREAS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
).union(("Brazil", "Canada", "Chile", "Mexico", "US"))
# Old names of regions without an area; the others without one are offsets.
COUNTRIES = frozenset(
    ("Cuba", "Egypt", "Eire", "GB", "GB-Eire", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein")
).union(
    ("Libya", "NZ", "NZ-CHAT", "Navajo", "PRC", "Poland", "Portugal", "ROC", "ROK", "Singapore", "Turkey", "W-SU"),
)
# Whatever is said to look like one.
EXAMPLES = ("Europe/Berlin", "Asia/Kolkata")
ALSO_CALLED = {"ZULU": "UTC", "Z": "UTC", "UCT": "UTC", "UNIVERSAL": "UTC", "GREENWICH": "GMT"}
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
MOST_NAMED = 3


def why_refused(name: str) -> str | None:
    """Why this is no region, with regions to take instead; None for one that is taken."""
    if name in UNIVERSAL or name in _regions():
        return None
    instead = " or ".join(regions_like(name))
    if _is_an_offset(name):
        return (
            f"{name!r} names an offset, not a region, so it follows no country's summer time. Use a region: {instead}."
        )
    return f"{name!r} is no IANA time zone. Use a region: {instead}."


def regions_like(name: str) -> tuple[str, ...]:
    """Regions that may be meant by a name that is none, the likeliest first; else two well-known ones."""
    return tuple(_instead(name)) or EXAMPLES


def zone_of_this_machine() -> tuple[str, str | None]:
    """The zone this machine is set to; UTC, and why, when that is no region or cannot be told."""
    try:
        name = tzlocal.get_localzone_name() or "UTC"
    except (LookupError, OSError, ValueError):
        return "UTC", "This machine does not say which time zone it is in."
    problem = why_refused(name)
    return ("UTC", f"This machine's time zone cannot be taken: {problem}") if problem else (name, None)


@cache
def zones_by_country() -> dict[str, tuple[str, ...]]:
    """The regions of each country, by its two letters (ISO 3166)."""
    found: dict[str, list[str]] = {}
    for country, _, zone in _table("zone.tab"):
        found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


def country_of(zone: str) -> str | None:
    """The two letters of the country that a region lies in; None for UTC and for old names of regions."""
    return next((country for country, zones in zones_by_country().items() if zone in zones), None)


@cache
def _regions() -> frozenset[str]:
    return frozenset(
        name for name in available_timezones() if name in COUNTRIES or ("/" in name and name.split("/")[0] in AREAS)
    )


def _offsets_with_names() -> frozenset[str]:
    return frozenset(available_timezones()) - _regions() - {"Factory", "localtime", "posixrules"}


def _is_an_offset(name: str) -> bool:
    return name in _offsets_with_names() or OFFSET.fullmatch(name) is not None or _abbreviated(name) != []


def _instead(name: str) -> list[str]:
    """Regions that may be meant, the likeliest first."""
    path = name.removeprefix("posix/").removeprefix("right/")
    if path in _regions():
        return [path]
    if short := _abbreviated(path):
        return short
    if (offset := _offset(path)) is not None:
        return _with_offset(offset)
    by_comparable = {_comparable(region): region for region in sorted(_regions(), reverse=True)}
    by_place = {region.rpartition("/")[2]: region for region in by_comparable}
    wanted = _comparable(path)
    exact = by_comparable.get(wanted) or by_comparable.get(by_place.get(wanted.rpartition("/")[2], ""))
    if exact:
        return [exact]
    near = get_close_matches(wanted, by_comparable, MOST_NAMED, 0.75)
    near = near or [by_place[place] for place in get_close_matches(wanted, by_place, MOST_NAMED, 0.75)]
    return [by_comparable[one] for one in near]


def _comparable(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _abbreviated(name: str) -> list[str]:
    """Regions whose clocks are called so at some time of the year; those with summer time first."""
    letters = ALSO_CALLED.get(name.upper(), name.upper()).removeprefix("ETC/")
    letters = re.sub(r"^([A-Z]{3,4})\d(?:[A-Z]{3,4})?$", r"\1", letters)
    letters = "GMT" if re.fullmatch(r"GMT[+-]?0", letters) else ALSO_CALLED.get(letters, letters)
    found = [zone for zone in _representatives() if letters in _names(zone)]
    named = sorted(found, key=lambda zone: len(_names(zone)) == 1)[:MOST_NAMED]
    return ["UTC", *named][:MOST_NAMED] if letters in ("GMT", "UTC") else named


def _names(zone: str) -> set[str]:
    return {instant.astimezone(ZoneInfo(zone)).tzname() or "" for instant in _both_halves()}


def _offset(name: str) -> timedelta | None:
    if name in _offsets_with_names():
        return _both_halves()[0].astimezone(ZoneInfo(name)).utcoffset()
    told = OFFSET.fullmatch(name)
    if told is None:
        return None
    size = timedelta(hours=int(told[2]), minutes=int(told[3] or 0))
    return size if told[1] == "+" else -size


def _with_offset(offset: timedelta) -> list[str]:
    """Regions with this offset outside of summer time, those with summer time first."""
    found = [zone for zone in _representatives() if min(_offsets(zone)) == offset]
    return sorted(found, key=lambda zone: len(_offsets(zone)) == 1)[:MOST_NAMED]


def _offsets(zone: str) -> set[timedelta]:
    return {instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for instant in _both_halves()}


def _both_halves() -> tuple[datetime, datetime]:
    year = datetime.now(UTC).year
    return datetime(year, 1, 15, tzinfo=UTC), datetime(year, 7, 15, tzinfo=UTC)


@cache
def _representatives() -> tuple[str, ...]:
    """One region for each kind of clock there is from now on: the best known."""
    return tuple(zone for _, _, zone in _table("zonenow.tab") if zone in _regions())


def _table(name: str) -> Iterator[list[str]]:
    """The lines of one of the IANA database's own tables, without the comment at their ends."""
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return (line.split("\t")[:3] for line in text.splitlines() if line and not line.startswith("#"))
