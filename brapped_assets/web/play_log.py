"""`/history`: every play, by day, or those that the address asks for; `/history.csv`: the same as a file."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import play_log, play_log_file
from brapped_assets.insights.name_search import LEFT_OUT, cleaned, is_enough
from brapped_assets.insights.periods import Period
from brapped_assets.insights.play_log_selection import Asked, Listing, Way, list_plays, other_years, totals, ways_out
from brapped_assets.insights.selection import EVERYTHING, KINDS
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.web.address import period_of, say
from brapped_assets.web.file_download import csv_download, period_of_file, with_plays
from brapped_assets.web.filter_chips import label
from brapped_assets.web.site import Site

SOURCES = {
    "api": N_("live"),
    "export": N_("export"),
    "both": N_("live, export"),
    "legacy": N_("from the old tables"),
}
# Why a play does not count, by the rule that says so.
TOO_LITTLE = {
    "spotify": N_("too short to count"),
    "lastfm": N_("less than half of it, or its length is not known"),
    "finished": N_("not played to the end"),
    "all": N_("not counted"),
}


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            period = period_of(request, who, default="all")
            of = list_plays(tx, who, _asked(request, period))
            asked_day, asked_place = (request.query_params.get(name, "").strip() for name in ("on", "before"))
            day = _day(asked_day)
            start = play_log.end_of(day, who) if day else play_log.place_named(asked_place)
            if (asked_day and day is None) or (asked_place and start is None):
                say(request, _("This address names no day; one is 2025-03-09. Shown instead: the newest plays."))
            page = play_log.page(tx, of.who, start, of)
            of_day = day or (page.days[0][0] if page.days and start is None else None)
            values: dict[str, Any] = {
                "totals": totals(of, page.days[-1][0], page.days[0][0]) if page.days else {}, "of_day": of_day,
                "years": other_years(tx, of, of_day) if of_day else [], "ways": _ways(site, tx, request, of),
            }  # fmt: skip
        return site.page(
            "play_log.html", request, who, page=page, on=day, period=period, of=of, text=of.asked.text,
            kept=[("q", of.asked.text)] if of.asked.text else [],
            sources=SOURCES, too_little=_(TOO_LITTLE[of.asked.selection.rule]), newest=play_log.NEWEST, **values,
        )  # fmt: skip

    def save(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = with_plays(site.looking(tx, request))
            period = period_of_file(request, who, default="all")
            of = list_plays(tx, who, _asked(request, period))
        pieces = play_log_file.pieces(of, site.reading.transaction)
        return csv_download(request, pieces, f"brapped-history-{period.file_name}")

    return [Route("/history", show, name="history"), Route("/history.csv", save)]


def _asked(request: Request, period: Period) -> Asked:
    """What the address asks for. All time is no period: a clock may be wrong, and what it dates tomorrow is there."""
    text = cleaned(request.query_params.get("q", ""))
    if text and not is_enough(text):
        say(request, _(LEFT_OUT), is_missing=False)
        text = ""
    return Asked(getattr(request.state, "selection", EVERYTHING), None if period.name == "all" else period, text)


def _ways(site: Site, tx: Connection, request: Request, of: Listing) -> list[tuple[str, int, str]]:
    """Out of an empty list: what to drop, how many plays are there then, and the query that asks for them."""
    if len(of.rows):
        return []
    whole = site.viewer(tx, request)
    assert whole is not None
    return [(_named(tx, whole, of.asked, way), way.plays, _query(way.asked)) for way in ways_out(tx, whole, of.asked)]


def _named(tx: Connection, who: Viewer, asked: Asked, way: Way) -> str:
    if way.kind in KINDS:
        return ", ".join(label(tx, who, way.kind, value) for value in getattr(asked.selection, way.kind))
    if way.kind == "private":
        return _("the filter for private sessions")
    return f"“{asked.text}”" if way.kind == "text" else asked.period.label if asked.period else ""


def _query(asked: Asked) -> str:
    pairs: list[tuple[str, Any]] = [("range", asked.period.name)] if asked.period else []
    return urlencode([*pairs, *asked.selection.asked(), *([("q", asked.text)] if asked.text else [])])


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", name) else None
    except ValueError:
        return None
