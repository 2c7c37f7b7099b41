"""Pages asked for of late are made again once the data changed, before anybody asks.

A database that never sleeps is looked at every few seconds, by one short statement, as long as somebody came within a
day. One that sleeps (Neon) is woken by nobody but visitors: there the pages of late are made while the first is read.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock, Thread

from brapped_assets.insights.web.site import Site

LATELY, MOST_PAGES, LOOK_SECONDS = timedelta(days=1), 16, 5.0
log = logging.getLogger(__name__)


class MadeAhead:
    """Makes the pages of late again, one after another, in a thread that ends when nobody comes any more.

    `state` is what pages are made of: another one, other pages. Safe from any thread.
    """

    def __init__(self, site: Site, state: Callable[[], Hashable]) -> None:
        self._site = site
        self._state = state
        self._asked: OrderedDict[Hashable, tuple[datetime, Callable[[], object]]] = OrderedDict()
        self._lock = Lock()
        self._is_wanted = self._is_running = False

    def note(self, address: Hashable, make: Callable[[], object]) -> None:
        """This page was asked for; `make` makes it anew if it must be."""
        with self._lock:
            self._asked[address] = (self._site.clock(), make)
            self._asked.move_to_end(address)
            while len(self._asked) > MOST_PAGES:
                self._asked.popitem(last=False)

    def begin(self) -> None:
        """One thread at a time; asked again meanwhile it goes round again."""
        with self._lock:
            self._is_wanted = True
            if self._is_running or self._site.closing.is_set():
                return
            self._is_running = True
            self._site.background = Thread(target=self._run, name="pages ahead", daemon=True)
            self._site.background.start()

    def _run(self) -> None:
        while self._is_wanted_again():
            # First: whatever changes while pages are made is another state.
            made_of = self._quietly(self._state)
            for make in self._of_late():
                if self._site.closing.is_set():
                    return
                self._quietly(make)
            if self._site.is_awake:
                self._wait_for_other_than(made_of)

    def _wait_for_other_than(self, state: object) -> None:
        """Until the data changed, nobody came for a day, or the site closes."""
        while self._of_late() and not self._site.closing.wait(LOOK_SECONDS):
            if self._quietly(self._state) not in (state, None):
                with self._lock:
                    self._is_wanted = True
                return

    def _is_wanted_again(self) -> bool:
        """Whether to go round once more; if not, the thread ends."""
        with self._lock:
            self._is_running, self._is_wanted = self._is_wanted and not self._site.closing.is_set(), False
            return self._is_running

    def _of_late(self) -> list[Callable[[], object]]:
        """The pages of the last day, the latest first."""
        with self._lock:
            since = self._site.clock() - LATELY
            return [make for at, make in reversed(self._asked.values()) if at >= since]

    @staticmethod
    def _quietly(make: Callable[[], object]) -> object:
        try:
            return make()
        except Exception as error:  # noqa: BLE001  (nobody waits for these pages: whoever asks next sees the error)
            log.info("a page was not made ahead: %s", error)
            return None
