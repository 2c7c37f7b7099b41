"""Whatever is asked, the pages answer in words, with their headers on, and never fail."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import rollup
from brapped_assets.insights.web.safety import safe_headers
from brapped_assets.warehouse import embedded
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets_tests.insights.add_site import HERE, Pages, pages
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play

LOCAL = safe_headers(None)
PATHS = [
    "/", "/today", "/wrapped", "/wrapped/choose", "/export.html", "/history", "/search", "/search.json", "/counted",
    "/hidden", "/add", "/add/progress", "/artist/1", "/track/1", "/album/1", "/cover/artist/1", "/static/base.css",
]  # fmt: skip
NAMES = ["range", "first", "last", "listener", "q", "page", "before", "after", "sort", "kind", "source", "key", "by"]
ODD = [
    "", "0", "-1", "1", "9" * 30, "1e9", "NaN", "\0", "a\0b", "\ud800", "'", '"><script>alert(1)</script>', "%", "_",
    "\\", "2024", "2024-13", "0000", "9999", "2024-02-30", "0001-01-01..9999-12-31", "9999-12-31",
    "2025-01-01..2024-01-01", "all", "30d", "0d", "99999999999d", "year", "١٢", "²", "../../etc/passwd",
    "//evil.example", "💃", "x" * 5000,
]  # fmt: skip
REST = (False, False, None, False)
anything = st.one_of(st.sampled_from(ODD), st.text(max_size=20))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: embedded.EmbeddedServer) -> Iterator[Pages]:
    """One listener with some weeks of plays."""
    import psycopg

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("create database odd_requests template brapped strategy file_copy")
        url = postgres.url("odd_requests")
        home = tmp_path_factory.mktemp("home")
        with Warehouse(home, url) as warehouse:
            with warehouse.transaction() as tx:
                me = know(tx, "Asia/Kathmandu")
                play(
                    tx,
                    me,
                    [Told(NOW - timedelta(hours=7 * n), 1 + n % 6, 60_000, n % 2 == 0, *REST) for n in range(90)],
                )
            rollup.catch_up(warehouse, me)
        with pages(home, url) as running:
            yield running
        admin.execute("drop database odd_requests with (force)")


def check(browser: TestClient, method: str, path: str, **more: object) -> None:
    answer = browser.request(method, path, follow_redirects=False, **more)  # type: ignore[arg-type]
    assert answer.status_code < 500, (method, path, answer.text[:300])
    assert {name: answer.headers.get(name) for name in LOCAL} == LOCAL
    assert "<script>alert(1)" not in answer.text
    assert answer.headers.get("location", "/").startswith(("/", HERE))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    query=st.lists(st.tuples(st.sampled_from(NAMES), anything), min_size=1, max_size=3),
)
@example(path="/search.json", query=[("q", "a\0b")])
@example(path="/", query=[("listener", "9" * 5000)])
def test_no_query_makes_a_page_fail(site: Pages, path: str, query: list[tuple[str, str]]) -> None:
    check(site.browser, "GET", f"{path}?{urlencode(query, errors='surrogatepass')}")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(
        ["/", "/artist/", "/track/", "/album/", "/cover/", "/cover/artist/", "/static/", "/wrapped/"]
    ),
    rest=anything,
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "DELETE", "PUT"]),
)
@example(start="/cover/artist/", rest="9" * 5000, method="GET")
@example(start="/artist/", rest="9" * 5000, method="GET")
@example(start="/static/", rest="../templates/base.html", method="GET")
@example(start="/static/", rest="..%2f..%2fsettings.py", method="GET")
def test_no_path_makes_a_page_fail_or_leaves_its_folder(site: Pages, start: str, rest: str, method: str) -> None:
    check(site.browser, method, start + quote(rest, safe="/.", errors="surrogatepass"))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/hide", "/show-again"]),
    fields=st.dictionaries(
        st.sampled_from(["listener", "artist", "track", "context", "hidden_id", "back", "x"]), anything, max_size=5
    ),
)
@example(path="/hide", fields={"listener": "1", "context": "a\0b"})
@example(path="/hide", fields={"listener": "1", "artist": "4"})
@example(path="/hide", fields={"listener": "9" * 5000, "artist": "1"})
@example(path="/hide", fields={"listener": "7", "context": "spotify:playlist:a"})
@example(path="/hide", fields={"listener": "1", "context": "x" * 5000})
@example(path="/hide", fields={"listener": "1", "context": "a", "back": "//evil.example"})
@example(path="/hide", fields={"listener": "1", "context": "a", "back": "/\t/evil.example"})
def test_no_form_makes_a_page_fail_or_leads_elsewhere(site: Pages, path: str, fields: dict[str, str]) -> None:
    body = urlencode({**fields, "token": site.site.token}, errors="surrogatepass")
    check(site.browser, "POST", path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
