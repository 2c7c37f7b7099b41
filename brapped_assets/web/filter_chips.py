"""The filters of an address as a page shows them: each in words, with the way to drop it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brapped_assets.insights import items
from brapped_assets.insights.rule_comparison import SHORT
from brapped_assets.insights.selection import EVERYTHING, KINDS, Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.cldr import country_name, written_time
from brapped_assets.text.formatting import weekday
from brapped_assets.text.language import display
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse.db.connections import Connection

SOURCES = {
    "api": N_("polled only"),
    "export": N_("exported only"),
    "both": N_("polled and exported"),
    "legacy": N_("from the old tables"),
}
CONTEXTS = {"album": N_("album"), "playlist": N_("playlist"), "artist": N_("artist"), "collection": N_("collection")}
WORDS: dict[str, Callable[[Any], str]] = {
    "decade": lambda decade: _("%(decade)ss", decade=str(decade)) if decade else _("release year not known"),
    "began": lambda decade: _("artists of the %(decade)ss", decade=str(decade)),
    "origin": lambda code: _("artists from %(country)s", country=country_name(code)),
    "country": lambda code: _("in %(country)s", country=country_name(code)),
    "weekday": weekday,
    "hour": lambda hour: _(
        "%(first)s to %(last)s", first=written_time(hour, 0, display()), last=written_time(hour, 59, display())
    ),
    "source": lambda source: _(SOURCES[source]),
    "device": _,
    "end": lambda end: _({"skipped": N_("skipped"), "finished": N_("finished")}[end]),
    "mode": lambda mode: _({"shuffled": N_("shuffled"), "offline": N_("offline")}[mode]),
    "basis": lambda basis: _({"reported": N_("reported"), "estimated": N_("estimated")}[basis]),
    "context": lambda context: _(CONTEXTS[context]) if context in CONTEXTS else context,
}
NAMED: dict[str, items.Kind] = {"artist": "artist", "track": "track", "album": "album"}


@dataclass(frozen=True)
class Filter:
    """`label` in words; `without` is the query of the same page without it, None where it is always there."""

    kind: str
    label: str
    without: str | None


def filters(tx: Connection, who: Viewer, selection: Selection) -> list[Filter]:
    """In the order of an address; names of artists, songs and albums as they are now."""
    found = [
        Filter(kind, label(tx, who, kind, value), selection.toggled(kind, value).query())
        for kind in KINDS
        for value in getattr(selection, kind)
    ]
    if selection.private or selection.usual_private:
        words = _("with private sessions") if selection.private else _("without private sessions")
        without = None if selection.private == selection.usual_private else selection.without("private").query()
        found.append(Filter("private", words, without))
    if selection.rule != EVERYTHING.rule or selection.rule != selection.usual:
        without = None if selection.rule == selection.usual else selection.without("rule").query()
        found.append(Filter("rule", _("counted: %(rule)s", rule=_(SHORT[selection.rule])), without))
    return found


def label(tx: Connection, who: Viewer, kind: str, value: int | str) -> str:
    """A value of a selection in words."""
    if kind in NAMED:
        item = items.find(tx, who, NAMED[kind], int(value))
        return str(item["name"]) if item else f"{kind} {value}"
    words = WORDS.get(kind)
    return words(value) if words else str(value)
