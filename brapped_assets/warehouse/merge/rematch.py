"""Which halves tell of the same play: decided afresh for every island that something new touched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple
from unicodedata import normalize

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.matching import AROUND, DRIFT, NOBODY, REACH, Observation, pairs

q = Statements(__file__)

# A stretch of time, both ends (UTC) included. Those nearer to each other than this are one: asking costs more.
Stretch = tuple[datetime, datetime]
APART = timedelta(hours=1)
# Account data tells the minute that an END lies in; on average its middle.
HALF_A_MINUTE = timedelta(seconds=30)


@dataclass(frozen=True)
class Rematch:
    """Rows whose halves changed, and every instant (UTC) at which a row came, went or moved.

    `matched` are the keys of the rows, some of them gone now, whose halves have become one row.
    """

    play_keys: list[int]
    instants: list[datetime]
    matched: frozenset[int] = frozenset()


class Outcome(NamedTuple):
    """One row of the fact, and the rows that its halves are taken from. `play_key` None: a new row."""

    play_key: int | None
    legacy_from: int | None
    export_from: int | None


def rematch(tx: Connection, listener: dict[str, Any], touched: Sequence[Stretch]) -> Rematch:
    """Match the halves of all sources again in all islands that reach into these stretches; the rows follow.

    The stored pairing is only where the halves happen to be: what comes out depends on the halves alone.
    """
    values = {**listener, "reach": REACH, "around": AROUND}
    found = tx.execute(q.spans, {**values, **arrays(touched)}).fetchall()
    spans = joined((row["first_at"], row["last_at"]) for row in found)
    rows = tx.execute(q.observations, {**values, **arrays(spans)}).fetchall() if spans else []
    changes, gone = _changes(_without_nobody(tx, rows))
    if not changes:
        return Rematch([], [])
    changed = tx.execute(
        q.move,
        {
            **listener,
            "play_keys": [outcome.play_key for outcome in changes],
            "legacies": [outcome.legacy_from for outcome in changes],
            "exports": [outcome.export_from for outcome in changes],
            "gone": gone,
        },
    ).fetchall()
    parts = [{key for key in outcome if key is not None} for outcome in changes]
    return Rematch(
        [row["play_key"] for row in changed if row["play_key"] is not None],
        [row["played_at"] for row in changed],
        frozenset(chain.from_iterable(part for part in parts if len(part) > 1)),
    )


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as go by, in order: they follow what is new over years that are stored."""
    found: list[Stretch] = []
    for first_at, last_at in sorted(stretches):
        if found and first_at - found[-1][1] <= APART:
            found[-1] = (found[-1][0], max(found[-1][1], last_at))
        else:
            found.append((first_at, last_at))
    return found


def arrays(stretches: Sequence[Stretch]) -> dict[str, list[datetime]]:
    """Stretches as the statements take them."""
    return {"firsts": [first_at for first_at, _ in stretches], "lasts": [last_at for _, last_at in stretches]}


def _without_nobody(tx: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with one word for all names that are nobody's: sources may write them in different languages."""
    told = [{*(row["api_artists"] or ()), row["export_artist"], row["legacy_artist"]} - {None, ""} for row in rows]
    names = {"names": sorted(set().union(*told))}
    nobodies = {row["name"] for row in tx.execute(q.nobodies, names).fetchall()}

    def known(name: str | None) -> str | None:
        return NOBODY if name in nobodies else name

    return [
        {
            **row,
            "api_artists": [known(name) for name in row["api_artists"] or ()],
            "export_artist": known(row["export_artist"]),
            "legacy_artist": known(row["legacy_artist"]),
        }
        if nobodies & names_of_row
        else row
        for row, names_of_row in zip(rows, told, strict=True)
    ]


def _changes(rows: list[dict[str, Any]]) -> tuple[list[Outcome], list[int]]:
    """The rows that are to have other halves than they have, and the keys of those left without any."""
    before = {
        Outcome(
            row["play_key"],
            None if row["legacy_at"] is None else row["play_key"],
            None if row["export_at"] is None else row["play_key"],
        )
        for row in rows
    }
    after = list(_outcomes(rows))
    gone = {row["play_key"] for row in rows} - {outcome.play_key for outcome in after}
    return [outcome for outcome in after if outcome not in before], sorted(gone)


def _outcomes(rows: list[dict[str, Any]]) -> Iterator[Outcome]:
    """One for every play: first the old tables' halves find the API's, then the exports' whatever was polled."""
    polled = [_polled(row) for row in rows if row["api_at"] is not None]
    legacy = [_legacy(row) for row in rows if row["legacy_at"] is not None]
    exported = [_exported(row) for row in rows if row["export_at"] is not None]
    free = {row["play_key"] for row in rows if row["api_at"] is None}
    legacy_of = {api.key: old.key for api, old in pairs(polled, legacy, DRIFT)}
    found = set(legacy_of.values())
    # The API's half of the same row, which this one has just left, has the same key.
    alone = [replace(old, key=-old.key) for old in legacy if old.key not in found]
    export_of = {one.key: export.key for one, export in pairs([*polled, *alone], exported)}
    for api in polled:
        yield Outcome(api.key, legacy_of.get(api.key), export_of.get(api.key))
    for old in alone:
        yield Outcome(-old.key if -old.key in free else None, -old.key, export_of.get(old.key))
        free.discard(-old.key)
    found = set(export_of.values())
    for export in exported:
        if export.key not in found:
            yield Outcome(export.key if export.key in free else None, None, export.key)


def _polled(row: dict[str, Any]) -> Observation:
    artists = frozenset(comparable(artist) for artist in row["api_artists"])
    return Observation(
        row["play_key"],
        row["api_at"],
        row["api_ref"],
        comparable(row["api_title"] or ""),
        artists,
        album=comparable(row["api_album"] or ""),
    )


def _legacy(row: dict[str, Any]) -> Observation:
    title, artist = comparable(row["legacy_title"]), comparable(row["legacy_artist"])
    artists = frozenset({artist} if title and artist else ())
    return Observation(row["play_key"], row["legacy_at"], row["legacy_ref"], title, artists)


def _exported(row: dict[str, Any]) -> Observation:
    return Observation(
        row["play_key"],
        row["export_at"] if row["in_extended"] else row["export_at"] + HALF_A_MINUTE,
        row["export_ref"],
        comparable(row["export_title"]),
        frozenset({comparable(row["export_artist"])}),
        album=comparable(row["export_album"] or ""),
        ms_played=row["export_ms"],
        nth=row["export_nth"],
    )


def comparable(name: str) -> str:
    """A name as two sources may both write it: compatible characters made one, case and spacing ignored."""
    return " ".join(normalize("NFKC", name).casefold().split())
