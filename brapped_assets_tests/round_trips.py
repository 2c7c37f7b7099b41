"""The wire to a PostgreSQL, counted: connections, and round trips whatever speaks the protocol.

A round trip is an answer to something that was sent: what the server sends first after the client sent last. So a
pipeline counts once, a COPY once, a notification never, and opening a connection counts too.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from select import select
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from time import sleep

from psycopg.conninfo import conninfo_to_dict

CHUNK = 1 << 16


@dataclass
class Wire:
    """`url` leads to the database through the counter."""

    url: str
    connections: int = 0
    answered_at: list[datetime] = field(default_factory=list)
    """When each round trip ended, by this process' clock (UTC)."""

    @property
    def round_trips(self) -> int:
        return len(self.answered_at)


@contextmanager
def counted(url: str, *, delay_seconds: float = 0) -> Iterator[Wire]:
    """A counter in front of the database at `url`, listening on 127.0.0.1 for as long as the block lasts.

    Whatever is said arrives `delay_seconds` later, on either side: a database that is far away.
    """
    target = conninfo_to_dict(url)
    wire = Wire("")

    class Between(BaseRequestHandler):
        def handle(self) -> None:
            wire.connections += 1
            with _connect(str(target.get("host", "")), int(target.get("port") or 5432)) as server:
                _pass_on(self.request, server, wire, delay_seconds)

    class Counter(ThreadingTCPServer):
        daemon_threads = True

    with Counter(("127.0.0.1", 0), Between) as counter:
        thread = Thread(target=counter.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        # Without TLS, as over the server's own socket: asking for it would be a round trip of its own.
        port = counter.server_address[1]
        wire.url = f"postgresql://{target['user']}@127.0.0.1:{port}/{target['dbname']}?sslmode=disable"
        try:
            yield wire
        finally:
            counter.shutdown()
            thread.join()


def _connect(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


def _pass_on(client: socket.socket, server: socket.socket, wire: Wire, delay_seconds: float) -> None:
    """Everything both ways, until either side hangs up."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    is_asked = False
    while True:
        readable, _, _ = select([client, server], [], [])
        # What the client said came first: the server can only have answered it.
        for source, sink in ((client, server), (server, client)):
            if source not in readable:
                continue
            try:
                data = source.recv(CHUNK)
                if delay_seconds:
                    sleep(delay_seconds)
                sink.sendall(data)
            except OSError:
                return
            if not data:
                return
            if source is server and is_asked:
                wire.answered_at.append(datetime.now(UTC))
            is_asked = source is client
