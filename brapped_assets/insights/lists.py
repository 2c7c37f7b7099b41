"""Lists to the end: every artist, song, album, day or context of a period, in any order, with names last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.columns.day_numbers import date_of, dates
from brapped_assets.insights.columns.reductions import Sums, each_once
from brapped_assets.insights.columns.sums_by_item import Ints
from brapped_assets.insights.list_order import Kind, Order, in_order
from brapped_assets.insights.name_search import named_like
from brapped_assets.insights.names import MUSIC, contexts, names
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.weeks_at_number_one import weeks_led
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)

Row = dict[str, Any]
# What names each thing of a list, as files and programs are told it; then its numbers.
COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "artists": ("artist_key", "artist_id", "artist_name"),
    "songs": ("track_key", "track_id", "track_name", "artist_key", "artist_name", "album_key", "album_name"),
    "albums": ("album_key", "album_id", "album_name", "artist_name"),
    "days": ("day",),
    "contexts": ("context_uri", "context_type", "context_name", "album_key", "artist_key"),
}
NUMBERS = (
    "plays", "ms", "first_on", "last_on", "skip_share", "rank", "rank_before", "plays_before", "ms_before", "weeks_led",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Things of a kind by `numbers`, in the order asked for, and `columns` by number. Days are since 2000-01-01.

    `keys` are those of artists and tracks, release groups of albums, numbers of days, places in `uris` of contexts.
    `same_artists` are those of the catalogue.
    `first` and `last` are of the plays that are listed, `told` and `skipped` of rows of any length. `rank` is that
    among everything of the kind, `before` that in the time `compared`, 0 where it had no play then; `plays_before` and
    `ms_before` are of that time, too. `weeks` of the period it was number one, by plays; days and contexts never are.
    """

    kind: Kind
    compared: Period | None
    columns: Mapping[str, NDArray[np.integer]]
    numbers: Ints
    uris: Sequence[str] = ()
    same_artists: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, column: str) -> Ints:
        """In the order of the list."""
        return self.columns[column].take(self.numbers).astype(np.int64, copy=False)

    def where(self, rows: NDArray[np.integer] | NDArray[np.bool_] | slice) -> "Listed":
        """Some of the rows, or all of them in another order."""
        return replace(self, numbers=self.numbers[rows])

    def rows(self, tx: Connection, names: Sequence[str] = ()) -> list[Row]:
        """With names, or some of them: what a page or a file says of each. What is gone by now has none."""
        named = self._named(tx)
        if names:
            named = [{name: row.get(name) for name in names} for row in named]
        numbers = zip(
            *(self.of(column).tolist() for column in ("plays", "ms")),
            *(dates(self.of(column)) for column in ("first", "last")),
            *(
                self.of(column).tolist()
                for column in ("told", "skipped", "rank", "before", "plays_before", "ms_before")
            ),
            self.of("weeks").tolist(),
            strict=True,
        )
        return [
            {
                **of, "rank": rank, "plays": plays, "ms": ms, "first_on": first, "last_on": last,
                "skip_share": skipped / told if told else None, "rank_before": before or None,
                "plays_before": plays_before if self.compared else None,
                "ms_before": ms_before if self.compared else None,
                "weeks_led": weeks if self.kind in MUSIC else None,
            }
            for of, (plays, ms, first, last, told, skipped, rank, before, plays_before, ms_before, weeks)
            in zip(named, numbers, strict=True)
        ]  # fmt: skip

    def parts(self, many: int) -> Iterator["Listed"]:
        """All of it, so many rows at a time."""
        return (self.where(slice(first, first + many)) for first in range(0, len(self), many))

    def _named(self, tx: Connection) -> Sequence[Row]:
        keys = self.of("keys").tolist()
        match self.kind:
            case "days":
                return [{"day": date_of(key)} for key in keys]
            case "contexts":
                uris = [self.uris[key] for key in keys]
                found = tx.execute(q.context_names, {"uris": uris}).fetchall()
                by_uri = {row["context_uri"]: row for row in found}
                return [by_uri.get(uri, {}) for uri in uris]
            case kind:
                named = names(tx, MUSIC[kind], keys, self.same_artists)
                return [named.get(key, {}) for key in keys]


@dataclass(frozen=True)
class Wanted:
    """What is listed: everything of a kind in a period, in an order; `text` narrows by name.

    Ranks are held against those of `compared`.
    """

    kind: Kind
    period: Period
    order: Order
    text: str = ""
    compared: Period | None = None


def list_things(tx: Connection, who: Viewer, wanted: Wanted) -> Listed:
    """Everything with a play that counts. Ties of ranks are as the overview has them.

    Of days the older comes first, of contexts the lesser uri.
    """
    kind, period, compared, by = wanted.kind, wanted.period, wanted.compared, wanted.order.by
    uris: Sequence[str] = ()
    then: tuple[Sums, NDArray[np.integer], NDArray[np.integer]] | None = None
    weeks: Ints | None = None
    match kind:
        case "days":
            found, compared = sums_by_item.days(who.shown, period), None
            keys = np.arange(len(found.first))
        case "contexts":
            uris, number_of = _contexts(tx, who, [period, compared] if compared else [period])
            found, keys = sums_by_item.grouped(who.shown, period, number_of, len(uris)), np.arange(len(uris))
            if compared:
                of_then = sums_by_item.grouped(who.shown, compared, number_of, len(uris))
                then = of_then.sums, of_then.older, of_then.among
        case _:
            found, keys = sums_by_item.music(who.shown, period, kind), sums_by_item.numbering(who.shown, kind).keys
            if compared:
                then = sums_by_item.played(who.shown, who.shown.plays(compared.first, compared.until), kind)
            weeks = weeks_led(who, period, kind)
    ranking = sums_by_item.ranked(found.sums, found.older, found.among, by)
    nothing = np.zeros(len(keys), np.int64)
    columns = {
        "keys": keys, "plays": found.sums.plays, "ms": found.sums.ms, "first": found.first, "last": found.last,
        "told": found.told, "skipped": found.skipped, "rank": _ranks(ranking, len(keys)),
        "before": _ranks(sums_by_item.ranked(*then, by), len(keys)) if then else nothing,
        "plays_before": then[0].plays if then else nothing, "ms_before": then[0].ms if then else nothing,
        "weeks": weeks if weeks is not None else nothing,
    }  # fmt: skip
    named = Listed(kind, compared, columns, ranking, uris, who.shown.catalogue.same_artists)
    if wanted.text:
        named = named.where(named_like(tx, kind, named.of("keys"), uris, wanted.text))
    return named.where(in_order(named.of, len(named), wanted.order))


def _ranks(ranking: Ints, many: int) -> Ints:
    """By number the place from 1, 0 for none."""
    found = np.zeros(many, np.int64)
    found[ranking] = np.arange(1, len(ranking) + 1)
    return found


def _contexts(tx: Connection, who: Viewer, periods: Sequence[Period]) -> tuple[Sequence[str], Ints]:
    """The contexts (uris, in order) of some periods, and by key the number of each; -1 for what is none."""
    number_of = np.full(1 + int(who.shown.life.plays.context.max(initial=0)), -1)
    # Also of what does not count, and was skipped: a context is told by several keys.
    heard = each_once(np.concatenate([who.shown.told(one.first, one.until).context for one in periods]))
    told = {key: uri for key, uri in contexts(tx, heard.tolist()).items() if uri}
    uris = sorted(set(told.values()))
    place = {uri: n for n, uri in enumerate(uris)}
    for key, uri in told.items():
        number_of[key] = place[uri]
    return uris, number_of
