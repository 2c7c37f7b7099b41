"""Pages are kept for as long as nothing changes: whoever looks again is answered without adding up.

Never stale: before a kept page is shown, one short statement asks which state the data is in. What is kept is as
private as the pages, in memory only, and bounded.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.web.ahead import MadeAhead
from brapped_assets.insights.web.site import Site
from brapped_assets.warehouse.statements import sql

# A page is 20 to 150 kB.
MOST_PAGES, LONGEST_QUERY, OK = 128, 300, 200
Page = Callable[[Request], Response]
Key = tuple[Any, ...]


class HasRoutes(Protocol):
    """A module of pages."""

    def routes(self, site: Site) -> list[Route]: ...


class Kept:
    """Answers by key, the most recently asked for; safe from any thread."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, Response] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Response | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Key, answer: Response) -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MOST_PAGES:
                self._answers.popitem(last=False)


def remembered(site: Site, *modules: HasRoutes, renewed: bool = False) -> list[Route]:
    """The routes of these modules, whose pages are made once for each state of the data.

    For pages that depend on address, data and local day alone. `renewed`: those of late are made ahead (see ahead.py).
    """
    kept, ahead = Kept(), MadeAhead(site, lambda: state_of(site))

    def once(page: Page) -> Page:
        def made(request: Request) -> tuple[Response, bool]:
            """The page, and whether it had to be made."""
            # Asked for first: what is made afterwards is as new as its key, or newer.
            key = (request.url.path, request.url.query, *state_of(site))
            known = kept.get(key)
            if known is not None:
                return known, False
            known = page(request)
            if known.status_code == OK:
                kept.put(key, known)
            return known, True

        def answer(request: Request) -> Response:
            if len(request.url.query) > LONGEST_QUERY:
                return page(request)
            known, is_new = made(request)
            if renewed and known.status_code == OK:
                ahead.note((request.url.path, request.url.query), lambda: made(request))
                if is_new:
                    ahead.begin()
            return Response(known.body, known.status_code, known.headers)

        return answer

    routes = [route for module in modules for route in module.routes(site)]
    return [Route(route.path, once(route.endpoint), name=route.name) for route in routes]


def state_of(site: Site) -> Key:
    """What a page depends on besides its address."""
    with site.reading.transaction() as tx:
        row = tx.execute(sql("insights/state"), {"now": site.clock()}).fetchone()
    assert row is not None
    return (tuple(row["changed"]), tuple(row["days"]), site.down())
