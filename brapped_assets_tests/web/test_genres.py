"""The page of genres and countries: each row says as much as the page it leads to; little known gives way."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import NOW, Told, describe, know, label, play

ROW = re.compile(r'<li><a href="([^"]+)"><span dir="auto">([^<]*)</span><meter[^>]*>([^<]*)</meter>')
CELL = re.compile(r'<td class="q(\d)"><a href="([^"]+)" title="([^"]+)"><span class="sr">([\d,]+)</span>')


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1:3000") as browser:
        yield browser


@pytest.fixture
def listened(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [Told(NOW - timedelta(days=9 * n), 1 + n % 6, 60_000 + n, False, False, False, "ios", False)
                      for n in range(50)])  # fmt: skip
        label(tx)


def plays_of(browser: TestClient, href: str) -> int:
    """What *Explore* counts at an address."""
    (found,) = re.findall(r'data-plays="(\d+)"', browser.get(unescape(href)).text)
    return int(found)


def test_each_row_and_field_leads_to_as_many_plays_as_it_says(
    browser: TestClient, warehouse: Warehouse, listened: None
) -> None:
    with warehouse.transaction() as tx:
        describe(tx)
    page = browser.get("/genres?range=all").text
    rows = ROW.findall(page)
    names = [name for _, name, _ in rows]
    assert {"rock", "alternative rock", "k-pop"} < set(names)
    assert {"United Kingdom", "Kosovo", "Germany", "India", "1960s"} <= set(names)
    for href, name, share in rows:
        assert share == f"{round(100 * plays_of(browser, href) / 50)}\N{NO-BREAK SPACE}%", name
    cells = CELL.findall(page)
    assert sum(int(plays) for *_, plays in cells) > 0
    for _, href, _, plays in [cell for cell in cells if cell[3] != "0"][:12]:
        assert plays_of(browser, href) == int(plays), href
    assert re.search(r"Known for \d+\N{NO-BREAK SPACE}% of your plays\.", page)


def test_what_is_known_of_too_little_is_not_drawn_and_says_when_it_will_be(browser: TestClient, listened: None) -> None:
    page = browser.get("/genres?range=all").text
    assert page.count("From 30\N{NO-BREAK SPACE}% on it is shown.") == 2
    assert "Genres around the clock" not in page
    # Where one listened is of the export, and known.
    assert {name for _, name, _ in ROW.findall(page)} == {"Germany", "India"}


def test_hostile_genres_are_text(browser: TestClient, warehouse: Warehouse, listened: None) -> None:
    with warehouse.transaction() as tx:
        tx.execute("insert into star.artist_genre select artist_key, 'musicbrainz', %s, 1 from star.artist_dim"
                   " where artist_key %% 2 = 1",
                   ("<script>alert(1)</script>&genre=rock",))  # fmt: skip
    for path in ("/genres?range=all", "/artist/1", "/explore?range=all", "/wrapped?range=all"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert path.startswith("/wrapped") or "&lt;script&gt;alert" in page, path
    href = next(href for href, name, _ in ROW.findall(browser.get("/genres?range=all").text) if "alert" in name)
    assert 0 < plays_of(browser, href) < 50
