"""Wrapped over HTTP, and the report: never an error page, names are text, one file that asks nobody."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from brapped_assets.insights.cover_cache import Covers
from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import viewer
from brapped_assets.rendering import report
from brapped_assets.rendering.environment import environment
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
RANGES = ["today", "7d", "month", "year", "all", "2024", "2024-02", "2024-02-29", "2023-05-01..2025-06-15", "2019",
          "nonsense", "9999-12", "0001", "2025-13",
          "0001-01-01..9999-12-31"]  # fmt: skip
NO_PERIODS = {"nonsense", "9999-12", "0001", "2025-13", "0001-01-01..9999-12-31"}
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "| *a* [x](javascript:1)",
]


@pytest.fixture
def client(warehouse: Warehouse, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with warehouse.transaction():
        pass
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    try:
        with TestClient(create_app(site, hosts=["testserver"])) as client:
            yield client
    finally:
        site.close()


def play(warehouse: Warehouse, told: list[Told]) -> int:
    with warehouse.transaction() as tx:
        me = newcomer(tx, zone="Asia/Kathmandu")
        tell(tx, me, [("extended", told)])
    return me


def songs(count: int, name: str = "Song", first: datetime = datetime(2025, 1, 5, 8, tzinfo=UTC)) -> list[Told]:
    """So many plays, one every eight hours, of five songs, three of them by one artist, on one album."""
    return [
        Told(
            first + timedelta(hours=8 * nth),
            180_000,
            f"t{nth % 5}",
            f"{name} {nth % 5}",
            f"{name} by {max(nth % 5 - 2, 0)}",
            album=name,
        )
        for nth in range(count)
    ]


@pytest.mark.parametrize("path", ["/wrapped", "/wrapped/choose", "/export.html"])
def test_before_anything_is_played_the_page_says_how_to_begin(
    client: TestClient, warehouse: Warehouse, path: str
) -> None:
    assert "Your music goes here." in client.get(path).text
    with warehouse.transaction() as tx:
        newcomer(tx)
    assert "Your music goes here." in client.get(path).text


def test_one_play_and_any_period_is_a_page(client: TestClient, warehouse: Warehouse) -> None:
    play(warehouse, songs(1, first=datetime(2024, 2, 29, 12, tzinfo=UTC)))
    for asked in RANGES:
        answer = client.get("/wrapped", params={"range": asked})
        expected = 404 if asked in NO_PERIODS else 200
        assert answer.status_code == expected, asked
        assert "minute" in answer.text or "Nothing was played then." in answer.text, asked
        assert client.get("/export.html", params={"range": asked}).status_code == expected, asked
    one_day, ever = (client.get(f"/wrapped?range={asked}").text for asked in ("2024-02-29", "all"))
    assert ("Still to come" in one_day, "Still to come" in ever) == (False, True)
    # A picture of what is not there yet is none.
    assert ever.count("data-send") == ever.count("data-frame") - 1
    assert 'href="/wrapped?range=2024-02"' in client.get("/wrapped?range=2019").text


def test_where_nothing_counts_as_a_play_no_other_time_is_promised(client: TestClient, warehouse: Warehouse) -> None:
    play(warehouse, [Told(datetime(2024, 2, 29, 12, tzinfo=UTC), 5_000)])
    page = client.get("/wrapped?range=all").text
    assert "Nothing that counts as a play was heard in this time." in page
    assert ("card year" in page, "every time that has" in page) == (False, False)


def test_cards_tell_of_the_plays_and_every_name_leads_to_its_page(client: TestClient, warehouse: Warehouse) -> None:
    play(warehouse, songs(120))
    page = client.get("/wrapped?range=year").text
    shown = re.findall(r'id="card-(\w+)"', page)
    assert shown == [
        *("minutes", "first", "artists", "quiz", "songs", "album", "loyal", "day", "clock", "traits"),
        *("finished", "onehits", "streak", "summary", "next"),
    ]
    assert re.search(r'<h2 class="headline [^"]*figure">360</h2>', page)
    assert re.search(r'<a dir="auto" href="/artist/\d+\?range=year">Song by 0</a>', page)
    assert re.search(r'<a dir="auto" href="/track/\d+\?range=year" data-song>Song 0</a>', page)


def test_every_mark_of_a_drawing_leads_to_the_plays_it_stands_for(client: TestClient, warehouse: Warehouse) -> None:
    play(warehouse, songs(120))
    page = client.get("/wrapped?range=year").text
    plays = {}
    for card in ("day", "clock"):
        (drawing,) = re.findall(rf'(?s)id="card-{card}".*?(<svg class="chart".*?</svg>)', page)
        links = re.findall(r'<a href="([^"]*)" aria-label="(\d\d):00: \d+ min"', drawing)
        listed = [client.get(href.replace("&amp;", "&")).text for href, _ in links]
        plays[card] = {
            int(hour): int(found[1])
            for (_, hour), text in zip(links, listed, strict=True)
            if (found := re.search(r"<b>(\d+)</b> plays?</span>", text))
        }
    # One every eight hours, from 13:45 in Kathmandu on.
    assert plays == {"day": {5: 1, 13: 1, 21: 1}, "clock": {5: 40, 13: 40, 21: 40}}
    # A file has no page for them.
    assert "/history" not in client.get("/export.html?range=year").text


def test_hostile_names_are_text_everywhere(client: TestClient, warehouse: Warehouse) -> None:
    play(warehouse, [one for n, name in enumerate(HOSTILE) for one in
                     [replace(t, track_id=f"{n}{t.track_id}") for t in songs(30, name)]])  # fmt: skip
    for path in ("/wrapped?range=year", "/export.html?range=year"):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert "<svg onload" not in page
        assert "<script>alert" not in page
        assert "javascript:1)" not in re.sub(r">[^<]*<", "><", page), "only ever between tags"
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
    with warehouse.transaction() as tx:
        who = viewer(tx, NOW)
        assert who
        assert who.first_day
        built = report.build(environment(), tx, who, named("year", today=who.today, first_day=who.first_day))
    assert "\\| \\*a\\* \\[x\\]\\(javascript:1\\)" in built.preview


def test_the_report_is_one_file_under_a_policy_that_names_its_own_parts(
    client: TestClient, warehouse: Warehouse
) -> None:
    play(warehouse, songs(120))
    answer = client.get("/export.html?range=year")
    assert answer.headers["content-disposition"] == 'attachment; filename="brapped-2025.html"'
    page = answer.text
    style, script = (re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("style", "script"))
    assert style
    assert script
    hashes = [f"sha256-{b64encode(sha256(part.group(1).encode()).digest()).decode()}" for part in (style, script)]
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; img-src data: blob:; font-src data:; style-src '{hashes[0]}'; script-src '{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(re.findall(r"url\(data:font/woff2;base64,", page)) == 2
    assert not re.search(r'src="(?!data:)|url\((?!data:font/)|@import|<link|srcset|\sstyle=|\son\w+=', page)
    assert set(re.findall(r'href="(https?://[^/"]+)', page)) == {"https://open.spotify.com"}
    assert len(page.encode()) < report.MOST_BYTES
    assert client.get("/export.html?range=year").content == answer.content


@pytest.mark.parametrize(("size", "all_of_them"), [(1_000, True), (400_000, False)])
def test_covers_that_are_on_the_disk_come_along_while_there_is_room(
    warehouse: Warehouse, tmp_path: Path, size: int, all_of_them: bool
) -> None:
    play(warehouse, songs(120))
    png = b"\x89PNG\r\n\x1a\n" + b"x" * size
    with warehouse.transaction() as tx:
        urls = [
            row["image_url"]
            for kind in ("artist", "album")
            for row in tx.execute(f"update star.{kind}_dim set image_url = %s || {kind}_key returning image_url",
                                  (f"https://i.scdn.co/image/{kind}",)).fetchall()
        ]  # fmt: skip
        for url in urls:
            (tmp_path / sha256(url.encode()).hexdigest()).write_bytes(png)
        who = viewer(tx, NOW)
        assert who
        assert who.first_day
        period = named("year", today=who.today, first_day=who.first_day)
        built = report.build(environment(), tx, who, period, covers=Covers(tmp_path))
        # Nobody is asked for one that is not there.
        without = report.build(environment(), tx, who, period, covers=Covers(tmp_path / "empty"))
    count = built.html.count(b'src="data:image/png;base64,')
    assert len(built.html) <= report.MOST_BYTES
    assert (count == 10) == all_of_them
    assert b"data:image" not in without.html
    assert (built.plays, built.rows) == (120, 3 + 5 + 2)
