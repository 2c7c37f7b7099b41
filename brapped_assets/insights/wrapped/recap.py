"""The recap of a week or a month that is over: three of its cards, the same ones that its Wrapped has."""

from collections.abc import Sequence
from datetime import date

from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.wrapped.card import Card

MOST = 3
# What a short time is told by: its minutes, whom it belonged to, and the first of what stands out.
ALWAYS = ("minutes", "artists")
STANDS_OUT = ("comeback", "run", "discoveries", "repeat", "songs", "day", "streak", "clock")
OVER = ("last-month", "last-week")


def over(today: date, first_day: date) -> list[Period]:
    """The last month and the last week that are over, under names that stay theirs."""
    ended = (named(name, today=today, first_day=first_day).file_name for name in OVER)
    return [named(name, today=today, first_day=first_day) for name in ended]


def three(of: Sequence[Card]) -> list[Card]:
    """Of the cards of a period; fewer when it has fewer."""
    by_key = {card.key: card for card in of}
    picked = [key for key in ALWAYS if key in by_key]
    picked += [key for key in STANDS_OUT if key in by_key][: MOST - len(picked)]
    return [by_key[key] for key in picked]
