"""The lists there are, and their orders: what they are sorted by, how each is called, and the sorting."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.plays import MOST_DAYS
from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.columns.sums_by_item import Ints
from brapped_assets.text.translation import N_

Kind = Literal["artists", "songs", "albums", "days", "contexts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Sort = Literal["plays", "minutes", "first", "last", "skips", "change"]
# What a list is sorted by, as its page says it.
SORTS: Mapping[Sort, str] = {
    "plays": N_("Plays"), "minutes": N_("Minutes"), "first": N_("First heard"), "last": N_("Last heard"),
    "skips": N_("Skipped"),
    "change": N_("Change"),
}  # fmt: skip
SORTS_OF_DAYS: Mapping[Sort, str] = {
    "plays": N_("Plays"), "minutes": N_("Minutes"), "first": N_("Oldest"), "last": N_("Newest"), "skips": N_("Skipped"),
}  # fmt: skip
# What is said of an order that cannot be had.
NO_ORDER = N_("%(asked)s is no order here; say %(orders)s. Sorted by %(by)s.")
NO_CHANGE = N_("No time before %(period)s is known as well, so no change of rank is told. Sorted by %(by)s.")
NO_CHANGE_FOR_PROGRAMS = "No time before this period is known as well, so no change of rank is told."


class Order(NamedTuple):
    """How a list is sorted; `is_turned`: the other way round. What has nothing to be sorted by comes last, either way.

    Plays, minutes and skips begin with the most, `first` with the earliest, `last` with the latest, `change` with what
    climbed most. Equals stand by rank.
    """

    sort: Sort = "plays"
    is_turned: bool = False

    @property
    def by(self) -> By:
        """What ranks go by: plays, but for a list by minutes."""
        return "minutes" if self.sort == "minutes" else "plays"

    @property
    def written(self) -> str:
        return f"-{self.sort}" if self.is_turned else self.sort


def sorts_of(kind: Kind) -> Mapping[Sort, str]:
    return SORTS_OF_DAYS if kind == "days" else SORTS


def in_order(column: Callable[[str], Ints], many: int, order: Order) -> NDArray[np.intp] | slice:
    """Of so many rows, which stand by rank, the places in the order asked for; `column` is one of `Listed`."""
    nothing = np.zeros(many, np.bool_)
    values: NDArray[np.integer] | NDArray[np.floating]
    match order.sort:
        case "plays" | "minutes" if not order.is_turned:
            return slice(None)
        case "plays":
            values = -column("plays")
        case "minutes":
            values = -column("ms")
        case "first":
            values = column("first")
        case "last":
            values = -column("last")
        case "skips":
            told = column("told")
            nothing = told == 0
            values = -(column("skipped") / np.where(nothing, 1, told))
        case "change":
            before = column("before")
            nothing = before == 0
            values = column("rank") - before
    values = -values if order.is_turned else values
    return _stable(values, nothing)


def _stable(values: NDArray[np.integer] | NDArray[np.floating], nothing: NDArray[np.bool_]) -> NDArray[np.intp]:
    told = np.flatnonzero(~nothing)
    of = values[told]
    if of.dtype.kind == "i" and len(of) and of.max() - of.min() <= MOST_DAYS:
        # NumPy sorts 16 bits without comparing them.
        of = (of - of.min()).astype(np.uint16)
    return np.concatenate([told[np.argsort(of, kind="stable")], np.flatnonzero(nothing)])
