"""The pages and Dagster's UI behind nginx with TLS and a password, configured as docs/operate.md says."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from brapped_assets.warehouse.db.connections import Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
GUIDE = Path(__file__).parents[2] / "docs" / "operate.md"
MUSIC, ENGINE = "music.example.org", "dagster.example.org"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None or OPENSSL is None, reason="no nginx, or no openssl"),
]


@dataclass(frozen=True)
class Proxy:
    """Asked as a browser would, whose names lead here."""

    port: int
    certificate: Path

    def ask(self, method: str, host: str, path: str, *, known: bool = True, **more: Any) -> requests.Response:
        """The certificate is for these names; `requests` is told the name by the adapter."""
        with requests.Session() as session:
            session.mount("https://", _Named(host))
            session.headers["Host"] = host
            return session.request(
                method,
                f"https://127.0.0.1:{self.port}{path}",
                auth=("me", "a-password") if known else None,
                verify=str(self.certificate),
                allow_redirects=False,
                timeout=60,
                **more,
            )


class _Named(requests.adapters.HTTPAdapter):
    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, server_hostname=self._name, assert_hostname=self._name, **more)


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", proxy_headers=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, "it listens")
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


async def told(request: Request) -> Response:
    return JSONResponse({"asked": (await request.json())["query"]})


async def talk(websocket: WebSocket) -> None:
    await websocket.accept(subprotocol="graphql-ws")
    await websocket.send_text("asked")
    await websocket.close()


@pytest.fixture
def proxy(database_url: str, tmp_path: Path) -> Iterator[Proxy]:
    """The guide's own text, with our ports and files in place of the examples."""
    # Late: it brings Dagster's web server, and every worker collects this file.
    from brapped_assets.services.dagster_webserver import guards

    certificate, key, passwords = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "passwords"
    assert OPENSSL
    assert NGINX
    names = f"subjectAltName=DNS:{MUSIC},DNS:{ENGINE}"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", names]
    subprocess.run([OPENSSL, *make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    hashed = subprocess.run([OPENSSL, "passwd", "-apr1", "a-password"], check=True, capture_output=True, text=True)
    passwords.write_text(f"me:{hashed.stdout}")
    passwords.chmod(0o644)
    (block,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    engine = Starlette(
        routes=[Route("/graphql", told, methods=["POST"]), WebSocketRoute("/graphql", talk)],
        middleware=guards([ENGINE]),
    )
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), token="the-token")
    port = free_port()
    with served(create_app(site, [MUSIC])) as pages, served(engine) as dagster:
        for ours, example in (
            (f"listen 127.0.0.1:{port} ssl", "listen 443 ssl"),
            (str(certificate), "/etc/ssl/brapped/fullchain.pem"),
            (str(key), "/etc/ssl/brapped/privkey.pem"),
            (str(passwords), "/etc/nginx/brapped.passwords"),
            (f"127.0.0.1:{pages}", "127.0.0.1:3000"),
            (f"127.0.0.1:{dagster}", "127.0.0.1:3001"),
        ):
            assert example in block
            block = block.replace(example, ours)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            # As root it would give up its rights, and pytest's folder is root's alone.
            f"{'user root;' if os.geteuid() == 0 else ''}\n"
            f"daemon off; pid {tmp_path}/pid; error_log stderr warn;\nevents {{}}\n"
            f"http {{ access_log off;\n{temporary}{block}}}\n"
        )
        with (tmp_path / "nginx.log").open("w") as log:
            nginx = subprocess.Popen([NGINX, "-p", tmp_path, "-e", "stderr", "-c", configuration], stderr=log)
            try:
                wait_until(lambda: _listens(port) or nginx.poll() is not None, "nginx listens")
                assert nginx.poll() is None, (tmp_path / "nginx.log").read_text()
                yield Proxy(port, certificate)
            finally:
                nginx.terminate()
                nginx.wait(PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_behind_the_guides_proxy_everything_works_for_whoever_knows_the_password(proxy: Proxy) -> None:
    for host, path in ((MUSIC, "/"), (MUSIC, "/static/base.css"), (ENGINE, "/graphql")):
        assert proxy.ask("GET", host, path, known=False).status_code == 401
    page = proxy.ask("GET", MUSIC, "/")
    assert page.status_code == 200
    assert "Your music goes here." in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    # A form of ours, and the same from elsewhere.
    form = {"token": "the-token", "listener": "1", "hidden_id": "1", "back": "/hidden"}
    sent = proxy.ask("POST", MUSIC, "/show-again", data=form, headers={"Origin": f"https://{MUSIC}"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/hidden")
    foreign = proxy.ask("POST", MUSIC, "/show-again", data=form, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    # Dagster: as its pages ask, and as others' would.
    question = {"query": "{version}"}
    asked = proxy.ask("POST", ENGINE, "/graphql", json=question, headers={"Origin": f"https://{ENGINE}"})
    assert asked.json() == {"asked": "{version}"}
    for origin in (f"https://{MUSIC}", "https://evil.example"):
        assert proxy.ask("POST", ENGINE, "/graphql", json=question, headers={"Origin": origin}).status_code == 403
    # A name that neither is.
    assert proxy.ask("GET", MUSIC, "/", headers={"Host": "evil.example"}).status_code in {400, 421}


def test_dagsters_live_updates_come_through_the_guides_proxy(proxy: Proxy) -> None:
    known = {"Authorization": f"Basic {b64encode(b'me:a-password').decode()}"}
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    reached = socket.create_connection(("127.0.0.1", proxy.port))
    with connect(
        f"wss://{ENGINE}/graphql",
        sock=reached,
        ssl=context,
        server_hostname=ENGINE,
        origin=Origin(f"https://{ENGINE}"),
        subprotocols=[Subprotocol("graphql-ws")],
        additional_headers=known,
        proxy=None,
    ) as live:
        assert live.recv() == "asked"
