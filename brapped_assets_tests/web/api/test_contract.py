"""The running API keeps the OpenAPI document, whatever is asked: schemathesis over HTTP. And v1 only grows."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator
from schemathesis import checks
from schemathesis.generation import GenerationMode
from starlette.routing import Route

from brapped_assets.insights.api_answers.parameters import Refused, of_period
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.api.app import api
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.api.openapi import document
from brapped_assets.web.site import Site
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.generated.api import FILE, contract
from brapped_assets_tests.web.api.serving import Served, served

PATHS = sorted(document()["paths"])
JSON_PATHS = [
    path for path, of in document()["paths"].items() if "application/json" in of["get"]["responses"]["200"]["content"]
]


@pytest.fixture(scope="module")
def running(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with database(postgres) as url, served(tmp_path_factory.mktemp("home"), url) as running:
        yield running


@pytest.fixture(scope="module")
def operations() -> Any:
    return schemathesis.openapi.from_dict(document())


# A pattern cannot say which days a month has, nor which artists there are, nor of what enough is known.
NOT_BY_PATTERN = [checks.positive_data_acceptance]


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
@examples(100)
@given(data=st.data())
def test_every_answer_is_as_the_document_says(running: Served, operations: Any, mode: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PATHS))
    case = data.draw(operations[path]["GET"].as_strategy(generation_mode=mode))
    # What lies elsewhere says so.
    root = document()["paths"][path].get("servers", document()["servers"])[0]["url"].rstrip("/")
    case.call_and_validate(base_url=f"{running.url}{root}", headers=running.bearer, excluded_checks=NOT_BY_PATTERN)


@pytest.mark.slow
@pytest.mark.parametrize("path", quick_of(2, ["/lists/songs", "/card.svg", "/totals", "/plays", "/artist/{key}"]))
def test_schemathesis_finds_nothing_in_the_running_api(running: Served, path: str) -> None:
    """Its own command, with its cases for every bound of every parameter, methods and headers among them."""
    api = f"{running.url}/api/v1"
    ran = subprocess.run(
        [
            sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "run", f"{api}/openapi.json", "--url", api,
            "-H", f"Authorization: Bearer {running.token}", "--exclude-checks", "positive_data_acceptance",
            "--include-path", path, "--phases", "coverage,fuzzing", "--max-examples", "30",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-1_000:]
    assert "No issues found" in ran.stdout


def test_every_address_of_the_api_is_in_the_document(running: Served, tmp_path: Path) -> None:
    """Pieces and feeds too: each answers with the media type that is told."""
    for path, of in document()["paths"].items():
        root = of.get("servers", document()["servers"])[0]["url"].rstrip("/")
        answer = running.get(f"{root}{path.replace('{key}', '1')}")
        told = {*of["get"]["responses"]["200"]["content"]}
        assert (path, answer.status_code) == (path, 200)
        assert answer.headers["content-type"].partition(";")[0] in told
    site = Site(Reading(tmp_path))
    served_at = {route.path for route in api(site, Gate(site)).routes if isinstance(route, Route)}
    assert {re.sub(r"\.(json|csv)$", "", path) for path in served_at} - {"/openapi"} <= {*document()["paths"]}


@pytest.mark.parametrize("path", JSON_PATHS)
def test_an_answer_has_exactly_the_fields_of_its_type(running: Served, path: str) -> None:
    described = document()
    answer = running.get(f"/api/v1{path.replace('{key}', '1')}?range=all")
    assert answer.status_code == 200
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    assert [one.message for one in OAS31Validator(whole).iter_errors(answer.json())] == []


def test_what_is_in_v1_stays() -> None:
    """What is added is noted by `make generated`; nothing of what is noted may go or change."""
    assert _missing(json.loads(FILE.read_text(encoding="utf-8")), contract()) == []


def test_what_goes_is_found() -> None:
    before = contract()
    changes: list[Callable[[Any], Any]] = [
        lambda now: now["addresses"].pop("/totals"),
        lambda now: now["types"]["Totals"].pop("plays"),
        lambda now: now["types"]["Totals"]["plays"].update(type={"type": "string"}),
        lambda now: now["addresses"]["/plays"]["parameters"]["limit"].update(maximum=10),
        lambda now: now["pieces"].pop("/card.svg"),
    ]
    for change in changes:
        now = json.loads(json.dumps(before))
        change(now)
        assert len(_missing(before, now)) == 1


def _missing(before: Any, now: Any, place: str = "") -> list[str]:
    """What differs of what was there; what came does not, nor more values of a filter."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            lost
            for name, one in before.items()
            for lost in (_missing(one, now[name], f"{place}/{name}") if name in now else [f"{place}/{name} is gone"])
        ]
    if isinstance(before, list) and isinstance(now, list):
        return [f"{place} lacks {one}" for one in before if one not in now]
    return [] if before == now or place.endswith("/pattern") else [f"{place} was {before}, is {now}"]


def test_a_text_of_another_form_is_refused_in_whole_sentences() -> None:
    with pytest.raises(Refused) as refused:
        of_period("year").read("2022-13")
    assert str(refused.value).startswith("'2022-13' is no range. The local days: today, week,")
