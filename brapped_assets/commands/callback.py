"""Waits on the loopback address that Spotify sends the browser to."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from urllib.parse import urlsplit

from brapped_assets.spotify import LoginFailed

PAGE = (
    b"<!doctype html><meta charset=utf-8><title>Brapped</title>"
    b"<body style='font:20px system-ui;display:grid;place-items:center;height:90vh'>"
    b"<p>Thank you. You can close this page and go back to Brapped.</p>"
)


class CallbackTimeout(LoginFailed):
    """Nobody came back in time."""


def wait_for_callback(redirect_uri: str, wait: timedelta, *, on_ready: Callable[[], None]) -> str:
    """The address the browser was sent to, whole. `on_ready` is called once somebody listens there.

    Other paths (a browser asks for a favicon) answer 404 and are not it.

    Raises:
        CallbackTimeout: After `wait`.
        LoginFailed: The address cannot be listened at.
    """
    expected = urlsplit(redirect_uri)
    caught: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        # Browsers connect ahead of time and say nothing: neither the answer nor the end may wait for those.
        timeout = 5

        def do_GET(self) -> None:
            if urlsplit(self.path).path != (expected.path or "/"):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE)
            caught.append(f"{expected.scheme}://{expected.netloc}{self.path}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent: the address holds the code."""

    try:
        server = ThreadingHTTPServer((expected.hostname or "", expected.port or 80), Handler)
    except OSError as error:
        raise LoginFailed(
            f"Nobody can listen at {redirect_uri} ({error.strerror}). Close what uses that port, or use "
            "`brapped login --paste`, or set SPOTIFY_REDIRECT_URI to another port and register that with the app."
        ) from None
    with server:
        on_ready()
        until = monotonic() + wait.total_seconds()
        while not caught and (left := until - monotonic()) > 0:
            server.timeout = min(left, 0.5)
            server.handle_request()
    if not caught:
        raise CallbackTimeout
    return caught[0]
