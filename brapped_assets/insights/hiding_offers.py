"""Stretches of time that somebody else may have heard: they are offered for hiding, and nothing is hidden by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from brapped_assets.insights.columns.day_numbers import instant, microseconds
from brapped_assets.insights.columns.doubtful_stretches import Found, Kind, Stretches, counting, find_again
from brapped_assets.insights.columns.plays import Ints
from brapped_assets.insights.columns.result_cache import Earlier
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.names import names
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection, Writing
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "corrections.sql")

MOST = 20


@dataclass(frozen=True)
class Offer:
    """Plays that may be hidden together: those that ended from one moment up to, not including, another (UTC).

    `began_at` is when the first began (UTC), `plays` and `ms` are of those that count. `song` is as `names` has it.
    """

    kind: Kind
    from_at: datetime
    until_at: datetime
    began_at: datetime
    plays: int
    ms: int
    song: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """As a form names it."""
        return f"{microseconds(self.from_at)}_{microseconds(self.until_at)}"

    @property
    def why(self) -> str:
        return _("One song %(plays)s times in a row", plays=self.plays) if self.song else _("A night without a touch")


def offered(tx: Connection, who: Viewer) -> list[Offer]:
    """The newest 20 at most, the newest first."""
    return _told(tx, who.shown.everything, _newest(tx, who))


def how_many(tx: Connection, who: Viewer) -> int:
    """How many are offered, without names."""
    return len(_newest(tx, who))


def said(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """Of which stretches (`from_at`, `until_at`, UTC) a listener says that they did listen, the newest word first."""
    return tx.execute(q.said, {"listener_id": listener_id}).fetchall()


def say_heard(writing: Writing, listener_id: int, offer: Offer, now: datetime) -> None:
    """It is not offered again."""
    values = {"listener_id": listener_id, "from_at": offer.from_at, "until_at": offer.until_at, "now": now}
    with writing.transaction() as tx:
        tx.execute(q.say_heard, values)


def unsay_heard(writing: Writing, listener_id: int, heard_time_id: int) -> None:
    """It may be offered again; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(q.unsay_heard, {"listener_id": listener_id, "heard_time_id": heard_time_id})


def _newest(tx: Connection, who: Viewer) -> list[tuple[int, int, Kind]]:
    """Last play, first play and kind of what is offered."""
    found = _found(who.shown.everything)
    if not any(len(one.first) for one in found.values()):
        return []
    ends, heard = who.shown.life.plays.ended_at, said(tx, who.listener_id)
    rows = [
        (int(last), int(first), kind)
        for kind, of in found.items()
        for first, last in zip(*_without(of, ends, heard), strict=True)
    ]
    return sorted(rows, reverse=True)[:MOST]


def _found(shown: ShownPlays) -> dict[Kind, Stretches]:
    """All that may be offered, found once for plays that stay."""

    def find(earlier: Earlier | None) -> Found:
        return find_again(shown, shown.life.track_done, earlier)

    return shown.remembered.find("offers", find).of


def _without(of: Stretches, ends: Ints, heard: Sequence[dict[str, Any]]) -> Stretches:
    """Those that touch no time that the listener said was them."""
    left = np.ones(len(of.first), np.bool_)
    for row in heard:
        since, until = (microseconds(row[end]) for end in ("from_at", "until_at"))
        left &= (ends[of.last] < since) | (ends[of.first] >= until)
    return of.where(left)


def _told(tx: Connection, shown: ShownPlays, rows: Sequence[tuple[int, int, Kind]]) -> list[Offer]:
    plays, catalogue = shown.life.plays, shown.catalogue
    keys = {first: int(catalogue.tracks.keys[plays.track[first]]) for _, first, kind in rows if kind == "song"}
    named = names(tx, "tracks", set(keys.values()), catalogue.same_artists)
    found = []
    for last, first, kind in rows:
        of = slice(first, last + 1)
        ms = plays.ms[of][counting(shown, of)]
        from_at, until_at = plays.ended_at[first], plays.ended_at[last] + 1
        began_at = from_at - 1000 * int(plays.ms[first])
        song = named.get(keys[first]) if kind == "song" else None
        total_ms = int(ms.sum(dtype=np.int64))
        found.append(Offer(kind, instant(from_at), instant(until_at), instant(began_at), len(ms), total_ms, song))
    return found
