"""Waits on the loopback address that Spotify sends the browser to."""

import socket
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from brapped_assets.spotify import LoginFailed

PAGE = (
    b"<!doctype html><meta charset=utf-8><title>Brapped</title>"
    b"<body style='font:20px system-ui;display:grid;place-items:center;height:90vh'>"
    b"<p>Thank you. You can close this page and go back to Brapped.</p>"
)
# The address holds the code: it goes to no other site and into no cache.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class CallbackTimeout(LoginFailed):
    """Nobody came back in time."""


def wait_for_callback(redirect_uri: str, wait: timedelta, *, on_ready: Callable[[], None]) -> str:
    """The address the browser was sent to, whole. `on_ready` is called once somebody listens there.

    Other paths (a browser asks for a favicon) answer 404, other hosts 400, and are not it. The first answer is the
    last: nobody listens any more after it.

    Raises:
        CallbackTimeout: After `wait`.
        LoginFailed: The address cannot be listened at.
    """
    expected = urlsplit(redirect_uri)
    if not _is_loopback(redirect_uri):
        raise LoginFailed(
            f"SPOTIFY_REDIRECT_URI is {redirect_uri}, which is not this machine's own: the code would cross a network "
            "unencrypted. Use `brapped login --paste`, or an address like http://127.0.0.1:8898/callback."
        )
    caught: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        # Browsers connect ahead of time and say nothing: neither the answer nor the end may wait for those.
        timeout = 5

        def do_GET(self) -> None:
            if urlsplit(self.path).path != (expected.path or "/"):
                self.send_error(404)
                return
            if self.headers.get("Host", "").lower() != expected.netloc.lower():
                self.send_error(400)
                return
            self.send_response(200)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(PAGE)
            caught.append(f"{expected.scheme}://{expected.netloc}{self.path}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent: the address holds the code."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in (expected.hostname or "") else socket.AF_INET

    try:
        server = Server((expected.hostname or "", expected.port or 80), Handler)
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
        raise CallbackTimeout(f"Nobody came back from Spotify within {wait.total_seconds() / 60:.0f} minutes.")
    return caught[0]


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
