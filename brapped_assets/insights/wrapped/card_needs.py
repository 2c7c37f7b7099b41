"""What a card needs before it has something to tell, and in words what it still lacks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped.card import Card, Waiting
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.text import formatting
from brapped_assets.text.translation import N_, _, ngettext

BY_ITSELF = N_("When it happens.")


@dataclass(frozen=True)
class Need:
    """A card, which `tell` makes, is shown from `least` of `what` on.

    `grows` is what makes it more, or says in a sentence when it comes. A card that does not fit the period (a race in
    a week) is not waited for.
    """

    card: str
    tell: Callable[[Numbers], Card]
    title: str
    least: int
    what: str
    have: Callable[[Numbers], int]
    grows: str = BY_ITSELF
    fits: Callable[[Numbers], bool] = lambda _: True


def waiting(need: Need, numbers: Numbers) -> Waiting:
    """In words what a card still lacks."""
    have = need.have(numbers)
    what = _(need.what, least=need.least)
    needs = _("Needs %(what)s; there are %(have)s.", what=what, have=have) if have else _("Needs %(what)s.", what=what)
    return Waiting(_(need.title), needs, _when(need, need.least - have, numbers))


def _when(need: Need, lacking: int, numbers: Numbers) -> str:
    if need.grows == "days":
        return _("At the earliest on %(day)s.", day=formatting.day(numbers.today + lacking * DAY))
    if need.grows == "months":
        months = numbers.today.year * 12 + numbers.today.month - 1 + lacking
        return _("At the earliest in %(month)s.", month=formatting.month(date(months // 12, months % 12 + 1, 1)))
    pace = numbers.total.plays / numbers.total.active_days if numbers.total.active_days else 0
    if need.grows == "plays":
        days = ceil(lacking / pace) if pace else 0
        if not days:
            return _("With your first play.")
        return ngettext("At your pace in a day.", "At your pace in %(num)s days.", days)
    return _(need.grows)
