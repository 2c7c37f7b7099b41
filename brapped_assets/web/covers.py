"""`/cover/KIND/KEY`: the picture of an artist, an album, or a track's album; `/cover/accents.css`: their colours."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.cover_colours import scheme
from brapped_assets.insights.items import key_in
from brapped_assets.rendering.accents import accents_rule
from brapped_assets.warehouse.cover_lookup import image_url_of
from brapped_assets.web.site import Site

KINDS = ("artist", "album", "track")
# A list shows them at 56 pixels, a phone has up to three in one of these.
SIDES = {"128": 128, "300": 300}
CARD = re.compile("[a-z]{1,20}")
MOST_ACCENTS = 24
SECONDS_KEPT, SECONDS_MISSED = 7 * 24 * 3600, 600
# Nothing in a picture runs, even when it is opened as a page.
INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        kind, key = request.path_params["kind"], key_in(request.path_params["key"])
        if kind not in KINDS or not key:
            raise HTTPException(404)
        with site.reading.transaction() as tx:
            url = image_url_of(tx, kind, key)
        # Only what the warehouse names is ever asked for: an address of somebody else's is not.
        side = SIDES.get(request.query_params.get("side", ""))
        picture = site.covers.picture(url, side) if url and site.covers else None
        if picture is None:
            return Response(status_code=404, headers={"Cache-Control": f"private, max-age={SECONDS_MISSED}"})
        headers = {"Cache-Control": f"private, max-age={SECONDS_KEPT}", "Content-Security-Policy": INERT}
        return Response(picture.content, media_type=picture.media_type, headers=headers)

    def colours(request: Request) -> Response:
        """`?item=artist:5&songs=track:7`: rules for an item's page, or for cards of these names."""
        asked = [(name, *_thing(value)) for name, value in request.query_params.multi_items()[:MOST_ACCENTS]]
        with site.reading.transaction() as tx:
            urls = [(name, image_url_of(tx, kind, key)) for name, kind, key in asked if CARD.fullmatch(name)]
        found = [(name, site.covers.accents(url)) for name, url in urls if url] if site.covers else []
        rules = "\n".join(accents_rule(name, scheme(*two)) for name, two in found if two)
        # Of a picture that is not there yet they come with it.
        seconds = SECONDS_KEPT if len(rules) and all(two for _, two in found) else 0
        return Response(rules, media_type="text/css", headers={"Cache-Control": f"private, max-age={seconds}"})

    return [Route("/cover/accents.css", colours), Route("/cover/{kind}/{key}", show, name="cover")]


def _thing(text: str) -> tuple[str, int]:
    kind, _, key = text.partition(":")
    return kind if kind in KINDS else "", key_in(key)
