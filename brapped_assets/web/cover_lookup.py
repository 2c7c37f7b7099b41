"""`/covers`: covers without a login, what is asked of whom, and how far it is."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.text.translation import _
from brapped_assets.warehouse import cover_lookup
from brapped_assets.warehouse.cover_lookup import DAILY_BUDGET
from brapped_assets.web.address import root_of
from brapped_assets.web.cover_worker import Progress
from brapped_assets.web.forms import posted
from brapped_assets.web.site import Site


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        now = site.clock()
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            is_lacking, left = cover_lookup.is_lacking(tx, now), cover_lookup.left_today(tx, now)
        progress = site.covering.progress() if site.covering else Progress()
        return site.page(
            "covers.html", request, who, progress=progress, is_lacking=is_lacking, left=left, budget=DAILY_BUDGET,
            may_ask=site.covering is not None and site.writing is not None,
        )  # fmt: skip

    async def begin(request: Request) -> Response:
        await posted(request, site)
        if site.covering is None:
            raise HTTPException(403, _("These pages only read. Covers are asked for where the pages may write."))
        site.covering.begin()
        return RedirectResponse(f"{root_of(request)}/covers", 303)

    return [Route("/covers", show, name="covers"), Route("/covers", begin, methods=["POST"])]
