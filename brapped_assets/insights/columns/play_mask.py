"""Which plays of a life something holds for, found for as many of them as somebody asks for."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from brapped_assets.insights.columns.plays import Mask

# A page speaks of a period, and holds it against another.
STRETCHES = 2


class _Held(NamedTuple):
    start: int
    stop: int
    mask: Mask


class PlayMask:
    """A mask over the plays of a life, in pieces: `mask[span]` is that of some plays in a row.

    `find` is told the first place and the one after the last, and must find the same each time. The latest pieces are
    held: a period of a long life is a small part of it.
    """

    def __init__(self, find: Callable[[slice], Mask]) -> None:
        self._find = find
        self._held: deque[_Held] = deque(maxlen=STRETCHES)

    @classmethod
    def of(cls, whole: Mask) -> "PlayMask":
        """One that is known of all plays."""
        return cls(whole.__getitem__)

    def __getitem__(self, span: slice) -> Mask:
        """Of the plays of a span with both ends, as a view that nobody may write into."""
        for held in [*self._held]:
            if held.start <= span.start and span.stop <= held.stop:
                return held.mask[span.start - held.start : span.stop - held.start]
        found = self._find(span)
        self._held.append(_Held(span.start, span.stop, found))
        return found

    def __and__(self, other: "PlayMask") -> "PlayMask":
        return PlayMask(lambda span: self[span] & other[span])
