"""Whatever is asked, the pages answer in words, with their headers on, and never fail."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.web.security import safe_headers
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play
from brapped_assets_tests.web.add_site import HERE, Pages, pages

LOCAL = safe_headers(None)
PATHS = [
    "/", "/today", "/wrapped", "/wrapped/choose", "/export.html", "/history", "/history.csv", "/search", "/search.json",
    "/counted", "/explore", "/hidden", "/add", "/add/progress", "/artist/1", "/track/1", "/album/1", "/cover/artist/1",
    "/static/base.css", "/api", "/api/v1/totals", "/api/v1/lists/songs.csv",
]  # fmt: skip
NAMES = [
    "range", "first", "last", "listener", "q", "page", "before", "after", "sort", "kind", "source", "key", "by", "on",
    "rule", "artist", "context", "hour", "private",
]  # fmt: skip
ODD = [
    "", "0", "-1", "1", "9" * 30, "1e9", "NaN", "\0", "a\0b", "\ud800", "'", '"><script>alert(1)</script>', "%", "_",
    "\\", "2024", "2024-13", "0000", "1900", "2199", "9999", "2024-02-30", "0001-01-01..9999-12-31", "9999-12-31",
    "2025-01-01..2024-01-01", "all", "30d", "0d", "99999999999d", "year", "١٢", "²", "../../etc/passwd",
    "//evil.example", "💃", "x" * 5000,
]  # fmt: skip
REST = (False, False, None, False)
anything = st.one_of(st.sampled_from(ODD), st.text(max_size=20))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: embedded_server.EmbeddedServer) -> Iterator[Pages]:
    """One listener with some weeks of plays."""
    import psycopg

    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("create database odd_requests template brapped strategy file_copy")
        url = postgres.url("odd_requests")
        home = tmp_path_factory.mktemp("home")
        with Warehouse(home, url) as warehouse, warehouse.transaction() as tx:
            me = know(tx, "Asia/Kathmandu")
            play(
                tx,
                me,
                [Told(NOW - timedelta(hours=7 * n), 1 + n % 6, 60_000, n % 2 == 0, *REST) for n in range(90)],
            )
        with pages(home, url) as running:
            yield running
        admin.execute("drop database odd_requests with (force)")


def check(browser: TestClient, method: str, path: str, **more: object) -> None:
    answer = browser.request(method, path, follow_redirects=False, **more)  # type: ignore[arg-type]
    assert answer.status_code < 500, (method, path, answer.text[:300])
    assert {name: answer.headers.get(name) for name in LOCAL} == LOCAL
    assert "<script>alert(1)" not in answer.text
    assert answer.headers.get("location", "/").startswith(("/", HERE))


@examples(50)
@given(
    path=st.sampled_from(PATHS),
    query=st.lists(st.tuples(st.sampled_from(NAMES), anything), min_size=1, max_size=3),
)
@example(path="/search.json", query=[("q", "a\0b")])
@example(path="/", query=[("listener", "9" * 5000)])
def test_no_query_makes_a_page_fail(site: Pages, path: str, query: list[tuple[str, str]]) -> None:
    check(site.browser, "GET", f"{path}?{urlencode(query, errors='surrogatepass')}")


@examples(25)
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


HEADER_NAMES = [
    "origin", "host", "content-length", "content-type", "referer", "cookie", "range", "if-range", "if-none-match",
    "if-modified-since", "accept", "accept-encoding", "accept-language", "sec-fetch-site", "expect", "connection",
    "x-forwarded-host", "x-forwarded-for", "transfer-encoding",
]  # fmt: skip
HEADER_VALUES = [
    b"", b"http://[", b"http://[::1", b"http://]", b"http://127.0.0.1:99999999", b"http://127.0.0.1:\xb2", b"null",
    b"//", b"127.0.0.1:", b"127.0.0.1:x", b"[", b"[::1]", b"127.0.0.1@evil.example", b"127.0.0.1, evil.example",
    b"\xff\xfe", b"\xb2", b"-1", b"+5", b"5_0", b"9" * 5000, b"bytes=0-", b"bytes=5-2", b"bytes=\xb2-",
    b"bytes=0-0,-1,5-", b"bytes=", b"bytes=" + b"0-," * 500, b"brapped_key=\xff", b"brapped_key", b";;=;", b'a="',
    b"Thu, 99 Foo 0000 99:99:99 GMT", b"0", b"Thu, 01 Jan 1970 00:00:00 +9999", b"multipart/form-data",
    b"multipart/form-data; boundary=", b"*/*;q=x", b"gzip;q=\xb2", b"multipart/form-data; boundary*=utf-8''%ff",
    b"application/json", b"%", b"%zz%00", b"chunked", b"W/", b'"',
]  # fmt: skip


@examples(60)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    path=st.sampled_from(
        ["/", "/add", "/hide", "/history?range=2024", "/static/base.css", "/cover/artist/1", "/health"]
    ),
    odd=st.lists(
        st.tuples(
            st.sampled_from(HEADER_NAMES),
            st.one_of(st.sampled_from(HEADER_VALUES), st.text(max_size=12).map(lambda text: text.encode("utf-8"))),
        ),
        min_size=1,
        max_size=3,
    ),
)
@example(method="POST", path="/hide", odd=[("origin", b"http://[")])
@example(method="POST", path="/add", odd=[("origin", b"http://["), ("content-type", b"multipart/form-data")])
@example(method="POST", path="/add", odd=[("content-length", b"9" * 5000)])
@example(method="GET", path="/", odd=[("host", b"127.0.0.1"), ("host", b"127.0.0.1")])
@example(method="POST", path="/hide", odd=[("origin", b"http://127.0.0.1"), ("origin", b"http://evil.example")])
@example(method="GET", path="/static/base.css", odd=[("range", b"bytes=\xb2-")])
@example(method="GET", path="/static/base.css", odd=[("if-modified-since", b"Thu, 01 Jan 1970 00:00:00 +9999")])
def test_no_header_makes_a_page_fail(site: Pages, method: str, path: str, odd: list[tuple[str, bytes]]) -> None:
    given = {name for name, _ in odd}
    usual = [(name, value) for name, value in ((b"host", b"127.0.0.1"),) if name.decode() not in given]
    request = httpx2.Request(method, HERE + path, headers=[*usual, *((name.encode(), value) for name, value in odd)])
    if "content-length" not in given:
        request.headers.pop("content-length", None)
    answer = site.browser.send(request, follow_redirects=False)
    assert answer.status_code < 500, (method, path, odd, answer.text[:300])
    assert {name: answer.headers.get(name) for name in LOCAL} == LOCAL
    once = ("host", "origin", "content-length", "content-type")
    twice = any(sum(name == one for name, _ in odd) > 1 for one in once)
    if twice or any(name == "origin" and value.startswith(b"http://[") for name, value in odd):
        assert answer.status_code == 400


@examples(30)
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


@pytest.mark.parametrize("named", [{}, {"context": ""}, {"artist": ""}, {"play": ""}, {"from": "", "until": ""}])
def test_a_form_that_names_nothing_to_hide_says_that_it_lacks_something(site: Pages, named: dict[str, str]) -> None:
    fields = {"listener": "1", "token": site.site.token, **named}
    assert site.browser.post("/hide", data=fields, follow_redirects=False).status_code == 400
