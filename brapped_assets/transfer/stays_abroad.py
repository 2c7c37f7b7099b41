"""Stays in countries where it is another time: told after an import, with the command that says so, and never guessed.

The rule. A stay is a stretch of at least 30 days from which most plays come from one country; what interrupts it for
less than 30 days is travel. It is told when at least 100 of its plays, over at least 30 days, were made while no region
of the country had an offset within two hours of the zone the listener's days are counted in.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

from brapped_assets.clocks.regions import zones_by_country
from brapped_assets.history.discovery import Found
from brapped_assets.text import cldr, formatting
from brapped_assets.text.translation import _
from brapped_assets.transfer.restore import counted_otherwise
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.listeners import listeners
from brapped_assets.warehouse.zones import Spans, local_time, spans_of_listener, zone_at

q = Statements(__file__)

NEAR = timedelta(hours=2)
SHORTEST, FEWEST = timedelta(days=30), 100
# What lasted less is left out, the shortest first: so a day of travel divides no stay, and a stay no day of travel.
TRAVEL_DAYS = (1, 2, 4, 8, 16, 29)
DAY = timedelta(days=1)
# Of the countries with several times, the region where most people live.
LARGEST = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "ID": "Asia/Jakarta",
    "MX": "America/Mexico_City",
    "MN": "Asia/Ulaanbaatar",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "CD": "Africa/Kinshasa",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "KZ": "Asia/Almaty",
}


@dataclass(frozen=True)
class From:
    """Plays of one local day from one country (two letters); `first_at` and `last_at` are ENDs (UTC)."""

    day: date
    country: str
    plays: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Stay:
    """A stay in a country, `country`, while days were counted in `zone`, where it was another time."""

    country: str
    zone: str
    plays: int
    first_at: datetime
    last_at: datetime


def remarks(tx: Connection, listener_id: int, now: datetime, found: Sequence[Found] = ()) -> list[str]:
    """A sentence for each stay that the zones so far do not know of, with the command for it.

    Exports of ours among the histories `found` know the zones: they are told of where they count days by others.
    """
    exported = {archive.manifest.listener for each in found for archive in each.archives}
    if exported:
        return [text for person in exported if (text := counted_otherwise(tx, listener_id, person))]
    spans = spans_of_listener(tx, listener_id)
    rows = [From(**row) for row in tx.execute(q.countries, {"listener_id": listener_id})]
    people = listeners(tx)
    name = next(one.display_name for one in people if one.listener_id == listener_id) if len(people) > 1 else None
    return [sentence(stay, spans, now, name) for stay in stays(rows, spans)]


def stays(rows: Iterable[From], spans: Spans) -> list[Stay]:
    """The stays far from the zones of these spans; `rows` in order of days."""
    by_day = [list(of_day) for _, of_day in groupby(rows, key=lambda row: row.day)]
    runs = [list(run) for _, run in groupby(by_day, key=lambda of_day: _main(of_day).country)]
    for days in TRAVEL_DAYS:
        longer = [run for run in runs if _length(run) > timedelta(days=days)]
        runs = [[day for run in same for day in run] for _, same in groupby(longer, key=_main_of)]
    # Whatever else was played in the time counts, too.
    found: list[Stay] = []
    for run in runs:
        country = _main_of(run)
        inside = [row for day in by_day if run[0][0].day <= day[0].day <= run[-1][0].day for row in day]
        of_country = [row for row in inside if row.country == country]
        if 2 * sum(row.plays for row in of_country) > sum(row.plays for row in inside):
            found += _far(of_country, country, spans)
    return found


def sentence(stay: Stay, spans: Spans, now: datetime, name: str | None) -> str:
    """What is told of a stay; `name` is the listener's where there are several."""
    regions = _distinct(stay.country, stay.first_at)
    region = LARGEST.get(stay.country) or regions[0]
    begins = stay.first_at.astimezone(ZoneInfo(region)).date()
    ends = local_time(spans, stay.last_at).date() + DAY
    words = ["brapped", "timezone", region, "--from", f"{begins}"]
    if stay.last_at < now - SHORTEST:
        words += ["--until", f"{ends}"]
    if name is not None:
        words += ["--listener", name]
    others = [one for one in regions if one != region]
    told = {
        "country": cldr.country_name(stay.country),
        "plays": stay.plays,
        "first": formatting.day(begins),
        "last": formatting.day(ends - DAY),
        "zone": stay.zone,
        "command": shlex.join(words),
    }
    if others:
        return _(
            "%(country)s: %(plays)s plays there between %(first)s and %(last)s are counted in %(zone)s, where it was "
            "another time. If you lived there (or another region of it, like %(regions)s): %(command)s",
            **told,
            regions=", ".join(others[:3]),
        )
    return _(
        "%(country)s: %(plays)s plays there between %(first)s and %(last)s are counted in %(zone)s, where it was "
        "another time. If you lived there: %(command)s",
        **told,
    )


def _main(of_day: Sequence[From]) -> From:
    return max(of_day, key=lambda row: row.plays)


def _main_of(run: Sequence[Sequence[From]]) -> str:
    return _main(run[0]).country


def _length(run: Sequence[Sequence[From]]) -> timedelta:
    return run[-1][0].day - run[0][0].day + DAY


def _far(rows: Sequence[From], country: str, spans: Spans) -> Iterator[Stay]:
    """The parts of a stay, by the zone that held, that were far from it for long enough."""
    for zone, part in groupby(rows, key=lambda row: zone_at(spans, row.first_at)):
        of_zone = list(part)
        far = [row for row in of_zone if _is_far(country, zone, row.day)]
        if far and far[-1].day - far[0].day + DAY >= SHORTEST and sum(row.plays for row in far) >= FEWEST:
            plays, last_at = sum(row.plays for row in of_zone), max(row.last_at for row in of_zone)
            yield Stay(country, zone, plays, of_zone[0].first_at, last_at)


def _is_far(country: str, zone: str, day: date) -> bool:
    """Whether no region of the country was within two hours of the zone; False for a country nobody knows."""
    here = _offset(zone, day)
    regions = zones_by_country().get(country, ())
    return bool(regions) and all(abs(_offset(region, day) - here) > NEAR for region in regions)


@cache
def _offset(zone: str, day: date) -> timedelta:
    return datetime.combine(day, time(12), UTC).astimezone(_kept(zone)).utcoffset() or timedelta()


# ZoneInfo itself keeps eight, and reads the file of any other again each time.
_kept = cache(ZoneInfo)


def _distinct(country: str, at: datetime) -> list[str]:
    """Regions of a country with different times of the year, the first of each."""
    halves = date(at.year, 1, 15), date(at.year, 7, 15)
    found: dict[tuple[timedelta, ...], str] = {}
    for region in zones_by_country()[country]:
        found.setdefault(tuple(_offset(region, half) for half in halves), region)
    return list(found.values())
