"""Forms that change something: only our own pages may send them, and they are short."""

import asyncio
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from brapped_assets.services.request_validation import is_same_origin
from brapped_assets.text.translation import N_, _
from brapped_assets.web.address import root_of
from brapped_assets.web.site import Site

MOST_BYTES, MOST_FIELDS = 16_384, 20
LONGEST_REASON = 200
# A form is a few hundred bytes.
SECONDS = 10.0
UNREADABLE = N_("This form cannot be read.")
LACKS = N_("This form lacks something. Go back, reload the page and try again.")


async def posted(request: Request, site: Site) -> dict[str, str]:
    """The fields of a form of ours. Raises 403 when it came from elsewhere, 408 or 413 when it takes too much."""
    body = b""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise HTTPException(413, _("This form is too long."))
    except TimeoutError:
        raise HTTPException(408, _("This form took too long. Go back and send it again.")) from None
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400, _(UNREADABLE)) from None
    if any("\0" in value for value in fields.values()):
        # PostgreSQL keeps no such text.
        raise HTTPException(400, _(UNREADABLE))
    only_ours(request, site, fields.get("token", ""))
    return fields


def only_ours(request: Request, site: Site, token: str) -> None:
    """Raises 403 unless the request carries this program's token and comes from a page of this very address.

    The token stands in our pages, which no other page can read; a browser tells the truth in `Origin`. A form without
    one (they all send it) is refused. Whoever sends a body too large for `posted` calls this before reading it.
    """
    if site.writing is None or not is_same_origin(request.headers) or not site.holds(token):
        raise HTTPException(403, _("This form is out of date. Go back, reload the page and try again."))


def reason_in(fields: dict[str, str]) -> str | None:
    """Why something is corrected, of bounded length and without what cannot be printed; None for no reason."""
    told = "".join(letter if letter.isprintable() else " " for letter in fields.get("why", ""))
    return " ".join(told.split())[:LONGEST_REASON].strip() or None


def way_back(request: Request, fields: dict[str, str], otherwise: str) -> str:
    """The page a form was on; only ever one of ours, and of the same listener."""
    back = fields.get("back", "")
    is_path = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    back = back if is_path else otherwise
    root = root_of(request)
    return back if back.startswith(f"{root}/") else root + back
