"""Who may ask Dagster's web server: its own pages and programs, not the pages of others in the same browser."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from brapped_assets.commands.engine_room import guards

HERE = "http://127.0.0.1:3001"


async def answer(_request: Request) -> Response:
    return PlainTextResponse("asked")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("asked")
    await socket.close()


@pytest.fixture
def browser() -> TestClient:
    """At a server that answers everything, behind the guards, as Dagster's would."""
    routes = [
        Route("/graphql", answer, methods=["GET", "POST"]),
        Route("/report_asset_materialization/x", answer, methods=["POST"]),
        Route("/runs", answer),
        WebSocketRoute("/graphql", talk),
    ]
    return TestClient(Starlette(routes=routes, middleware=guards(["dagster.example.org"])), HERE)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        # Its own pages, and programs.
        ("POST", "/graphql", {"origin": HERE}, 200),
        ("POST", "/graphql", {}, 200),
        ("GET", "/graphql", {"accept": "text/html,*/*"}, 200),
        ("GET", "/runs", {}, 200),
        ("POST", "/graphql", {"origin": "https://dagster.example.org", "host": "dagster.example.org"}, 200),
        # A form or a script of another page.
        ("POST", "/graphql?query=mutation{wipeAssets}", {"origin": "http://evil.example"}, 403),
        ("POST", "/graphql", {"origin": "null"}, 403),
        ("POST", "/graphql", {"origin": "http://127.0.0.1:8000"}, 403),
        ("POST", "/report_asset_materialization/x", {"origin": "http://evil.example"}, 403),
        # A picture of another page.
        ("GET", "/graphql?query=mutation{wipeAssets}", {"accept": "image/*"}, 403),
        # Another name that leads here, its own page and all.
        ("GET", "/runs", {"host": "evil.example:3001"}, 400),
        ("POST", "/graphql", {"host": "evil.example:3001", "origin": "http://evil.example:3001"}, 400),
    ],
)
def test_only_its_own_pages_and_programs_are_answered(
    browser: TestClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answered = browser.request(method, path, headers=headers)
    assert answered.status_code == status
    assert (answered.text == "asked") == (status == 200)
    assert answered.headers["x-frame-options"] == "DENY"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "http://evil.example:3001", "host": "evil.example:3001"}]
)
def test_another_page_hears_nothing_over_a_websocket(browser: TestClient, headers: dict[str, str]) -> None:
    with browser.websocket_connect("/graphql", headers={"origin": HERE, "host": "127.0.0.1:3001"}) as own:
        assert own.receive_text() == "asked"
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/graphql", headers=headers):
        pass
