"""Which export half belongs to which polled play: decided afresh for every island that something new touched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.matching import REACH, Observation, pairs
from brapped_assets.warehouse.statements import sql

# A stretch of time, both ends (UTC) included. Those nearer to each other than this are one: asking costs more.
Stretch = tuple[datetime, datetime]
APART = timedelta(hours=1)
# Account data tells the minute that an END lies in; on average its middle.
HALF_A_MINUTE = timedelta(seconds=30)


@dataclass(frozen=True)
class Rematch:
    """Rows whose halves changed, and every instant (UTC) at which a row came, went or moved.

    `matched` are the keys of the rows whose export half went to a polled row.
    """

    play_keys: list[int]
    instants: list[datetime]
    matched: frozenset[int] = frozenset()


def rematch(tx: Connection, listener: dict[str, Any], touched: Sequence[Stretch]) -> Rematch:
    """Match polled and exported halves again in all islands that reach into these stretches; the rows follow.

    The stored pairing is only where the halves happen to be: what comes out depends on the halves alone.
    """
    values = {**listener, "reach": REACH}
    found = tx.execute(sql("rematch/spans"), {**values, **arrays(touched)}).fetchall()
    spans = joined((row["first_at"], row["last_at"]) for row in found)
    rows = tx.execute(sql("rematch/observations"), {**values, **arrays(spans)}).fetchall() if spans else []
    moves = list(_moves(rows))
    if not moves:
        return Rematch([], [])
    changed = tx.execute(
        sql("rematch/move"),
        {**listener, "sources": [source for source, _ in moves], "targets": [target for _, target in moves]},
    ).fetchall()
    return Rematch(
        [row["play_key"] for row in changed if row["play_key"] is not None],
        [row["played_at"] for row in changed],
        frozenset(source for source, target in moves if target is not None),
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


def _moves(rows: list[dict[str, Any]]) -> Iterator[tuple[int, int | None]]:
    """(row with an export half, polled row it belongs to) where these differ; None: it belongs to no polled row."""
    polled = [_polled(row) for row in rows if row["api_at"] is not None]
    exported = [_exported(row) for row in rows if row["export_at"] is not None]
    partner = {export.key: api.key for api, export in pairs(polled, exported)}
    alone = {row["play_key"] for row in rows if row["api_at"] is None}
    for export in exported:
        target = partner.get(export.key)
        if target != export.key and not (target is None and export.key in alone):
            yield export.key, target


def _polled(row: dict[str, Any]) -> Observation:
    artists = frozenset(comparable(artist) for artist in row["api_artists"])
    return Observation(row["play_key"], row["api_at"], row["api_ref"], comparable(row["api_title"] or ""), artists)


def _exported(row: dict[str, Any]) -> Observation:
    return Observation(
        row["play_key"],
        row["export_at"] if row["in_extended"] else row["export_at"] + HALF_A_MINUTE,
        row["export_ref"],
        comparable(row["export_title"]),
        frozenset({comparable(row["export_artist"])}),
        ms_played=row["export_ms"],
        nth=row["export_nth"],
    )


def comparable(name: str) -> str:
    """A name as two sources may both write it: compatible characters made one, case and spacing ignored."""
    return " ".join(normalize("NFKC", name).casefold().split())
