"""Badge, card, widget and calendar: what the pages say, in somebody else's page, by a token that opens nothing else."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.rendering.text_width import columns, cut, used
from brapped_assets.text.formatting import minutes
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.web.api.calendar import MOST_OCTETS, _folded
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import examples
from brapped_assets_tests.web.api.asking import Program, live, living, make_token, program

PIECES = ("/badge.svg", "/card.svg", "/widget", "/milestones.ics")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert(1)</script>&"\x07\u202e'


@pytest.fixture(scope="module")
def asking(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """With a token for pieces, and one for everything else."""
    with database(postgres) as url, living(tmp_path_factory.mktemp("home"), url, "pieces") as asking:
        yield asking


def get(asking: Program, path: str, **headers: str) -> Any:
    """As whoever embeds it asks: the token in the address."""
    return asking.client.get(f"/api/v1{path}{'&' if '?' in path else '?'}token={asking.token}", headers=headers)


def texts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    return ["".join(one.itertext()) for one in ET.fromstring(answer.text).iter(f"{SVG}text")]


def test_they_say_what_the_totals_say(asking: Program, tmp_path: Path) -> None:
    listed = [line.split(",") for line in asking.client.get("/list/artists.csv?range=2026-02").text.splitlines()[1:]]
    plays, ms = (sum(int(line[column]) for line in listed) for column in (3, 4))
    assert texts(get(asking, "/badge.svg?range=2026-02&show=plays")) == ["February 2026", f"{plays} plays"]
    assert texts(get(asking, "/badge.svg?range=2026-02")) == ["February 2026", f"≈ {minutes(ms)} minutes"]
    # A gap may hide some.
    assert texts(get(asking, "/badge.svg?range=2026"))[1].startswith("at least ")
    assert texts(get(asking, "/badge.svg?label=Heard&range=2026-02"))[0] == "Heard"
    card = texts(get(asking, "/card.svg?range=2026-02&kind=artists"))
    assert [line[2] for line in listed] == [text for text in card if text.startswith("Artist ")]
    widget = get(asking, "/widget?range=2026-02&kind=songs").text
    for row in asking.client.get("/list/songs.csv?range=2026-02").text.splitlines()[1:6]:
        assert f">{row.split(',')[2]}</span>" in widget


@pytest.mark.parametrize("path", PIECES)
def test_a_token_in_the_address_opens_pieces_and_nothing_else(asking: Program, path: str) -> None:
    assert get(asking, path).status_code == 200
    assert asking.get(path).status_code == 200
    assert asking.client.get(f"/api/v1{path}").status_code == 401
    assert asking.client.get(f"/api/v1{path}?token=guess").status_code == 401
    for other in ("/totals", "/lists/songs", "/plays"):
        assert get(asking, other).status_code == 401
        assert asking.get(other).status_code == 403


def test_a_token_for_something_else_opens_no_piece(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path, database_url, "totals", "lists", "plays", "metrics") as asking:
        for path in PIECES:
            assert get(asking, path).json()["type"] == "/api#scope"


@pytest.mark.parametrize("path", ["/badge.svg?show=money", "/card.svg?kind=days", "/widget?colour=red",
                                  "/card.svg?range=x", "/badge.svg?label=" + "x" * 41,
                                  "/milestones.ics?range=all"])  # fmt: skip
def test_what_is_not_understood_is_a_problem(asking: Program, path: str) -> None:
    answer = get(asking, path)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["parameter"] in path


@pytest.mark.parametrize("path", PIECES)
def test_who_has_it_is_told_so_and_no_shared_cache_keeps_it(asking: Program, path: str) -> None:
    answer = get(asking, path)
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert get(asking, path, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert asking.token not in answer.text


def test_a_picture_may_be_shown_anywhere_and_the_widget_framed_where_you_say(tmp_path: Path, database_url: str) -> None:
    ours = "https://dashboard.example.org"
    with living(tmp_path, database_url, "pieces", origins=(ours,)) as asking:
        svg, widget = get(asking, "/card.svg"), get(asking, "/widget")
        assert svg.headers["cross-origin-resource-policy"] == "cross-origin"
        assert svg.headers["content-security-policy"] == "default-src 'none'"
        assert f"frame-ancestors 'self' {ours}" in widget.headers["content-security-policy"]
        assert "script" not in widget.text
    with program(tmp_path / "b", database_url, asking.token) as nobody:
        assert get(nobody, "/widget").headers["content-security-policy"].endswith("frame-ancestors 'self'")


def test_a_hostile_name_is_text_and_the_listeners_language_is_written(
    warehouse: Warehouse, tmp_path: Path, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        me = live(tx)
        tx.execute("update star.artist_dim set artist_name = %s", (HOSTILE,))
        tx.execute("update star.track_dim set track_name = %s", (HOSTILE * 30,))
        tx.execute("update audit.listener set display_name = %s", ("A;B,\r\nC",))
        tx.execute("insert into insights.preference (listener_id, language, chosen_at) values (%s, 'de', now())", (me,))
        token = make_token(tx, me, "pieces")
    with program(tmp_path, database_url, token) as asking:
        for path in ("/card.svg?kind=songs", "/card.svg?kind=artists", "/badge.svg?label=%3Cb%3E%07"):
            found = texts(get(asking, path))
            assert all(used(text) < 110 for text in found)
        assert "mindestens" in texts(get(asking, "/badge.svg"))[1]
        widget = get(asking, "/widget").text
        assert "<script" not in widget
        assert '<html lang="de"' in widget
        assert re.search(rb"\r\nX-WR-CALNAME:Brapped: A\\;B\\, +C\r\n", get(asking, "/milestones.ics").content)


def test_the_calendar_has_an_event_for_each_piece_of_news(asking: Program) -> None:
    lines = get(asking, "/milestones.ics").text.replace("\r\n ", "").split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    news = re.findall("<entry>", asking.client.get("/feed.atom").text)
    assert len(news) == lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") > 3
    days = [date.fromisoformat(line.partition(":")[2]) for line in lines if line.startswith("DTSTART;VALUE=DATE:")]
    assert days == sorted(days, reverse=True)
    assert len({line for line in lines if line.startswith("UID:")}) == len(news)


@given(st.text(max_size=300))
@examples(100)
def test_a_folded_line_is_the_line_in_pieces_of_75_octets(line: str) -> None:
    folded = _folded(line)
    assert folded.replace(b"\r\n ", b"").removesuffix(b"\r\n").decode() == line.encode("utf-8", "replace").decode()
    if "\n" not in line and "\r" not in line:
        assert all(len(piece) <= MOST_OCTETS for piece in folded.split(b"\r\n"))


@given(st.text(max_size=80), st.integers(2, 40))
@examples(100)
def test_a_cut_text_has_the_columns_it_may_have_and_says_that_it_was_cut(text: str, most: int) -> None:
    found = cut(text, most)
    assert used(found) <= most
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))
    assert {columns(letter) for letter in text} <= {0, 1, 2}
