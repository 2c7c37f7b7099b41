"""A page on which a selection leaves nothing: which filter empties it, and the ways out; the same on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from brapped_assets.insights.explore import emptier
from brapped_assets.insights.facets import Seen
from brapped_assets.insights.periods import Period
from brapped_assets.insights.selected_viewer import seeing
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.address import filters_of, selection_of


@dataclass(frozen=True)
class Nothing:
    """Why a selection leaves no play of a period, and the ways out: words and addresses, empty where there is none.

    Without what it is emptied `by` (labels of one kind) there are `plays`; of all time there are `ever`.
    """

    by: list[str]
    plays: int
    without: str
    ever: int
    always: str
    everything: str
    narrows: bool

    @property
    def is_by_filters(self) -> bool:
        """Whether filters are to blame; else it is the time, or the rule that counts nothing of it."""
        return bool(self.by) or self.narrows


def nothing_left(
    tx: Connection,
    request: Request,
    who: Viewer,
    period: Period,
    *,
    kept: Sequence[tuple[str, str]] = (),
    seen: Seen | None = None,
) -> Nothing | None:
    """None while something is left of the period; `kept` is what else the page's address says."""
    if len(who.shown.plays(period.first, period.until)):
        return None
    selection = selection_of(request)
    seen = seen or seeing(tx, request.state.whole, who, selection)
    found = emptier(seen, selection, period)

    def href(other: Selection, name: str) -> str:
        return _address(request, [("range", name), *other.asked(), *kept])

    return Nothing(
        [one.label for one in filters_of(request) if one.kind == found.kind] if found else [],
        found.plays if found else 0,
        href(selection.without(found.kind), period.name) if found else "",
        len(seen(selection).shown.ever) if period.name != "all" else 0,
        href(selection, "all"),
        href(selection.bare, period.name) if selection != selection.bare else "",
        selection.narrows,
    )


def _address(request: Request, asked: Sequence[tuple[str, object]]) -> str:
    """The same page with what is asked instead, ranked as it is."""
    ranked = [("by", "minutes")] if request.query_params.get("by") == "minutes" else []
    return f"{request.url.path}?{urlencode([*asked[:1], *ranked, *asked[1:]])}"
