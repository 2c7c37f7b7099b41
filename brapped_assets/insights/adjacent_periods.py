"""The periods before and after one, of its own kind: the day, the week, the month or the year beside it. Pure."""

from datetime import date

from brapped_assets.insights.periods import DAY, MONTHS, WEEK, WEEKS, YEARS, NotAPeriod, Period, first_of_week, named


def adjacent(period: Period, *, today: date, first_day: date) -> tuple[Period | None, Period | None]:
    """The one before and the one after; None where nobody played yet, or will have.

    Other stretches than a day, a week, a month or a year have none: nobody thinks of 30 days as one of many.
    """
    if WEEKS.fullmatch(period.name) and period.first.isoweekday() == 1:
        written: str = "%G-W%V"
        presets: tuple[str, ...] = ("week", "last-week")
        firsts = period.first - WEEK, period.first + WEEK
    elif MONTHS.fullmatch(period.name):
        written, presets = "%Y-%m", ("month", "last-month")
        firsts = (period.first - DAY).replace(day=1), (period.first.replace(day=28) + WEEK).replace(day=1)
    elif YEARS.fullmatch(period.name):
        written, presets = "%Y", ("year",)
        firsts = period.first.replace(year=period.first.year - 1), period.first.replace(year=period.first.year + 1)
    elif period.days == 1:
        written, presets = "%Y-%m-%d", ("today",)
        firsts = period.first - DAY, period.first + DAY
    elif WEEKS.fullmatch(period.name) or (".." in period.name and _is_week(period)):
        # A week that begins on another day than those of ISO 8601 has its days for a name.
        written, presets = "", ("week", "last-week")
        firsts = period.first - WEEK, period.first + WEEK
    else:
        return None, None

    def of(first: date) -> Period | None:
        name = f"{first:{written}}" if written else f"{first}..{first + WEEK - DAY}"
        try:
            found = named(name, today=today, first_day=first_day)
        except NotAPeriod:
            # Beyond the years that an address can name.
            return None
        known = (named(preset, today=today, first_day=first_day) for preset in presets)
        return next((preset for preset in known if preset.first == found.first), found)

    earlier, later = map(of, firsts)
    return (
        earlier if earlier and earlier.last >= first_day else None,
        later if later and later.first <= today else None,
    )


def _is_week(period: Period) -> bool:
    return period.days == WEEK.days and period.first == first_of_week(period.first)
