"""Metrics: read by Prometheus' own parser, of the machinery alone, for whoever sees the pages or has a token for it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route

from brapped_assets.warehouse import listener_status
from brapped_assets.warehouse.db import connections, read_pool
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.web import metrics
from brapped_assets.web.metrics import page_of
from brapped_assets_tests.insights.overview_plays import NOW
from brapped_assets_tests.web.api.asking import live, living, program

DEPLOY = Path(__file__).parents[2] / "deploy" / "prometheus"
OF_RUNS = {
    "brapped_dagster_database_up",
    "brapped_dagster_runs",
    "brapped_dagster_run_end_timestamp_seconds",
}
KEY = "the-key-of-this-start"


def read(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    return {
        sample.name: [(one.labels, one.value) for one in family.samples if one.name == sample.name]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_it_tells_of_polls_gaps_calls_consents_sizes_and_page_times(
    warehouse: Warehouse, tmp_path: Path, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        live(tx)
        tx.execute("update audit.listener set token_fingerprint = gen_random_uuid()::text, authorized_at = %s",
                   (NOW - timedelta(days=100),))  # fmt: skip
        tx.execute("insert into audit.api_call (minute, endpoint, calls) values (%s, 'GET /artists/{id}', 30)", (NOW,))
    with program(tmp_path, database_url, "") as asking:
        asking.client.get("/of/1/list/songs")
        asking.client.get("/nowhere/at/all")
        answer = asking.client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        told = read(answer.text)
    assert told["brapped_plays"] == [({}, 200)]
    assert told["brapped_listeners"] == [({}, 1)]
    assert told["brapped_database_up"] == [({}, 1)]
    assert told["brapped_last_poll_timestamp_seconds"] == [({"listener": "1"}, (NOW - timedelta(days=3)).timestamp())]
    assert told["brapped_open_gaps"] == [({"listener": "1"}, 1)]
    assert told["brapped_open_gap_seconds"] == [({"listener": "1"}, 7_200)]
    assert told["brapped_spotify_calls_left"] == [({}, 970)]
    ((of, ends),) = told["brapped_consent_end_timestamp_seconds"]
    assert of == {"listener": "1"}
    assert 80 < (ends - NOW.timestamp()) / 86_400 < 85
    sizes = {labels["database"]: value for labels, value in told["brapped_database_size_bytes"]}
    assert sizes["warehouse"] > 1_000_000
    counted = {
        (labels["page"], labels["status"]): value for labels, value in told["brapped_page_duration_seconds_count"]
    }
    assert counted == {("list", "2xx"): 1, ("other", "4xx"): 1}
    assert told["process_resident_memory_bytes"][0][1] > 0


def test_names_follow_the_conventions_and_nobodys_listening_is_in_it(
    warehouse: Warehouse, tmp_path: Path, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        live(tx)
    with program(tmp_path, database_url, "") as asking:
        asking.client.get("/artist/1?range=2026")
        text = asking.client.get("/metrics").text
    for family in text_string_to_metric_families(text):
        assert re.fullmatch(r"(brapped|process)_[a-z0-9_]+", family.name)
        assert family.documentation
        assert {name for sample in family.samples for name in sample.labels} <= {
            "listener", "page", "status", "le", "kind", "database", "version",
        }  # fmt: skip
    for name in ("Artist 1", "Track", "Album", "Listener\n", "spotify:"):
        assert name not in text


def test_the_same_guard_as_the_pages_or_a_token_for_it(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path / "a", database_url, "metrics", key=KEY) as asking:
        client, bearer = asking.client, {"Authorization": f"Bearer {asking.token}"}
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
        assert client.get("/metrics", headers=bearer).status_code == 200
        # Nothing else of the pages, however the address is written.
        for path in ("/", "/metrics/", "/metrics/../", "/Metrics", "/of/1/metrics"):
            assert client.get(path, headers=bearer).status_code == 403
        client.cookies.set("brapped_key", KEY)
        assert client.get("/metrics").status_code == 200


def test_a_token_for_something_else_is_refused_even_here(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path, database_url, "totals", "lists", "plays", "pieces") as asking:
        answer = asking.client.get("/metrics", headers={"Authorization": f"Bearer {asking.token}"})
        assert (answer.status_code, answer.json()["type"]) == (403, "/api#scope")
        assert asking.client.get("/metrics").status_code == 200


def test_the_database_is_asked_once_a_minute_however_often_somebody_scrapes(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    by_listener = listener_status.by_listener

    def asking_for(*told: Any) -> Any:
        asked.append(1)
        return by_listener(*told)

    monkeypatch.setattr(listener_status, "by_listener", asking_for)
    with living(tmp_path, database_url) as asking:
        for _ in range(5):
            assert asking.client.get("/metrics").status_code == 200
        assert len(asked) == 1
        monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)
        asking.client.get("/metrics")
        assert len(asked) == 2
        # One that sleeps while nobody looks is not woken.
        monkeypatch.setattr(type(asking.client.app.state.site.reading), "database", "sleeping")  # type: ignore[attr-defined]
        asking.client.get("/metrics")
        assert len(asked) == 2


def test_a_database_that_is_away_is_told_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_pool, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "COLD_START_SECONDS", 0.5)
    with program(tmp_path, "postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1", "") as asking:
        told = read(asking.client.get("/metrics").text)
    assert told["brapped_database_up"] == [({}, 0)]
    assert "brapped_plays" not in told


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "overview"), ("/of/1", "overview"), ("/of/1/", "overview"), ("/of/1/artist/5", "artist"),
        ("/api/v1/plays", "api"), ("/static/abc/base.css", "static"), ("/xyz", "other"), ("//", "overview"),
        ("", "overview"), ("/of", "overview"), ("/%2e%2e", "other"),
    ],
)  # fmt: skip
def test_pages_have_few_names_whatever_is_asked_for(path: str, page: str) -> None:
    assert page_of(path) == page


def test_every_page_has_a_name_of_its_own(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path, database_url) as asking:
        routes = asking.client.app.routes  # type: ignore[attr-defined]
        pages = {one.path for one in routes if isinstance(one, Route) and "GET" in (one.methods or ())}
    assert {path for path in pages if page_of(path) == "other"} == set()


def test_the_files_to_copy_are_read_and_ask_for_what_is_told(tmp_path: Path, database_url: str) -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
    scrape = yaml.safe_load((DEPLOY / "scrape.yml").read_text(encoding="utf-8"))
    assert [job["job_name"] for job in scrape["scrape_configs"]] == ["brapped"]
    with living(tmp_path, database_url) as asking:
        asking.client.get("/")
        told = {*read(asking.client.get("/metrics").text), "up"}
    # Nobody has a consent here; runs are told of where there are any (commands/test_run_metrics.py).
    told |= {"brapped_consent_end_timestamp_seconds", *OF_RUNS}
    alerts = rules["groups"][0]["rules"]
    assert len({rule["alert"] for rule in alerts}) == len(alerts)
    for rule in alerts:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        promql_parser.parse(rule["expr"])
        assert set(re.findall(r"\b(?:brapped_\w+|up)\b(?=[{\[\s)]|$)", rule["expr"])) <= told, rule["alert"]
