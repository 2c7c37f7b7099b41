"""Which export half belongs to which polled play: decided afresh for every island that something new touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.matching import REACH, Observation, pairs
from brapped_assets.warehouse.statements import sql


@dataclass(frozen=True)
class Rematch:
    """Rows whose halves changed, and every instant (UTC) at which a row came, went or moved."""

    play_keys: list[int]
    instants: list[datetime]


def rematch(tx: Connection, listener: dict[str, Any], first_at: datetime, last_at: datetime) -> Rematch:
    """Match polled and exported halves of all islands between two instants again; the rows follow.

    The stored pairing is only where the halves happen to be: what comes out depends on the halves alone.
    """
    values = {**listener, "first_at": first_at, "last_at": last_at, "reach": REACH}
    possible = tx.execute(sql("rematch/has_both"), values).fetchone()
    if possible is None or not possible["may_match"]:
        return Rematch([], [])
    span = tx.execute(sql("rematch/span"), values).fetchone()
    assert span is not None
    rows = tx.execute(sql("rematch/observations"), {**values, **span}).fetchall()
    moves = list(_moves(rows))
    if not moves:
        return Rematch([], [])
    changed = tx.execute(
        sql("rematch/move"),
        {**listener, "sources": [source for source, _ in moves], "targets": [target for _, target in moves]},
    ).fetchall()
    return Rematch(
        [row["play_key"] for row in changed if row["play_key"] is not None], [row["played_at"] for row in changed]
    )


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
    return Observation(row["play_key"], row["api_at"], row["api_track_id"], comparable(row["api_title"] or ""), artists)


def _exported(row: dict[str, Any]) -> Observation:
    title, artist = comparable(row["export_title"]), frozenset({comparable(row["export_artist"])})
    return Observation(
        row["play_key"], row["export_at"], row["export_track_id"], title, artist, ms_played=row["export_ms"]
    )


def comparable(name: str) -> str:
    """A name as two sources may both write it: compatible characters made one, case and spacing ignored."""
    return " ".join(normalize("NFKC", name).casefold().split())
