"""What was found of all plays of a listener: found once, and after a poll only of the days that changed."""

from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

_Found = TypeVar("_Found")


class Earlier(NamedTuple):
    """What was found before some local days (since 2000-01-01) changed."""

    found: Any
    days: NDArray[np.integer]


class ResultCache:
    """Safe from any thread: whoever asks at the same time finds the same."""

    def __init__(self, earlier: Mapping[Hashable, Earlier] = MappingProxyType({})) -> None:
        self._earlier = earlier
        self._found: dict[Hashable, Any] = {}

    def find(self, what: Hashable, find: Callable[[Earlier | None], _Found]) -> _Found:
        """What `find` finds, once. It is told what it found before; None when it never did."""
        if what not in self._found:
            self._found[what] = find(self._earlier.get(what))
        found: _Found = self._found[what]
        return found

    def has(self, what: Hashable) -> bool:
        """Whether somebody found it already."""
        return what in self._found

    def after(self, days: NDArray[np.integer]) -> "ResultCache":
        """For the same plays once some days changed."""
        earlier = {what: Earlier(found, np.union1d(since, days)) for what, (found, since) in self._earlier.items()}
        return ResultCache({**earlier, **{what: Earlier(found, days) for what, found in self._found.copy().items()}})
