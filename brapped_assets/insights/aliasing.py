"""Artists and songs that a listener counts as others. What was heard stays."""

from datetime import datetime
from typing import Any, Literal

from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection, Writing
from brapped_assets.warehouse.db.statements import Statements

Kind = Literal["artist", "track"]
q = Statements(__file__, "corrections.sql")


def aliases(tx: Connection, listener_id: int) -> list[dict[str, Any]]:
    """What counts as another, newest first: kind, keys and names of both, since when, why."""
    return tx.execute(q.aliases, {"listener_id": listener_id}).fetchall()


def counts_as(who: Viewer, kind: Kind, key: int) -> int | None:
    """The key that one counts as; None while it counts as itself."""
    catalogue = who.shown.catalogue
    return (catalogue.same_artists if kind == "artist" else catalogue.same_tracks).get(key)


def refusal(who: Viewer, kind: Kind, heard: int, other: int) -> str | None:
    """Why one cannot count as another, in a sentence; None when it can."""
    known = who.shown.life.as_heard.catalogue
    numbering = known.artists if kind == "artist" else known.tracks
    end = counts_as(who, kind, other) or other
    if heard == other:
        return _("Everything is the same as itself: choose another.")
    if not {heard, other} <= set(numbering.keys.tolist()):
        return _("One of the two was never played here.")
    if kind == "artist" and {heard, end} & who.shown.kept.nobodies:
        return _("Songs whose artist is not known yet are not one artist's.")
    if counts_as(who, kind, heard):
        return _("This one counts as another already. Take that back first, under Hidden.")
    if end == heard:
        return _("That one counts as this one already: one of the two has to stay itself.")
    return None


def alias(
    writing: Writing, listener_id: int, kind: Kind, heard: int, other: int, *, why: str | None, now: datetime
) -> None:
    """Have one count as another, and what counted as it, too. Nothing where `refusal` says why not."""
    values = {"listener_id": listener_id, "kind": kind, "heard": heard, "other": other, "why": why, "now": now}
    with writing.transaction() as tx:
        tx.execute(q.alias, values)


def take_back(writing: Writing, listener_id: int, alias_id: int) -> None:
    """Have it count as itself; an id that is not the listener's does nothing."""
    with writing.transaction() as tx:
        tx.execute(q.take_back, {"listener_id": listener_id, "alias_id": alias_id})
