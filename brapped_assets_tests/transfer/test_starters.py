"""The notebook and the dbt models that we give away run over an export, and say what the pages say."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from brapped_assets.insights import overview
from brapped_assets.insights.periods import named
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.transfer.export_target import open_target
from brapped_assets.transfer.exporter import export
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.databases import database
from brapped_assets_tests.insights.overview_plays import NOW
from brapped_assets_tests.web.api.asking import live

HERE = Path(__file__).parents[2] / "deploy" / "analysis"


@pytest.fixture(scope="module")
def exported(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Viewer]]:
    """An export, and who sees what was exported."""
    folder = tmp_path_factory.mktemp("export")
    with database(postgres) as url, Warehouse(folder, url) as warehouse:
        with warehouse.transaction() as tx:
            me = live(tx)
        with open_target(folder / "mine") as target:
            export(warehouse, me, target, now=NOW)
        with warehouse.transaction() as tx:
            who = viewer(tx, NOW)
        assert who is not None
        yield folder / "mine", who


def test_the_notebook_runs_from_its_first_cell_to_its_last(
    exported: tuple[Path, Viewer], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, who = exported
    told = json.loads((HERE / "brapped.ipynb").read_text(encoding="utf-8"))
    assert (told["nbformat"], len({cell["id"] for cell in told["cells"]})) == (4, len(told["cells"]))
    monkeypatch.setenv("BRAPPED_EXPORT", str(folder))
    names: dict[str, Any] = {}
    for cell in told["cells"]:
        # As it is committed: without anybody's numbers in it.
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            exec(compile("".join(cell["source"]), "brapped.ipynb", "exec"), names)
    days = overview.days(who, named("all", today=who.today, first_day=who.first_day or who.today))
    assert len(names["heard"]) == overview.totals(days).plays
    assert {month.month.strftime("%Y-%m"): month.plays for month in overview.months(days)} == {
        str(month): int(row.plays) for month, row in names["by_month"].iterrows()
    }
    assert int(names["clock"].to_numpy().sum()) == overview.totals(days).plays
    assert "1 open gaps" in capsys.readouterr().out


def test_the_models_are_built_by_duckdb_and_keep_what_their_tests_say(exported: tuple[Path, Viewer]) -> None:
    folder, who = exported
    models = HERE / "dbt" / "models"
    sources = yaml.safe_load((models / "sources.yml").read_text(encoding="utf-8"))["sources"][0]
    there = {table["name"] for table in sources["tables"]}
    assert all((folder / "parquet" / f"{name}.parquet").is_file() for name in there)
    location = sources["meta"]["external_location"]
    templates = Environment(undefined=StrictUndefined, autoescape=False)
    templates.globals["env_var"] = lambda name, _usual: {"BRAPPED_EXPORT": str(folder)}[name]

    def source(of: str, name: str) -> str:
        assert (of, name in there) == (sources["name"], True)
        return templates.from_string(location).render().replace("{name}", name)

    with duckdb.connect() as built:
        built.execute("set timezone = 'UTC'")
        for model in ("heard", "daily_minutes", "artist_months"):
            sql = templates.from_string((models / f"{model}.sql").read_text(encoding="utf-8"))
            built.execute(f"create table {model} as {sql.render(source=source, ref=str)}")
        for model in yaml.safe_load((models / "models.yml").read_text(encoding="utf-8"))["models"]:
            for column in model["columns"]:
                name, many = column["name"], f"select count(*) from {model['name']}"
                if "not_null" in column["tests"]:
                    assert built.execute(f"{many} where {name} is null").fetchone() == (0,)
                if "unique" in column["tests"]:
                    assert built.execute(
                        f"select count(*) - count(distinct {name}) from {model['name']}"
                    ).fetchone() == (0,)
        days = built.execute("select played_on, plays, minutes, is_at_least from daily_minutes order by 1").fetchall()
        best = built.execute(
            "select artist_name, plays from artist_months where place = 1 and month = '2026-02-01'"
        ).fetchall()
    expected = overview.days(who, named("all", today=who.today, first_day=who.first_day or who.today))
    assert [(day, plays, round(minutes * 60_000)) for day, plays, minutes, _ in days] == [
        (one.day, one.plays, one.ms) for one in expected if one.plays
    ]
    # The gap of two hours.
    assert [day for day, *_, is_at_least in days if is_at_least] == [
        one.day for one in expected if one.plays and one.day == date(2026, 3, 26)
    ]
    assert len(best) == 1
    assert re.match("Artist", best[0][0])
