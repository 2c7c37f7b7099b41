"""`/search`: artists, songs and albums by name, as it is typed."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from brapped_assets.insights.name_search import Hit, cleaned, is_enough, search
from brapped_assets.text.plain import calm
from brapped_assets.web.site import Site

A_KIND = 8


def routes(site: Site) -> list[Route]:
    def found(request: Request) -> tuple[str, list[Hit], Response | None]:
        """The text asked for and its hits; or the page that says there is nothing yet."""
        text = cleaned(request.query_params.get("q", ""))
        with site.reading.transaction() as tx:
            who = site.looking(tx, request, narrowed=False)
            if who is None or who.first_day is None:
                return text, [], site.page("nothing_yet.html", request, who)
            request.state.viewer = who
            return text, search(tx, who, text, A_KIND), None

    def show(request: Request) -> Response:
        text, hits, nothing_yet = found(request)
        return nothing_yet or site.page(
            "search.html", request, request.state.viewer, text=text, enough=is_enough(text), hits=hits
        )

    def answer(request: Request) -> Response:
        text, hits, _ = found(request)
        return JSONResponse({"q": text, "enough": is_enough(text), "hits": list(map(_told, hits))})

    return [Route("/search", show, name="search"), Route("/search.json", answer)]


def _told(hit: Hit) -> dict[str, object]:
    """As a script shows it, with names as templates write them."""
    return vars(hit) | {"name": calm(hit.name), "by": hit.by and calm(hit.by)}
