"""Overview and Today over HTTP: any period, any history, never an error; what is said is what is known."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from brapped_assets.rendering.environment import HERE
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.insights.overview_plays import NOW, Told, gap, know, play

RANGES = (
    "today", "7d", "30d", "month", "year", "2025", "2025-03", "2026-03-29", "2024-12-31..2025-10-26", "all", "2019",
    "2031", "nonsense",
)  # fmt: skip
PAGES = ("/today", *(f"/?range={name}&by={by}" for name in RANGES for by in ("plays", "minutes")))
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Starlette]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    yield create_app(site)
    site.close()


def get(app: Starlette, *paths: str) -> list[httpx2.Response]:
    async def ask() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            return [await browser.get(path) for path in paths]

    return asyncio.run(ask())


def words(response: httpx2.Response) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<title>.*?</title>|<[^>]*>", " ", response.text.split("<main", 1)[1])
    return re.sub(r"\s+", " ", body)


def told(minutes_ago: float, track: int = 1, *, is_estimated: bool = False, ms: int = 60_000) -> Told:
    return Told(
        NOW - timedelta(minutes=minutes_ago),
        track,
        ms,
        is_estimated,
        False,
        False,
        None if is_estimated else "ios",
        False,
    )


def test_every_period_of_every_history_is_a_page_and_none_of_them_says_none(
    app: Starlette, warehouse: Warehouse
) -> None:
    for plays in (
        [],
        [told(5)],
        [told(n * 700, 1 + n % 6, is_estimated=n % 2 == 0) for n in range(60)],
        [told(0.1, ms=100)],
    ):
        with warehouse.transaction() as tx:
            me = know(tx, "Asia/Kathmandu")
            play(tx, me, plays)
        for path, response in zip(PAGES, get(app, *PAGES), strict=True):
            assert response.status_code == (404 if plays and "nonsense" in path else 200), path
            assert not re.search(r"\bNone\b|\bnan\b|Undefined|\[\]", words(response)), path
        with warehouse.transaction() as tx:
            tx.execute("delete from star.streaming_fact")


def test_before_the_first_play_spotify_s_own_ranking_is_there(app: Starlette, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        tx.execute("insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, artist_key)"
                   " values (%s, '2026-03-28', 'artists', 'short_term', 1, 2)", (me,))  # fmt: skip
    for page in get(app, "/", "/today"):
        assert "Nothing played yet" in words(page)
        assert "Spotify's own ranking" in page.text.replace("&#39;", "'")
        assert "As of Sat 28 Mar 2026" in words(page)
        assert 'href="/artist/2"' in page.text


def test_estimates_gaps_and_the_unfinished_day_are_said(app: Starlette, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [told(60, is_estimated=True), told(120), told(60 * 24 * 10)])
        gap(tx, me, datetime(2026, 3, 24, 10, tzinfo=UTC), datetime(2026, 3, 25, 10, tzinfo=UTC))
    year, today, past, week = get(app, "/?range=2026", "/?range=today", "/?range=2026-03-19", "/?range=7d")
    assert "at least ≈ 3 minutes of music" in words(year)
    assert "33 % of it is estimated" in words(year)
    assert year.text.count('fill="url(#hatch)"') == 2
    assert "is-today" in year.text
    # Days in a row; today's, which is not over, is drawn apart.
    assert 'data-first="2026-03-23" data-minutes="0,0,0,0,0,0,2" data-gaps="1,2"' in week.text
    assert [len(drawn.split()) for drawn in re.findall(r'points="([^"]*)"', week.text)] == [6, 2]
    assert "so far ≈ 2 minutes" in words(today)
    assert "at least" not in words(today)
    assert "so far" not in words(past)
    assert "≈" not in words(past)


def test_the_first_song_of_a_period_leads_to_its_day(app: Starlette, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        play(tx, me, [told(60 * 24 * 400, 4), told(60 * 24 * 20, 2, ms=29_000), told(60 * 24 * 10, 3), told(5, 1)])
    ever, month = get(app, "/?range=all", "/?range=2026-03")
    for answer, song, day in (
        (ever, "Track 4", NOW - timedelta(days=400)),
        (month, "Track 3", NOW - timedelta(days=10)),
    ):
        (card,) = re.findall(
            r'(?s)<a class="[^"]*" href="([^"]*)"><p class="eyebrow">First song</p>(.*?)</a>', answer.text
        )
        assert card[0].startswith(f"/history?on={day.date()}")
        assert song in card[1]


def test_an_empty_time_says_what_would_count(app: Starlette, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        play(tx, me, [told(60 * 24 * 400, 4), told(60 * 24 * 20, 2, ms=29_000)])
    by_rule = get(app, *(f"/?range=2026-03{rule}" for rule in ("", "&rule=finished", "&rule=all")))
    said = [re.findall(r"counts as a play \(([^)]*)\)", words(answer)) for answer in by_rule]
    assert said == [["30 seconds and more"], ["played to the end"], []]
    # The script of the line of days comes with a line, and with nothing else.
    drawn = [("data-line" in page.text, "day_line.js" in page.text) for page in (*by_rule, *get(app, "/?range=all"))]
    assert drawn == [(False, False), (False, False), (True, True), (True, True)]


def test_a_name_is_text_whatever_it_says(app: Starlette, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        for table, column in (("artist_dim", "artist_name"), ("album_dim", "album_name"), ("track_dim", "track_name")):
            tx.execute(f"update star.{table} set {column} = %s", (HOSTILE,))
        tx.execute("insert into star.spotify_top (listener_id, taken_on, kind, time_range, rank, track_key)"
                   " values (%s, '2026-03-28', 'tracks', 'long_term', 1, 2)", (me,))  # fmt: skip
        play(tx, me, [told(n * 60, 1 + n % 6) for n in range(1, 200)])
    for page in get(app, "/?range=all", "/today"):
        assert page.text.count("&lt;img src=x") > 10
        assert "<img src=x" not in page.text
        assert not re.search(
            r"<script(?! src=\"/static/)|\sstyle=|\son\w+=", page.text.replace(" onerror=alert(1)", "")
        )


def test_what_is_vendored_is_what_its_readme_says() -> None:
    vendored = HERE / "static" / "vendor"
    told = dict(
        reversed(line.split()) for line in re.findall(r"sha256 +(\S+ +\S+)", (vendored / "README.md").read_text())
    )
    assert {name: hashlib.sha256((vendored / name).read_bytes()).hexdigest() for name in told} == told
    assert list(told) == ["figtree-latin.woff2", "figtree-latin-ext.woff2"]
    assert (vendored / "LICENSE-figtree").is_file()
