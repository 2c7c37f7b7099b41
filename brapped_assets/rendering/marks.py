"""Marks of charts that are links: where each leads, and back when it is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from brapped_assets.insights.columns.reductions import By
from brapped_assets.insights.selection import EVERYTHING, KINDS, Selection

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
        wanted = {kind: (value,) for kind, value in values.items()}
        is_chosen = all(getattr(self.selection, kind) == value for kind, value in wanted.items())
        return self._with(dict.fromkeys(values, ()) if is_chosen else wanted), is_chosen

    def _with(self, values: Mapping[str, tuple[int | str, ...]]) -> str:
        """As `href` of the selection with these: put together from parts, for there are hundreds of marks."""
        parts = self._parts | {kind: _written(kind, wanted) for kind, wanted in values.items()}
        return "&".join(filter(None, (self._head, *parts.values())))

    @cached_property
    def _head(self) -> str:
        return self.href(replace(self.selection.bare, rule=self.selection.rule))

    @cached_property
    def _parts(self) -> dict[str, str]:
        """What an address says of each kind, in its order."""
        return {kind: _written(kind, getattr(self.selection, kind)) for kind in (*KINDS, "private")}

    def listed(self, kind: str, value: int | str) -> tuple[str, bool]:
        """As `only`, of a row among others: what is chosen beside it stays when it goes."""
        if value in getattr(self.selection, kind):
            return self.more(kind, value), True
        return self._with({kind: (value,)}), False

    def more(self, kind: str, value: int | str) -> str:
        """With what is chosen of its kind already, or without this if it is chosen."""
        return self._with({kind: getattr(self.selection.toggled(kind, value), kind)})

    def private(self) -> str:
        """With private sessions where they are not, and without them where they are."""
        return self.href(replace(self.selection, private=not self.selection.private))


class Mark(NamedTuple):
    """A part of a chart that is a link. `part` of the whole as it is written, `size` of its shape.

    `more` leads to what is chosen of its kind and this. `days` are the first and the last of a bar of time.
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
    days: tuple[date, date] | None = None


@lru_cache(4096)
def _written(kind: str, values: object) -> str:
    found: Any = {kind: values}
    return urlencode(replace(EVERYTHING, **found).asked())
