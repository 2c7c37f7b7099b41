"""Who is answered, and what every answer carries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from brapped_assets.warehouse.db import connections, read_pool
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.security import HEADERS, safe_headers
from brapped_assets.web.site import Site
from brapped_assets_tests.web.add_site import HERE, Pages, pages

KEY = "a-key-of-this-start"
LOCAL = safe_headers(None)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Pages]:
    with pages(tmp_path / "home", database_url) as running:
        yield running


@pytest.fixture
def on_network(tmp_path: Path, database_url: str) -> Iterator[Pages]:
    with pages(tmp_path / "home", database_url, key=KEY) as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/", 200, "Your music goes here."),
        ("GET", "/static/base.css", 200, "Brapped"),
        ("GET", "/static/nothing.css", 404, "No such page."),
        ("GET", "/nowhere", 404, "No such page."),
        ("DELETE", "/add", 405, "That did not work."),
        ("GET", "/broken", 500, "That went wrong."),
        ("GET", "/health", 200, "ok"),
    ],
)
def test_every_answer_is_safe_and_every_mistake_a_page(
    site: Pages, method: str, path: str, status: int, says: str
) -> None:
    def broken(_request: object) -> None:
        raise ZeroDivisionError("secret")

    site.browser.app.router.routes.insert(0, Route("/broken", broken))  # type: ignore[attr-defined]  # ours, no other app
    answer = site.browser.request(method, path)
    assert answer.status_code == status
    assert says in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert {name: answer.headers[name] for name in LOCAL} == LOCAL


def test_a_host_that_is_not_ours_is_refused_and_safely(site: Pages) -> None:
    answer = site.browser.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert {name: answer.headers[name] for name in LOCAL} == LOCAL


def test_on_a_network_nobody_is_answered_without_the_key(on_network: Pages) -> None:
    browser = on_network.browser
    for path in ("/", "/?key=guess", "/?key=", "/add", "/add/progress", "/cover/artist/1", "/nowhere", "/?key=%FF"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "The key is missing." in answer.text
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert browser.post(f"/add?key={KEY}").status_code == 403
    assert browser.get("/health").text == "ok"
    assert browser.get("/static/base.css").status_code == 200


def test_the_first_visit_with_the_key_leaves_a_cookie_and_a_clean_address(on_network: Pages) -> None:
    answer = on_network.browser.get(f"/add?range=2024&key={KEY}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/add?range=2024")
    assert answer.headers["set-cookie"] == (f"brapped_key={KEY}; HttpOnly; Max-Age=2592000; Path=/; SameSite=strict")
    assert on_network.browser.get("/add").status_code == 200
    assert on_network.browser.get("/add", headers={"host": "10.0.0.7:3000"}).status_code == 200
    # A bookmark of an earlier start.
    assert on_network.browser.get("/add?key=old").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/%5C%5Cevil.example", "/%2F%2Fevil.example"])
def test_the_key_leads_to_no_other_site(on_network: Pages, path: str) -> None:
    answer = on_network.browser.get(f"{HERE}{path}?key={KEY}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert answer.headers["location"][1] not in "/\\"


def test_a_database_that_does_not_answer_is_a_page_that_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 0.2)
    # Half a minute is what the one in the background would go on for.
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0.5)
    nowhere = "postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1"
    with TestClient(create_app(Site(Reading(tmp_path, nowhere))), HERE) as browser:
        answer = browser.get("/")
    assert answer.status_code == 503
    assert "Waiting for the database" in answer.text
    assert "in the cloud" not in answer.text
    assert 'data-reload="3"' in answer.text
    assert "secret" not in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_what_stays_down_of_up_is_said_on_every_page_as_long_as_it_is_so(site: Pages) -> None:
    sentence = "The pages' <server> stays down."
    assert "To start it again" not in site.browser.get("/").text
    site.site.down = lambda: (sentence,)
    for path in ("/", "/today", "/add"):
        text = site.browser.get(path).text
        assert (
            "The pages&#39; &lt;server&gt; stays down. To start it again, in a terminal: <code>brapped up</code>"
            in text
        )
    site.site.down = tuple
    assert "To start it again" not in site.browser.get("/").text


def test_nothing_played_yet_says_what_can_be_done_now(site: Pages, warehouse: Warehouse) -> None:
    assert "brapped login" in site.browser.get("/").text
    with warehouse.transaction() as tx:
        tx.execute(
            "insert into audit.listener (spotify_user_id, display_name, time_zone, created_at, consent_ended_at)"
            " values ('a', 'Ada', 'UTC', now(), now())"
        )
    assert "Connect again" in site.browser.get("/").text
