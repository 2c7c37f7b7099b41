"""Small numbers for keys: 0, 1, 2 … in the order in which they were met, so that arrays can be indexed by them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Numbers = NDArray[np.int32]
# Keys of the warehouse count from 1; hashes do not.
LARGEST_TABLE = 2**26


def _empty() -> Keys:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Numbering:
    """`keys[n]` is the key of number n. A number stays what it is while others are added."""

    keys: Keys = field(default_factory=_empty)
    _in_order: Keys = field(default_factory=_empty)
    _number_of: Numbers = field(default_factory=lambda: np.empty(0, np.int32))

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: NDArray[np.integer]) -> Numbers:
        """The number of each key; -1 where it has none."""
        if len(self) == 0:
            return np.full(len(keys), -1, np.int32)
        most = int(keys.max(initial=0))
        if len(keys) > len(self) and max(most, int(self._in_order[-1])) < LARGEST_TABLE and self._in_order[0] >= 0:
            # Many of few: by a table of all keys there can be.
            table = np.full(max(most, int(self._in_order[-1])) + 1, -1, np.int32)
            table[self._in_order] = self._number_of
            found: Numbers = table[keys]
            return found
        place = np.minimum(np.searchsorted(self._in_order, keys), len(self) - 1)
        return np.where(self._in_order[place] == keys, self._number_of[place], np.int32(-1))

    def with_keys(self, keys: NDArray[np.integer]) -> "Numbering":
        """The same, with numbers for those that had none."""
        missing = np.unique(keys[self.numbers(keys) < 0]).astype(np.int64)
        if len(missing) == 0:
            return self
        places = np.searchsorted(self._in_order, missing)
        added = np.arange(len(self), len(self) + len(missing), dtype=np.int32)
        return Numbering(
            np.concatenate([self.keys, missing]),
            np.insert(self._in_order, places, missing),
            np.insert(self._number_of, places, added),
        )
