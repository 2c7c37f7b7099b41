"""Whoever follows docs/dagster.md from top to bottom gets what it promises."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
import yaml

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.test_dg import ROOT, checkout, home
from brapped_assets_tests.commands.test_dg import dg as run_dg
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play

__all__ = ["checkout", "home"]
GUIDE = (ROOT / "docs" / "dagster.md").read_text(encoding="utf-8")
# A command, or a file with its name in the first line.
STEP = re.compile(r"^    (dg [^\n]+)$|^```(python|yaml)\n# ([^\n]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def steps() -> Iterator[tuple[str, str]]:
    """In their order: ("", a command) or (the name of a file, what is in it)."""
    for command, _, name, text in STEP.findall(GUIDE):
        yield ("", command) if command else (name, text)


def file(name: str) -> str:
    (found,) = [text for step, text in steps() if step == name]
    return found


@pytest.mark.slow
def test_an_asset_a_check_and_a_schedule_of_ones_own_stand_beside_ours(home: Path, checkout: Path) -> None:
    said = ""
    for name, text in steps():
        if name.startswith("brapped_assets/"):
            assert (checkout / name).is_file(), "the command before it made no such file"
            (checkout / name).write_text(text, encoding="utf-8")
        elif not name and "dg dev" not in text:
            said = run_dg(home, checkout, *shlex.split(text)[1:])
    assert "RUN_SUCCESS" in said
    listed = json.loads(run_dg(home, checkout, "list", "defs", "--json"))
    assert "busiest_hours" in {one["asset_key"] for one in listed["assets"]}
    assert "busiest_hours:every_hour_is_one_of_the_day" in {one["key"] for one in listed["asset_checks"]}
    assert "mornings" in {one["name"] for one in listed["schedules"]}


def test_another_code_location_hosts_two_warehouses() -> None:
    module: dict[str, Any] = {}
    exec(file("my_music.py"), module)
    dg.Definitions.validate_loadable(module["defs"])
    keys = {key.to_user_string() for key in module["defs"].resolve_all_asset_keys()}
    assert {"ann/streaming_fact", "ben/streaming_fact", "ann/bi/plays"} <= keys


@pytest.mark.slow
def test_dagster_loads_it_by_the_workspace_of_the_guide(tmp_path: Path) -> None:
    for name in ("my_music.py", "my_workspace.yaml"):
        (tmp_path / name).write_text(file(name), encoding="utf-8")
    validate = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "my_workspace.yaml"]
    run = subprocess.run(
        validate, cwd=tmp_path, env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert "Validation successful for code location my_music" in run.stdout


def test_a_notebook_reads_the_views(warehouse: Warehouse, database_url: str) -> None:
    with warehouse.transaction() as tx:
        heard = [Told(NOW - timedelta(hours=hour), 1, 120_000, False, False, False, None, False) for hour in (1, 2)]
        play(tx, know(tx, "UTC"), heard)
    module: dict[str, Any] = {}
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    exec(file("notebook.py").replace("postgresql+psycopg://reader:PASSWORD@HOST/DATABASE", url), module)
    module["engine"].dispose()
    assert list(module["minutes"].to_dict().values()) == [4.0]


def test_the_sources_of_dbt_are_views_that_there_are(database_url: str) -> None:
    (source,) = yaml.safe_load(file("models/sources.yml"))["sources"]
    with psycopg.connect(database_url) as connection:
        views = connection.execute("select viewname from pg_views where schemaname = %s", [source["schema"]]).fetchall()
    assert {table["name"] for table in source["tables"]} <= {name for (name,) in views}
