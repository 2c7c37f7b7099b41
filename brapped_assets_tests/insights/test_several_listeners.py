"""The pages of several: whose they are stands in the address, and two can be held against each other."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights.how_counted.listener_comparison import FORMULAS
from brapped_assets.insights.listener_comparison import compare
from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"
PERIODS = ("all", "2025", "2026-03-29", "7d")
FACTS = examples(15)
MOST = 2


def told(track: int, days_ago: float) -> Told:
    return Told(NOW - timedelta(days=days_ago), track, 60_000, False, False, False, "ios", False)


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        browser.headers["origin"] = HERE
        yield browser


@pytest.fixture
def two(warehouse: Warehouse) -> tuple[int, int]:
    """One plays songs 1 to 5 of artists 1 to 3, the other plays song 4 of artist 2 and song 6 of artist 3."""
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        other = newcomer(tx, "other", zone="America/St_Johns")
        play(tx, me, [told(1 + n % 5, n) for n in range(40)])
        play(tx, other, [told(4 if n % 4 else 6, n) for n in range(8)])
        tx.execute("update audit.listener set display_name = 'Ann' where listener_id = %s", (me,))
        tx.execute("update audit.listener set display_name = '<b>Ben' where listener_id = %s", (other,))
    return me, other


def links(text: str) -> list[str]:
    """Addresses of our own pages and forms; everybody's own, and the way to others, are for others to test."""
    text = re.sub(r'(?s)<nav class="people".*?</nav>', "", text)
    return [
        link
        for link in re.findall(r'(?:href|action)="(/[^"]*)"', text)
        if not link.startswith(("/static/", "/api/v1/"))
    ]


def test_a_home_of_one_has_no_switcher_and_nobody_to_compare_with(browser: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        play(tx, know(tx, "Europe/Berlin"), [told(1, 1)])
    assert 'class="people"' not in browser.get("/").text
    answer = browser.get("/compare")
    assert (answer.status_code, "There is nobody here to compare with" in answer.text) == (404, True)


def test_every_page_under_a_listeners_address_is_theirs_and_leads_to_theirs(
    browser: TestClient, two: tuple[int, int]
) -> None:
    _, other = two
    seen: set[str] = set()
    ahead = [f"/of/{other}/", f"/of/{other}/compare", f"/of/{other}/hidden", f"/of/{other}/track/4"]
    while ahead and len(seen) < 60:
        address = ahead.pop()
        page = urlsplit(address)._replace(query="").geturl()
        if page in seen:
            continue
        seen.add(page)
        answer = browser.get(address)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        assert answer.status_code in {200, 405}, address
        if "export.html" in address or answer.status_code != 200:
            continue
        assert f'data-root="/of/{other}"' in answer.text, address
        theirs = [link for link in links(answer.text) if link.startswith(f"/of/{other}/")]
        # What the other should hear leads to who heard it.
        if page != f"/of/{other}/compare":
            assert links(answer.text) == theirs, address
        ahead += theirs
    assert {f"/of/{other}/{name}" for name in ("today", "wrapped", "history", "search", "counted", "add")} <= seen
    overview = browser.get(f"/of/{other}/?range=all").text
    assert "All days and hours in America/St_Johns." in overview
    assert re.search(r'<p class="big">8</p><p class="unit">plays', overview)
    hits = browser.get(f"/of/{other}/search.json?q=tra").json()["hits"]
    assert [hit["name"] for hit in hits] == ["Track 4", "Track 6"]


def test_the_switcher_keeps_page_and_period_and_says_who_is_shown(browser: TestClient, two: tuple[int, int]) -> None:
    me, other = two
    for address, shown in ((f"/of/{other}/wrapped?range=2026", other), ("/wrapped?range=2026", me)):
        (nav,) = re.findall(r'(?s)<nav class="people".*?</nav>', browser.get(address).text)
        found = re.findall(r'href="([^"]+)"( aria-current=true)?>([^<]+)<', nav)
        assert found[:2] == [
            (f"/of/{key}/wrapped?range=2026", " aria-current=true" if key == shown else "", name)
            for key, name in ((me, "Ann"), (other, "&lt;b&gt;Ben"))
        ]
    (nav,) = re.findall(r'(?s)<nav class="people".*?</nav>', browser.get(f"/of/{me}/track/1?range=2026").text)
    assert f'href="/of/{other}/?range=2026"' in nav


@pytest.mark.parametrize("key", ["99", "0", "-1", "x", "9" * 30, "%C2%B2"])
def test_an_address_of_nobody_is_a_page_that_says_so(browser: TestClient, two: tuple[int, int], key: str) -> None:
    answer = browser.get(f"/of/{key}/")
    assert (answer.status_code, "There is no such listener here." in answer.text) == (404, True)


def test_what_one_hides_the_other_still_sees_and_the_way_back_is_ones_own(
    browser: TestClient, two: tuple[int, int], warehouse: Warehouse
) -> None:
    _, other = two
    page = browser.get(f"/of/{other}/track/4").text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert (fields["listener"], fields["back"]) == (str(other), f"/of/{other}/track/4")
    answer = browser.post(f"/of/{other}/hide", data={**fields, "track": "4"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/of/{other}/track/4")
    answer = browser.post(f"/of/{other}/hide", data={**fields, "track": "6", "back": "/hidden"}, follow_redirects=False)
    assert answer.headers["location"] == f"/of/{other}/hidden"
    with warehouse.transaction() as tx:
        hidden = tx.execute("select distinct listener_id from insights.hidden").fetchall()
    assert hidden == [{"listener_id": other}]


def test_a_comparison_over_http_says_names_numbers_and_where_plays_may_lack(
    browser: TestClient, two: tuple[int, int]
) -> None:
    me, other = two
    text = browser.get("/compare?range=all").text
    # A fifth of the plays goes to artist 2 and to artist 3 each; of the other's three quarters, and one.
    assert '<p class="huge">40\u00a0%</p>' in text
    assert '>2</p><p class="unit">artists in common</p>' in text
    assert '>1</p><p class="unit">song in common</p>' in text
    assert "&lt;b&gt;Ben" in text
    assert "<b>Ben" not in text
    turned = browser.get(f"/of/{other}/compare?range=all&with={me}").text
    assert '<p class="huge">40\u00a0%</p>' in turned
    assert f'href="/of/{other}/track/4?range=all"' in turned
    assert f"range=2026&with={me}" in turned.replace("&amp;", "&") or f"range=30d&amp;with={me}" in turned
    assert "Nothing of &lt;b&gt;Ben was played in this time" in browser.get("/compare?range=2026-02-20").text
    # Filters that are dropped leave whom it is with.
    (chips,) = re.findall(
        r'(?s)<nav class="filters".*?</nav>', browser.get(f"/compare?range=all&with={other}&hour=9&weekday=1").text
    )
    links = re.findall(r'data-whole[^>]* href="([^"]*)"', chips)
    assert len(links) == 3
    assert all(f"with={other}" in link for link in links)
    counted = browser.get("/counted").text
    assert 'id="two-listeners-1"' in counted
    assert all(f"<h3>{formula.name}</h3>" in counted for formula in FORMULAS)


def by_hand(tx: Connection, who: Viewer, other: Viewer, period: Any) -> dict[str, Any]:
    artists, songs = [], []
    for one in (who, other):
        rows = tx.execute(
            "select artist_key, track_key from bi.shown_plays where listener_id = %s and counts_as_play"
            " and played_on >= %s and played_on < %s",
            (one.listener_id, period.first, period.until),
        ).fetchall()
        artists.append(Counter(row["artist_key"] for row in rows))
        songs.append(Counter(row["track_key"] for row in rows))
    mine, theirs = (sum(each.values()) for each in artists)
    shared, both = artists[0].keys() & artists[1].keys(), songs[0].keys() & songs[1].keys()
    share = {key: min(Fraction(artists[0][key], mine), Fraction(artists[1][key], theirs)) for key in shared}
    less = {key: min(songs[0][key], songs[1][key]) for key in both}
    return {
        "my_plays": mine, "their_plays": theirs, "artists": len(shared), "my_artists": len(artists[0]),
        "their_artists": len(artists[1]), "songs": len(both),
        "my_songs": len(songs[0]), "their_songs": len(songs[1]),
        "overlap": pytest.approx(float(sum(share.values()))),
        "top_artists": _ranked(artists, share), "top_songs": _ranked(songs, less),
    }  # fmt: skip


def _ranked(plays: list[Counter[int]], common: Mapping[int, Fraction | int]) -> list[tuple[int, int, int]]:
    """Keys and the plays of each: the most in common first, then the most of both together, then the older one."""
    found = sorted(common, key=lambda key: (-common[key], -(plays[0][key] + plays[1][key]), key))
    return [(key, plays[0][key], plays[1][key]) for key in found[:MOST]]


@FACTS
@given(plays=st.lists(st.tuples(st.booleans(), st.integers(1, 6), st.integers(0, 500)), max_size=30),
       period=st.sampled_from(PERIODS), hides=st.booleans())  # fmt: skip
def test_every_number_of_a_comparison_equals_what_is_counted_by_hand_over_the_public_views(
    warehouse: Warehouse, plays: list[tuple[bool, int, int]], period: str, hides: bool
) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Asia/Kolkata")
        other = newcomer(tx, "other", zone="America/St_Johns")
        for mine, listener in ((True, me), (False, other)):
            play(tx, listener, [told(track, days) for is_mine, track, days in plays if is_mine == mine])
        if hides:
            tx.execute("insert into insights.hidden (listener_id, artist_key, hidden_at) values (%s, 3, now())", (me,))
        who, them = viewer(tx, NOW, me), viewer(tx, NOW, other)
        assert who is not None
        assert them is not None
        asked = named(period, today=who.today, first_day=min(who.first_day or who.today, them.first_day or who.today))
        found = compare(tx, who, them, asked, MOST)
        told_by = by_hand(tx, who, them, asked)
        tops = {
            f"top_{kind}": [(row[key], row["mine"], row["theirs"]) for row in rows]
            for kind, key, rows in (
                ("artists", "artist_key", found.top_artists), ("songs", "track_key", found.top_songs),
            )
        }  # fmt: skip
        assert vars(found) | tops == told_by
        turned = compare(tx, them, who, asked, MOST)
        assert [(row["artist_key"], row["theirs"], row["mine"]) for row in turned.top_artists] == [
            (row["artist_key"], row["mine"], row["theirs"]) for row in found.top_artists
        ]
        values = {"listener_id": me, "other_id": other, "first": asked.first, "until": asked.until}
        said: dict[str, Any] = {}
        for formula in FORMULAS:
            said |= tx.execute(formula.statement, values).fetchone() or {}
        assert said == {name: told_by[name] for name in ("overlap", "artists", "songs")}
