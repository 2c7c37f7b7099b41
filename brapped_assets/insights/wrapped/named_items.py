"""Names for keys: artists, songs and albums as cards tell of them, looked up together for all cards."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.reductions import Integers, Sums
from brapped_assets.insights.names import NamedKind, Row, names
from brapped_assets.insights.wrapped.model import Thing
from brapped_assets.warehouse.db.connections import Connection

Found = TypeVar("Found")
Counted = tuple[int, int, int]
"""A key, its plays and its milliseconds."""


class Wanted(NamedTuple):
    """What somebody needs the names of."""

    kind: NamedKind
    keys: Sequence[int]


Naming = Generator[Wanted, Mapping[int, Row], Found]
"""Finds something that has names: it yields what it needs the names of, once at most, and is sent them."""


class Named(Generic[Found]):
    """What a naming finds: `found` once the names are told that it has `wanted`."""

    found: Found

    def __init__(self, naming: Naming[Found]) -> None:
        self._naming = naming
        self.wanted: Wanted | None = None
        try:
            self.wanted = next(naming)
        except StopIteration as end:
            self.found = end.value

    def tell(self, named: Mapping[int, Row]) -> None:
        try:
            self._naming.send(named)
        except StopIteration as end:
            self.found = end.value


class Names:
    """Of whatever was asked `of`, told at once: one question for each kind."""

    def __init__(self) -> None:
        self._of: list[Named[Any]] = []

    def of(self, naming: Naming[Found]) -> Named[Found]:
        found = Named(naming)
        self._of.append(found)
        return found

    def tell(self, tx: Connection, catalogue: Catalogue) -> None:
        keys: dict[NamedKind, set[int]] = {}
        wanting = [(one, one.wanted) for one in self._of if one.wanted]
        for _, wanted in wanting:
            keys.setdefault(wanted.kind, set()).update(wanted.keys)
        told = {kind: names(tx, kind, sorted(some), catalogue.same_artists) for kind, some in keys.items()}
        for one, wanted in wanting:
            one.tell(told[wanted.kind])


def counted(sums: Sums, keys: Integers, numbers: Integers) -> list[Counted]:
    """What has these numbers, in their order; `keys` by number."""
    return list(zip(keys[numbers].tolist(), sums.plays[numbers].tolist(), sums.ms[numbers].tolist(), strict=True))


def artists(of: Sequence[Counted]) -> Naming[tuple[Thing, ...]]:
    named = yield Wanted("artists", _keys(of))
    return tuple(
        Thing("artist", key, named[key]["artist_id"], named[key]["artist_name"], "", plays, ms) for key, plays, ms in of
    )


def albums(of: Sequence[Counted], least: int = 0) -> Naming[tuple[Thing, ...]]:
    """Those whose cover is known; where fewer than `least` are, so many of all."""
    named = yield Wanted("albums", _keys(of))
    shown = [one for one in of if named[one[0]]["has_cover"]]
    return tuple(
        Thing(
            "album", named[key]["album_key"], named[key]["album_id"], named[key]["album_name"],
            named[key]["artist_name"] or "", plays, ms,
        )
        for key, plays, ms in (shown if len(shown) >= least else of[:least])
    )  # fmt: skip


def songs(of: Sequence[Counted]) -> Naming[tuple[Thing, ...]]:
    named = yield Wanted("tracks", _keys(of))
    return tuple(
        Thing("track", key, named[key]["track_id"], named[key]["track_name"], named[key]["artist_name"], plays, ms)
        for key, plays, ms in of
    )


def _keys(of: Iterable[Counted]) -> list[int]:
    return [key for key, _, _ in of]
