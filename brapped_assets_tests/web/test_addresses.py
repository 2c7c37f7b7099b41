"""Addresses: the period chosen stays chosen, and what names no period is told, never taken for another."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.commands.report import period_of
from brapped_assets.insights.periods import PRESETS, NotAPeriod, Period, named
from brapped_assets.insights.viewer import viewer
from brapped_assets.settings import SettingsError
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.links import Chosen, led_on
from brapped_assets.web.site import Site
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"
TODAY = date(2026, 3, 29)
SHOWS_A_PERIOD = re.compile(
    r"/(of/\d+/)?(explore|wrapped|wrapped/choose|compare|export\.html|(?:list|changes|places)/\w+|(artist|track|album)/\d+)?"
)
# Whoever chooses another period means it.
CHOOSES = re.compile(
    r'(?s)<nav class="(?:periods|switch|years|beside)".*?</nav>|<table.*?</table>|'
    r'<nav class="wider".*?</nav>|<ol class="time.*?</ol>|<section class="grid records">.*?</section>|'
    r'<div class="calendar">.*?</div>|<svg class="month-bars".*?</svg>|'
    r'<div class="column">.*?</div>|<ol class="ranked led">.*?</ol>|'
    r'<p class="aside led">.*?</p>'
)
NO_PERIODS = [
    "garbage", "2026-W54", "2026-W1", "2026-w10", "9999-99", "2025-13", "2025-02-30", "\u0662\u0660\u0662\u0665",
    "\u0968\u0966\u0968\u096b-\u0966\u0969", "\uff12\uff10\uff12\uff15", "1899", "9999-12", "20255", "-1",
    "2025-01-01..", "..2025-01-01", "2025-01-01..2025-02-01..2025-03-01", "2025-01..2025-02", "all-time", "0d", "8d",
    "2025-1", "2025-03-09T00:00", "<img src=x onerror=alert(1)>", "a\0b", "\u202e2025", "x" * 250,
]  # fmt: skip


@pytest.fixture(scope="module")
def url(postgres: EmbeddedServer) -> Iterator[str]:
    """One database for all tests here, which only read."""
    with database(postgres) as url:
        yield url


@pytest.fixture(scope="module")
def warehouse(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with Warehouse(tmp_path_factory.mktemp("home"), url) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def browser(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("pages")
    site = Site(Reading(home, url), writing=Writing(home, url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        yield browser


@pytest.fixture(scope="module")
def two(warehouse: Warehouse) -> tuple[int, int]:
    """Both played all there is, for some months."""
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        other = newcomer(tx, "other", zone="America/St_Johns")
        for listener in (me, other):
            play(tx, listener, [Told(NOW - timedelta(days=3 * n), 1 + n % 6, 60_000, False, False, False, "ios", False)
                                for n in range(60)])  # fmt: skip
    return me, other


def links(text: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="(/[^"]*)"', text)]


def query(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query))


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))


@pytest.mark.parametrize("asked", [{"range": "month"}, {"range": "2026-02-01..2026-02-28", "by": "minutes"}])
def test_from_page_to_page_the_period_stays_the_one_chosen(
    browser: TestClient, two: tuple[int, int], asked: dict[str, str]
) -> None:
    _, other = two

    def kept(link: str) -> dict[str, str]:
        return {name: value for name, value in query(link).items() if name in asked}

    chosen, seen = urlencode(asked), set()
    ahead = [f"/?{chosen}", f"/of/{other}/compare?{chosen}", f"/search?q=a&{chosen}"]
    while ahead:
        # The first listener's come first: the other played nothing in some of these times.
        address = ahead.pop(0)
        page = re.sub(r"^/of/\d+", "", urlsplit(address).path)
        if page in seen or "export" in page:
            continue
        seen.add(page)
        text = browser.get(address).text
        shown = [link for link in links(CHOOSES.sub("", text)) if SHOWS_A_PERIOD.fullmatch(urlsplit(link).path)]
        lost = [link for link in shown if kept(link) != asked and "range=all" not in link]
        assert lost == [], address
        # What chooses another time is ranked as before.
        if "by" in asked:
            assert [link for link in links(text) if "range=" in link and "by=" not in link] == [], address
        ahead += [link for link in shown if kept(link) == asked]
    assert {
        "/",
        "/explore",
        "/wrapped",
        "/wrapped/choose",
        "/compare",
        "/search",
        "/artist/1",
        "/track/1",
        "/album/1",
        "/list/days",
    } <= seen


def test_an_artist_opened_from_this_year_is_shown_of_this_year(browser: TestClient, two: tuple[int, int]) -> None:
    for page in ("/", "/wrapped"):
        of_items = [link for link in links(browser.get(page).text) if re.match("/(artist|track|album)/", link)]
        assert of_items
        assert {urlsplit(link).query for link in of_items} == {"range=year"}, page
    # Nobody chose the time of an artist's page: it does not make the overview one of all time.
    assert "/" in links(browser.get("/artist/1").text)


def test_the_forms_hand_it_on_and_so_does_the_way_back(browser: TestClient, two: tuple[int, int]) -> None:
    assert hidden(browser.get("/search?range=2026&by=minutes").text) == {"range": "2026", "by": "minutes"}
    assert hidden(browser.get("/?range=2026&by=minutes").text) == {"by": "minutes"}
    assert unescape(hidden(browser.get("/artist/1?range=2026").text)["back"]) == "/artist/1?range=2026"
    assert 'data-chosen="range=2026&amp;by=minutes"' in browser.get("/search?range=2026&by=minutes").text


@given(
    own=st.dictionaries(st.sampled_from(("range", "by", "with", "q")), st.text(max_size=6), max_size=3),
    root=st.sampled_from(("", "/of/7")),
    path=st.sampled_from(("/", "/artist/3", "/wrapped", "/today", "/add", "/static/base.css", "/cover/artist/1")),
)
def test_a_link_keeps_what_it_says_itself(own: dict[str, str], root: str, path: str) -> None:
    chosen = {"range": "2025-01-01..2025-02-01", "by": "minutes"}
    written = f"{path}?{urlencode(own)}".replace("&", "&amp;")
    (found,) = re.findall('href="([^"]*)"', led_on(f'<a href="{written}">', root, Chosen(tuple(chosen.items()))))
    is_file = path.startswith(("/static/", "/cover/"))
    assert urlsplit(unescape(found)).path == (path if is_file else root + path)
    expected = own if is_file or path in {"/today", "/add"} else {**chosen, **own}
    assert dict(parse_qsl(urlsplit(unescape(found)).query, keep_blank_values=True)) == expected


@pytest.mark.parametrize(
    "path",
    quick_of(
        3, ["/", "/explore", "/wrapped", "/artist/1", "/track/1", "/album/1", "/compare", "/list/songs", "/of/{other}/"]
    ),
)
def test_what_is_no_period_is_said_above_what_is_shown_instead(
    browser: TestClient, two: tuple[int, int], path: str
) -> None:
    instead = "All time" if re.match("/(artist|track|album)", path) else "2026"
    for asked in NO_PERIODS if path == "/" else NO_PERIODS[:3]:
        answer = browser.get(path.format(other=two[1]), params={"range": asked})
        assert answer.status_code == 404, asked
        (note,) = re.findall(r'(?s)<p class="gap-note misread" dir="ltr" role="alert">(.*?)</p>', answer.text)
        assert "is no period; say year," in note
        assert note.endswith(f"Shown instead: {instead}."), asked
        assert "<img src=x" not in answer.text
        # Nothing leads on with it.
        assert urlencode({"range": asked}) not in unescape(answer.text).split("<main", 1)[0]


def test_a_file_of_no_period_is_not_made(browser: TestClient, two: tuple[int, int], warehouse: Warehouse) -> None:
    for asked in NO_PERIODS:
        answer = browser.get("/export.html", params={"range": asked})
        assert (answer.status_code, "is no period" in answer.text) == (404, True), asked
        assert "content-disposition" not in answer.headers
    with warehouse.transaction() as tx:
        who = viewer(tx, NOW)
    assert who is not None
    for asked in NO_PERIODS:
        with pytest.raises(SettingsError, match="is no period"):
            period_of(asked, who)


@pytest.mark.parametrize(
    ("asked", "says", "status"),
    [
        ("first=2026-03-01&last=2026-03-09", "", 200),
        ("from=2026-03-01&to=2026-03-09", "", 200),
        (
            "range=2026-03-09..2026-03-01",
            "That time ends before it begins. Shown instead: 1\u00a0Mar\u00a02026 to 9\u00a0Mar\u00a02026.",
            200,
        ),
        (
            "first=2026-03-09&last=2026-03-01",
            "That time ends before it begins. Shown instead: 1\u00a0Mar\u00a02026 to 9\u00a0Mar\u00a02026.",
            200,
        ),
        ("first=2026-03-01", "Shown instead: 2026.", 404),
        ("first=&last=2026-03-01", "Shown instead: 2026.", 404),
        ("first=2026-02-30&last=2026-03-01", "Shown instead: 2026.", 404),
        ("from=yesterday&to=today", "Shown instead: 2026.", 404),
        ("range=", "", 200),
        ("range=%20&first=&last=", "", 200),
        ("range=2019", "", 200),
        ("range=2100", "", 200),
        ("range=2019&range=2018", "Of several periods this one counts: 2018.", 200),
        ("range=2019&range=2019&range=", "", 200),
        ("first=2026-03-01&last=2026-03-09&range=2019", "Of several periods this one counts: 2019.", 200),
        (
            "from=2026-03-01&to=2026-03-09&first=2026-03-01&last=2026-03-05",
            "Of several periods this one counts: 1\u00a0Mar\u00a02026 to 5\u00a0Mar\u00a02026.",
            200,
        ),
        ("first=2026-03-01&last=2026-03-09&first=2026-03-02", "Shown instead: 2026.", 404),
    ],
)
def test_two_dates_are_understood_or_said_not_to_be(
    browser: TestClient, two: tuple[int, int], asked: str, says: str, status: int
) -> None:
    answer = browser.get(f"/?{asked}")
    notes = re.findall(r'(?s)misread" dir="ltr" role="alert">(.*?)</p>', answer.text)
    assert answer.status_code == status
    assert [note[-len(says) :] for note in notes] == ([says] if says else [])


@pytest.mark.parametrize("file", ["/list/songs.csv", "/history.csv", "/export.html"])
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("range=garbage", "'garbage' is no period"),
        ("range=2025&range=2026", "Of several periods this one counts: 2026."),
        ("first=2026-03-09&last=2026-03-01", "That time ends before it begins."),
        ("range=2026&weekday=9", "weekday"),
        ("range=2026&rule=foo", "rule"),
        ("range=2026", ""),
    ],
)
def test_a_file_is_not_made_of_what_a_page_would_not_understand(
    browser: TestClient, two: tuple[int, int], file: str, asked: str, says: str
) -> None:
    answer = browser.get(f"{file}?{asked}")
    assert answer.status_code == (404 if says else 200)
    assert says in answer.text.replace("&#39;", "'")
    assert ("content-disposition" in answer.headers) is not bool(says)


@pytest.mark.parametrize(
    ("page", "asked", "says"),
    [
        ("/history", "q=a", "One letter is in most names"),
        ("/list/songs", f"q={'a' * 1000}", "Names are looked for by"),
        ("/list/artists", "sort=garbage", "garbage"),
    ],
)
def test_a_page_says_what_it_leaves_out_of_an_address_and_a_file_is_not_made_of_it(
    browser: TestClient, two: tuple[int, int], page: str, asked: str, says: str
) -> None:
    shown, file = browser.get(f"{page}?{asked}"), browser.get(f"{page}.csv?{asked}")
    assert (shown.status_code, file.status_code) == (200, 404)
    assert says in shown.text
    assert says in file.text


@pytest.mark.parametrize(
    "asked",
    ["on=garbage", "on=2025-02-30", "on=%D9%A2%D9%A0%D9%A2%D9%A5-%D9%A0%D9%A1-%D9%A0%D9%A1", "before=x", "on=20250301"],
)
def test_the_history_says_of_what_is_no_day_that_it_is_none(
    browser: TestClient, two: tuple[int, int], asked: str
) -> None:
    answer = browser.get(f"/history?{asked}")
    assert (answer.status_code, "Shown instead: the newest plays." in answer.text) == (404, True)


def test_a_comparison_with_nobody_is_none_with_somebody_else(browser: TestClient, two: tuple[int, int]) -> None:
    assert [browser.get(f"/compare?with={who}").status_code for who in (*two[1:], 99, "x", "")] == [200, 404, 404, 200]


def test_what_a_listener_never_played_has_no_page_of_theirs(
    warehouse: Warehouse, browser: TestClient, two: tuple[int, int]
) -> None:
    with warehouse.transaction() as tx:
        third = newcomer(tx, "third", zone="Europe/Berlin")
        # Of artist 2 with artist 1 as a guest; a second release of album 1, and what is too short to count.
        play(tx, third, [Told(NOW, 4, 60_000, False, False, False, "ios", False),
                         Told(NOW - timedelta(hours=1), 2, 1_000, False, False, False, "ios", False)])  # fmt: skip
    pages = {"artist": (1, 2, 3, 9), "track": (2, 4, 5, 9), "album": (1, 2, 3, 9)}
    status = {
        kind: [browser.get(f"/of/{third}/{kind}/{key}").status_code for key in keys] for kind, keys in pages.items()
    }
    assert status == {"artist": [200, 200, 404, 404], "track": [200, 200, 404, 404], "album": [200, 200, 200, 404]}
    assert "You never played this song." in browser.get(f"/of/{third}/track/5").text
    assert "No such song." in browser.get(f"/of/{third}/track/9").text
    # What somebody should hear is shown where it was heard.
    advice = browser.get(f"/of/{third}/compare?with={two[0]}&range=all").text.split("should hear this")[1]
    heard = {link for link in links(advice) if "/track/" in link}
    assert f"/of/{two[0]}/track/5?range=all" in heard
    assert {browser.get(link).status_code for link in heard} == {200}


@given(
    st.one_of(
        st.text(max_size=25),
        st.from_regex(r"[0-9]{4}(-W?[0-9]{2}){0,2}(\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?", fullmatch=True),
    )
)
def test_a_text_is_a_period_by_that_name_or_none_at_all(name: str) -> None:
    try:
        found = named(name, today=TODAY, first_day=date(2020, 1, 1))
    except NotAPeriod as error:
        assert "is no period" in str(error)  # noqa: PT017
        return
    assert named(found.name, today=TODAY, first_day=date(2020, 1, 1)) == found
    assert found.first < found.until
    assert found.name == name or sorted(found.name.split("..")) == sorted(name.split(".."))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("year", "2026"), ("month", "2026-03"), ("today", "2026-03-29"), ("7d", "2026-03-23..2026-03-29"),
        ("week", "2026-W13"), ("last-week", "2026-W12"), ("last-month", "2026-02"), ("2020-W53", "2020-W53"),
        ("2025", "2025"), ("2025-03", "2025-03"), ("all", "all"), ("2025-03-01..2025-03-02", "2025-03-01..2025-03-02"),
    ],
)  # fmt: skip
def test_a_file_is_called_by_the_days_it_is_of(name: str, called: str) -> None:
    period: Period = named(name, today=TODAY, first_day=date(2020, 1, 1))
    assert period.file_name == called


@pytest.mark.parametrize(
    ("name", "on", "first", "until"),
    [
        ("week", date(2026, 3, 29), date(2026, 3, 23), date(2026, 3, 30)),
        ("week", date(2026, 3, 30), date(2026, 3, 30), date(2026, 3, 31)),
        ("last-week", date(2026, 3, 30), date(2026, 3, 23), date(2026, 3, 30)),
        ("last-month", date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1)),
        # The first week of a year has its first Thursday.
        ("2026-W01", TODAY, date(2025, 12, 29), date(2026, 1, 5)),
        ("2020-W53", TODAY, date(2020, 12, 28), date(2021, 1, 4)),
    ],
)
def test_weeks_run_from_monday_to_sunday_and_what_runs_ends_today(
    name: str, on: date, first: date, until: date
) -> None:
    found = named(name, today=on, first_day=date(2020, 1, 1))
    assert (found.first, found.until) == (first, until)


def test_what_is_sent_or_kept_is_signed_with_days_that_mean_the_same_tomorrow() -> None:
    periods = [named(name, today=TODAY, first_day=date(2020, 1, 1)) for name in PRESETS]
    signed = {period.name: period.in_days.replace("\xa0", " ") for period in periods}
    assert signed == {
        "today": "29 Mar 2026", "7d": "23 Mar 2026 to 29 Mar 2026", "30d": "28 Feb 2026 to 29 Mar 2026",
        "week": "Week of 23 Mar 2026", "last-week": "Week of 16 Mar 2026", "last-month": "February 2026",
        "month": "March 2026", "year": "2026", "all": "All time",
    }  # fmt: skip
