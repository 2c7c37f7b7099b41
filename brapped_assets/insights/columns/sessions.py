"""Plays cut into sessions: with at most half an hour of silence between the END of one and the START of the next."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.reductions import BLOCK
from brapped_assets.insights.columns.summed_plays import SummedPlays

SILENCE_US = 30 * 60 * 1_000_000


@dataclass(frozen=True)
class Sessions:
    """Columns, a row a session, in order.

    `opened_at` is the START of the first play, `began_at` the least START (a long play may begin before the one it
    follows) and `ended_at` the END of the last, in microseconds since 2000-01-01 UTC; `day` the least local day of an
    END in it; `plays` and `ms` (int64) are those of all its plays.
    """

    opened_at: NDArray[np.int64]
    began_at: NDArray[np.int64]
    ended_at: NDArray[np.int64]
    day: NDArray[np.int32]
    plays: NDArray[np.int64]
    ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.day)

    def where(self, rows: NDArray[Any] | slice) -> Self:
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))


_NOTHING = np.empty(0, np.int64)
NO_SESSION = Sessions(_NOTHING, _NOTHING, _NOTHING, np.empty(0, np.int32), _NOTHING, _NOTHING)


class SessionParts(NamedTuple):
    """The sessions of each so many places of a life, and of all of them."""

    parts: Sequence[Sessions]
    joined: Sessions


def session_parts(ever: SummedPlays, before: SessionParts | None = None, unchanged: int = 0) -> SessionParts:
    """Of the plays of a life; of its first, which are `unchanged`, it is what was found before."""
    kept = before.parts[: unchanged // BLOCK] if before else []
    parts = [*kept, *(_of_few(few) for few in ever.in_blocks(len(kept)))]
    return SessionParts(parts, joined(parts))


def sessions(plays: SummedPlays) -> Sessions:
    """Of some plays, so many at a time: as columns of their own they would take more room than a life does."""
    return joined([_of_few(few) for few in plays.in_pieces()])


def joined(parts: Sequence[Sessions]) -> Sessions:
    """Of plays in a row that were cut apart anywhere: what goes on from one part to the next is one session."""
    columns = [
        np.concatenate([getattr(part, column.name) for part in (NO_SESSION, *parts)]) for column in fields(Sessions)
    ]
    return _together(Sessions(*columns))


def _of_few(plays: SummedPlays) -> Sessions:
    ended_at, ms = plays.ended_at, plays.ms.astype(np.int64)
    began_at = ended_at - ms * 1000
    # Each play a session, until those that touch are put together.
    return _together(Sessions(began_at, began_at, ended_at, plays.day, np.ones(len(ms), np.int64), ms))


def _together(of: Sessions) -> Sessions:
    """With one in the place of those without a silence between them."""
    if not len(of):
        return of
    first = np.flatnonzero(np.concatenate([[True], of.opened_at[1:] - of.ended_at[:-1] > SILENCE_US]))
    if len(first) == len(of):
        return of
    return Sessions(
        of.opened_at[first],
        np.minimum.reduceat(of.began_at, first),
        of.ended_at[np.append(first[1:], len(of)) - 1],
        np.minimum.reduceat(of.day, first),
        np.add.reduceat(of.plays, first),
        np.add.reduceat(of.ms, first),
    )
