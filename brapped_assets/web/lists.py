"""`/list/artists` and its like: all there is of a period, 100 a page, and as a table for other programs."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.columns.plays import Flag
from brapped_assets.insights.list_file import pieces
from brapped_assets.insights.list_order import KINDS, Kind, sorts_of
from brapped_assets.insights.lists import Listed, Wanted, list_things
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_, _, ngettext
from brapped_assets.web.address import period_of
from brapped_assets.web.compared_period import CHOICES
from brapped_assets.web.empty_selection import nothing_left
from brapped_assets.web.file_download import csv_download, period_of_file, with_plays
from brapped_assets.web.list_address import read_asked, read_page
from brapped_assets.web.site import Site

A_PAGE = 100
TITLES: Mapping[Kind, str] = {
    "artists": N_("Artists"), "songs": N_("Songs"), "albums": N_("Albums"), "days": N_("Days"),
    "contexts": N_("Contexts"),
}  # fmt: skip


def routes(site: Site) -> list[Route]:
    def page(kind: Kind) -> Route:
        def show(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = site.looking(tx, request)
                if who is None or who.first_day is None:
                    return site.page("nothing_yet.html", request, who)
                period = period_of(request, who)
                asked = read_asked(tx, request, who, period, kind)
                found = list_things(tx, who, asked.wanted)
                pages = max(1, -(-len(found) // A_PAGE))
                number = read_page(request, pages)
                rows = found.where(slice((number - 1) * A_PAGE, number * A_PAGE)).rows(tx)
                empty = None if len(found) else nothing_left(tx, request, who, period, kept=asked.pairs())
            return site.page(
                "list.html", request, who, kind=kind, titles=TITLES, in_number=_in_number(kind, len(found)),
                sorts=sorts_of(kind), period=period, rows=rows,
                asked=asked, order=asked.wanted.order, text=asked.wanted.text, compared=found.compared,
                choices=CHOICES, many=len(found), number=number, pages=pages, gaps=who.gaps_in(period),
                left_out=_left_out(who, asked.wanted, found), empty=empty, **_totals(who, period, found),
            )  # fmt: skip

        return Route(f"/list/{kind}", show, name=f"list_{kind}")

    def file(kind: Kind) -> Route:
        def export(request: Request) -> Response:
            with site.reading.transaction() as tx:
                who = with_plays(site.looking(tx, request))
                period = period_of_file(request, who)
                asked = read_asked(tx, request, who, period, kind)
                found = list_things(tx, who, asked.wanted)
            return csv_download(request, pieces(found, site.reading.transaction), f"brapped-{kind}-{period.file_name}")

        return Route(f"/list/{kind}.csv", export)

    def nothing(_request: Request) -> Response:
        raise HTTPException(404, _("There are lists of artists, songs, albums, days and contexts."))

    return [
        *(of(kind) for kind in KINDS for of in (page, file)),
        Route("/list/{kind}", nothing),
    ]


def _in_number(kind: Kind, many: int) -> Markup:
    """How many there are, as the list says it."""
    forms = {
        "artists": lambda: ngettext("<b>%(num)s</b> artist", "<b>%(num)s</b> artists", many),
        "songs": lambda: ngettext("<b>%(num)s</b> song", "<b>%(num)s</b> songs", many),
        "albums": lambda: ngettext("<b>%(num)s</b> album", "<b>%(num)s</b> albums", many),
        "days": lambda: ngettext("<b>%(num)s</b> day", "<b>%(num)s</b> days", many),
        "contexts": lambda: ngettext("<b>%(num)s</b> context", "<b>%(num)s</b> contexts", many),
    }
    return Markup(forms[kind]())  # noqa: S704  (a number and words of ours)


def _totals(who: Viewer, period: Period, found: Listed) -> dict[str, Any]:
    """Of what is listed; whether some of the time is estimated."""
    return {
        "plays": int(found.of("plays").sum()),
        "ms": int(found.of("ms").sum()),
        "is_estimated": who.shown.plays(period.first, period.until).has_any(Flag.ESTIMATED),
    }


def _left_out(who: Viewer, wanted: Wanted, found: Listed) -> int:
    """The plays of the period that no row has: of nobody, on no album known, or from nowhere known."""
    if wanted.text or wanted.kind in {"songs", "days"}:
        return 0
    return len(who.shown.plays(wanted.period.first, wanted.period.until)) - int(found.of("plays").sum())
