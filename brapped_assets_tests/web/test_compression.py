"""What goes over the line: compressed, our own files once, and as little as the budget says."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets.web.static_files import FOLDER, version
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play

FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def browser(database_url: str, tmp_path: Path, warehouse: Warehouse) -> Iterator[TestClient]:
    """At pages with a year of plays."""
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        play(tx, me, [Told(NOW - timedelta(hours=20 * n), 1 + n % 6, 60_000, n % 5 == 0, False, False, "ios", False)
                      for n in range(400)])  # fmt: skip
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1") as browser:
        yield browser


def sent(browser: TestClient, path: str, **headers: str) -> httpx2.Response:
    """The answer, its body as it was sent."""
    with browser.stream("GET", path, headers=headers) as answer:
        answer._content = b"".join(answer.iter_raw())
    found: httpx2.Response = answer
    return found


def test_a_page_is_compressed_for_whoever_understands_it(browser: TestClient) -> None:
    packed, plain = (sent(browser, "/?range=2025", **{"accept-encoding": how}) for how in ("gzip, br", "identity"))
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert gzip.decompress(packed._content) == plain._content
    assert int(packed.headers["content-length"]) == len(packed._content) < len(plain._content) / 4
    assert "accept-encoding" in packed.headers["vary"].lower()


@pytest.mark.parametrize(
    ("site", "is_compressed"), [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False)]
)
def test_another_site_learns_nothing_from_the_length_of_what_it_makes_a_browser_ask(
    browser: TestClient, site: str, is_compressed: bool
) -> None:
    answer = sent(browser, "/search?q=token", **{"accept-encoding": "gzip", "sec-fetch-site": site})
    assert ("content-encoding" in answer.headers) == is_compressed


@pytest.mark.parametrize("path", quick_of(2, ["/", "/wrapped", "/artist/1", "/history", "/search", "/add", "/nowhere"]))
def test_every_file_of_a_page_is_there_under_its_version_and_kept_for_a_year(browser: TestClient, path: str) -> None:
    files = re.findall(r'(?:href|src)="(/static/[^"]*)"', browser.get(path).text)
    assert files
    assert {file.split("/")[2] for file in files} == {version()}
    for file in files:
        answer = browser.get(file)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, FOR_A_YEAR), file
        again = browser.get(file, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, FOR_A_YEAR), file


def test_what_has_no_version_or_an_older_one_is_not_kept(browser: TestClient) -> None:
    for path in ("/static/base.css", "/static/0123456789ab/base.css"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        assert answer.content == (FOLDER / "base.css").read_bytes()
    for path in (f"/static/{version()}/none.css", f"/static/{version()}/", f"/static/{version()}/../../site.py"):
        assert browser.get(path).status_code == 404


def test_style_sheets_name_files_beside_them_so_that_those_have_a_version_too() -> None:
    named = {
        (sheet.name, url)
        for sheet in FOLDER.glob("*.css")
        for url in re.findall(r"""url\(["']?(?!["']?data:)([^)"']*)""", sheet.read_text("utf-8"))
    }
    assert [one for one in named if one[1].startswith("/") or not (FOLDER / one[1]).is_file()] == []
    assert [file.name for file in FOLDER.glob("*.js") if re.search(r'["\'`]/static/', file.read_text("utf-8"))] == []
