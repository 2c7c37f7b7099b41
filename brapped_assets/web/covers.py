"""`/cover/KIND/KEY`: the picture of an artist, an album, or a track's album."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.items import key_in
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.web.site import Site

q = Statements(__file__)

KINDS = ("artist", "album", "track")
SECONDS_KEPT, SECONDS_MISSED = 7 * 24 * 3600, 600
# Nothing in a picture runs, even when it is opened as a page.
INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def routes(site: Site) -> list[Route]:
    def show(request: Request) -> Response:
        kind, key = request.path_params["kind"], key_in(request.path_params["key"])
        if kind not in KINDS or not key:
            raise HTTPException(404)
        with site.reading.transaction() as tx:
            row = tx.execute(q.cover, {"kind": kind, "key": key}).fetchone()
        # Only what the warehouse names is ever asked for: an address of somebody else's is not.
        picture = site.covers.picture(row["image_url"]) if row and site.covers else None
        if picture is None:
            return Response(status_code=404, headers={"Cache-Control": f"private, max-age={SECONDS_MISSED}"})
        headers = {"Cache-Control": f"private, max-age={SECONDS_KEPT}", "Content-Security-Policy": INERT}
        return Response(picture.content, media_type=picture.media_type, headers=headers)

    return [Route("/cover/{kind}/{key}", show, name="cover")]
