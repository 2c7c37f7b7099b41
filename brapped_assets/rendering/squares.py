"""The squares of a calendar and of a week as HTML: a year has 534, which took a template half of its time."""

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.day_grid import Cell
from brapped_assets.rendering.marks import Mark
from brapped_assets.text.formatting import day, duration, hour, minutes, number, weekday
from brapped_assets.text.translation import N_, _, ngettext

SIDE = 10
AT_LEAST, SO_FAR = N_("at least: not seen in full"), N_("so far")


def days(cells: Iterable[Cell], by: By) -> Markup:
    """The days of a month in an SVG: weeks are columns, Monday on top; each leads to its plays."""
    return Markup("\n".join(_day(cell, by) for cell in cells))  # noqa: S704 - days and numbers, and words of ours


def _day(cell: Cell, by: By) -> str:
    place = f'x="{SIDE * cell.week + 0.3}" y="{SIDE * cell.weekday + 0.3}" width="9.4" height="9.4" rx="2.2"'
    plays = ngettext("%(num)s play", "%(num)s plays", cell.plays)
    note = {"gap": AT_LEAST, "today": SO_FAR}.get(cell.kind, "")
    note = f" ({_(note)})" if note else ""
    hatched = f'<rect {place} fill="url(#hatch)"/>' if cell.kind == "gap" else ""
    return (
        f'<a href="/?range={cell.day}&amp;by={by}"><rect {place} class="q{cell.level}'
        f'{" is-today" if cell.kind == "today" else ""}" data-day="{cell.day}">'
        f"<title>{day(cell.day)}: {plays}, {duration(cell.ms)}{note}</title></rect></a>{hatched}"
    )


def hours(cells: Iterable[tuple[int, int]], of_week: int, by: By) -> Markup:
    """The 24 hours of a weekday (Monday is 1) as (value, level) in a table; each leads to its plays."""
    found, name = [], weekday(of_week)
    for at, (value, level) in enumerate(cells):
        told = number(value if by == "plays" else minutes(value))
        title = hour_in_words(name, at, value if by == "plays" else minutes(value), by)
        found.append(
            f'<td class="q{level}"><a href="/explore?weekday={of_week}&amp;hour={at}" '
            f'title="{title}"><span class="sr">{told}</span></a></td>'
        )
    return Markup("".join(found))  # noqa: S704 - as above


def hour_in_words(name: str, at: int, value: int, by: By) -> str:
    """What a square of the week says: its weekday, its hour and its number."""
    if by == "plays":
        return ngettext("%(weekday)s %(hour)s, %(num)s play", "%(weekday)s %(hour)s, %(num)s plays", value,
                        weekday=name, hour=hour(at))  # fmt: skip
    return ngettext("%(weekday)s %(hour)s, %(num)s minute", "%(weekday)s %(hour)s, %(num)s minutes", value,
                    weekday=name, hour=hour(at))  # fmt: skip


def marks(cells: Iterable[Mark], by: By) -> Markup:
    """As `hours`, of marks: each leads to its plays, or back."""
    found = []
    for cell in cells:
        current = " aria-current=true" if cell.is_chosen else ""
        told = number(cell.plays if by == "plays" else minutes(cell.ms))
        found.append(
            f'<td class="q{cell.size}"><a data-whole href="{escape(cell.href)}" data-mark="{cell.key}"{current} '
            f'title="{cell.title}"><span class="sr">{told}</span></a></td>'
        )
    return Markup("".join(found))  # noqa: S704 - as above; what an address asks for is escaped


FILTERS: dict[str, Callable[..., Any]] = {
    "squares_of_days": days, "squares_of_hours": hours, "squares_of_marks": marks,
}  # fmt: skip
