"""`/`: any period at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import day_grid, habits, hiding_offers, overview
from brapped_assets.insights.adjacent_periods import adjacent
from brapped_assets.insights.columns.day_numbers import date_of
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.explore import wider
from brapped_assets.insights.most_played import Heard, heard
from brapped_assets.insights.overview import Days, Totals
from brapped_assets.insights.period_comparison import first_song
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.spotify_ranking import rankings
from brapped_assets.insights.viewer import Viewer
from brapped_assets.rendering.day_line import DayLine, day_line
from brapped_assets.text.formatting import change, percent
from brapped_assets.text.language import display
from brapped_assets.text.translation import N_, _
from brapped_assets.web.address import period_of, selection_of
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.site import Site

LONGEST_LIST, LONGEST_RANKING = 10, 5
IN_FULL = (
    N_("Mondays"), N_("Tuesdays"), N_("Wednesdays"), N_("Thursdays"), N_("Fridays"), N_("Saturdays"), N_("Sundays"),
)  # fmt: skip


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            # Spotify's ranking follows no filter.
            own = rankings(tx, who, LONGEST_RANKING) if who and not selection_of(request).narrows else []
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who, rankings=own)
            period = period_of(request, who)
            by: By = "minutes" if request.query_params.get("by") == "minutes" else "plays"
            days = overview.days(who, period)
            compared = earlier_period(tx, who, period)
            was = overview.totals(overview.days(who, compared)) if compared else None
            of_period = heard(tx, who, period, by, LONGEST_LIST)
            clock = habits.clock(who, period, "minutes" if period.days == 1 else by)
            values = {
                "unknown_plays": overview.unknown_plays(who, period),
                "repeats": overview.impossible_repeats(who, period),
                "going": habits.current_streak(who) if period.until > who.today else None,
                "session": habits.longest_session(who, period),
                "empty": nothing_left(tx, request, who, period),
                "first": first_song(tx, who, period),
                "rankings": own,
                "offered": 0 if selection_of(request).narrows else hiding_offers.how_many(tx, who),
                **_devices(habits.devices(who, period), period),
            }
        total, measure = overview.totals(days), "plays" if by == "plays" else "ms"
        values |= {
            "period": period, "by": by, "total": total, "compared": compared, "gaps": who.gaps_in(period),
            "wider": wider(who, period), "beside": adjacent(period, today=who.today, first_day=who.first_day),
            "heard": of_period, "measure": measure, "has_before": period.first > who.first_day,
            "new_share": percent(of_period.new_plays if by == "plays" else of_period.new_ms, _of(total, by)),
            "change_minutes": change(total.ms, was.ms) if was else "",
            "change_plays": change(total.plays, was.plays) if was else "",
            "estimated_percent": percent(total.estimated_ms, total.ms),
            "unfinished": period.first <= who.today < period.until,
            "days_asked": (min(period.until, who.today + DAY) - period.first).days,
            "top_share": percent(sum(row[measure] for row in of_period.top_artists), _of(total, by)),
            "biggest": habits.biggest_day(days, by), "streak": habits.longest(habits.streaks(days)),
            "months": day_grid.months(who, period, days, by), "years": day_grid.years(who, period, days, by),
            **_clock(clock), "line": _line(who, period, days), **_featured(of_period, by),
            **_decades(of_period, total, by, period), "told": _told(days, period),
        }  # fmt: skip
        return site.page("overview.html", request, who, **values)

    return [Route("/", show, name="overview")]


def _of(numbers: Any, by: By) -> int:
    return int(numbers.plays if by == "plays" else numbers.ms)


def _clock(cells: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The hours of the week with their shades, and the hours of a day as bars."""
    shade = iter(day_grid.levels(value for row in cells for value in row))
    most, weekday, hour = max((value, -w, -h) for w, row in enumerate(cells) for h, value in enumerate(row))
    of_hours = [sum(row[hour] for row in cells) for hour in range(habits.HOURS)]
    rows = [(w + 1, [(value, next(shade)) for value in row]) for w, row in enumerate(cells)]
    return {
        "clock": sorted(rows, key=lambda row: (row[0] - display().week_begins) % 7),
        "busiest": {"weekday": _(IN_FULL[-weekday]), "hour": -hour, "value": most},
        "hours": [(f"{hour:02d}", value, None, "") for hour, value in enumerate(of_hours)],
        "most_of_hours": max(of_hours) or 1,
    }


def _line(who: Viewer, period: Period, days: Days) -> DayLine | None:
    of_day = day_grid.line(who, period, days)
    if len(of_day.day) < 2 or not of_day.ms.any():  # noqa: PLR2004  (a line has two ends)
        return None
    return day_line(date_of(of_day.day[0]), of_day.ms, day_grid.gap_days(who, period), who.today)


def _featured(of_period: Heard, by: By) -> dict[str, Any]:
    measure = "plays" if by == "plays" else "ms"
    rows = [row for row in of_period.top_artists if row["featured_plays"]]
    return {
        "featured": rows,
        "most_featured": max((row[measure] + row[f"featured_{measure}"] for row in rows), default=1),
    }


def _decades(of_period: Heard, total: Totals, by: By, period: Period) -> dict[str, Any]:
    told = [(row["decade"], _of(Totals(row["plays"], row["ms"], 0, 0), by)) for row in of_period.decades]
    known, whole = sum(value for _, value in told), _of(total, by)
    rows = [
        (_("%(decade)ss", decade=str(decade)), value, percent(value, whole), _led("/explore", period, decade=decade))
        for decade, value in told
    ]
    if told and known < whole:
        href = _led("/explore", period, decade="unknown")
        rows.append((_("Not known"), whole - known, percent(whole - known, whole), href))
    return {
        "decades": rows,
        "most_of_decades": max((value for _, value, *_ in rows), default=1),
        "decades_known": percent(known, whole) if known < whole else "",
    }


def _told(days: Days, period: Period) -> dict[str, Any]:
    """Of plays of any length: those are in the history."""
    told, *parts = (int(part.sum()) for part in (days.told, days.skipped, days.shuffled, days.offline))
    asked = ({"end": "skipped"}, {"mode": "shuffled"}, {"mode": "offline"})
    shares = [
        (name, part, percent(part, told), _led("/history", period, **filters))
        for name, part, filters in zip((_("Skipped"), _("Shuffled"), _("Offline")), parts, asked, strict=True)
    ]
    return {"told": told, "shares": shares}


def _devices(plays: Mapping[habits.DeviceGroup, int], period: Period) -> dict[str, Any]:
    known = sum(plays.values())
    rows = [
        (_(name), part, percent(part, known), _led("/explore", period, device=name)) for name, part in plays.items()
    ]
    return {"devices": rows, "devices_known": known}


def _led(page: str, period: Period, **asked: str | int) -> str:
    """Where a mark leads: the plays that it stands for, on a page that may show another time by itself."""
    return f"{page}?{urlencode({**asked, 'range': period.name})}"
