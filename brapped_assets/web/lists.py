"""`/list/artists` and its like: all there is of a period, 100 a page, and as a table for other programs."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, cast
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from brapped_assets.insights import lists, overview
from brapped_assets.insights.csv_file import MARK, lines
from brapped_assets.insights.lists import Kind, Listed, Order, Sort, Wanted, list_things
from brapped_assets.insights.periods import NotAPeriod, Period
from brapped_assets.insights.search import LONGEST, cleaned
from brapped_assets.insights.selected_viewer import seeing
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.filters import Nothing, nothing_left
from brapped_assets.web.site import Site, filters_of, period_asked_for, period_of, say, selection_of

A_PAGE, A_PIECE = 100, 2_000
LONGEST_SHOWN = 40
# Of a share in a file.
PLACES = 4
WORDS: Mapping[Kind, tuple[str, str]] = {
    "artists": ("artist", "artists"), "songs": ("song", "songs"), "albums": ("album", "albums"),
    "days": ("day", "days"), "contexts": ("context", "contexts"),
}  # fmt: skip
# What a list is sorted by, as its page says it.
SORTS: Mapping[Sort, str] = {
    "plays": "Plays", "minutes": "Minutes", "first": "First heard", "last": "Last heard", "skips": "Skipped",
    "change": "Change",
}  # fmt: skip
SORTS_OF_DAYS: Mapping[Sort, str] = {
    "plays": "Plays", "minutes": "Minutes", "first": "Oldest", "last": "Newest", "skips": "Skipped",
}  # fmt: skip
COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "artists": ("artist_key", "artist_id", "artist_name"),
    "songs": ("track_key", "track_id", "track_name", "artist_key", "artist_name", "album_key", "album_name"),
    "albums": ("album_key", "album_id", "album_name", "artist_name"),
    "days": ("day",),
    "contexts": ("context_uri", "context_type", "context_name", "album_key", "artist_key"),
}
NUMBERS = ("plays", "ms", "first_on", "last_on", "skip_share", "rank", "rank_before")


def routes(site: Site) -> list[Route]:
    def page(kind: Kind) -> Route:
        def show(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    return site.page("nothing_yet.html", request, who)
                period = period_of(request, who)
                wanted = _wanted(tx, request, who, period, kind)
                found = list_things(tx, who, wanted)
                number, pages = _page(request, found)
                rows = found.where(slice((number - 1) * A_PAGE, number * A_PAGE)).rows(tx)
                empty = None if len(found) else _nothing(tx, request, who, wanted)
            return site.page(
                "list.html", request, who, kind=kind, words=WORDS, sorts=_sorts(kind), period=period, rows=rows,
                order=wanted.order, text=wanted.text, compared=found.compared, many=len(found), number=number,
                pages=pages, gaps=who.gaps_in(period), left_out=_left_out(who, wanted, found),
                leads=_leads(wanted, _by(request)), kept=_kept(wanted, _by(request)), empty=empty,
                **_totals(who, period, found),
            )  # fmt: skip

        return Route(f"/list/{kind}", show, name=f"list_{kind}")

    def file(kind: Kind) -> Route:
        def export(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    raise HTTPException(404, "Nothing was played yet, so there is nothing to save.")
                try:
                    period = period_asked_for(request, who)
                except NotAPeriod as error:
                    raise HTTPException(404, str(error)) from None
                wanted = _wanted(tx, request, who, period, kind)
                # A file cannot say above itself what was not understood.
                if misread := getattr(request.state, "misread", ""):
                    raise HTTPException(404, misread)
                found = list_things(tx, who, wanted)
            pieces = _pieces(found, site.reading.transaction)
            # What cannot be read at all is a page that says so, and no broken file.
            begun = [next(pieces), *([next(pieces)] if len(found) else [])]
            headers = {"Content-Disposition": f'attachment; filename="brapped-{kind}-{period.file_name}.csv"'}
            return StreamingResponse(chain(begun, pieces), media_type="text/csv; charset=utf-8", headers=headers)

        return Route(f"/list/{kind}.csv", export)

    def nothing(_request: Request) -> Response:
        raise HTTPException(404, f"There are lists of {', '.join(lists.KINDS[:-1])} and {lists.KINDS[-1]}.")

    return [
        *(of(kind) for kind in lists.KINDS for of in (page, file)),
        Route("/list/{kind}", nothing),
    ]


def _pieces(of: Listed, transaction: Callable[[], AbstractContextManager[Connection]]) -> Iterator[bytes]:
    """The file bit by bit: numbers of one moment; names are asked for while it is read, and no connection is kept."""
    columns = (*COLUMNS[of.kind], *NUMBERS)
    yield MARK.encode() + lines([columns])
    for part in of.parts(A_PIECE):
        with transaction() as tx:
            rows = part.rows(tx)
        yield lines([_rounded(row.get(column)) for column in columns] for row in rows)


def _rounded(value: object) -> object:
    return round(value, PLACES) if isinstance(value, float) else value


def _sorts(kind: Kind) -> Mapping[Sort, str]:
    return SORTS_OF_DAYS if kind == "days" else SORTS


def _wanted(tx: Connection, request: Request, who: Viewer, period: Period, kind: Kind) -> Wanted:
    """As far as it was understood; the page says what was not."""
    typed = request.query_params.get("q", "")
    text = cleaned(typed)
    if len(typed) > LONGEST:
        say(
            request,
            f"Names are looked for by {LONGEST} characters at most; the others were left out.",
            is_missing=False,
        )
    by = _by(request)
    asked = request.query_params.get("sort", "").strip() or by
    compared = None if kind == "days" else overview.earlier(tx, who, period)
    sort = asked.removeprefix("-")
    if sort not in _sorts(kind):
        say(
            request,
            f"{_short(asked)} is no order of {kind}; say {', '.join(_sorts(kind))}. Sorted by {by}.",
            is_missing=False,
        )
        return Wanted(kind, period, Order(by), text, compared)
    if sort == "change" and compared is None:
        say(
            request,
            f"No time before {period.label} is known as well, so no change of rank is told. Sorted by {by}.",
            is_missing=False,
        )
        return Wanted(kind, period, Order(by), text, compared)
    return Wanted(kind, period, Order(cast(Sort, sort), asked.startswith("-")), text, compared)


def _kept(wanted: Wanted, by: Sort, sort: str | None = None, page: int = 1) -> list[tuple[str, str]]:
    """What the list's addresses say besides period and selection; `sort` or `page` of another one of them."""
    sort = wanted.order.written if sort is None else sort
    told = (("q", wanted.text), ("sort", "" if sort == by else sort), ("page", "" if page == 1 else f"{page}"))
    return [(name, value) for name, value in told if value]


def _leads(wanted: Wanted, by: Sort) -> Callable[..., str]:
    """The query of the same list with something else, as `_kept` takes it; period and selection come along."""

    def query(**other: Any) -> str:
        written = urlencode(_kept(wanted, by, **other))
        return f"?{written}" if written else ""

    return query


def _by(request: Request) -> Sort:
    """What lists go by where nothing else is asked for."""
    return "minutes" if request.query_params.get("by") == "minutes" else "plays"


def _nothing(tx: Connection, request: Request, who: Viewer, wanted: Wanted) -> Nothing | None:
    """Why it is empty; None where something is left of the period, whatever of it is listed."""
    selection, period = selection_of(request), wanted.period
    if len(who.shown.plays(period.first, period.until)):
        return None
    by = _by(request)

    def href(selection: Selection, name: str) -> str:
        ranked = [("by", by)] if by == "minutes" else []
        pairs = [("range", name), *ranked, *selection.asked(), *_kept(wanted, by)]
        return f"{request.url.path}?{urlencode(pairs)}"

    seen = seeing(tx, request.state.whole, who, selection)
    return nothing_left(seen, selection, period, filters_of(request), href)


def _page(request: Request, found: Listed) -> tuple[int, int]:
    """Which page is shown, and of how many."""
    pages = max(1, -(-len(found) // A_PAGE))
    asked = request.query_params.get("page", "").strip() or "1"
    number = int(asked) if re.fullmatch("[0-9]{1,9}", asked) else 0
    if not 1 <= number <= pages:
        there = f"pages 1 to {pages:,}" if pages > 1 else "one page"
        say(request, f"There is no page {_short(asked)}: this list has {there}. Shown is page 1.")
        return 1, pages
    return number, pages


def _totals(who: Viewer, period: Period, found: Listed) -> dict[str, Any]:
    """Of what is listed; whether some of the time is estimated."""
    return {
        "plays": int(found.plays.sum()),
        "ms": int(found.ms.sum()),
        "is_estimated": bool(who.shown.days(period.first, period.until).estimated_ms.sum()),
    }


def _left_out(who: Viewer, wanted: Wanted, found: Listed) -> int:
    """The plays of the period that no row has: of nobody, on no album known, or from nowhere known."""
    if wanted.text or wanted.kind in {"songs", "days"}:
        return 0
    return len(who.shown.plays(wanted.period.first, wanted.period.until)) - int(found.plays.sum())


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
