"""A week and a month that are over are on Today once, with the cards of their Wrapped; and for ever in the feed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.feed import own_key
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import polled
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

# A Monday: the first week of November 2026 is over since midnight in Berlin, and October is, too.
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
KEY = "the key of everything"


class Clock:
    now = MONDAY


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    """Plays on each of the last 40 days; three songs by three artists, one of them with a hostile name."""
    told = [
        Told(MONDAY - n * DAY, 120_000, f"t{n % 3}", f"Song {n % 3}", ["Ann", "<b>Bob & Co", "Cy"][n % 3])
        for n in range(1, 41)
    ]
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Europe/Berlin")
        tell(tx, me, [("extended", told)])
    return me


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: Clock.now)
    yield site
    Clock.now = MONDAY
    site.close()


@pytest.fixture
def browser(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(site), "http://127.0.0.1") as browser:
        yield browser


def shown(page: str) -> list[str]:
    return re.findall(r'<article class="frame" id="([^"]+)"', page)


def card(page: str, key: str) -> str:
    (found,) = re.findall(rf'(?s)<article class="frame" id="{key}".*?</article>', page)
    return re.sub(r'id="[^"]+"', "", found)


def test_the_month_and_the_week_that_are_over_appear_once_with_the_cards_of_their_wrapped(
    browser: TestClient, me: int
) -> None:
    page = browser.get("/today").text
    assert shown(page) == [
        f"{name}-{key}" for name in ("2026-10", "2026-W45") for key in ("minutes", "artists", "songs")
    ]
    wrapped = browser.get("/wrapped?range=2026-W45").text
    assert card(page, "2026-W45-minutes") == card(wrapped, "card-minutes").replace("?range=2026-W45", "")
    assert 'href="/wrapped?range=2026-W45"' in page
    assert shown(browser.get("/today").text) == []
    # In a week there is another one, and another month in a month.
    Clock.now = MONDAY + 7 * DAY
    assert shown(browser.get("/today").text) == []
    assert browser.cookies["brapped_recaps"] == f"{me}:2026-10.{me}:2026-W45"


def test_another_browser_sees_it_too_and_whoever_is_polled_waits_for_the_poll_after_the_end(
    browser: TestClient, site: Site, me: int, warehouse: Warehouse
) -> None:
    with warehouse.transaction() as tx:
        polled(tx, me, MONDAY - timedelta(hours=12))
    assert shown(browser.get("/today").text) == ["2026-10-minutes", "2026-10-artists", "2026-10-songs"]
    with warehouse.transaction() as tx:
        polled(tx, me, MONDAY - timedelta(hours=1))
    assert shown(browser.get("/today").text) == ["2026-W45-minutes", "2026-W45-artists", "2026-W45-songs"]
    with TestClient(create_app(site), "http://127.0.0.1") as other:
        assert len(shown(other.get("/today").text)) == 6


def entries(content: bytes) -> list[dict[str, str]]:
    feed = ET.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    # What RFC 4287 asks of a feed and of each entry.
    for one in (feed, *feed.iter(f"{ATOM}entry")):
        assert [len(one.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated", "")).tzinfo is not None
        assert one.findall(f"{ATOM}link[@rel='alternate']")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    return [
        {name: one.findtext(f"{ATOM}{name}", "") for name in ("id", "title", "updated", "summary")}
        | {"href": one.find(f"{ATOM}link").attrib["href"]}  # type: ignore[union-attr]
        for one in feed.iter(f"{ATOM}entry")
    ]


def test_the_feed_tells_recaps_and_milestones_under_names_that_stay(browser: TestClient, me: int) -> None:
    answer = browser.get("/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    found = entries(answer.content)
    assert found[0] == {
        "id": found[0]["id"], "title": found[0]["title"], "updated": "2026-11-09T00:00:00+01:00",
        "summary": "14 minutes of music in 7 plays. Most of all: Song 1 by <b>Bob & Co.",
        "href": "http://127.0.0.1/wrapped?range=2026-W45",
    }  # fmt: skip
    assert len({one["id"] for one in found}) == len(found) > 6
    assert all(one["id"].startswith("urn:uuid:") for one in found)
    assert "30 days in a row" in {one["title"] for one in found}
    Clock.now = MONDAY + 7 * DAY
    later = {one["id"] for one in entries(browser.get("/feed.atom").content)}
    assert {one["id"] for one in found if "range=2026-W45" in one["href"]} <= later
    theirs = entries(browser.get(f"/of/{me}/feed.atom").content)
    assert theirs[0]["href"].startswith(f"http://127.0.0.1/of/{me}/")


def test_the_feed_says_which_minutes_are_estimated(browser: TestClient, me: int, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        tx.execute("update star.streaming_fact set is_estimated = true where listener_id = %s", (me,))
    assert entries(browser.get("/feed.atom").content)[0]["summary"].startswith("≈14 minutes of music in 7 plays. ")


def test_before_anything_is_played_the_feed_is_empty_and_of_nobody_there_is_none(
    browser: TestClient, warehouse: Warehouse
) -> None:
    with warehouse.transaction() as tx:
        tx.execute("delete from audit.listener")
    assert browser.get("/feed.atom").status_code == 404
    with warehouse.transaction() as tx:
        newcomer(tx, "early", zone="UTC")
    assert entries(browser.get("/feed.atom").content) == []


def test_on_a_network_the_key_of_a_feed_opens_that_feed_alone_and_the_feed_holds_none(site: Site, me: int) -> None:
    app = create_app(site, ["music.lan"], key=KEY)
    opens = own_key(KEY, "/feed.atom")
    with TestClient(app, "http://music.lan") as reader:
        assert reader.get("/feed.atom").status_code == 403
        answer = reader.get(f"/feed.atom?feed={opens}")
        assert answer.status_code == 200
        assert KEY not in answer.text
        assert opens not in answer.text
        assert "brapped_key" not in reader.cookies
        for path in ("/today", f"/of/{me}/feed.atom", "/", "/export.html", "//feed.atom"):
            assert reader.get(f"{path}?feed={opens}").status_code == 403, path
    with TestClient(create_app(site, ["music.lan"], key=KEY), "http://music.lan") as owner:
        owner.cookies.set("brapped_key", KEY)
        page = owner.get("/today").text
    assert page.count(f'href="/feed.atom?feed={opens}"') == 2
    assert KEY not in page
