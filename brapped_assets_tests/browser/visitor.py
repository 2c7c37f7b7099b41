"""A real browser that watches itself: what a page asks elsewhere, complains of or pops up is remembered."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

WIDTHS = (320, 360, 390, 768, 1024, 1280)
HEIGHT = 800
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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

    def window(self, width: int = 390, **options: Any) -> Page:
        """A window of a browser that knows nothing yet; `options` are those of Playwright's contexts."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHT}, base_url=self.url, accept_downloads=True, **options
        )
        context.set_default_timeout(15_000)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("dialog", self._popped_up)
        context.on("weberror", lambda error: self.troubles.append(f"error: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def visit(self, path: str, width: int = 390, **options: Any) -> Page:
        page = self.window(width, **options)
        page.goto(path.format(**self.keys))
        return page

    def leave(self) -> None:
        for context in self._contexts:
            for page in context.pages:
                # Where scripts may not run, there is nothing to ask.
                if page.evaluate("window.ran") is not None:
                    self.troubles.append(f"a name ran on {page.url}")
            context.close()

    def _asked(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in {"data", "blob", "file"} and where.hostname != "127.0.0.1":
            self.troubles.append(f"asked {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _popped_up(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()
