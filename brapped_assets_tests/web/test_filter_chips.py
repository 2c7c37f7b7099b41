"""A filter in the address holds on every page that shows plays, is said there, and can be dropped."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1"
PAGES = ("/", "/wrapped", "/wrapped/choose", "/artist/1", "/track/1", "/album/1", "/compare")
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def browser(warehouse: Warehouse, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Two who played on two kinds of devices, every third play on the other one."""
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        for listener in (me, newcomer(tx, "other")):
            play(tx, listener, [Told(NOW - timedelta(days=n), 1 + n % 3, 60_000, False, None, False,
                                     "web_player windows 10;chrome" if n % 3 == 0 else "android", n % 2 == 0)
                                for n in range(60)])  # fmt: skip
    site = Site(Reading(tmp_path_factory.mktemp("pages"), database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        yield browser
    site.close()


def chips(text: str) -> list[tuple[str, str]]:
    """What the page says it is filtered by, and where dropping each leads."""
    (bar,) = re.findall(r'(?s)<nav class="filters".*?</nav>', text) or [""]
    return [(unescape(label), unescape(href)) for href, label in re.findall(r'href="([^"]*)".*?<bdi>(.*?)</bdi>', bar)]


def plays(text: str) -> int:
    found = re.search(r'<p class="big">([\d,]+)</p><p class="unit">plays?</p>', text)
    assert found is not None
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("page", quick_of(3, PAGES))
def test_a_filter_is_said_on_every_page_goes_along_and_is_dropped_by_a_click(browser: TestClient, page: str) -> None:
    text = browser.get(page, params={"device": "phone", "range": "all"}).text
    ((label, drop),) = chips(text)
    # Whom it is with stays as it is.
    stays = {"with": "2"} if page == "/compare" else {}
    assert (label, dict(parse_qsl(urlsplit(drop).query))) == ("Phone", {"range": "all", **stays})
    rest = re.sub(r'(?s)<nav class="filters".*?</nav>', "", text)
    links = [unescape(link) for link in re.findall(r'href="(/(?:artist|track|album|wrapped)[^"]*)"', rest)]
    assert links
    assert [link for link in links if "device=Phone" not in link] == []
    assert chips(browser.get(drop).text) == []


def test_numbers_follow_and_the_parts_are_the_whole(browser: TestClient) -> None:
    whole = plays(browser.get("/?range=all").text)
    assert whole == 60
    parts = [plays(browser.get(f"/?range=all&device={device}").text) for device in ("Phone", "Web")]
    assert parts == [40, 20]
    assert plays(browser.get("/?range=all&device=Phone&device=Web").text) == whole


def test_a_card_and_a_file_say_that_they_are_of_some_plays_only(browser: TestClient) -> None:
    assert ", filtered</span>" in browser.get("/wrapped?range=all&device=Phone").text
    assert ", filtered</span>" not in browser.get("/wrapped?range=all").text
    answer = browser.get("/export.html?range=2026&device=Phone&weekday=1")
    assert 'filename="brapped-2026-filtered.html"' in answer.headers["content-disposition"]
    assert "Only: <bdi>Monday, Phone</bdi>." in answer.text


def test_what_is_no_filter_is_said_and_left_out(browser: TestClient) -> None:
    for asked in ("device=Toaster", "hour=25", "artist=0", f"country={HOSTILE}", "decade=1985", "rule=mine"):
        answer = browser.get(f"/?range=all&{asked}")
        assert answer.status_code == 200, asked
        assert 'role="alert"' in answer.text, asked
        assert "<img src=x" not in answer.text
        assert plays(answer.text) == 60, asked


def test_ten_thousand_filters_are_an_answer_in_words(browser: TestClient) -> None:
    asked = "&".join(f"track={key}" for key in range(1, 5_001))
    answer = browser.get(f"/?range=all&{asked}")
    assert answer.status_code == 200
    assert "Of 5,000 values for track the first 100 count." in answer.text


def test_a_filter_that_leaves_nothing_leaves_a_page_that_can_be_gone_on_from(browser: TestClient) -> None:
    for page in PAGES:
        answer = browser.get(page, params={"range": "all", "country": "ZZ"})
        assert answer.status_code == 200, page
        ((label, drop),) = chips(answer.text)
        assert (label, browser.get(drop).status_code) == ("in Unknown Region", 200), page


@pytest.mark.parametrize(
    "page",
    quick_of(
        3, ["/", "/explore", "/wrapped", "/genres", "/list/songs", "/list/days", "/places/artists", "/changes/songs"]
    ),
)
def test_an_empty_selection_names_the_filter_that_empties_it_on_every_page(browser: TestClient, page: str) -> None:
    asked = {"range": "30d", "by": "minutes", "device": "phone", "country": "ZZ"}
    for root in ("", "/of/2"):
        text = browser.get(f"{root}{page}", params=asked).text
        assert "What empties it is <b><bdi>in Unknown Region</bdi></b>: without it there are" in text
        ways = {
            name: urlsplit(unescape(href))
            for href, name in re.findall(r'data-whole href="([^"]*)" data-mark="(drop|all|always)"', text)
        }
        left = {"range": "30d", "by": "minutes"}
        assert {name: (way.path, dict(parse_qsl(way.query))) for name, way in ways.items()} == {
            "drop": (f"{root}{page}", left | {"device": "Phone"}), "all": (f"{root}{page}", left),
        }  # fmt: skip
        assert "data-empty" not in browser.get(ways["drop"].geturl()).text


def test_the_history_names_it_too_and_what_no_filter_did_is_blamed_on_none(browser: TestClient) -> None:
    text = browser.get("/history", params={"device": "phone", "country": "ZZ"}).text
    assert "in Unknown Region" in re.sub(r'(?s)<nav class="filters".*?</nav>', "", text)
    for page in ("/", "/genres", "/places/artists", "/wrapped"):
        assert "data-empty" not in browser.get(page, params={"range": "2010"}).text
