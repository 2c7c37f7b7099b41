"""A viewer of some plays only: those that a selection leaves, counted by its rule."""

from collections.abc import Callable
from dataclasses import replace

from brapped_assets.insights.columns.selection_mask import Words, narrow
from brapped_assets.insights.habits import device_group
from brapped_assets.insights.selection import Selection, usual_selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "viewer.sql")


def viewer_of(tx: Connection, who: Viewer, selection: Selection) -> Viewer:
    """The same viewer, who sees what the selection leaves."""
    if not selection.narrows and not selection.private and selection.rule == who.rule:
        return who
    return replace(who, rule=selection.rule, shown=narrow(who.shown, selection, words_of(tx, who, selection)))


def seeing(tx: Connection, whole: Viewer, who: Viewer, selection: Selection) -> Callable[[Selection], Viewer]:
    """`viewer_of` for one page, asked once for each selection; `who` sees what the page's own leaves of the `whole`."""
    held = {selection: who}

    def seen(other: Selection) -> Viewer:
        if other not in held:
            held[other] = viewer_of(tx, whole, other)
        return held[other]

    return seen


def usual(who: Viewer) -> Selection:
    """Everything, as the listener chose."""
    return usual_selection(who.usual_rule, private=who.preference.private_sessions)


def words_of(tx: Connection, who: Viewer, selection: Selection) -> Words:
    """What the words of a selection mean among a viewer's plays."""
    life, same_tracks = who.shown.life, who.shown.catalogue.same_tracks
    tracks = [same_tracks.get(key, key) for key in selection.track]
    values = {
        "albums": list(selection.album), "tracks": tracks, "contexts": list(selection.context),
    }  # fmt: skip
    told = one_row(tx, q.selection, values) if any(values.values()) else {}
    labels = life.labels.items()
    return Words(
        **told,
        devices=[key for key, word in labels if device_group(word) in selection.device] if selection.device else (),
        countries=[key for key, word in labels if word.upper() in selection.country],
        track_done=life.track_done,
    )
