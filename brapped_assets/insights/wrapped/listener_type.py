"""When somebody listens, in a word. The first rule that holds names it, and the card prints the rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brapped_assets.text.translation import N_


@dataclass(frozen=True)
class Kind:
    """`share` of all minutes is measured by `of`, given milliseconds by hour and those on weekends.

    `words` tell the share that was measured, `rule` the one that is needed.
    """

    name: str
    words: str
    rule: str
    share: float
    of: Callable[[Sequence[int], int], int]


KINDS = (
    Kind(
        N_("Night owl"), N_("%(share)s of your minutes were between 22:00 and 4:00."),
        N_("%(share)s there make a night owl."), 0.25, lambda hours, _: sum(hours[22:]) + sum(hours[:4]),
    ),
    Kind(
        N_("Early bird"), N_("%(share)s of your minutes were between 5:00 and 9:00."),
        N_("%(share)s there make an early bird."), 0.3, lambda hours, _: sum(hours[5:9]),
    ),
    Kind(
        N_("Weekender"), N_("%(share)s of your minutes were on Saturdays and Sundays."),
        N_("%(share)s there make a weekender."), 0.45, lambda _, weekend: weekend,
    ),
    Kind(
        N_("Evening soul"), N_("%(share)s of your minutes were between 18:00 and 23:00."),
        N_("%(share)s there make an evening soul."), 0.4, lambda hours, _: sum(hours[18:23]),
    ),
    Kind(
        N_("Daydreamer"), N_("%(share)s of your minutes were between 9:00 and 18:00."),
        N_("%(share)s there make a daydreamer."), 0.55, lambda hours, _: sum(hours[9:18]),
    ),
)  # fmt: skip
OTHERWISE = N_("All-day listener")


def kind_of(hours: Sequence[int], weekend_ms: int) -> tuple[Kind | None, float]:
    """The first kind whose share is reached, with the share measured; None when none is."""
    total = sum(hours) or 1
    for kind in KINDS:
        share = kind.of(hours, weekend_ms) / total
        if share >= kind.share:
            return kind, share
    return None, 0.0
