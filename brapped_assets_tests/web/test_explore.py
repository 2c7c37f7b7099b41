"""*Explore*: every number is that of the page it leads to, and what SQL over the public views says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from html import unescape
from html.parser import HTMLParser
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights.explore import bars
from brapped_assets.insights.facets import facets
from brapped_assets.insights.periods import named
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import KINDS, Selection
from brapped_assets.insights.viewer import viewer
from brapped_assets.text.formatting import minutes
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import NOW, PLATFORMS, TRACKS, Told, histories, know, label, play
from brapped_assets_tests.insights.overview_plays import tell as tell_history
from brapped_assets_tests.insights.test_selection import BY_HAND, GROUPS, selections

HERE = "http://127.0.0.1:3000"
# Kinds of which every play has one value.
WHOLE = ("decade", "weekday", "hour", "source", "basis")


class Link(NamedTuple):
    """A mark of the page: `plays` as it tells them, None where it tells none."""

    href: str
    is_chosen: bool
    plays: int | None


class Marks(HTMLParser):
    """By what they stand for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, Link] = {}
        self.nothing = 0
        self._open: tuple[str, dict[str, str]] | None = None
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "data-mark" in told:
            self._open, self._text = (told["data-mark"], told), ""
        self.nothing += "data-empty" in told

    def handle_data(self, data: str) -> None:
        self._text += f" {data} "

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self._open is None:
            return
        (mark, told), self._open = self._open, None
        told_plays = {
            "range=": r": ([\d,]+) plays?", "at=": r"^\s*([\d,]+)\s*$", "": r"\s([\d,]+)\s+(?:<1|\d+)\s%",
        }  # fmt: skip
        pattern = next(how for start, how in told_plays.items() if mark.startswith(start))
        number = re.search(pattern, self._text)
        plays = int(number[1].replace(",", "")) if number else None
        self.found[mark] = Link(told["href"], "aria-current" in told, plays)


def many(seed: int) -> list[Told]:
    """Some of everything, most of it within three months."""
    random = Random(seed)
    return [
        Told(
            NOW - timedelta(days=int(80 * random.random() ** 2 * (9 if nth % 20 == 0 else 1)), minutes=17 * nth % 1440,
                            seconds=nth),
            random.randint(1, len(TRACKS)), random.choice((29_999, 45_000, 200_000, 200_000)), random.random() < 0.3,
            random.choice((None, False, False, True)), random.random() < 0.5, random.choice(PLATFORMS),
            random.random() < 0.2,
        )
        for nth in range(220)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def browser(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Over one database, which is only read."""
    home = tmp_path_factory.mktemp("explore")
    with database(postgres) as url:
        with Warehouse(home, url) as warehouse, warehouse.transaction() as tx:
            play(tx, know(tx, "Asia/Kolkata"), many(12))
            label(tx)
        with TestClient(create_app(Site(Reading(home, url), clock=lambda: NOW)), HERE) as browser:
            yield browser


def marks(browser: TestClient, address: str) -> dict[str, Link]:
    answer = browser.get(address)
    assert answer.status_code == 200
    return Marks(answer.text).found


def plays_of(browser: TestClient, address: str) -> int:
    (plays,) = re.findall(r'data-plays="(\d+)"', browser.get(address).text)
    return int(plays)


@pytest.mark.parametrize(
    ("address", "of_a_kind"),
    quick_of(
        1,
        [
            # Some two hundred pages each; in `make test`, facets of selections are compared with SQL.
            ("/explore?range=all", 3),
            ("/explore?range=all", 1000),
            ("/explore?range=2026-01-05..2026-03-20&device=Phone&weekday=6&weekday=7", 1000),
            ("/explore?range=2026-03&private=yes&hour=3&hour=9&hour=20&decade=1970", 1000),
        ],
    ),
)
def test_the_number_of_every_mark_is_that_of_the_page_it_leads_to(
    browser: TestClient, address: str, of_a_kind: int
) -> None:
    found = marks(browser, address)
    told = {mark: link.plays for mark, link in found.items() if link.plays is not None and not link.is_chosen}
    kinds = {re.split(r"[= ]", mark)[0] for mark in told}
    assert kinds >= {"range", "at", "weekday", "hour", "end"}
    if address == "/explore?range=all":
        assert kinds >= {"decade", "device", "country", "context", "source", "mode", "basis", "rule"}
    tried = [
        mark for kind in kinds for mark in [mark for mark in told if re.split(r"[= ]", mark)[0] == kind][:of_a_kind]
    ]
    # What adds to the chosen ones leads to more than its own.
    wrong = {
        mark: (told[mark], there)
        for mark in tried
        if not mark.startswith("more ") and (there := plays_of(browser, found[mark].href)) != told[mark]
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("mark", "again"),
    [("device=Phone", "device=Phone"), ("weekday=3", "on=2"), ("hour=20", "from=20"), ("at=44", "at=44"),
     ("artist=1", "artist=1"), ("track=2", "track=2"), ("album=1", "album=1"), ("private", "private"),
     ("end=skipped", "end=skipped"), ("range=2026-03-03", "range=2026-03-03")],
)  # fmt: skip
def test_a_second_click_takes_a_filter_back(browser: TestClient, mark: str, again: str) -> None:
    address = "/explore?range=2026-03"
    there = marks(browser, marks(browser, address)[mark].href)
    assert there[again].is_chosen
    assert there[again].href == address


def test_one_value_takes_the_place_of_another_and_plus_adds_it(browser: TestClient) -> None:
    phone = marks(browser, "/explore?range=all&device=Phone&hour=3")
    assert phone["device=Web"].href == "/explore?range=all&hour=3&device=Web"
    assert phone["more device=Web"].href == "/explore?range=all&hour=3&device=Phone&device=Web"
    both = marks(browser, "/explore?range=all&device=Phone&device=Web")
    assert (both["device=Web"].is_chosen, both["device=Web"].href) == (True, "/explore?range=all&device=Phone")


def test_an_empty_selection_says_which_filter_empties_it_and_drops_it_with_one_click(browser: TestClient) -> None:
    address = "/explore?range=all&device=Car&hour=9&weekday=1"
    page = browser.get(address).text
    assert "<b><bdi>Car</bdi></b>" in page
    left = plays_of(browser, Marks(page).found["drop"].href)
    assert f"without it there {'is 1 play' if left == 1 else f'are {left} plays'}." in page
    assert left > 0
    assert Marks(page).found["drop"].href == "/explore?range=all&weekday=1&hour=9"
    assert plays_of(browser, "/explore?range=all&device=Car&weekday=1") == 0


def test_where_no_filter_does_it_alone_all_can_be_dropped(browser: TestClient) -> None:
    page = browser.get("/explore?range=2026-03-03&device=Car&country=SE").text
    assert "No filter does it alone." in page
    assert Marks(page).found["all"].href == "/explore?range=2026-03-03"


def test_a_time_without_plays_leads_to_all_time(browser: TestClient) -> None:
    page = browser.get("/explore?range=2019&device=Phone").text
    there = Marks(page).found["always"].href
    assert there == "/explore?range=all&device=Phone"
    assert f"Of all time there are {plays_of(browser, there)} plays" in page


def test_what_is_not_understood_is_said_and_the_rest_is_shown(browser: TestClient) -> None:
    answer = browser.get("/explore?range=all&device=<b>&hour=25&decade=1970")
    assert "is no device; it was left out." in answer.text
    assert "&#39;25&#39; is no hour" in answer.text
    assert "<b>&" not in answer.text
    assert plays_of(browser, "/explore?range=all&device=<b>&hour=25&decade=1970") == plays_of(
        browser, "/explore?range=all&decade=1970"
    )


def test_charts_of_the_overview_lead_to_their_plays(browser: TestClient) -> None:
    page = browser.get("/?range=2026-03&device=Phone").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/explore\?[^"]*)"', page)}
    assert "/explore?weekday=7&hour=23&range=2026-03&device=Phone" in links
    assert "/explore?decade=1970&range=2026-03&device=Phone" in links
    assert "/explore?decade=unknown&range=2026-03&device=Phone" in links
    assert "/explore?device=Phone&range=2026-03" in links
    cells = re.findall(r'href="(/explore\?weekday=[^"]*)" title="[^"]*"><span class="sr">(\d+)<', page)
    assert len(cells) == 7 * 24
    told = [(link, int(plays)) for link, plays in cells if plays != "0"]
    assert told == [(link, plays_of(browser, link.replace("&amp;", "&"))) for link, _ in told]


def of_any_length(browser: TestClient, address: str) -> int:
    """The plays that the history lists, those that do not count among them."""
    text = browser.get(address).text
    told = re.findall(r"<span>(?:<b>)?([\d,]+)(?:</b> plays?| not counted)</span>", text)
    return sum(int(number.replace(",", "")) for number in told)


def test_shares_and_hours_of_the_overview_and_of_today_lead_to_as_many_plays(browser: TestClient) -> None:
    page = browser.get("/?range=all").text
    shares = [(unescape(href), int(value)) for href, value in
              re.findall(r'<li><a href="([^"]*)"><span [^<]*</span><meter[^>]* value="(\d+)"', page)]  # fmt: skip
    told = {href: of_any_length(browser, href) if "/history" in href else plays_of(browser, href) for href, _ in shares}
    assert told == dict(shares)
    assert {re.split("[?=]", href)[1] for href in told} == {"decade", "device", "end", "mode"}
    month = marks(browser, "/explore?range=2026-03")
    busiest = max((one for one in month if one.startswith("range=")), key=lambda one: month[one].plays or 0)
    for address in (f"/?{busiest}", "/today"):
        (svg,) = re.findall(r'(?s)<figure class="bars" data-marks>(.*?)</figure>', browser.get(address).text)
        hours = re.findall(r'<a href="([^"]*)"><title>(\d\d):00, ([\d,]+) min', svg)
        assert [int(hour) for _, hour, _ in hours] == list(range(24))
        for href, _, told_minutes in hours:
            (ms,) = re.findall(r'data-ms="(\d+)"', browser.get(unescape(href)).text)
            assert f"{minutes(int(ms)):,}" == told_minutes


@pytest.mark.parametrize(
    "address", quick_of(2, ["/artist/1", "/track/2", "/album/1", "/artist/2?range=2026-03&device=Phone"])
)
def test_hours_and_months_of_a_page_of_one_lead_to_as_many_plays(browser: TestClient, address: str) -> None:
    page = browser.get(address).text
    wedges = re.findall(r'<a href="([^"]*)"><path[^>]*><title>\d\d:00: (\d+)</title>', page)
    assert wedges
    assert [plays_of(browser, unescape(href)) for href, _ in wedges] == [int(plays) for _, plays in wedges]
    months = re.findall(r'<a href="([^"]*)"><rect[^>]*><title>[^:]*: (\d+)</title>', page)
    assert months
    number = r'<dd><a href="([^"]*)">([\d,]+)</a></dd>'
    for href, plays in months:
        ((of_history, told),) = re.findall(number, browser.get(unescape(href)).text)
        assert told == plays
        assert f"<b>{plays}</b> play" in browser.get(unescape(of_history)).text


@examples(40)
@given(history=histories(), selection=selections(), name=st.sampled_from(("all", "2026", "2025", "2026-03", "7d")))
def test_facets_are_what_sql_over_the_views_counts(
    warehouse: Warehouse, history: Any, selection: Selection, name: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        label(tx)
        tx.execute("update star.track_dim set duration_ms = track_key * 50000 where track_key < 6")
        tx.execute("delete from insights.hidden")
        who = viewer(tx, NOW)
        assert who is not None
        period = named(name, today=who.today, first_day=who.first_day or date(2026, 1, 1))
        narrowed = viewer_of(tx, who, selection)
        found = facets(tx, partial(viewer_of, tx, who), selection, period)
        assert set(found) == set(KINDS) - {"artist", "track", "album"}
        for kind, facet in found.items():
            assert (facet.plays, facet.ms) == _by_hand(tx, selection.without(kind), period)
            expected = {
                one.value: _by_hand(tx, replace(selection.without(kind), **{kind: (one.value,)}), period)  # type: ignore[arg-type]  # kinds are the fields
                for one in facet.options
            }
            assert {one.value: (one.plays, one.ms) for one in facet.options} == expected
            if kind in WHOLE:
                assert sum(one.plays for one in facet.options) == facet.plays
        line = bars(narrowed, period)
        assert (sum(bar.plays for bar in line), sum(bar.ms for bar in line)) == _by_hand(tx, selection, period)
        for bar in line:
            led_to = named(bar.name, today=who.today, first_day=who.first_day or who.today)
            assert (bar.plays, bar.ms) == _by_hand(tx, selection, led_to)


def _by_hand(tx: Connection, selection: Selection, period: Any) -> tuple[int, int]:
    """Plays that count and their milliseconds."""
    values: dict[str, Any] = {kind: list(getattr(selection, kind)) for kind in KINDS}
    platforms = [word for word, group in GROUPS.items() if group in selection.device]
    values |= {
        "rule": selection.rule, "private": selection.private,
        "platforms": platforms or (["none"] if selection.device else []),
    }  # fmt: skip
    rows = tx.execute(BY_HAND.replace("select p.played_at,", "select p.played_on, p.played_at,"), values).fetchall()
    counting = [
        row["ms_played"] for row in rows
        if row["counts_as_play"] and period.first <= row["played_on"] < period.until
    ]  # fmt: skip
    return len(counting), sum(counting)
