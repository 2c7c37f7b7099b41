"""Exported plays on their way into the fact: staged in temporary tables, from which they are merged."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_value
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import Encoded

q = Statements(__file__)


def make_tables(tx: Connection) -> None:
    """Make the temporary tables of what is staged, empty."""
    tx.execute(q.stage)


def ensure_tables(tx: Connection) -> None:
    """Make them unless this transaction has: what is staged in them stays."""
    if not one_value(tx, q.is_staged):
        make_tables(tx)


def stage_names(tx: Connection, told: Sequence[Encoded]) -> None:
    """Make the temporary tables, and fill those of tracks and details."""
    make_tables(tx)
    with tx.cursor() as cursor:
        for encoded in told:
            with cursor.copy(q.copy_tracks) as copy:
                copy.write(encoded.tracks)
        with cursor.copy(q.copy_details) as copy:
            for values in chain.from_iterable(encoded.details for encoded in told):
                copy.write_row(values)


def stage_plays(tx: Connection, told: Sequence[Encoded]) -> None:
    """These plays, and no others, are staged from now on."""
    tx.execute(q.unstage)
    with tx.cursor() as cursor:
        for encoded in told:
            with cursor.copy(q.copy_plays) as copy:
                copy.write(encoded.rows)


def unstage_forgotten_plays(tx: Connection, listener: dict[str, Any]) -> int:
    """Drop the staged plays of a time that the listener forgot; returns how many."""
    return 0 if listener["forgotten_before"] is None else tx.execute(q.unstage_forgotten_plays, listener).rowcount


def unstage_forgotten_names(tx: Connection, listener: dict[str, Any], told: Sequence[Encoded]) -> None:
    """Drop the staged tracks and details that only such plays speak of. Plays stand staged, or not, afterwards."""
    if listener["forgotten_before"] is not None:
        stage_plays(tx, told)
        unstage_forgotten_plays(tx, listener)
        tx.execute(q.unstage_forgotten_names)
