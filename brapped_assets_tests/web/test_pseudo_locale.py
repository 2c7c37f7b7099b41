"""A language that nobody speaks: what a page says without its brackets was forgotten in the catalogue."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets.web.site import Site
from brapped_assets_tests.browser.listened import NAMES, NOW, listen, listen_absent
from brapped_assets_tests.databases import database

HERE = "http://127.0.0.1:3000"
PAGES = (
    "/", "/?range=all&by=minutes", "/?range=2026-11-20", "/?range=2019", "/?range=garbage", "/?range=2025",
    "/?range=week",
    "/explore", "/explore?range=all&by=minutes&device=Phone&artist=1", "/explore?range=2019&hour=3&weekday=1",
    "/explore?rule=all&private=yes&decade=1990&source=api&end=skipped&mode=offline&basis=estimated&context=playlist",
    "/today", "/wrapped?range=2025", "/wrapped?range=2026-11-20..2026-11-21", "/wrapped?range=all", "/wrapped/choose",
    "/history", "/history?q=window", "/history?on=2026-11-22", "/history?q=nothing+like+it", "/history?on=2019-01-01",
    "/search", "/search?q=window", "/search?q=nothing+like+it", "/artist/1", "/artist/2?range=2025",
    "/artist/2?range=2019",
    "/track/1", "/album/1", "/artist/99999", "/same?kind=artist&key=1&q=X",
    "/list/artists?range=all", "/list/songs?range=2025&sort=last", "/list/albums?q=nothing+like+it",
    "/list/days?range=all", "/list/contexts", "/changes/artists?range=2025-06",
    "/changes/songs?range=2025&against=2024",
    "/spoken?range=all", "/genres", "/genres?range=all&by=minutes", "/covers", "/ask", "/changes/albums?range=all",
    "/places/artists?range=2025", "/places/songs?range=all", "/hidden", "/counted", "/add", "/offline", "/compare",
    "/explore?device=foo&hour=77&rule=mine&private=perhaps", "/explore?rule=all&rule=lastfm",
    f"/explore?{'&'.join(f'artist={key}' for key in range(1, 120))}", "/list/artists?page=99", "/list/songs?page=x",
    "/list/days?sort=garbage", "/nowhere",
    "/settings", "/settings/zone?zone=Europe/Paris", "/settings/zone?zone=EST", "/export.html?range=2025",
)  # fmt: skip
BRACKETS = re.compile("⟦[^⟦⟧]*⟧")
# Names of us, of languages and regions, and what is asked for here.
OURS = {
    "Brapped", "brapped", "CSV", "SQL", "Asia/Kolkata", "Europe/Paris", "Europe/Berlin", "EST", "garbage", "window",
    "America/Panama", "America/Jamaica", "India",
    "nothing like it", "spotify.com/account/privacy", "English", "Deutsch", "Español", "Français",
}  # fmt: skip
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
# Numbers, days and hours are CLDR's.
SHORT = "|".join(one[:3] for one in f"{MONTHS}|{DAYS}".split("|"))
# Of a month in a narrow column the first letter is seen.
TAILS = "|".join(one[1:3] for one in MONTHS.split("|"))
WRITTEN = re.compile(rf"\b({MONTHS}|{DAYS}|{SHORT}|{TAILS}|AM|PM)\b")
THEIRS = {"code", "pre", "script", "style", "bdi"}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "aria-valuetext")
VOID = {"meta", "link", "input", "img", "br", "hr", "col", "path", "rect", "circle", "polyline", "use", "line"}


class Said(HTMLParser):
    """What a page says that is its own: not in code, nor in elements for names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        # By tag, whether what it says is somebody else's; None: whose what stands around it is.
        self._open: list[tuple[str, bool | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        is_theirs = "dir" in told or tag in THEIRS
        self.found += [text for name in SPOKEN if (text := told.get(name)) and not is_theirs]
        looks = (told.get("class") or "").split()
        # Covers have the initials of a name, and words for who does not see them.
        whose = True if is_theirs or "cover" in looks else False if "sr" in looks else None
        if tag not in VOID:
            self._open.append((tag, whose))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        whose = [one for _tag, one in self._open if one is not None]
        if data.strip() and not (whose and whose[-1]):
            self.found.append(data)


def forgotten(page: str, names: set[str]) -> list[str]:
    """What stands outside of all brackets and is neither a number nor a name."""
    text = "\n".join(Said(page).found)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    before = ""
    # A text may be a part of another.
    while before != text:
        before, text = text, BRACKETS.sub("", text)
    text = WRITTEN.sub("", text)
    return [line.strip() for line in text.split("\n") if re.search("[A-Za-z]{2,}", line)]


@pytest.fixture(scope="module")
def browser(postgres: embedded_server.EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("pseudo")
    with database(postgres) as url:
        with Warehouse(home, url) as warehouse:
            listen(warehouse)
            listen_absent(warehouse)
        site = Site(
            Reading(home, url), writing=Writing(home, url), is_demo=True, clock=lambda: NOW,
            incoming=BackgroundImport(Settings(brapped_home=home, database_url=url)),  # type: ignore[arg-type]
            down=lambda: (),
        )  # fmt: skip
        with TestClient(create_app(site), HERE, raise_server_exceptions=False) as browser:
            browser.headers.update({"origin": HERE, "accept-language": "en-XA"})
            yield browser


@pytest.fixture(scope="module")
def names(browser: TestClient) -> set[str]:
    """Whatever plays tell: names of artists, songs, albums, devices and listeners."""
    site = browser.app.state.site  # type: ignore[attr-defined]
    found: set[str] = {*OURS, *NAMES}
    with site.reading.transaction() as tx:
        for row in tx.execute("select distinct artist_name, track_name, album_name, platform from bi.plays").fetchall():
            found |= {str(name) for name in row.values() if name}
        found |= {str(row["display_name"]) for row in tx.execute("select display_name from audit.listener").fetchall()}
    return found


@pytest.mark.parametrize("path", PAGES)
def test_every_text_of_every_page_is_in_the_catalogue(browser: TestClient, names: set[str], path: str) -> None:
    answer = browser.get(path)
    assert forgotten(answer.text, names) == []


@pytest.mark.parametrize(
    ("key", "other"), [("1", "1"), ("1", "99999"), ("1", "2"), ("2", "1")], ids=["itself", "unknown", "twice", "back"]
)
def test_what_stands_in_the_way_of_an_alias_is_said_in_the_catalogue_too(
    browser: TestClient, names: set[str], key: str, other: str
) -> None:
    token = re.findall('name="token" value="([^"]+)"', browser.get("/settings").text)[0]
    fields = {"token": token, "listener": "1", "kind": "artist"}
    browser.post("/same", data=fields | {"key": "1", "other": "3"}, follow_redirects=False)
    answer = browser.post("/same", data=fields | {"key": key, "other": other}, follow_redirects=False)
    assert (answer.status_code, forgotten(answer.text, names)) == (400, [])
