"""A service that takes messages over HTTP, as Apprise's json:// sends them, and that can refuse or fall silent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal

import pytest

SECRET = "canary-of-the-mailbox"


@dataclass
class Mailbox:
    """`url` is its address for Apprise; `mails` what it took."""

    url: str = ""
    mails: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    behaves: Literal["well", "refuses", "is silent"] = "well"
    closing: Event = field(default_factory=Event)

    def texts(self) -> list[tuple[str, str]]:
        """Title and text of each message, which are taken out."""
        taken, self.mails = self.mails, []
        return [(mail["title"], mail["message"]) for mail in taken]


@contextmanager
def taking_mail() -> Iterator[Mailbox]:
    """Such a service, as long as it is wanted."""
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            box.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if box.behaves == "is silent":
                box.closing.wait(5)
                return
            if box.behaves == "well":
                box.mails.append(json.loads(body))
            self.send_response(200 if box.behaves == "well" else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        box.url = f"json://someone:{SECRET}@127.0.0.1:{server.server_port}/{SECRET}?rto=1"
        yield box
        box.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """BRAPPED_NOTIFY leads there."""
    with taking_mail() as box:
        monkeypatch.setenv("BRAPPED_NOTIFY", box.url)
        yield box
