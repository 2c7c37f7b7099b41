"""A stand-in for Neon: PostgreSQL 15 and, before it, PgBouncer in transaction mode, behind a gate as Neon's own.

The gate takes TLS only, finds the database by the name the client asks for (SNI): `…-pooler.…` is PgBouncer, anything
else the server itself. It can be slow, refuse, and hang up, as a compute that sleeps. The certificate is signed by an
authority of the test's own. What is not imitated: branches, storage, and the project that is billed.
"""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import psycopg

from brapped_assets_tests.commands.subprocess_user import free_port, wait_until

SERVER = Path("/usr/lib/postgresql/15/bin")
BOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
DIRECT, POOLED = "ep-brapped-1.eu.aws.neon.tech", "ep-brapped-1-pooler.eu.aws.neon.tech"
PASSWORD = "owner-s3cret"
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104

BOUNCER_INI = """
[databases]
* = host=127.0.0.1 port={server} auth_user=neon_admin
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {bouncer}
unix_socket_dir =
pool_mode = transaction
default_pool_size = 3
auth_type = scram-sha-256
auth_file = {folder}/users.txt
client_tls_sslmode = require
client_tls_cert_file = {folder}/neon.crt
client_tls_key_file = {folder}/neon.key
server_tls_sslmode = require
"""


def missing() -> str | None:
    """What this machine lacks for it; None: nothing."""
    if not SERVER.exists():
        return f"no PostgreSQL 15 in {SERVER}"
    if BOUNCER is None:
        return "no PgBouncer (Debian's package pgbouncer)"
    return None if shutil.which("openssl") else "no openssl"


@dataclass
class Neon:
    """Where it is, and how it behaves to whoever connects next."""

    folder: Path
    port: int = 0
    refusing: int = 0
    """So many connections are hung up on at once."""
    slow_seconds: float = 0.0
    """How long the next connection waits before a word is said, once."""
    came: list[str] = field(default_factory=list)
    """The host each connection asked for."""
    clients: list[socket.socket] = field(default_factory=list)
    deaf: set[socket.socket] = field(default_factory=set)
    """Connections that look open; the next word on one is its end."""

    def url(self, host: str = POOLED, *, user: str = "neondb_owner", database: str = "neondb", **options: str) -> str:
        """The address as Neon's console gives it, but for where the host is found."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql://{user}:{PASSWORD}@{host}:{self.port}/{database}?hostaddr=127.0.0.1{more}"

    def deafen(self) -> None:
        """What a network does that forgot its connections."""
        self.deaf.update(self.clients)

    def hang_up(self) -> None:
        """What a compute does that falls asleep: every connection ends."""
        for client in self.clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


@contextmanager
def neon() -> Iterator[Neon]:
    folder = Path(tempfile.mkdtemp(prefix="brapped-"))
    folder.chmod(0o755)
    # Neither server runs as root; Debian's package has made a user.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    stand_in, server, bouncer = Neon(folder), free_port(), free_port()

    def run(*command: str) -> None:
        subprocess.run([*user, *command], check=True, capture_output=True, cwd=folder)

    if user:
        shutil.chown(folder, "postgres")
    try:
        _certify(run, folder)
        (folder / "pw").write_text(PASSWORD)
        make = ("-A", "scram-sha-256", "--auth-local=trust", "--pwfile=pw", "--no-sync", "-E", "utf8")
        run(f"{SERVER}/initdb", "-D", "data", "-U", "postgres", *make)
        options = (
            f"-h 127.0.0.1 -p {server} -k {folder} -c fsync=off -c ssl=on"
            f" -c ssl_cert_file={folder}/neon.crt -c ssl_key_file={folder}/neon.key -c shared_buffers=32MB"
        )
        run(f"{SERVER}/pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
        _own(f"postgresql://postgres@/postgres?host={folder}&port={server}")
        (folder / "pgbouncer.ini").write_text(BOUNCER_INI.format(folder=folder, server=server, bouncer=bouncer))
        (folder / "users.txt").write_text(f'"neon_admin" "{PASSWORD}"\n')
        with (
            (folder / "pgbouncer.log").open("wb") as log,
            subprocess.Popen([*user, str(BOUNCER), f"{folder}/pgbouncer.ini"], stdout=log, stderr=log) as pool,
        ):
            try:
                wait_until(lambda: _listens(bouncer), "PgBouncer listens")
                with _gate(stand_in, {True: bouncer, False: server}):
                    yield stand_in
            finally:
                pool.terminate()
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run(f"{SERVER}/pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _own(url: str) -> None:
    """Neon's own role, and the owner of a project: no superuser, but one who may make roles and databases."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"create role neon_admin superuser login password '{PASSWORD}'")
        admin.execute(f"create role neondb_owner createrole createdb login password '{PASSWORD}'")
        for name in ("neondb", "dagster"):
            admin.execute(f"create database {name} owner neondb_owner")


def _certify(run: Callable[..., None], folder: Path) -> None:
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name in ("authority", "stranger"):
        run("openssl", "req", "-x509", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")
    run("openssl", "req", *key, "-subj", "/CN=neon", "-keyout", "neon.key", "-out", "neon.csr")
    names = folder / "names"
    names.write_text("subjectAltName=DNS:*.eu.aws.neon.tech\n")
    signed_by = ("-CA", "authority.crt", "-CAkey", "authority.key", "-CAcreateserial")
    run(
        "openssl",
        "x509",
        "-req",
        "-in",
        "neon.csr",
        *signed_by,
        "-extfile",
        str(names),
        "-days",
        "2",
        "-out",
        "neon.crt",
    )
    run("chmod", "600", "neon.key")


@contextmanager
def _gate(neon: Neon, ports: dict[bool, int]) -> Iterator[None]:
    class Between(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                _let_in(neon, ports, self.request)

    class Gate(ThreadingTCPServer):
        daemon_threads = True

    with Gate(("127.0.0.1", 0), Between) as gate:
        neon.port = gate.server_address[1]
        thread = Thread(target=gate.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            gate.shutdown()
            thread.join()
            neon.hang_up()


def _let_in(neon: Neon, ports: dict[bool, int], client: socket.socket) -> None:
    if neon.refusing:
        neon.refusing -= 1
        return
    seconds, neon.slow_seconds = neon.slow_seconds, 0.0
    time.sleep(seconds)
    while (asked := client.recv(8)) == struct.pack("!ii", 8, GSS_REQUEST):
        client.sendall(b"N")
    if asked != struct.pack("!ii", 8, SSL_REQUEST):
        return
    client.sendall(b"S")
    hello = client.recv(4096)
    is_pooled = POOLED.encode() in hello
    neon.came.append(POOLED if is_pooled else DIRECT)
    with socket.create_connection(("127.0.0.1", ports[is_pooled])) as server:
        server.sendall(struct.pack("!ii", 8, SSL_REQUEST))
        assert server.recv(1) == b"S"
        server.sendall(hello)
        neon.clients.append(client)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            for source in select([client, server], [], [])[0]:
                data = source.recv(65536)
                if not data or (source in neon.deaf):
                    return
                (server if source is client else client).sendall(data)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
