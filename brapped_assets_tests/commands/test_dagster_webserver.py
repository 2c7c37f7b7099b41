"""Who may ask Dagster's web server: its own pages and programs, not the pages of others in the same browser."""

from contextlib import ExitStack

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from brapped_assets_tests.examples import examples

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
    # Late: it brings Dagster's web server, and every worker collects this file.
    from brapped_assets.services.dagster_webserver import guards

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
        # A read token of the API makes nobody more than they are.
        ("POST", "/graphql", {"origin": "http://evil.example", "authorization": f"Bearer brapped_{'x' * 43}"}, 403),
        ("GET", "/runs", {"host": "evil.example:3001", "authorization": f"Bearer brapped_{'x' * 43}"}, 400),
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
    "headers",
    [
        [("origin", "http://[")],
        [("origin", "http://127.0.0.1:3001"), ("origin", "http://evil.example")],
        [("host", "127.0.0.1:3001"), ("host", "127.0.0.1:3001")],
        [("host", "[")],
        [("content-length", "0"), ("content-length", "0")],
    ],
)
def test_what_cannot_be_read_is_400_and_no_failure(browser: TestClient, headers: list[tuple[str, str]]) -> None:
    for method in ("GET", "POST"):
        answered = browser.request(method, "/graphql", headers=httpx2.Headers([("accept", "text/html"), *headers]))
        assert (answered.status_code, answered.text) == (400, "This request cannot be read.")
        assert answered.headers["x-frame-options"] == "DENY"


@given(origin=st.one_of(st.text(st.characters(max_codepoint=255), max_size=20), st.just("http://[").map(str)))
@examples(60)
@example(origin="http://[")
@example(origin="HTTP://127.0.0.1:3001")
@example(origin="http://127.0.0.1:3001\x85")
def test_no_origin_makes_it_fail_and_only_its_own_is_answered(browser: TestClient, origin: str) -> None:
    headers = [(b"origin", origin.encode("latin-1"))]
    answered = browser.post("/graphql", headers=httpx2.Headers(headers))
    assert (answered.status_code == 200) == (origin.lower() == HERE)
    assert answered.status_code in (200, 400, 403)
    with ExitStack() as stack:
        if answered.status_code != 200:
            stack.enter_context(pytest.raises(WebSocketDisconnect))
        place = httpx2.Headers([*headers, (b"host", b"127.0.0.1:3001")])
        with browser.websocket_connect("/graphql", headers=place) as talk:
            assert talk.receive_text() == "asked"


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "http://evil.example:3001", "host": "evil.example:3001"}]
)
def test_another_page_hears_nothing_over_a_websocket(browser: TestClient, headers: dict[str, str]) -> None:
    with browser.websocket_connect("/graphql", headers={"origin": HERE, "host": "127.0.0.1:3001"}) as own:
        assert own.receive_text() == "asked"
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/graphql", headers=headers):
        pass
