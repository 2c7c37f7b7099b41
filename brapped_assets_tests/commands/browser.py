"""A browser, as far as a login needs one: opens the consent page, presses Agree or Cancel."""

import re
from html import unescape
from threading import Thread

import requests


class Browser:
    """What `webbrowser.open` would start; it works while the command waits."""

    def __init__(self, press: str = "agree", *, tampered: bool = False) -> None:
        self.press = press
        self.tampered = tampered
        self.opened: list[str] = []
        self.page_at_the_end = ""
        self._thread: Thread | None = None

    def open(self, url: str) -> bool:
        self.opened.append(url)
        self._thread = Thread(target=self._go)
        self._thread.start()
        return True

    def address(self, url: str) -> str:
        """The address that pressing the button leads to."""
        page = requests.get(url, timeout=60)
        found = re.search(rf'id="{self.press}" href="([^"]+)"', page.text)
        assert found, page.text
        address = unescape(found.group(1))
        return address.replace("state=", "state=x") if self.tampered else address

    def wait(self) -> None:
        if self._thread:
            self._thread.join(60)

    def _go(self) -> None:
        address = self.address(self.opened[-1])
        # A browser asks for an icon first, and that is not the answer.
        icon = requests.get(address.split("/callback")[0] + "/favicon.ico", timeout=60)
        assert icon.status_code == 404
        self.page_at_the_end = requests.get(address, timeout=60).text
