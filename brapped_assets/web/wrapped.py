"""`/wrapped`: the story of a period; `/export.html`: the same as one file to keep."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights import overview
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped import Row, cards, numbers, pictures
from brapped_assets.insights.wrapped.charts import Asked
from brapped_assets.rendering import report
from brapped_assets.web.address import filters_of, period_of
from brapped_assets.web.empty_selection import Nothing, nothing_left
from brapped_assets.web.file_download import period_of_file
from brapped_assets.web.site import Site


class Pages:
    """Where the site has a thing's page, its cover and the plays of a mark; `covered` are those that have one."""

    def __init__(self, covered: Collection[tuple[str, int]]) -> None:
        self._covered = covered

    def href(self, row: Row) -> str | None:
        return f"/{row.kind}/{row.key}" if row.key is not None else None

    def plays(self, asked: Asked) -> str | None:
        return f"/history?{urlencode(asked)}"

    def cover(self, row: Row, side: int) -> str | None:
        return f"/cover/{row.kind}/{row.key}?side={side}" if (row.kind, row.key) in self._covered else None


@dataclass(frozen=True)
class Year:
    """A calendar year with its milliseconds and the months that have plays, first of the month each."""

    year: int
    ms: int
    months: tuple[date, ...]


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            period = period_of(request, who)
            found = numbers(tx, who, period)
            if not found.total.plays:
                return _choose(site, request, who, period, nothing_left(tx, request, who, period))
            told = cards(found)
            covered = pictures(tx, told)
        heroes = [(card.key, card.hero) for card in told if card.hero]
        accents = [(name, f"{row.kind}:{row.key}") for name, row in heroes if (row.kind, row.key) in covered]
        return site.page(
            "wrapped.html", request, who, period=period, cards=told, place=Pages(covered), accents=accents,
            has_covers=bool(covered), gaps=who.gaps_in(period),
        )  # fmt: skip

    def choose(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            return _choose(site, request, who)

    def export(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            built = report.build(
                site.templates,
                tx,
                who,
                period_of_file(request, who),
                is_demo=site.is_demo,
                covers=site.covers,
                filters=[one.label for one in filters_of(request) if one.kind != "rule"],
            )
        headers = {"Content-Disposition": f'attachment; filename="{built.file_name}"'}
        return Response(built.html, media_type="text/html", headers=headers)

    return [
        Route("/wrapped", show, name="wrapped"),
        Route("/wrapped/choose", choose, name="wrapped_choose"),
        Route("/export.html", export, name="export"),
    ]


def _choose(
    site: Site, request: Request, who: Viewer, quiet: Period | None = None, empty: Nothing | None = None
) -> Response:
    """Every year and month with plays. `quiet` is a period that has none, and was asked for."""
    everything = named("all", today=who.today, first_day=who.first_day or who.today)
    found = years(who, everything)
    return site.page(
        "wrapped_choose.html", request, who, years=found, total=sum(year.ms for year in found), quiet=quiet,
        empty=empty,
    )  # fmt: skip


def years(who: Viewer, period: Period) -> list[Year]:
    """The years with plays, newest first."""
    by_year = groupby(overview.months(overview.days(who, period)), key=lambda month: month.month.year)
    found = [(year, list(months)) for year, months in by_year]
    return [Year(year, sum(m.ms for m in months), tuple(m.month for m in months)) for year, months in reversed(found)]
