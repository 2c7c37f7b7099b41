"""`/same`: what an artist or a song is the same as, by a search; `/not-same` takes it back."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from brapped_assets.insights import aliasing, items
from brapped_assets.insights.items import key_in
from brapped_assets.insights.name_search import cleaned, is_enough, search
from brapped_assets.insights.viewer import viewer
from brapped_assets.text.translation import _
from brapped_assets.web.address import root_of
from brapped_assets.web.forms import LACKS, posted, reason_in, way_back
from brapped_assets.web.site import Site

KINDS: tuple[aliasing.Kind, ...] = ("artist", "track")
MOST = 12


def routes(site: Site) -> list[Route]:
    def choose(request: Request) -> Response:
        """What was searched for, each with the button that says it is the same."""
        asked = request.query_params
        if "key" not in asked:
            return RedirectResponse(f"{root_of(request)}/search", status_code=303)
        kind, key, text = _kind(asked.get("kind", "")), key_in(asked.get("key", "")), cleaned(asked.get("q", ""))
        with site.reading.transaction() as tx:
            who = site.viewer(tx, request)
            if who is None or who.first_day is None:
                return site.page("nothing_yet.html", request, who)
            item = items.find(tx, who, kind, key) if kind else None
            if kind is None or item is None:
                return site.page("unknown_item.html", request, who, status_code=404, kind=kind or "artist", item=None)
            hits = [
                hit for hit in search(tx, who, text, MOST)
                if hit.kind == kind and aliasing.refusal(who, kind, key, hit.key) is None
            ]  # fmt: skip
        return site.page(
            "alias_form.html", request, who, kind=kind, item=item, text=text, hits=hits, enough=is_enough(text)
        )

    async def same(request: Request) -> Response:
        fields = await posted(request, site)
        await run_in_threadpool(_say, site, fields)
        # The page of the one leads to that of the other.
        return RedirectResponse(f"{root_of(request)}/{fields['kind']}/{key_in(fields['other'])}", status_code=303)

    async def not_same(request: Request) -> Response:
        fields = await posted(request, site)
        assert site.writing is not None
        listener_id, alias_id = key_in(fields.get("listener", "")), key_in(fields.get("alias_id", ""))
        if not (listener_id and alias_id):
            raise HTTPException(400, _(LACKS))
        await run_in_threadpool(aliasing.take_back, site.writing, listener_id, alias_id)
        return RedirectResponse(way_back(request, fields, "/hidden"), status_code=303)

    return [
        Route("/same", choose, name="same"),
        Route("/same", same, methods=["POST"]),
        Route("/not-same", not_same, methods=["POST"]),
    ]


def _say(site: Site, fields: dict[str, str]) -> None:
    """That one is the same as another; whatever stands in the way is said."""
    assert site.writing is not None
    kind = _kind(fields.get("kind", ""))
    listener_id, heard, other = (key_in(fields.get(name, "")) for name in ("listener", "key", "other"))
    if kind is None or not (listener_id and heard and other):
        raise HTTPException(400, _(LACKS))
    with site.reading.transaction() as tx:
        who = viewer(tx, site.clock(), listener_id, lives=site.lives)
    if who is None:
        raise HTTPException(400, _(LACKS))
    refused = aliasing.refusal(who, kind, heard, other)
    if refused:
        raise HTTPException(400, refused)
    aliasing.alias(site.writing, listener_id, kind, heard, other, why=reason_in(fields), now=site.clock())


def _kind(text: str) -> aliasing.Kind | None:
    return next((kind for kind in KINDS if kind == text), None)
