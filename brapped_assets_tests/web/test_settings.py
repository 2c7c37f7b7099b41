"""The gear: what is chosen holds on every page, after a restart, in other browsers, and for this listener only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"
CHOSEN = {
    "language": "de", "theme": "contrast", "hours": "12", "numbers": "space", "week": "7", "rule": "all",
    "private": "yes",
}  # fmt: skip


@pytest.fixture
def me(warehouse: Warehouse) -> int:
    """Thirty days, of which the newest has a private session and every other song is short."""
    with warehouse.transaction() as tx:
        me = know(tx, "Etc/UTC")
        days = [(NOW - timedelta(days=n, minutes=5), 1 + n % 6, 60_000 if n % 2 else 9_000, n == 1) for n in range(30)]
        play(tx, me, [Told(at, track, ms, False, private, False, "ios", False) for at, track, ms, private in days])
        newcomer(tx, "other", zone="UTC")
    return me


@contextmanager
def browser_of(database_url: str, home: Path) -> Iterator[TestClient]:
    """A browser of a program that has just started."""
    site = Site(Reading(home, database_url), writing=Writing(home, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE, headers={"origin": HERE}, follow_redirects=False) as browser:
        yield browser


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with browser_of(database_url, tmp_path) as browser:
        yield browser


def send(browser: TestClient, path: str, me: int, **fields: str) -> Any:
    token = str(browser.app.state.site.token)  # type: ignore[attr-defined]
    return browser.post(path, data={"token": token, "listener": str(me), **fields})


def selected(page: str) -> dict[str, str]:
    """What each choice stands at."""
    return {
        name: value
        for name, options in re.findall(r'(?s)<select id="(\w+)"[^>]*>(.*?)</select>', page)
        for value in re.findall(r'value="(\w*)" selected', options)
    }


def html_of(page: str) -> str:
    return str(re.findall("<html[^>]*>", page)[0])


def test_what_is_chosen_survives_a_restart_and_holds_in_other_browsers(
    browser: TestClient, me: int, database_url: str, tmp_path: Path
) -> None:
    usual = {"language": "", "theme": "", "hours": "", "numbers": "", "week": "1", "rule": "spotify", "private": "no"}
    assert selected(browser.get("/settings").text) == usual
    answer = send(browser, "/settings", me, **CHOSEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?saved=yes")
    with browser_of(database_url, tmp_path / "again") as another:
        assert selected(another.get("/settings").text) == CHOSEN
        page = another.get("/?range=all").text
        assert html_of(page) == '<html lang="de" data-theme="contrast" data-numbers="fr">'
        # Weeks from Sunday on; by every play, the private one too.
        assert re.findall(r'<tr><th scope="row">(\w+)</th>', page)[:7] == ["So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"]
        assert "29. März 2026" in another.get("/?range=week").text.replace("\u00a0", " ")
        assert re.search(r'(?s)class="big">30<.*?counted', page)


def test_a_browser_keeps_its_looks_when_it_shows_another_listener(browser: TestClient, me: int) -> None:
    send(browser, "/settings", me, **CHOSEN)
    send(browser, "/settings", me + 1, language="fr", theme="dark", rule="spotify")
    browser.cookies.clear()
    assert html_of(browser.get("/").text) == '<html lang="de" data-theme="contrast" data-numbers="fr">'
    assert html_of(browser.get(f"/of/{me + 1}/").text) == '<html lang="fr" data-theme="dark">'
    browser.cookies.set("brapped_display", "language=es&theme=light", domain="127.0.0.1")
    assert html_of(browser.get(f"/of/{me + 1}/").text) == '<html lang="es" data-theme="light">'


@pytest.mark.parametrize(
    ("wishes", "cookie", "html"),
    [
        ("hi-IN,en;q=0.5", "", '<html lang="hi">'),
        ("hi", "language=&theme=dark", '<html lang="hi" data-theme="dark">'),
        ('"><script>', 'language="><script>&theme=url(x)&hours=13&numbers=x', '<html lang="en">'),
        ("de", "&".join(["a=b"] * 50), '<html lang="de">'),
        ("de", "%", '<html lang="de">'),
    ],
)  # fmt: skip
def test_without_a_choice_it_is_the_browsers_language_and_nothing_hostile_gets_through(
    browser: TestClient, me: int, wishes: str, cookie: str, html: str
) -> None:
    answer = browser.get("/offline", headers={"accept-language": wishes, "cookie": f"brapped_display={cookie}"})
    assert (answer.status_code, html_of(answer.text)) == (200, html)
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer.headers["vary"].split(",")}


def test_what_a_template_says_of_itself_is_in_the_language_of_each_who_asks(browser: TestClient, me: int) -> None:
    """A constant that goes through a filter, such as 1|weekday: whoever asks first decides nothing."""
    for language, days in (("en", "Monday Saturday Sunday"), ("de", "Montag Samstag Sonntag"),
                           ("fr", "lundi samedi dimanche"), ("en", "Monday Saturday Sunday")):  # fmt: skip
        page = browser.get("/settings", headers={"accept-language": language}).text
        (chooser,) = re.findall(r'(?s)<select[^>]*name="week".*?</select>', page)
        assert " ".join(re.findall(r"<option[^>]*>([^<]*)</option>", chooser)) == days


def test_until_it_is_chosen_a_week_begins_and_hours_are_written_as_in_the_browsers_region(
    browser: TestClient, me: int
) -> None:
    american = {"accept-language": "en-US,en;q=0.9"}
    page = browser.get("/?range=all", headers=american).text
    assert re.findall(r'<tr><th scope="row">(\w+)</th>', page)[:2] == ["Sun", "Mon"]
    assert "5\u00a0PM" in page
    assert selected(browser.get("/settings", headers=american).text)["week"] == "7"
    assert (
        html_of(browser.get("/", headers={"accept-language": "en-IN"}).text) == '<html lang="en" data-numbers="en-IN">'
    )
    # What was never said is kept as it was seen when something else is; another browser then shows it, too.
    browser.headers.update(american)
    send(browser, "/settings", me, rule="all")
    assert selected(browser.get("/settings", headers={"accept-language": "de"}).text)["week"] == "7"
    send(browser, "/settings", me, **{**CHOSEN, "week": "1", "hours": "24"})
    page = browser.get("/?range=all", headers=american).text
    assert re.findall(r'<tr><th scope="row">(\w+)</th>', page)[:2] == ["Mo", "Di"]


@pytest.mark.parametrize("wrong", [{"language": "en-XA"}, {"theme": "url(x)"}, {"week": "9"}, {"rule": "x"}, {}])
def test_what_no_form_of_ours_says_is_as_usual(browser: TestClient, me: int, wrong: dict[str, str]) -> None:
    assert send(browser, "/settings", me, **wrong).status_code == 303
    assert selected(browser.get("/settings").text)["language"] == ""
    assert browser.post("/settings", data={"token": "none", "language": "de"}).status_code == 403


def test_before_anybody_is_there_a_browser_can_choose(browser: TestClient, database_url: str) -> None:
    token = str(browser.app.state.site.token)  # type: ignore[attr-defined]
    assert browser.post("/settings", data={"token": token, "language": "fr"}).status_code == 303
    assert html_of(browser.get("/settings").text) == '<html lang="fr">'


def test_another_zone_is_shown_before_it_is_taken_and_can_be_taken_back(
    browser: TestClient, me: int, warehouse: Warehouse
) -> None:
    asked = browser.get("/settings/zone", params={"zone": "Asia/Kolkata"}).text
    assert "30 of 30 plays get another local time. 30 another hour, 30 another day." in " ".join(asked.split())
    answer = send(browser, "/settings/zone", me, zone="Asia/Kolkata", since="always")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?saved=yes")
    assert "<b>Asia/Kolkata</b>" in browser.get("/settings").text
    with warehouse.transaction() as tx:
        newest = "select max(played_at_local)::text as at from bi.plays where listener_id = %s"
        assert tx.execute(newest, (me,)).fetchone() == {"at": "2026-03-30 01:35:00"}
    send(browser, "/settings/zone", me, zone="Etc/UTC", since="always")
    assert "<b>Etc/UTC</b>" in browser.get("/settings").text


def test_somebody_who_moved_keeps_the_days_before(browser: TestClient, me: int, warehouse: Warehouse) -> None:
    send(browser, "/settings/zone", me, zone="Asia/Kolkata", since="today")
    with warehouse.transaction() as tx:
        rows = tx.execute("select moves, zones from audit.zones_of(%s)", (me,)).fetchall()
    assert rows == [{"moves": [datetime(2026, 3, 29, 18, 30, tzinfo=UTC)], "zones": ["Etc/UTC", "Asia/Kolkata"]}]
    assert "The moves you told of are forgotten with it." in browser.get("/settings/zone?zone=Europe/Paris").text


@pytest.mark.parametrize("zone", quick_of(2, ["", "Mars/Base", "EST", "<b>", "x" * 5000]))
def test_what_is_no_region_changes_nothing_and_says_what_would_do(browser: TestClient, me: int, zone: str) -> None:
    page = browser.get("/settings/zone", params={"zone": zone})
    assert (page.status_code, "region" in page.text, "<b>" in page.text.split("<h1")[1].split("</h1>")[0]) == (
        200, True, False,
    )  # fmt: skip
    assert send(browser, "/settings/zone", me, zone=zone, since="always").status_code == 400
