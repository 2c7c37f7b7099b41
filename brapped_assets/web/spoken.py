"""`/spoken`: podcasts, audiobooks and videos; `/spoken.csv`: every play of them as a file."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.periods import Period
from brapped_assets.insights.spoken import Some, Sum, known_until, pieces, since_spoken, spoken
from brapped_assets.text.formatting import duration, percent
from brapped_assets.text.translation import N_, _, ngettext
from brapped_assets.web.address import period_of
from brapped_assets.web.file_download import csv_download, period_of_file, with_plays
from brapped_assets.web.list_address import page_asked, read_page
from brapped_assets.web.site import Site

PATH, A_PAGE = "/spoken", 100
KINDS = {"podcast": N_("Podcasts"), "audiobook": N_("Audiobooks"), "video": N_("Videos")}
UNTITLED = {"podcast": N_("Episode without a title"), "audiobook": N_("Chapter without a title"),
            "video": N_("Video without a title")}  # fmt: skip
UNNAMED = {"podcast": N_("Podcast without a name"), "audiobook": N_("Book without a name"),
           "video": N_("Video without a name")}  # fmt: skip


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        asked = request.query_params.get("show", "")
        with site.reading.transaction() as tx:
            who = site.looking(tx, request, narrowed=False)
            who = who and since_spoken(tx, who)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            period = period_of(request, who)
            found = spoken(tx, who, period, Some(asked, max(page_asked(request) - 1, 0) * A_PAGE, A_PAGE))
            complete_until = known_until(tx, who)
        many = found.many(asked)
        pages = max(1, -(-many // A_PAGE))
        number = read_page(request, pages)
        whole = _together(found.kinds)
        return site.page(
            "spoken.html", request, who, period=period, found=found, asked=asked, number=number, pages=pages,
            many=many, complete_until=complete_until, leads=_leads(period, asked),
            kinds=[(_(KINDS[one.kind]), _count(one), duration(one.ms)) for one in found.kinds],
            shows=[_row(one, period) for one in found.shows], finished=whole, names=UNTITLED, unnamed=UNNAMED,
            finished_share=percent(whole["finished"], whole["told"]) if whole["told"] else "",
        )  # fmt: skip

    def save(request: Request) -> Response:
        with site.reading.transaction() as tx:
            looking = site.looking(tx, request, narrowed=False)
            who = with_plays(looking and since_spoken(tx, looking))
            period = period_of_file(request, who)
        of_file = pieces(who, period, request.query_params.get("show") or None, site.reading.transaction)
        return csv_download(request, of_file, f"brapped-spoken-{period.file_name}")

    return [Route(PATH, show, name="spoken"), Route(f"{PATH}.csv", save)]


def _together(kinds: list[Sum]) -> dict[str, int]:
    return {"finished": sum(one.finished for one in kinds), "told": sum(one.told for one in kinds)}


def _count(one: Sum) -> str:
    match one.kind:
        case "podcast":
            return ngettext("%(num)s episode", "%(num)s episodes", one.items)
        case "audiobook":
            return ngettext("%(num)s chapter", "%(num)s chapters", one.items)
    return ngettext("%(num)s video", "%(num)s videos", one.items)


def _row(one: Sum, period: Period) -> tuple[str, int, str, str]:
    """Name, size, how it is written, and where it leads."""
    query = {"range": period.name, **({"show": one.name} if one.name else {})}
    name = one.name or _(UNNAMED[one.kind])
    return (
        f"{name} · {_(KINDS[one.kind])}" if one.name and one.kind == "video" else name,
        one.ms,
        duration(one.ms),
        f"{PATH}?{urlencode(query)}#list",
    )


def _leads(period: Period, asked: str) -> Any:
    """The query of this list with another page."""

    def query(**more: object) -> str:
        return f"?{urlencode({'range': period.name, **({'show': asked} if asked else {}), **more})}"

    return query
