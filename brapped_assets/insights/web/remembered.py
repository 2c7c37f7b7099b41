"""Pages are kept for as long as nothing changes: whoever looks again is answered without adding up.

Never stale: before a kept page is shown, one short statement asks which state the data is in. What is kept is as
private as the pages, in memory only, and bounded. When somebody comes after the data changed, the pages asked for of
late are made again while they read the first: nothing looks at a database that nobody asks for.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brapped_assets.insights.web.site import Site
from brapped_assets.warehouse.statements import sql

# A page is 20 to 150 kB.
MOST_PAGES, LONGEST_QUERY, OK = 128, 300, 200
LATELY, MOST_RENEWED = timedelta(days=1), 6
log = logging.getLogger(__name__)
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


class MadeAhead:
    """Makes the pages asked for of late again, in the background, one after another."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._asked: OrderedDict[Key, tuple[datetime, Callable[[], object]]] = OrderedDict()
        self._lock = Lock()
        self._is_wanted = self._is_running = False

    def note(self, address: Key, make: Callable[[], object]) -> None:
        """This page was asked for; `make` makes it anew if it must be."""
        with self._lock:
            self._asked[address] = (self._site.clock(), make)
            self._asked.move_to_end(address)
            while len(self._asked) > MOST_RENEWED:
                self._asked.popitem(last=False)

    def begin(self) -> None:
        """One thread at a time; asked again meanwhile it goes round again. It ends by itself, or with the site."""
        with self._lock:
            self._is_wanted = True
            if self._is_running or self._site.is_closed:
                return
            self._is_running = True
            self._site.background = Thread(target=self._run, name="pages ahead", daemon=True)
            self._site.background.start()

    def _run(self) -> None:
        while due := self._due():
            for make in due:
                if self._site.is_closed:
                    return
                try:
                    make()
                except Exception as error:  # noqa: BLE001  (nobody waits for these pages: whoever asks next sees the error)
                    log.info("a page was not made ahead: %s", error)

    def _due(self) -> list[Callable[[], object]]:
        """The pages of late, the latest first, if they are wanted; none: the thread ends."""
        with self._lock:
            self._is_running, self._is_wanted = self._is_wanted, False
            since = self._site.clock() - LATELY
            return [make for at, make in reversed(self._asked.values()) if at >= since] if self._is_running else []


def remembered(site: Site, *modules: HasRoutes, by_minute: bool = False, renewed: bool = False) -> list[Route]:
    """The routes of these modules, whose pages are made once for each state of the data.

    For pages that depend on address, data and local day alone; `by_minute`: on the time of day too. `renewed`: those
    asked for in the last day are made again as soon as the first of them is asked for after a change.
    """
    kept, ahead = Kept(), MadeAhead(site)

    def once(page: Page) -> Page:
        def made(request: Request) -> tuple[Response, bool]:
            """The page, and whether it had to be made."""
            # Asked for first: what is made afterwards is as new as its key, or newer.
            key = (request.url.path, request.url.query, *state_of(site, by_minute=by_minute))
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


def state_of(site: Site, *, by_minute: bool = False) -> Key:
    """What a page depends on besides its address."""
    now = site.clock()
    with site.reading.transaction() as tx:
        row = tx.execute(sql("insights/state"), {"now": now}).fetchone()
    assert row is not None
    return (tuple(row["changed"]), tuple(row["days"]), now.replace(second=0, microsecond=0) if by_minute else None)
