"""The API over HTTP: the same as the pages and their files, whole to the last page, or a problem in words."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.insights.list_order import KINDS
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.web.api.endpoints import endpoints
from brapped_assets.web.api.openapi import document
from brapped_assets.web.api.problems import ProblemDetails
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.web.api.asking import Program, living

PATHS = [one.path.replace("{key}", "1") for one in endpoints()]
FILES = [one.path for one in endpoints() if one.as_file]


@pytest.fixture(scope="module")
def asking(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with database(postgres) as url, living(tmp_path_factory.mktemp("home"), url) as asking:
        yield asking


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def problem_of(answer: Any) -> ProblemDetails:
    assert answer.headers["content-type"] == "application/problem+json"
    found = ProblemDetails.model_validate_json(answer.text)
    assert found.status == answer.status_code
    return found


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_says_what_it_is_and_has_its_type(asking: Program, path: str) -> None:
    answer = asking.answer(f"{path}?range=all")
    about = answer["about"]
    assert (about["rule"], about["time_zone"], about["listener"]["name"]) == ("spotify", "Europe/Berlin", "Listener")
    assert about["period"]["name"] == "all"
    assert about["as_of"] == "2026-03-29T20:10:00Z"
    # The gap of two hours, in UTC.
    assert about["is_at_least"]
    assert about["gaps"] == [{"since": "2026-03-26T18:10:00Z", "until": "2026-03-26T20:10:00Z"}]
    (of,) = [one for one in endpoints() if one.path.replace("{key}", "1") == path]
    of.answer.model_validate(answer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "query", quick_of(1, ["range=all", "range=2026&sort=-minutes&rule=all", "range=year&weekday=1&sort=last"])
)
def test_a_list_as_a_file_is_the_one_of_its_page_and_its_pages_hold_the_same_rows(
    asking: Program, kind: str, query: str
) -> None:
    of_page = asking.client.get(f"/list/{kind}.csv?{query}")
    of_api = asking.get(f"/lists/{kind}.csv?{query}")
    assert of_api.content == of_page.content
    found, following = [], f"/api/v1/lists/{kind}?{query}&limit=2"
    while following:
        answer = asking.answer(following.removeprefix("/api/v1"))
        found += answer["data"]
        following = answer["next"]
        assert answer["total"] == len(rows_of(of_page.text))
    assert [(row["rank"], row["plays"], row["ms"]) for row in found] == [
        (int(row["rank"]), int(row["plays"]), int(row["ms"])) for row in rows_of(of_page.text)
    ]


def test_every_play_as_a_file_is_the_one_of_its_page(asking: Program) -> None:
    for query in ("", "?range=2026-03&rule=lastfm", "?weekday=2&q=track"):
        page = asking.client.get(f"/history.csv{query}")
        assert page.status_code == 200
        assert asking.get(f"/plays.csv{query}").content == page.content
    by_header = asking.get("/plays", Accept="text/csv;q=1, application/json;q=0.5")
    assert by_header.content == asking.get("/plays.csv").content
    assert asking.get("/plays", Accept="text/*;q=0.1, */*;q=0.05").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("path", ["/totals", "/series/days", "/facets", "/lists/songs", "/lists/days", "/plays"])
@pytest.mark.parametrize(
    "query", quick_of(2, ["?range=2026", "?range=2026-02", "?range=all&hour=1&hour=2&basis=reported", ""])
)
def test_a_file_says_of_itself_what_the_envelope_says_and_links_to_it(asking: Program, path: str, query: str) -> None:
    file = asking.get(f"{path}.csv{query}")
    assert (file.status_code, file.headers["vary"][:21]) == (200, "Authorization, Accept")
    ((address, of),) = re.findall(r"^<([^>]+)>; (.+)$", file.headers["link"])
    assert (address, of) == (
        f"/api/v1{path}.json{query}", 'rel="alternate describedby"; type="application/json"',
    )  # fmt: skip
    told = asking.answer(address.removeprefix("/api/v1"))["about"]
    assert file.headers["brapped-at-least"] == ("?1" if told["is_at_least"] else "?0")
    assert float(file.headers["brapped-estimated-share"]) == pytest.approx(told["estimated_share"], abs=0.0005)
    by_header = asking.get(f"{path}{query}", Accept="text/csv")
    assert by_header.headers["link"] == file.headers["link"]
    assert "brapped-at-least" not in asking.get(f"{path}{query}").headers


def test_a_gap_makes_the_numbers_of_a_file_least_numbers(asking: Program) -> None:
    told = {query: asking.get(f"/lists/songs.csv?range={query}").headers["brapped-at-least"]
            for query in ("2026", "2026-02")}  # fmt: skip
    assert told == {"2026": "?1", "2026-02": "?0"}


def test_totals_are_those_of_explore(asking: Program) -> None:
    found = asking.answer("/totals?range=2026&device=Phone")["data"]
    page = asking.client.get("/explore?range=2026&device=Phone").text
    assert f'data-plays="{found["plays"]}"' in page
    assert f'data-ms="{found["ms"]}"' in page
    for what, number in (("days", found["active_days"]), ("songs", found["songs"]), ("artists", found["artists"])):
        assert f'<a href="/list/{what}?range=2026&amp;device=Phone">{number}</a>' in page


def test_the_days_of_a_gap_are_at_least_days(asking: Program) -> None:
    days = asking.answer("/series/days?range=2026-03")["data"]
    assert [one["name"] for one in days if one["is_at_least"]] == ["2026-03-26"]
    assert asking.answer("/series/days?range=2026-02")["about"]["is_at_least"] is False
    of_all = asking.answer("/completeness?range=all")["data"]
    assert of_all["gaps"] == [{"since": "2026-03-26T18:10:00Z", "until": "2026-03-26T20:10:00Z"}]


@pytest.mark.parametrize("path", ["/totals", "/series/days", "/lists/songs", "/completeness"])
def test_who_has_an_answer_already_is_told_so(asking: Program, path: str) -> None:
    answer = asking.get(path)
    tag = answer.headers["etag"]
    again = asking.get(path, **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert asking.get(path, **{"If-None-Match": '"other"'}).status_code == 200
    assert asking.get(f"{path}?rule=all").headers["etag"] != tag


@pytest.mark.parametrize(
    ("path", "status", "kind", "parameter"),
    [
        ("/totals?colour=red", 400, "unknown-parameter", "colour"),
        ("/totals?page=2", 400, "unknown-parameter", "page"),
        ("/totals?hour=24", 400, "bad-parameter", "hour"),
        ("/totals?range=2025-02-30", 400, "bad-parameter", "range"),
        ("/totals?%ff=1", 400, "unknown-parameter", "\ufffd"),
        ("/lists/songs?sort=change&range=all", 400, "bad-parameter", "sort"),
        ("/lists/songs?against=2019", 400, "bad-parameter", "against"),
        ("/lists/songs.csv?page=2", 400, "bad-parameter", "page"),
        ("/plays?before=9999-99-99T00:00:00.000000_1", 400, "bad-parameter", "before"),
        ("/artist/99", 404, "not-found", "key"),
        ("/artist/x", 404, "not-found", "key"),
        ("/nowhere", 404, "not-found", None),
        ("/lists/..%2f..%2fplays", 404, "not-found", None),
        ("/wrapped.csv", 404, "not-found", None),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_names_the_parameter(
    asking: Program, path: str, status: int, kind: str, parameter: str | None
) -> None:
    found = problem_of(asking.get(path))
    assert (found.status, found.type, found.parameter) == (status, f"/api#{kind}", parameter)
    # The page explains it.
    assert f'id="{kind}"' in asking.client.get("/api").text


def test_what_can_be_given_in_no_wanted_format_is_said(asking: Program) -> None:
    for path, accept in (("/wrapped", "text/csv"), ("/totals", "image/png"), ("/totals", "application/json;q=0")):
        assert problem_of(asking.get(path, Accept=accept)).type == "/api#format"
    assert asking.get("/totals", Accept="application/json;q=x, text/csv;q=\x7f, */*").status_code == 200


def test_other_methods_are_refused_and_change_nothing(asking: Program) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = asking.client.request(method, "/api/v1/totals", headers={"Authorization": f"Bearer {asking.token}"})
        assert problem_of(answer).status == 405
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert asking.client.head("/api/v1/totals", headers={"Authorization": f"Bearer {asking.token}"}).content == b""


def test_a_mistake_of_ours_is_a_problem_without_its_cause(asking: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brapped_assets.web.api.app.about", lambda *_: 1 / 0)
    answer = asking.get("/totals")
    assert problem_of(answer).type == "/api#failed"
    assert "division" not in answer.text


def test_every_type_and_address_is_on_the_page_and_nothing_is_loaded_from_elsewhere(asking: Program) -> None:
    page = asking.client.get("/api").text
    for path, of in document()["paths"].items():
        root = of.get("servers", document()["servers"])[0]["url"].rstrip("/")
        assert f"<code>{root}{path}</code>" in page
    for name in document()["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "http" not in page.replace("http://127.0.0.1:3000/api/v1", "").replace("http-equiv", "")


def test_somebody_without_a_play_is_told_what_to_do(tmp_path: Path, database_url: str) -> None:
    from brapped_assets.warehouse.db.connections import Warehouse
    from brapped_assets_tests.insights.overview_plays import know
    from brapped_assets_tests.web.api.asking import make_token, program

    with Warehouse(tmp_path, database_url) as warehouse, warehouse.transaction() as tx:
        token = make_token(tx, know(tx, "UTC"))
    with program(tmp_path, database_url, token) as nobody:
        assert problem_of(nobody.get("/totals")).type == "/api#nothing-played"
