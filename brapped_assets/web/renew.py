"""`/renew`: Spotify's consent, given anew by a click."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.text.translation import N_, _
from brapped_assets.web.forms import posted
from brapped_assets.web.login_worker import NotNow
from brapped_assets.web.site import Site

# Where Spotify sends the browser back to is this machine, as the browser sees it.
THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}
ELSEWHERE = N_(
    "Spotify sends the browser back to the machine that collects. Open this page there, or run: brapped login"
)


def routes(site: Site) -> list[Route]:
    async def renew(request: Request) -> Response:
        await posted(request, site)
        if site.renewing is None or request.url.hostname not in THIS_MACHINE:
            return site.page("renew.html", request, None, url="", reason=_(ELSEWHERE))
        try:
            url = await run_in_threadpool(site.renewing.begin)
        except NotNow as reason:
            return site.page("renew.html", request, None, url="", reason=str(reason))
        # Not a redirect: a form of ours may lead nowhere else (form-action), so this page goes on by itself.
        return site.page("renew.html", request, None, url=url, reason="")

    return [Route("/renew", renew, methods=["POST"])]
