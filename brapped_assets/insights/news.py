"""What is new of a listener, as a feed tells it: the weeks and months that are over, and the milestones of late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from brapped_assets.insights import habits, overview
from brapped_assets.insights.milestones import milestones
from brapped_assets.insights.names import names
from brapped_assets.insights.periods import DAY, Period, named
from brapped_assets.insights.sentence_of_the_day import milestone_in_words
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text import formatting
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "viewer.sql")

WEEKS, MONTHS = 8, 12
MONDAY = 0


@dataclass(frozen=True)
class Item:
    """One piece of news. `sign` names it for ever; `at` is the local midnight at which it was so; `path` is its page.

    `asked` is what the page is asked for.
    """

    sign: UUID
    at: datetime
    title: str
    words: str
    path: str
    asked: dict[str, str]


def news(tx: Connection, who: Viewer) -> list[Item]:
    """The newest first. Nothing of a time without music."""
    since = one_row(tx, q.since, {"listener_id": who.listener_id})["created_at"]
    home = uuid5(NAMESPACE_URL, f"brapped:{who.listener_id}:{since.timestamp()}")
    zone = ZoneInfo(who.time_zone)
    found = [*_recaps(tx, who, home, zone), *_milestones(tx, who, home, zone)]
    return sorted(found, key=lambda one: (one.at, one.title), reverse=True)


def ended(today: date) -> Iterator[str]:
    """The names of the last weeks and months that are over, the newest first."""
    monday, first = today - today.weekday() * DAY, today.replace(day=1)
    for nth in range(1, WEEKS + 1):
        yield f"{monday - 7 * nth * DAY:%G-W%V}"
    for _nth in range(MONTHS):
        first = (first - DAY).replace(day=1)
        yield f"{first:%Y-%m}"


def _recaps(tx: Connection, who: Viewer, home: UUID, zone: ZoneInfo) -> Iterator[Item]:
    first_day = who.first_day or who.today
    periods = [named(name, today=who.today, first_day=first_day) for name in ended(who.today)]
    best = {}
    for period in periods:
        plays = who.shown.plays(period.first, period.until)
        top = plays.by_track.ranked("plays", plays.catalogue.tracks.keys, 1)
        if len(top):
            best[period] = int(plays.catalogue.tracks.keys[top[0]])
    told = names(tx, "tracks", best.values(), who.shown.catalogue.same_artists)
    for period, key in best.items():
        yield _recap(who, period, told[key], home, zone)


def _recap(who: Viewer, period: Period, song: dict[str, str], home: UUID, zone: ZoneInfo) -> Item:
    total = overview.totals(overview.days(who, period))
    heard = formatting.music(
        total.ms, total.plays, is_estimated=total.estimated_ms > 0, is_at_least=bool(who.gaps_in(period))
    )
    words = _(
        "%(heard)s Most of all: %(song)s by %(artist)s.",
        heard=heard, song=song["track_name"], artist=song["artist_name"],
    )  # fmt: skip
    at = datetime.combine(period.until, time(), zone)
    return Item(uuid5(home, f"recap {period.name}"), at, period.label, words, "/wrapped", {"range": period.name})


def _milestones(tx: Connection, who: Viewer, home: UUID, zone: ZoneInfo) -> Iterator[Item]:
    for one in milestones(tx, who, habits.current_streak(who)):
        if one.reached_on is None:
            continue
        # A streak of thirty days comes again, a thousandth play does not.
        again = one.reached_on if one.kind == "streak" else ""
        sign = uuid5(home, f"milestone {one.kind} {one.key} {one.number} {again}")
        at = datetime.combine(one.reached_on, time(), zone)
        words = _("Reached on %(day)s.", day=formatting.day(one.reached_on))
        yield Item(sign, at, milestone_in_words(one), words, "/history" if one.asked else "/today", dict(one.asked))
