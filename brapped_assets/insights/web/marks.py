"""Marks of charts that are links: where each leads, and back when it is chosen."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from brapped_assets.insights.columns.sums import By
from brapped_assets.insights.selection import Selection

PATH = "/explore"


@dataclass(frozen=True)
class Asked:
    """What an address of this page says: `href` of another selection or period is that of the same page with it."""

    period: str
    by: By
    selection: Selection

    def href(self, selection: Selection | None = None, *, period: str | None = None, by: By | None = None) -> str:
        selection = selection or self.selection
        by = by or (self.by if self.by == "minutes" else None)
        pairs = [("range", period or self.period), *([("by", by)] if by else []), *selection.asked()]
        return f"{PATH}?{urlencode(pairs)}"

    def only(self, **values: int | str) -> tuple[str, bool]:
        """Where a mark leads that stands for these values, and whether they are chosen: then it leads back."""
        wanted: dict[str, Any] = {kind: (value,) for kind, value in values.items()}
        is_chosen = all(getattr(self.selection, kind) == value for kind, value in wanted.items())
        found = replace(self.selection, **(dict.fromkeys(values, ()) if is_chosen else wanted))
        return self.href(found), is_chosen

    def listed(self, kind: str, value: int | str) -> tuple[str, bool]:
        """As `only`, of a row among others: what is chosen beside it stays when it goes."""
        if value in getattr(self.selection, kind):
            return self.href(self.selection.toggled(kind, value)), True
        return self.href(self.selection.without(kind).toggled(kind, value)), False

    def more(self, kind: str, value: int | str) -> str:
        """With what is chosen of its kind already."""
        return self.href(self.selection.toggled(kind, value))

    def private(self) -> str:
        """With private sessions where they are not, and without them where they are."""
        return self.href(replace(self.selection, private=not self.selection.private))


@dataclass(frozen=True)
class Mark:
    """A part of a chart that is a link. `part` of the whole as it is written, `size` of its shape.

    `more` leads to what is chosen of its kind and this.
    """

    key: str
    label: str
    href: str
    is_chosen: bool
    plays: int
    ms: int
    size: float = 0
    part: str = ""
    title: str = ""
    more: str = ""
