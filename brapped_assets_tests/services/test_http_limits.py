"""Whoever begins and does not go on is sent away, and keeps nobody else out: over real sockets."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.services import connection_limits, http_limits
from brapped_assets.services.connection_limits import Room
from brapped_assets.services.http_limits import bounded as protocol
from brapped_assets.web import forms
from brapped_assets.web.security import COOKIE, HEADERS, safe_headers
from brapped_assets_tests.commands.subprocess_user import free_port
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.web.add_site import Pages, pages

KEY = "a-key-of-this-start"
MOST, MOST_EACH = 24, 6
NETWORK = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"]


@dataclass(eq=False)
class Guest:
    address: str
    may_be_sent_away: bool = True
    is_in: bool = field(default=True)

    def send_away(self) -> None:
        self.is_in = False


@examples(60)
@given(st.lists(st.tuples(st.sampled_from([*NETWORK, "127.0.0.1"]), st.booleans()), max_size=120))
def test_no_flood_fills_the_room_and_who_has_the_fewest_connections_finds_a_place(
    comings: list[tuple[str, bool]],
) -> None:
    here = Room(MOST, MOST_EACH)
    guests: list[Guest] = []
    for address, waits in comings:
        guest = Guest(address, waits)
        before = [one for one in guests if one.is_in]
        guests.append(guest)
        here.enter(guest)
        inside = [one for one in guests if one.is_in]
        assert len(here) == len(inside) <= MOST
        of_network = [one for one in inside if one.address in NETWORK]
        assert len(of_network) <= MOST - MOST // 4
        assert all(sum(one.address == place for one in inside) <= MOST_EACH for place in NETWORK)
        # Nobody in the middle of an answer is sent away, and only for want of room.
        gone = [one for one in before if not one.is_in]
        assert len(gone) <= 1
        assert all(one.may_be_sent_away for one in gone)
        if any(one.may_be_sent_away for one in before if one.address in NETWORK) and not any(
            one.address == address for one in before
        ):
            assert guest.is_in
    for guest in guests:
        here.leave(guest)
    assert len(here) == 0


def test_of_those_who_wait_the_oldest_of_who_has_most_goes() -> None:
    here = Room(most=8, most_each=8)
    few, busy = Guest("10.0.0.2"), Guest("10.0.0.1", may_be_sent_away=False)
    many = [Guest("10.0.0.1") for _ in range(4)]
    for guest in (few, busy, *many, Guest("10.0.0.3"), Guest("127.0.0.1")):
        here.enter(guest)
    assert [guest.is_in for guest in (few, busy, *many)] == [True, True, False, True, True, True]


@dataclass
class Site:
    """The real pages at a real port."""

    port: int
    pages: Pages

    def connect(self, begun: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(source, 0))
        connection.sendall(begun)
        return connection

    def ask(self, request: bytes, source: str = "127.0.0.1") -> str:
        """What comes back until the connection is closed."""
        with self.connect(request, source) as connection:
            return rest(connection)


def rest(connection: socket.socket) -> str:
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said.decode(errors="replace")


@contextmanager
def served(home: Path, url: str, here: Room, key: str | None = None) -> Iterator[Site]:
    with pages(home, url, key=key) as made:
        config = uvicorn.Config(
            made.browser.app, port=0, log_level="warning", lifespan="off", ws="none", loop="asyncio",
            http=protocol(here, safe_headers(key)), h11_max_incomplete_event_size=http_limits.MOST_HEADER_BYTES,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Site(server.servers[0].sockets[0].getsockname()[1], made)
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    with served(tmp_path / "home", database_url, Room()) as running:
        yield running


def get(more: str = "", close: str = "Connection: close\r\n") -> bytes:
    return f"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}{close}\r\n".encode("latin-1")


POST = b"POST /hide HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Length: 100\r\n\r\na="


def lasts(connection: socket.socket) -> float:
    begun = time.monotonic()
    with connection:
        rest(connection)
    return time.monotonic() - begun


def ends_while_it_dribbles(connection: socket.socket) -> bool:
    try:
        for _ in range(200):
            time.sleep(0.1)
            connection.sendall(b"x")
    except OSError:
        return True
    return False


@pytest.mark.slow
def test_headers_and_bodies_that_do_not_come_end_in_time_and_a_dribble_helps_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_limits, "HEADER_SECONDS", 1.0)
    monkeypatch.setattr(http_limits, "STALL_SECONDS", 1.5)
    waiting = {
        "nothing": site.connect(),
        "half a header": site.connect(b"GET / HTTP/1.1\r\nX-"),
        "blank lines after an answer": site.connect(get(close="") + b"\r\n"),
        "half a second header": site.connect(get(close="") + b"GET / HT"),
        "half an upload": site.connect(POST.replace(b"/hide", b"/add")),
    }
    dribble = site.connect(b"GET / HTTP/1.1\r\nX-")
    with ExitStack() as stack:
        for connection in waiting.values():
            stack.enter_context(connection)
        assert ends_while_it_dribbles(stack.enter_context(dribble))
        assert {name: lasts(connection) < 15 for name, connection in waiting.items()} == dict.fromkeys(waiting, True)
    assert site.ask(get()).startswith("HTTP/1.1 200")


def test_a_form_that_dribbles_is_refused_in_time_and_one_whose_sender_leaves_is_no_failure(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(forms, "SECONDS", 0.5)
    site.connect(POST).close()
    with site.connect(POST) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")
    with site.connect(POST.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked") + b"\r\nzz\r\n") as broken:
        assert "HTTP/1.1 400" in rest(broken)
    assert site.ask(get()).startswith("HTTP/1.1 200")
    assert "Traceback" not in caplog.text
    assert [record.levelname for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 without asking")
def test_on_a_network_neighbours_without_the_key_keep_nobody_out(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "is_here", lambda address: address == "127.0.0.1")
    here = Room(most=24, most_each=8)
    cookie = f"Cookie: {COOKIE}={KEY}\r\n"
    with served(tmp_path / "home", database_url, here, KEY) as site, ExitStack() as stack:
        # The owner's upload is under way, on their phone.
        more = f"\r\n{cookie}Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        upload = POST.replace(b"/hide", b"/add").replace(b"a=", b"--").replace(b"\r\n\r\n", more.encode())
        phone = stack.enter_context(site.connect(upload, "127.0.0.9"))
        for begun in (b"GET / HTTP/1.1\r\nX-", POST.replace(b"/hide", b"/static/base.css")):
            for nth in range(60):
                stack.enter_context(site.connect(begun, f"127.0.0.{2 + nth % 6}"))
        for source in ("127.0.0.9", "127.0.0.8", "127.0.0.1"):
            answer = site.ask(get(cookie).replace(b"/health", b"/add"), source)
            assert answer.startswith("HTTP/1.1 200"), answer[:200]
        assert len(here) <= 24
        phone.settimeout(0.5)
        with pytest.raises(TimeoutError):
            phone.recv(1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of open files are POSIX")
def test_half_open_connections_beyond_the_limit_of_open_files_keep_nobody_out(
    tmp_path: Path, database_url: str
) -> None:
    import resource

    port = free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "SUPERVISED_PAGES_KEY": KEY}
    command = [sys.executable, "-m", "brapped_assets.web.__main__", "127.0.0.1", str(port)]
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))  # noqa: E731
    with (
        (tmp_path / "said").open("wb") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out, preexec_fn=few) as process,  # noqa: PLW1509
        ExitStack() as stack,
    ):
        try:
            request = get(f"Cookie: {COOKIE}={KEY}\r\n").replace(b"/health", b"/add")
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert time.monotonic() < until
                    time.sleep(0.1)

            def begin(_: int) -> None:
                half = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
                # Some are sent away before they begin.
                with suppress(ConnectionError):
                    half.sendall(b"GET / HTTP/1.1\r\nX-")

            # Many at once: the queue fills again while it is emptied, and who found it full comes back with the others.
            with ThreadPoolExecutor(50) as flood:
                list(flood.map(begin, range(300)))
            for _ in range(3):
                with socket.create_connection(("127.0.0.1", port), timeout=60) as owner:
                    owner.sendall(request)
                    assert rest(owner).startswith("HTTP/1.1 200")
        finally:
            process.terminate()
            process.wait(60)
    assert "Traceback" not in (tmp_path / "said").read_text()


@pytest.mark.parametrize(
    "request_text",
    quick_of(
        6,
        [
            "GET /health HTTP/1.1\r\nbad header\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: five\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ²\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET /health HTTP/1.1\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1:\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: [\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://[\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: null\r\nOrigin: null\r\n\r\n",
            "GET /h\x00ealth HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            "nonsense\r\n\r\n",
        ],
    ),
)
def test_what_cannot_be_read_is_400_with_every_header_whoever_refuses_it(site: Site, request_text: str) -> None:
    with site.connect(request_text.encode("latin-1")) as connection:
        connection.shutdown(socket.SHUT_WR)
        head, _, body = rest(connection).partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0].startswith("HTTP/1.1 400"), lines[0]
    named = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines[1:]}
    assert {name: named.get(name.lower()) for name in HEADERS} == HEADERS
    assert len(body) < 100
