"""An artist is said to be another by a search and a button, without a script; one more takes it back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW
from brapped_assets_tests.insights.test_hidden_time import HERE, fields, listen
from brapped_assets_tests.warehouse.polled_plays import newcomer


@pytest.fixture
def browser(database_url: str, tmp_path: Path, warehouse: Warehouse) -> Iterator[TestClient]:
    with warehouse.transaction() as tx:
        listen(tx)
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        browser.headers["origin"] = HERE
        yield browser


def plays(browser: TestClient, path: str) -> int:
    (found,) = re.findall(r"<dd>(?:<a [^>]*>)?(\d+)(?:</a>)?</dd><dt>plays", browser.get(path).text)
    return int(found)


def test_an_artist_counts_as_another_until_that_is_taken_back(browser: TestClient) -> None:
    before = plays(browser, "/artist/1"), plays(browser, "/artist/2")
    found = browser.get("/same?kind=artist&key=1&q=artist").text
    assert sorted(re.findall(r'name="other" value="(\d)"', found)) == ["2", "3"]
    given = {**fields(found, "other"), "other": "2"}
    answer = browser.post("/same", data={**given, "why": "one\x1b\u202e singer, "}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/artist/2")
    page = browser.get("/artist/1?range=all")
    assert (page.url.path, page.url.query) == ("/artist/2", b"range=all")
    assert plays(browser, "/artist/1") == sum(before)
    assert "Counted as Artist 2" in page.text
    hidden = browser.get("/hidden").text
    assert re.search(
        r'Artist 1</span>.*?/artist/2">Artist 2</a> · since .*?<span dir="auto">one singer,</span>', hidden
    )
    browser.post("/not-same", data=fields(hidden, "alias_id"))
    assert (plays(browser, "/artist/1"), plays(browser, "/artist/2")) == before


def test_a_song_counts_as_another(browser: TestClient) -> None:
    before = plays(browser, "/track/4"), plays(browser, "/track/5")
    given = fields(browser.get("/same?kind=track&key=4&q=track 5").text, "other")
    browser.post("/same", data=given)
    assert plays(browser, "/track/4") == sum(before)


@pytest.mark.parametrize(
    ("change", "says"),
    quick_of(
        4,
        [
            ({"other": "1"}, "the same as itself"),
            ({"other": "99"}, "was never played here"),
            ({"key": "2", "other": "1"}, "counts as this one already"),
            ({"key": "1", "other": "3"}, "counts as another already"),
            ({"other": "x"}, "lacks something"),
            ({"kind": "album"}, "lacks something"),
            ({"listener": "99"}, "lacks something"),
        ],
    ),
)
def test_what_cannot_be_the_same_is_said(browser: TestClient, change: dict[str, str], says: str) -> None:
    given = fields(browser.get("/same?kind=artist&key=1&q=artist 2").text, "other")
    if "key" in change:
        browser.post("/same", data=given)
    answer = browser.post("/same", data={**given, **change})
    assert (answer.status_code, says in answer.text) == (400, True)


def test_another_s_alias_is_left_alone(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        other = newcomer(tx, "other")
    browser.post("/same", data=fields(browser.get("/same?kind=artist&key=1&q=artist 2").text, "other"))
    browser.post("/not-same", data={**fields(browser.get("/hidden").text, "alias_id"), "listener": str(other)})
    assert "Counts as" in browser.get("/hidden").text


@pytest.mark.parametrize("query", ["?key=1", "?kind=album&key=1", "?kind=artist&key=99", "?kind=artist&key=x&q=a"])
def test_what_there_is_not_has_no_such_page(browser: TestClient, query: str) -> None:
    assert browser.get(f"/same{query}").status_code == 404


def test_why_something_is_hidden_stands_beside_it(browser: TestClient) -> None:
    given = fields(browser.get("/artist/3").text, "artist")
    browser.post("/hide", data={**given, "why": "my\nsister" + "!" * 300})
    assert f"my sister{'!' * 191}</span>" in browser.get("/hidden").text
