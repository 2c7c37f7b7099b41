"""The month or the week that is over, once: its minutes, the five artists and songs, and its page to keep."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brapped_assets.notifications.conditions import RECAP, WEEK_RECAP
from brapped_assets.notifications.delivery import Attached
from brapped_assets.notifications.state_machine import Condition
from brapped_assets.text.language import written_as
from brapped_assets.text.plain import plain
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.notifications import Person

# Of the first day of a month or week: nobody is woken, and what was played offline has mostly been uploaded.
FROM_HOUR = timedelta(hours=9)
LONGEST_LIST = 5


@dataclass(frozen=True)
class Recap:
    title: str
    body: str
    page: Attached


def of_month(person: Person, now: datetime) -> Condition:
    """The newest month that is over for this listener and polled to its end; a later month replaces it."""
    last_month = _known(person, now).replace(day=1) - timedelta(days=1)
    return Condition(RECAP, person.listener_id, last_month.year * 100 + last_month.month)


def of_week(person: Person, now: datetime) -> Condition:
    """As `of_month`: the newest week of ISO 8601, Monday to Sunday."""
    year, week, _ = (_known(person, now) - timedelta(days=7)).isocalendar()
    return Condition(WEEK_RECAP, person.listener_id, year * 100 + week)


def period_name(kind: str, level: int) -> str:
    """How pages name the time of a recap: 2026-10, 2026-W44."""
    return f"{level // 100}-{'W' if kind == WEEK_RECAP else ''}{level % 100:02d}"


def _known(person: Person, now: datetime) -> date:
    """The local day from whose beginning on everything before is known.

    A machine that slept over the end of a month looks before its first poll when that poll fails.
    """
    zone = ZoneInfo(person.time_zone)
    known = now.astimezone(zone) - FROM_HOUR
    if person.is_polled and person.consent_ended_at is None:
        known = min(known, person.last_polled_at.astimezone(zone))
    return known.date()


def build(tx: Connection, listener_id: int, name: str, now: datetime, *, is_only_one: bool) -> Recap | None:
    """The recap of a period (2026-10), in the listener's language; None when nothing was played, or they are gone."""
    from brapped_assets.insights.preference import display_for  # noqa: PLC0415  (as below)

    with written_as(display_for(tx, listener_id)):
        return _built(tx, listener_id, name, now, is_only_one=is_only_one)


def _built(tx: Connection, listener_id: int, name: str, now: datetime, *, is_only_one: bool) -> Recap | None:
    # The pages: a fifth of a second that no poll's process, which loads the sensor of notices too, should pay.
    from brapped_assets.insights import overview  # noqa: PLC0415
    from brapped_assets.insights.periods import named  # noqa: PLC0415
    from brapped_assets.insights.rule_comparison import SHORT  # noqa: PLC0415
    from brapped_assets.insights.selected_viewer import usual, viewer_of  # noqa: PLC0415
    from brapped_assets.insights.viewer import viewer  # noqa: PLC0415
    from brapped_assets.rendering import report  # noqa: PLC0415
    from brapped_assets.rendering.environment import environment  # noqa: PLC0415
    from brapped_assets.text import formatting  # noqa: PLC0415
    from brapped_assets.text.translation import _  # noqa: PLC0415

    who = viewer(tx, now, listener_id)
    if who is None or who.first_day is None or who.listener_id != listener_id:
        return None
    period = named(name, today=who.today, first_day=who.first_day)
    who = viewer_of(tx, who, usual(who))
    total = overview.totals(overview.days(who, period))
    if not total.plays:
        return None
    artists = overview.top(tx, who, period, "artists", "plays", limit=LONGEST_LIST)
    songs = overview.top(tx, who, period, "tracks", "plays", limit=LONGEST_LIST)
    unknown = formatting.unknown_artist(overview.unknown_plays(who, period))
    built = report.build(environment(), tx, who, period)
    is_week, command = "W" in name, f"brapped report --range {name}"
    lines = [
        formatting.music(
            total.ms, total.plays, is_estimated=total.estimated_ms > 0, is_at_least=bool(who.gaps_in(period))
        ),
        *([_("Counted: %(rule)s.", rule=_(SHORT[who.rule]))] if who.rule != "spotify" else []),
        "",
        _("Most played artists:"),
        *(f"{nth}. {plain(row['artist_name'])} ({row['plays']})" for nth, row in enumerate(artists, 1)),
        *([unknown] if unknown else []),
        "",
        _("Most played songs:"),
        *(
            f"{nth}. {plain(row['track_name'])}, {plain(row['artist_name'])} ({row['plays']})"
            for nth, row in enumerate(songs, 1)
        ),
        "",
        _("The cards of the week, as a page to keep: %(command)s", command=command)
        if is_week
        else _("The cards of the month, as a page to keep: %(command)s", command=command),
    ]
    page = Attached(built.file_name, built.html, "text/html")
    if is_week:
        day = formatting.short_day(period.first)
        mine = _("Your week of %(day)s", day=day)
        theirs = _("%(name)s's week of %(day)s", name=who.name, day=day)
    else:
        mine = _("Your %(period)s", period=period.label)
        theirs = _("%(name)s's %(period)s", name=who.name, period=period.label)
    return Recap(mine if is_only_one else theirs, "\n".join(lines), page)
