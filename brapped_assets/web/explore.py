"""`/explore`: any question by clicks. Every mark leads to the plays it stands for, and back when it is chosen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.day_grid import levels
from brapped_assets.insights.explore import around, bars, week, wider
from brapped_assets.insights.facets import Facet, Option, Seen, facets
from brapped_assets.insights.habits import HOURS
from brapped_assets.insights.most_played import heard
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.rule_comparison import SHORT, side_by_side
from brapped_assets.insights.selected_viewer import seeing
from brapped_assets.insights.viewer import Viewer
from brapped_assets.rendering.marks import PATH, Asked, Mark
from brapped_assets.text.cldr import country_name
from brapped_assets.text.formatting import dated, day, duration, hour, month, percent, weekday
from brapped_assets.text.translation import N_, _, ngettext
from brapped_assets.web import filter_chips
from brapped_assets.web.address import period_of
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.site import Site

LONGEST_LIST = 10
TALLEST = 100
# With more bars than these not every one says what it is.
MOST_LABELS = 16
A_MONTH = 32
TITLES = {
    "genre": N_("Genre"), "origin": N_("Artists from"), "began": N_("Artists born or founded"),
    "device": N_("Device"), "context": N_("Played from"), "end": N_("How it ended"), "mode": N_("How it was played"),
    "decade": N_("Release"), "weekday": N_("Weekday"), "hour": N_("Hour"), "country": N_("Country"),
    "source": N_("Known from"),
    "basis": N_("Minutes"),
}  # fmt: skip
NOT_ALWAYS_TOLD = ("genre", "origin", "began", "device", "country", "context")
# There are hundreds of genres; those that are chosen stand there in any case.
MOST_ROWS = {"genre": 12, "origin": 12}
LABELS: Mapping[str, Mapping[str, str]] = {
    "context": {
        "album": N_("Album"),
        "playlist": N_("Playlist"),
        "artist": N_("Artist"),
        "collection": N_("Liked songs"),
    },
    "source": {"api": N_("Polled"), "export": N_("Exported"), "both": N_("Both"), "legacy": N_("Old tables")},
    "end": {"finished": N_("Finished"), "skipped": N_("Skipped")},
    "mode": {"shuffled": N_("Shuffled"), "offline": N_("Offline")},
    "basis": {"reported": N_("Reported"), "estimated": N_("Estimated (≈)")},
}
WEEKDAYS = range(1, 8)


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who, rankings=[])
            period = period_of(request, who)
            by: By = "minutes" if request.query_params.get("by") == "minutes" else "plays"
            asked = Asked(period.name, by, request.state.selection)
            seen = seeing(tx, request.state.whole, who, asked.selection)
            plays = who.shown.plays(period.first, period.until)
            values: dict[str, Any] = {
                "plays": len(plays), "ms": plays.total_ms, "days": len(plays.days),
                "estimated_ms": plays.estimated_ms,
                "time": _time(who, period, asked),
                "facets": [
                    *_facets(facets(tx, seen, asked.selection, period), asked),
                    _rules(seen, who, asked, period),
                ],
                "week": _week(seen, asked, period),
                "heard": heard(tx, who, period, by, LONGEST_LIST),
                "empty": nothing_left(tx, request, who, period, seen=seen),
            }  # fmt: skip
        return site.page(
            "explore.html", request, who, period=period, by=by, gaps=who.gaps_in(period), asked=asked,
            wider=[(asked.href(period=one.name), one.label) for one in wider(who, period)], **values,
        )  # fmt: skip

    return [Route(PATH, show, name="explore")]


def _of(numbers: Any, by: By) -> int:
    return int(numbers.plays if by == "plays" else numbers.ms)


def _told(numbers: Any, by: By) -> str:
    if by == "minutes":
        return duration(numbers.ms)
    return ngettext("%(num)s play", "%(num)s plays", numbers.plays)


def _time(who: Viewer, period: Period, asked: Asked) -> list[Mark]:
    """Bars of a period, or of the month around a day; the day itself leads back to its month."""
    shown = around(who, period)
    found = bars(who, shown)
    most = max((_of(bar, asked.by) for bar in found), default=0) or 1
    unit = max(((bar.until - bar.first).days for bar in found), default=1)
    marks = []
    for bar in found:
        is_chosen = period.days == 1 and bar.first == period.first
        size = round(TALLEST * _of(bar, asked.by) / most, 1)
        if unit == 1:
            label, title = f"{bar.first.day}", day(bar.first)
        elif unit < A_MONTH:
            label, title = dated(bar.first, "LLL"), month(bar.first)
        else:
            label = title = f"{bar.first.year}"
        marks.append(
            Mark(f"range={bar.first}", label, asked.href(period=shown.name if is_chosen else bar.name), is_chosen,
                 bar.plays, bar.ms, size, title=f"{title}: {_told(bar, asked.by)}",
                 days=(bar.first, bar.until - DAY))
        )  # fmt: skip
    return marks


def _facets(found: Mapping[str, Facet], asked: Asked) -> list[tuple[str, str, list[Mark], Mark | None]]:
    """Kind, title and rows of those that leave a choice; and the rest, of which nothing is told."""
    told = []
    for kind, title in TITLES.items():
        facet, chosen = found[kind], getattr(asked.selection, kind)
        options = [
            *facet.options,
            *(Option(one, 0, 0) for one in chosen if one not in {o.value for o in facet.options}),
        ]
        if not chosen and (not options or (len(options) == 1 and options[0].plays == facet.plays)):
            continue
        if asked.by == "minutes" and kind not in {"weekday", "hour"}:
            options.sort(key=lambda one: -one.ms)
        if kind in MOST_ROWS:
            options = [one for nth, one in enumerate(options) if nth < MOST_ROWS[kind] or one.value in chosen]
        most, whole = max(_of(one, asked.by) for one in options) or 1, _of(facet, asked.by)
        rows = [_row(kind, one, asked, most, whole) for one in options]
        told.append((kind, _(title), rows, _rest(facet, asked.by) if kind in NOT_ALWAYS_TOLD else None))
    return told


def _rules(seen: Seen, who: Viewer, asked: Asked, period: Period) -> tuple[str, str, list[Mark], None]:
    """The same plays by each rule, as shares of all of them; the one that is on leads back to the usual one."""
    if asked.selection.narrows:
        told = {one.rule: Option(one.rule, one.plays, one.ms) for one in side_by_side(who, period)}
    else:
        # All plays by each rule are held already.
        by_rule = {rule: seen(replace(asked.selection, rule=rule)).shown for rule in SHORT}
        of_period = {rule: shown.plays(period.first, period.until) for rule, shown in by_rule.items()}
        told = {rule: Option(rule, len(plays), plays.total_ms) for rule, plays in of_period.items()}
    whole = _of(told["all"], asked.by)
    rows = []
    for rule, one in told.items():
        is_chosen, value = rule == asked.selection.rule, _of(one, asked.by)
        to = asked.selection.usual if is_chosen else rule
        rows.append(
            Mark(f"rule={rule}", _(SHORT[rule]), asked.href(replace(asked.selection, rule=to)), is_chosen, one.plays,
                 one.ms, round(TALLEST * value / (whole or 1), 1), percent(value, whole))
        )  # fmt: skip
    return "rule", _("Counted as a play"), rows, None


def _rest(facet: Facet, by: By) -> Mark | None:
    plays, ms = facet.plays - facet.told_plays, facet.ms - facet.told_ms
    rest = Option("", plays, ms)
    return Mark("", "", "", False, plays, ms, part=percent(_of(rest, by), _of(facet, by))) if plays else None


def _row(kind: str, option: Option, asked: Asked, most: int, whole: int) -> Mark:
    href, is_chosen = asked.listed(kind, option.value)
    more = "" if is_chosen or not getattr(asked.selection, kind) else asked.more(kind, option.value)
    label = _(LABELS.get(kind, {}).get(str(option.value), "")) or _label(kind, option.value)
    value = _of(option, asked.by)
    return Mark(f"{kind}={option.value}", label, href, is_chosen, option.plays, option.ms,
                round(TALLEST * value / most, 1), percent(value, whole),
                more=more)  # fmt: skip


def _label(kind: str, value: int | str) -> str:
    if kind == "decade" and not value:
        return _("Not known")
    if kind == "hour":
        return hour(int(value))
    if kind in {"country", "origin"}:
        return country_name(str(value))
    words = filter_chips.WORDS.get(kind)
    return words(value) if words else str(value)


def _week(seen: Seen, asked: Asked, period: Period) -> dict[str, Any]:
    """The hours of the week as if no weekday and no hour were asked for; heads are whole weekdays and hours."""
    sums = week(seen(asked.selection.without("weekday").without("hour")).shown.plays(period.first, period.until))
    values = (sums.plays if asked.by == "plays" else sums.ms).tolist()
    shade = levels(values)
    rows = []
    for nth, of_week in enumerate(WEEKDAYS):
        cells = []
        for of_day in range(HOURS):
            at = nth * HOURS + of_day
            told = Option(at, int(sums.plays[at]), int(sums.ms[at]))
            href, is_chosen = asked.only(weekday=of_week, hour=of_day)
            cells.append(
                Mark(f"at={at}", "", href, is_chosen, told.plays, told.ms, shade[at],
                     title=f"{weekday(of_week)} {hour(of_day)}: {_told(told, asked.by)}")
            )  # fmt: skip
        rows.append(
            (
                Mark(f"on={nth}", weekday(of_week, "ccc"), *asked.only(weekday=of_week), 0, 0, title=weekday(of_week)),
                cells,
            )
        )
    heads = [
        Mark(
            f"from={of_day}", f"{of_day:02d}", *asked.only(hour=of_day), 0, 0, title=filter_chips.WORDS["hour"](of_day)
        )
        for of_day in range(HOURS)
    ]
    return {"heads": heads, "rows": rows, "any": any(values)}
