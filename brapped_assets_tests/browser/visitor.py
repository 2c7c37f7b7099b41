"""A real browser that watches itself: what a page asks elsewhere, complains of or pops up is remembered."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, expect

WIDTHS = (320, 360, 390, 768, 1024, 1280)
HEIGHT = 800
# What a page does is over in a moment; a machine with everything to do at once needs longer for it.
PATIENCE_MILLISECONDS = 120_000
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# Of a window that keeps no pages.
BLOCKED = "Service Worker registration blocked by Playwright"
FORGET = "try { localStorage.clear(); sessionStorage.clear(); } catch { /* a place that keeps nothing */ }"
# A small file of the same site: for any other site, and the way back, the browser starts a process of its own.
RESTING = "/static/playing.js"
USUAL: dict[str, Any] = {"media": "null", "color_scheme": "light", "reduced_motion": "no-preference"}


@dataclass
class Visitor:
    """Somebody at the pages of `url`, with one window or more. `troubles` must be empty at the end.

    An address may name a thing of `keys`: `/artist/{artist}`.
    """

    browser: Browser
    url: str
    keys: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _kept: dict[tuple[tuple[str, Any], ...], Page] = field(default_factory=dict)

    def window(self, width: int = 390, **options: Any) -> Page:
        """A window of a browser that knows nothing yet; `options` are those of Playwright's contexts.

        It keeps no pages for later, unless `service_workers="allow"`. Where nothing else is said it is a British one.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            base_url=self.url,
            accept_downloads=True,
            **{"service_workers": "block", "locale": "en-GB", **options},
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("dialog", self._popped_up)
        context.on("weberror", lambda error: self.troubles.append(f"error: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def visit(self, path: str, width: int = 390, **options: Any) -> Page:
        """Opens a page in a window that is kept for all visits with these options: a new one costs a second of CPU."""
        kind = tuple(sorted(options.items()))
        page = self._kept.get(kind) or self._kept.setdefault(kind, self.window(width, **options))
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(path.format(**self.keys))
        return page

    def rest(self) -> None:
        """Closes the windows that are not kept; those that are forget what was seen, chosen and touched in them."""
        for context in self._contexts:
            for page in context.pages:
                # Where scripts may not run, there is nothing to ask.
                if page.evaluate("window.ran") is not None:
                    self.troubles.append(f"a name ran on {page.url}")
            if not any(page.context == context for page in self._kept.values()):
                context.close()
        self._contexts = [page.context for page in self._kept.values()]
        for kind, page in self._kept.items():
            page.evaluate(FORGET)
            page.unroute_all()
            page.mouse.move(0, 0)
            page.emulate_media(**{**USUAL, **{name: how for name, how in kind if name in USUAL}})
            page.goto(RESTING)

    def leave(self) -> None:
        self.rest()
        for page in self._kept.values():
            page.context.close()

    def _asked(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in {"data", "blob", "file"} and where.hostname != "127.0.0.1":
            self.troubles.append(f"asked {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and message.text != BLOCKED:
            self.troubles.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _popped_up(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()
