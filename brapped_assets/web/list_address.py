"""What an address asks of a list, and the addresses of the same list with something else."""

import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from starlette.requests import Request

from brapped_assets.insights.completeness import NOT_ALL_KNOWN, earlier_period, known_in_part
from brapped_assets.insights.list_order import NO_CHANGE, NO_ORDER, Kind, Order, Sort, sorts_of
from brapped_assets.insights.lists import Wanted
from brapped_assets.insights.name_search import CUT_SHORT, LONGEST, cleaned
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import _
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.address import say
from brapped_assets.web.compared_period import against_of

LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Asked:
    """As far as it was understood. `by` is what lists go by where nothing else is asked for.

    `against` is the period that the list is held against, as the address names it; empty where it names none.
    """

    wanted: Wanted
    by: Sort
    against: str = ""

    def pairs(self, *, sort: str | None = None, page: int = 1, against: str | None = None) -> list[tuple[str, str]]:
        """What the list's addresses say besides period and selection; of another one of them where it is named."""
        sort = self.wanted.order.written if sort is None else sort
        told = (
            ("against", self.against if against is None else against), ("q", self.wanted.text),
            ("sort", "" if sort == self.by else sort), ("page", "" if page == 1 else f"{page}"),
        )  # fmt: skip
        return [(name, value) for name, value in told if value]

    def query(self, *, sort: str | None = None, page: int = 1, against: str | None = None) -> str:
        written = urlencode(self.pairs(sort=sort, page=page, against=against))
        return f"?{written}" if written else ""


def read_asked(tx: Connection, request: Request, who: Viewer, period: Period, kind: Kind) -> Asked:
    """The page says what was not understood."""
    typed = request.query_params.get("q", "")
    text = cleaned(typed)
    if len(typed) > LONGEST:
        say(request, _(CUT_SHORT, most=LONGEST), is_missing=False)
    by: Sort = "minutes" if request.query_params.get("by") == "minutes" else "plays"
    compared, against = _compared(tx, request, who, period, kind)
    asked = request.query_params.get("sort", "").strip() or by
    sort, order = asked.removeprefix("-"), Order(by)
    if sort not in sorts_of(kind):
        say(
            request,
            _(
                NO_ORDER,
                asked=_short(asked),
                orders=", ".join(sorts_of(kind)),
                by=by,
            ),
            is_missing=False,
        )
    elif sort == "change" and compared is None:
        say(
            request,
            _(
                NO_CHANGE,
                period=period.label,
                by=by,
            ),
            is_missing=False,
        )
    else:
        order = Order(cast(Sort, sort), asked.startswith("-"))
    return Asked(Wanted(kind, period, order, text, compared), by, against)


def _compared(tx: Connection, request: Request, who: Viewer, period: Period, kind: Kind) -> tuple[Period | None, str]:
    """What the list is held against, and how the address names it: the time before, where that is known, by itself."""
    if kind == "days":
        return None, ""
    if not request.query_params.get("against", "").strip():
        return earlier_period(tx, who, period), ""
    against = against_of(request, who, period)
    in_part = known_in_part(tx, who, period, against)
    if in_part is not None:
        say(
            request,
            _(NOT_ALL_KNOWN, period=in_part.label),
            is_missing=False,
        )
        return None, ""
    return against, against.name


def page_asked(request: Request) -> int:
    """Which page the address names, be it there or not; 0: what it says is no number."""
    asked = request.query_params.get("page", "").strip() or "1"
    return int(asked) if re.fullmatch("[0-9]{1,9}", asked) else 0


def read_page(request: Request, pages: int) -> int:
    """Which page of so many is shown."""
    number = page_asked(request)
    if not 1 <= number <= pages:
        asked = request.query_params["page"].strip()
        there = (
            _(
                "There is no page %(asked)s: this list has pages 1 to %(pages)s. Shown is page 1.",
                asked=_short(asked),
                pages=pages,
            )
            if pages > 1
            else _("There is no page %(asked)s: this list has one page. Shown is page 1.", asked=_short(asked))
        )
        say(request, there)
        return 1
    return number


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
