"""The API at a real port, as `web/__main__.py` serves it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import uvicorn

from brapped_assets.services.http_limits import limits
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.read_tokens import Scope
from brapped_assets.web.security import safe_headers
from brapped_assets_tests.web.api.asking import live, make_token, program


@dataclass
class Served:
    """Where, and a token of somebody with plays."""

    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=60, **{"headers": self.bearer, **more})


@contextmanager
def served(home: Path, url: str, *scopes: Scope, **more: Any) -> Iterator[Served]:
    with Warehouse(home, url) as warehouse, warehouse.transaction() as tx:
        token = make_token(tx, live(tx), *scopes)
    with program(home, url, token, **more) as asking:
        config = uvicorn.Config(
            asking.client.app, port=0, log_level="warning", lifespan="off", ws="none", access_log=False,
            server_header=False, **limits(safe_headers(None)),
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Served(server.servers[0].sockets[0].getsockname()[1], token)
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
