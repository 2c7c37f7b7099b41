"""What is given away to copy is read as whoever reads it does, and finds in the API and in `bi` what it asks for."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.databases import database
from brapped_assets_tests.web.api.asking import Program, live, living

HERE = Path(__file__).parents[3] / "deploy" / "dashboards"
ADDRESS = "http://127.0.0.1:3000/api/v1"
# What Home Assistant's schema of `rest` and of its sensors knows of.
OF_A_RESOURCE = {
    "resource", "scan_interval", "headers", "params", "method", "timeout", "verify_ssl", "sensor", "binary_sensor",
}  # fmt: skip
OF_A_SENSOR = {
    "name", "unique_id", "unit_of_measurement", "device_class", "state_class", "value_template", "json_attributes",
    "json_attributes_path", "icon",
}  # fmt: skip


@pytest.fixture(scope="module")
def asking(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """With what a token has without being asked."""
    with database(postgres) as url, living(tmp_path_factory.mktemp("home"), url, "totals", "lists") as asking:
        yield asking


def asked(asking: Program, url: str, headers: dict[str, str]) -> Any:
    """As they ask: their own headers, with the token in the place that the file leaves for it."""
    assert url.startswith(f"{ADDRESS}/")
    token = re.sub(r"\{\{HOMEPAGE_VAR_BRAPPED_TOKEN\}\}|\$\{BRAPPED_TOKEN\}", asking.token, headers["Authorization"])
    assert token == f"Bearer {asking.token}"
    answer = asking.client.get(url, headers={**headers, "Authorization": token})
    assert answer.status_code == 200, answer.text
    return answer.json()


def at(found: Any, path: str) -> Any:
    """As gjson goes: names and places with dots between."""
    for part in path.split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def test_homepage_finds_each_of_its_fields(asking: Program) -> None:
    ((_, services),) = yaml.safe_load((HERE / "homepage.yaml").read_text(encoding="utf-8"))[0].items()
    widget = services[0]["Brapped"]["widget"]
    assert set(widget) <= {"type", "url", "refreshInterval", "headers", "mappings", "method"}
    assert widget["type"] == "customapi"
    found = asked(asking, widget["url"], widget["headers"])
    for one in widget["mappings"]:
        field, value = one["field"], found
        while isinstance(field, dict):
            ((name, field),) = field.items()
            value = value[name]
        value = value[field]
        assert one["format"] in {"text", "number", "float", "percent", "bytes", "bitrate"}
        assert isinstance(value, bool if "remap" in one else int)
        assert one["label"]


def test_glance_finds_each_of_its_values_in_the_type_it_reads(asking: Program) -> None:
    types: dict[str, type] = {"String": str, "Int": int, "Float": float, "Bool": bool, "Array": list}
    for widget in yaml.safe_load((HERE / "glance.yml").read_text(encoding="utf-8")):
        assert set(widget) <= {"type", "title", "cache", "url", "headers", "template", "parameters"}
        assert (widget["type"], bool(re.fullmatch(r"\d+[smhd]", widget["cache"]))) == ("custom-api", True)
        found = asked(asking, widget["url"], widget["headers"])
        calls = re.findall(r'(\.JSON)?\.(\w+) "([\w.]+)"', widget["template"])
        assert len(calls) >= 4
        inside: Any = found
        for is_outside, kind, path in calls:
            value = at(found if is_outside else inside, path)
            assert isinstance(value, types[kind]), path
            if isinstance(value, list):
                assert value
                inside = value[0]
        opened: list[str] = re.findall(r"\{\{\s*(if|range|end)\b", widget["template"])
        assert opened.count("end") == len(opened) - opened.count("end")


class Secrets(yaml.SafeLoader):
    """As Home Assistant reads its files."""


def test_home_assistant_finds_each_of_its_values(asking: Program) -> None:
    Secrets.add_constructor("!secret", lambda _, node: f"Bearer {asking.token}")
    told = yaml.load((HERE / "home-assistant.yaml").read_text(encoding="utf-8"), Secrets)
    templates, ids = Environment(undefined=StrictUndefined, autoescape=False), set[str]()
    for resource in told["rest"]:
        assert set(resource) <= OF_A_RESOURCE
        found = asked(asking, resource["resource"], resource["headers"])
        for kind in ("sensor", "binary_sensor"):
            for sensor in resource.get(kind, []):
                assert set(sensor) <= OF_A_SENSOR
                assert sensor["unique_id"] not in ids
                ids.add(sensor["unique_id"])
                value = templates.from_string(sensor["value_template"]).render(value_json=found)
                if kind == "binary_sensor":
                    assert value in {"True", "False"}
                elif "unit_of_measurement" in sensor:
                    assert float(value) >= 0
                else:
                    assert value == "Artist 1"
                if "json_attributes" in sensor:
                    assert set(sensor["json_attributes"]) <= set(
                        at(found, sensor["json_attributes_path"].removeprefix("$."))
                    )
    assert len(ids) == 4


def test_every_question_of_the_grafana_dashboard_is_answered_by_the_reading_role(
    warehouse: Warehouse, postgres: EmbeddedServer
) -> None:
    told = json.loads((HERE / "grafana.json").read_text(encoding="utf-8"))
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= set(told)
    with warehouse.transaction() as tx:
        me = live(tx)
        # It sees `bi` and nothing else; roles are the whole server's.
        role = f"grafana_{uuid4().hex[:8]}"
        tx.execute(f"create role {role} nologin")
        tx.execute(f"grant usage on schema bi to {role}")
        tx.execute(f"grant select on all tables in schema bi to {role}")
        tx.execute(f"set local role {role}")
        listener = told["templating"]["list"][1]["query"]
        assert tx.execute(listener).fetchall() == [{"__text": "Listener", "__value": me}]
        places = [tuple(panel["gridPos"].values()) for panel in told["panels"]]
        assert len(set(places)) == len(places)
        rows = {panel["title"]: tx.execute(_written(panel, me)).fetchall() for panel in told["panels"]}
        tx.execute("reset role")
        counted = tx.execute("select count(*) as plays, sum(ms_played) / 60000 as minutes from bi.shown_plays"
                             " where counts_as_play").fetchone()  # fmt: skip
        tx.execute(f"drop owned by {role}")
        tx.execute(f"drop role {role}")
    assert counted is not None
    assert rows["Plays"] == [{"plays": counted["plays"]}]
    assert rows["Minutes"] == [{"minutes": counted["minutes"]}]
    assert sum(row["plays"] for row in rows["By hour"]) == counted["plays"]
    assert rows["Hours that may lack plays"][0]["hours"] == 2
    assert 0 < rows["Estimated"][0]["estimated"] < 1
    assert all(rows.values())


def _written(panel: dict[str, Any], listener: int) -> str:
    """As Grafana writes its macros out."""
    (target,) = panel["targets"]
    sql = re.sub(r"\$__timeFilter\(([\w.]+)\)", r"\1 between '2000-01-01T00:00:00Z' and '2100-01-01T00:00:00Z'",
                 target["rawSql"])  # fmt: skip
    assert (target["format"] == "time_series") == (" as time" in sql)
    return sql.replace("$listener", f"{listener}")
