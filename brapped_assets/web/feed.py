"""`/feed.atom`: recaps and milestones for a feed reader, as RFC 4287 has it.

On a network the pages want their key, which a reader cannot bring: the feed has a key of its own, made from that one,
that opens this feed and nothing else.
"""

import re
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, new
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.news import Item, news
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import _
from brapped_assets.web.address import root_of
from brapped_assets.web.site import Site

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
PATH = re.compile(r"(/of/[0-9]{1,9})?/feed\.atom")
PARAMETER = "feed"
# In the scope of a request of whoever has the key of everything: what gives the key of a feed.
OPENS = "brapped.feed"


def routes(site: Site) -> list[Route]:
    def feed(request: Request) -> Response:
        with site.reading.transaction() as tx:
            who = site.looking(tx, request, narrowed=False)
            if who is None:
                raise HTTPException(404, _("There is nobody here yet whose news a feed could tell."))
            found = news(tx, who) if who.first_day else []
        base = f"{request.url.scheme}://{request.url.netloc}"
        content = _written(who, found, base, root_of(request), request.url.path)
        return Response(content, media_type=MEDIA_TYPE)

    return [Route("/feed.atom", feed, name="feed")]


def own_key(key: str, path: str) -> str:
    """What opens one feed, made from what opens everything, which cannot be made from it."""
    return new(key.encode(), f"feed {path}".encode(), sha256).hexdigest()[:32]


def feed_of(request: Request) -> str:
    """Where the reader of this page finds the feed; on a network with the feed's key."""
    path = f"{root_of(request)}/feed.atom"
    opens = request.scope.get(OPENS)
    return f"{path}?{PARAMETER}={opens(path)}" if opens else path


def is_opened(key: str, request: Request) -> bool:
    """Whether this asks for a feed, and brings its key."""
    path = request.url.path
    if request.method not in {"GET", "HEAD"} or not PATH.fullmatch(path):
        return False
    return compare_digest(request.query_params.get(PARAMETER, "").encode(), own_key(key, path).encode())


def _written(who: Viewer, found: list[Item], base: str, root: str, path: str) -> bytes:
    feed = Element("feed", {"xmlns": ATOM})
    whose = uuid5(NAMESPACE_URL, f"{base}{path}")
    newest = found[0].at if found else who.now.replace(hour=0, minute=0, second=0, microsecond=0)
    _told(feed, whose.urn, f"Brapped: {plain(who.name)}", newest)
    SubElement(SubElement(feed, "author"), "name").text = plain(who.name) or "Brapped"
    # Without a key, whoever asked with one: the address in a feed is read by many.
    SubElement(feed, "link", {"rel": "self", "type": MEDIA_TYPE, "href": f"{base}{path}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}{root}/today"})
    SubElement(feed, "subtitle").text = _("Weeks and months that are over, and milestones.")
    for item in found:
        entry = SubElement(feed, "entry")
        _told(entry, item.sign.urn, plain(item.title), item.at)
        query = f"?{urlencode(item.asked)}" if item.asked else ""
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}{root}{item.path}{query}"})
        SubElement(entry, "summary").text = plain(item.words)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _told(element: Element, sign: str, title: str, at: datetime) -> None:
    SubElement(element, "id").text = sign
    SubElement(element, "title").text = title
    SubElement(element, "updated").text = at.isoformat()
