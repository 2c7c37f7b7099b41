"""When somebody listens, in a word. The first rule that holds names it, and the card prints the rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`share` of all minutes is measured by `of`, given milliseconds by hour and those on weekends."""

    name: str
    words: str
    share: float
    of: Callable[[Sequence[int], int], int]


KINDS = (
    Kind("Night owl", "between 22:00 and 4:00", 0.25, lambda hours, _: sum(hours[22:]) + sum(hours[:4])),
    Kind("Early bird", "between 5:00 and 9:00", 0.3, lambda hours, _: sum(hours[5:9])),
    Kind("Weekender", "on Saturdays and Sundays", 0.45, lambda _, weekend: weekend),
    Kind("Evening soul", "between 18:00 and 23:00", 0.4, lambda hours, _: sum(hours[18:23])),
    Kind("Daydreamer", "between 9:00 and 18:00", 0.55, lambda hours, _: sum(hours[9:18])),
)
OTHERWISE = "All-day listener"


def kind_of(hours: Sequence[int], weekend_ms: int) -> tuple[Kind | None, float]:
    """The first kind whose share is reached, with the share measured; None when none is."""
    total = sum(hours) or 1
    for kind in KINDS:
        share = kind.of(hours, weekend_ms) / total
        if share >= kind.share:
            return kind, share
    return None, 0.0
