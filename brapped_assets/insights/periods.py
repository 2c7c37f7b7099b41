"""Stretches of local days, as a page's address names them. Pure date arithmetic; the last day is never in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from brapped_assets.text.formatting import NO_BREAK, dated, short_day
from brapped_assets.text.language import display
from brapped_assets.text.translation import N_, _, ngettext

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Nobody played before, or will after; inside, a year more or less is always a date.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
LONGEST_SHOWN = 60
YEARS, MONTHS = re.compile(r"year|\d{4}"), re.compile(r"month|last-month|\d{4}-\d{2}")
WEEKS = re.compile(r"week|last-week|\d{4}-W\d{2}")
# As they stand on the page, in this order.
PRESETS = {
    "today": N_("Today"),
    "week": N_("This week"),
    "last-week": N_("Last week"),
    "7d": N_("7 days"),
    "month": N_("This month"),
    "last-month": N_("Last month"),
    "30d": N_("30 days"),
    "year": N_("This year"),
    "all": N_("All time"),
}
# Of a period whose name is written anew when it is read, because it was given the wrong way round.
BACKWARDS = N_("That time ends before it begins.")


class NotAPeriod(ValueError):
    """A text names no period; the error's own text says what would. Other people's signs in it are harmless."""

    def __init__(self, name: str) -> None:
        shown = name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"
        super().__init__(
            _(
                "%(name)s is no period; say year, all, 30d, week, 2025, 2025-03, 2025-W10 or 2025-03-01..2025-04-15.",
                name=repr(shown),
            )
        )


@dataclass(frozen=True)
class Period:
    """Local days from `first` up to, not including, `until`; `name` is how an address names it."""

    name: str
    label: str
    first: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.first).days

    @property
    def file_name(self) -> str:
        """How a file about it is called: "this year" is another one soon, days are not."""
        match self.name:
            case "year":
                return f"{self.first.year}"
            case "month" | "last-month":
                return f"{self.first:%Y-%m}"
            case "week" | "last-week" if self.first.isoweekday() == 1:
                return f"{self.first:%G-W%V}"
            case "today":
                return f"{self.first}"
            case "7d" | "30d" | "week" | "last-week":
                return f"{self.first}..{self.last}"
        return self.name

    @property
    def in_days(self) -> str:
        """The label of what is sent or kept: "Today" is another day tomorrow, a date is not."""
        match self.name:
            case "today":
                return _in_words(self.first)
            case "7d" | "30d":
                return _("%(first)s to %(last)s", first=_in_words(self.first), last=_in_words(self.last))
        return self.label

    @property
    def last(self) -> date:
        return self.until - DAY


def named(name: str, *, today: date, first_day: date) -> Period:
    """The period an address names: a preset, `2025`, `2025-03`, `2025-03-09`, `2025-W10`, or days, both in.

    Those are `2025-03-01..2025-04-15`. Weeks are those of ISO 8601, Monday to Sunday.
    Days in the wrong order are put in the right one: then `name` of what is found is another. `first_day` is that of
    the first play known. Raises NotAPeriod.
    """
    if preset := _presets(today, first_day).get(name):
        return Period(name, *preset)
    try:
        found = _dated(name)
    except (ValueError, OverflowError):
        raise NotAPeriod(name) from None
    if found.first < EARLIEST or found.until > LATEST:
        raise NotAPeriod(name)
    return found


def _presets(today: date, first_day: date) -> dict[str, tuple[str, date, date]]:
    """Label, first day and the day after the last, by name."""
    tomorrow, monday, month = today + DAY, first_of_week(today), today.replace(day=1)
    last_month = (month - DAY).replace(day=1)
    return {
        "today": (_("Today"), today, tomorrow),
        "week": (_week(monday), monday, tomorrow),
        "last-week": (_week(monday - WEEK), monday - WEEK, monday),
        "7d": (_("Last 7 days"), tomorrow - 7 * DAY, tomorrow),
        "month": (_month(month), month, tomorrow),
        "last-month": (_month(last_month), last_month, month),
        "30d": (_("Last 30 days"), tomorrow - 30 * DAY, tomorrow),
        "year": (str(today.year), date(today.year, 1, 1), tomorrow),
        "all": (_("All time"), min(first_day, today), tomorrow),
    }


def _dated(name: str) -> Period:
    if re.fullmatch(r"[0-9]{4}", name):
        year = int(name)
        return Period(name, name, date(year, 1, 1), date(year + 1, 1, 1))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", name):
        first = date.fromisoformat(f"{name}-01")
        return Period(name, _month(first), first, _next_month(first))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", name):
        day = date.fromisoformat(name)
        return Period(name, _in_words(day), day, day + DAY)
    if re.fullmatch(r"[0-9]{4}-W[0-9]{2}", name):
        monday = date.fromisoformat(name)
        return Period(name, _week(monday), monday, monday + WEEK)
    ends = [date.fromisoformat(end) for end in name.split("..") if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", end)]
    if len(ends) != 2:  # noqa: PLR2004  (a stretch has two ends)
        raise ValueError(name)
    first, last = sorted(ends)
    return Period(
        f"{first}..{last}", _("%(first)s to %(last)s", first=_in_words(first), last=_in_words(last)), first, last + DAY
    )


def _week(monday: date) -> str:
    return _("Week of %(day)s", day=_in_words(monday))


def _month(first: date) -> str:
    return dated(first, "yMMMM").replace(NO_BREAK, " ")


def _in_words(day: date) -> str:
    return short_day(day)


def before(period: Period, *, today: date) -> Period:
    """What a period is held against: as many days of the one before it.

    A year, a month or a week that is still running is held against the same days of the last one; the label says so.
    """
    if YEARS.fullmatch(period.name):
        first, until = _a_year_earlier(period.first), _a_year_earlier(min(period.until, today + DAY))
        is_whole = until == date(first.year + 1, 1, 1)
        return Period("before", f"{first.year}" if is_whole else _so_far(f"{first.year}"), first, until)
    if WEEKS.fullmatch(period.name):
        first = period.first - WEEK
        is_running = period.first <= today < first + 2 * WEEK - DAY
        until = first + (min(period.until, today + DAY) - period.first if is_running else WEEK)
        return Period("before", _("the week before by this day") if is_running else _("the week before"), first, until)
    if MONTHS.fullmatch(period.name):
        first = (period.first - DAY).replace(day=1)
        days = min(period.until, today + DAY) - period.first
        until = min(first + days, period.first)
        month = dated(first, "LLLL")
        if until == period.first:
            return Period("before", month, first, until)
        is_running = period.first <= today < _next_month(period.first) - DAY
        of = _so_far(month) if is_running else _("1 to %(day)s", day=dated(until - DAY, "MMMMd").replace(NO_BREAK, " "))
        return Period("before", of, first, until)
    label = ngettext("the day before", "the %(num)s days before", period.days)
    return Period("before", label, period.first - period.days * DAY, period.first)


def year_before(period: Period, *, today: date) -> Period:
    """The same days a year earlier, of what is still running as far as it has come; 28 February for the 29th."""
    if re.fullmatch(r"\d{4}(-\d{2})?", period.name) and period.last <= today:
        found = _dated(f"{period.first.year - 1}{period.name[4:]}")
    else:
        first, last = _a_year_earlier(period.first), _a_year_earlier(max(period.first, min(period.last, today)))
        found = _dated(f"{first}" if first == last else f"{first}..{last}")
    return replace(found, name="year-before")


def first_of_week(day: date) -> date:
    """The day that begins the week of a day, for the listener of now."""
    return day - place_in_week(day) * DAY


def place_in_week(day: date) -> int:
    """How many days of its week lie before a day, for the listener of now."""
    return (day.isoweekday() - display().week_begins) % 7


def _so_far(name: str) -> str:
    return _("%(period)s by this day", period=name)


def _a_year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        # 29 February.
        return day.replace(year=day.year - 1, day=28)


def _next_month(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def each_day(period: Period) -> Iterator[date]:
    return (period.first + n * DAY for n in range(period.days))
