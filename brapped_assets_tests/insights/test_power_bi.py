"""What Power BI reads: a connection without a secret, a model of every public view, measures that equal the pages."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from brapped_assets.insights import overview
from brapped_assets.insights.periods import named
from brapped_assets.insights.power_bi import data_source, model
from brapped_assets.insights.power_bi.data_source import Place
from brapped_assets.insights.power_bi.measures import MEASURES
from brapped_assets.settings import SettingsError
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.urls import connection_string
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import History, counting, gap, histories, seen, shown, tell
from brapped_assets_tests.warehouse.polled_plays import at, listened

AT = Place("ep-a-1.eu.aws.neon.tech", 5432, "neondb")
DIGITS = 6
PAGE = Path(__file__).parents[2] / "docs" / "power-bi.md"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://me:secret@ep-a-1.eu.aws.neon.tech/neondb", AT),
        # Only Neon's pooled name is known to have a direct one beside it.
        ("postgresql://me@my-pooler.example.org:6543/music", Place("my-pooler.example.org", 6543, "music")),
        ("postgresql://me:secret@127.0.0.1/", Place("127.0.0.1", 5432, "me")),
        ("host=first.example,second.example port=5433,5434 dbname=music", Place("first.example", 5433, "music")),
    ],
)
def test_a_place_is_where_power_bi_can_go(url: str, place: Place) -> None:
    assert data_source.place(connection_string(url)) == place


@pytest.mark.parametrize("url", ["postgresql:///music?host=/var/run/postgresql", "postgresql:///music"])
def test_who_has_a_socket_only_is_told_what_power_bi_can_reach(url: str) -> None:
    with pytest.raises(SettingsError, match="cannot reach this database: it answers on this machine only"):
        data_source.place(connection_string(url))


def test_the_file_holds_one_connection_that_imports_and_no_secret() -> None:
    place = data_source.place(connection_string("postgresql://me:secret@ep-a-1.eu.aws.neon.tech/neondb"))
    assert place is not None
    text = data_source.pbids(place)
    assert json.loads(text) == {
        "version": "0.1",
        "connections": [
            {
                "details": {
                    "protocol": "postgresql",
                    "address": {"server": "ep-a-1.eu.aws.neon.tech:5432", "database": "neondb"},
                },
                "options": {},
                "mode": "Import",
            }
        ],
    }
    assert "secret" not in text


def read(script: str) -> dict[str, Any]:
    """The objects of a TMDL script by their declarations, nested by tabs; `///` and what follows it aside."""
    tree: dict[str, Any] = {}
    path: list[tuple[int, dict[str, Any]]] = [(-1, tree)]
    for line in script.split("\n"):
        text = line.lstrip("\t")
        assert text == text.lstrip(), f"not by tabs: {line!r}"
        assert text == text.rstrip(), f"ends in blanks: {line!r}"
        if not text or text.startswith("///"):
            continue
        depth = len(line) - len(text)
        while path[-1][0] >= depth:
            path.pop()
        inside: dict[str, Any] = {}
        assert text not in path[-1][1] or depth > 2, f"twice: {text}"
        path[-1][1][text] = inside
        path.append((depth, inside))
    return tree


def test_the_model_has_every_view_with_every_column_in_its_type(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        views = {view.name: view for view in model.views(tx)}
        script = model.tmdl(AT, list(views.values()))
    (objects,) = read(script).values()
    tables = {name.removeprefix("table "): of for name, of in objects.items() if name.startswith("table ")}
    # The plays without what is hidden stand for the plays.
    assert set(tables) == set(views) - {"shown_plays"}
    assert [column.name for column in views["plays"].columns] == [
        column.name for column in views["shown_plays"].columns
    ]
    for name, of in tables.items():
        columns = {key.removeprefix("column "): what for key, what in of.items() if key.startswith("column ")}
        assert list(columns) == [column.name for column in views[name].columns]
        for column in views[name].columns:
            assert f"sourceColumn: {column.name}" in columns[column.name]
            assert f"dataType: {model.TYPES[column.type]}" in columns[column.name]
        loaded = {"plays": "shown_plays"}.get(name, name)
        step = f'Data = Source{{[Schema="bi",Item="{loaded}"]}}[Data]'
        assert step in {one.rstrip(",") for one in of[f"partition {name} = m"]["source ="]["let"]}
    assert "isKey" in tables["dates"]["column day"]
    assert "dataCategory: Time" in tables["dates"]
    parameter = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]'
    assert f'expression Server = "ep-a-1.eu.aws.neon.tech:5432" {parameter}' in objects
    assert f'expression Database = "neondb" {parameter}' in objects
    assert "Not yet tried in Power BI Desktop" in script


def test_a_model_of_one_listener_loads_nobody_elses_rows(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        everybody = model.tmdl(AT, model.views(tx))
        of_one = model.tmdl(AT, model.views(tx), 7)
    (objects,) = read(of_one).values()
    step = "Theirs = Table.SelectRows(Data, each [listener_id] = 7)"
    kept = {
        name.removeprefix("table ")
        for name, of in objects.items()
        if name.startswith("table ") and step in str(of[name.replace("table", "partition") + " = m"])
    }
    assert kept == {"aliases", "plays", "spoken_plays", "listeners", "listener_zones", "coverage_gaps"}
    assert "Theirs" not in everybody


def test_relationships_lead_to_keys_that_are_there_once(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        listened(tx)
        known = {f"{view.name}.{column.name}": column.type for view in model.views(tx) for column in view.columns}
        for many, one in model.RELATIONSHIPS:
            assert known[many] == known[one]
            table, key = one.split(".")
            condition = "where album_id is not null" if table == "albums" else ""
            row = tx.execute(
                f"select count(*) as every, count(distinct {key}) as different from bi.{table} {condition}"
            ).fetchone()
            assert row is not None
            assert row["every"] == row["different"] > 0
            of_many, column = many.split(".")
            lost = tx.execute(
                f"select from bi.{of_many} where {column} is not null"
                f" and {column} not in (select {key} from bi.{table})"
            ).fetchall()
            assert lost == []


def test_measures_name_only_what_is_there(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        known = {f"{view.name}[{column.name}]" for view in model.views(tx) for column in view.columns}
    names = [measure.name for measure in MEASURES]
    assert len({name.lower() for name in names}) == len(names)
    for measure in MEASURES:
        assert set(re.findall(r"\w+\[\w+\]", measure.dax)) <= known
        assert set(re.findall(r"(?<!\w)\[([^@\]]+)\]", measure.dax)) <= set(names)
        for opened, closed in ("()", "[]"):
            assert measure.dax.count(opened) == measure.dax.count(closed)


def asked(tx: Connection) -> dict[str, Any]:
    """Every measure as its SQL tells it."""
    told = {}
    for measure in MEASURES:
        row = tx.execute(measure.sql).fetchone()
        assert row is not None
        told[measure.name] = in_digits(row["value"])
    return told


def in_digits(value: Any) -> Any:
    return round(float(value), DIGITS) if isinstance(value, Decimal | float) else value


@examples(15)
@given(history=histories())
def test_measures_equal_what_is_counted_by_hand_and_what_the_pages_show(warehouse: Warehouse, history: History) -> None:
    with warehouse.transaction() as tx:
        me = tell(tx, history)
        gap(tx, me, at(0), at(60))
        assert tx.execute("select * from bi.shown_plays order by played_at, play_key").fetchall() == [
            {name: value for name, value in row.items() if name != "release_date"}
            for row in shown(tx, history.hidden)
        ]  # fmt: skip
        rows = counting(tx, history.hidden)
        featured = {
            row["track_key"]
            for row in tx.execute("select track_key from bi.track_artists where role = 'featured'").fetchall()
        }
        a_year_on = {row["day"] for row in tx.execute("select day from bi.dates").fetchall()}
        days = {row["played_on"] for row in rows}
        artists, songs = len({row["artist_key"] for row in rows}), len({row["track_key"] for row in rows})
        minutes = sum_of_minutes(rows)
        estimated = sum_of_minutes([row for row in rows if row["ms_played_basis"] == "estimated"])
        told = asked(tx)
        assert told == {
            "Plays": len(rows),
            "Minutes": in_digits(minutes),
            "Active days": len(days),
            "Minutes per active day": in_digits(minutes / len(days)) if minutes else None,
            "Estimated share": in_digits(estimated / minutes) if estimated and minutes else None,
            "Main minutes": in_digits(minutes),
            "Featured minutes": in_digits(sum_of_minutes([row for row in rows if row["track_key"] in featured])),
            "Artists": artists,
            "Songs": songs,
            "First day": min(days, default=None),
            "Last day": max(days, default=None),
            "New artists": artists,
            "New songs": songs,
            "Minutes a year before": in_digits(
                sum_of_minutes([row for row in rows if later(row["played_on"]) in a_year_on])
            ),
            "Open gaps": 1,
        }
        who = seen(tx)
        if who.first_day is not None:
            everything = named("all", today=who.today, first_day=who.first_day)
            page = overview.totals(overview.days(who, everything))
            assert page == overview.Totals(
                len(rows),
                sum(row["ms_played"] for row in rows),
                sum(row["ms_played"] for row in rows if row["ms_played_basis"] == "estimated"),
                len(days),
            )


def test_the_page_shows_each_measure_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for measure in MEASURES:
        assert f"// {measure.words}\n{measure.name} =" in page
        assert measure.dax.replace("\t", "    ") in page


def test_every_query_of_the_page_runs(warehouse: Warehouse) -> None:
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(queries) >= 2
    with warehouse.transaction() as tx:
        listened(tx)
        for query in queries:
            # As Grafana itself writes it out.
            asked_for = re.sub(
                r"\$__timeFilter\((.*?)\)", r"\1 between '2026-11-01T00:00:00Z' and '2026-12-01T00:00:00Z'", query
            )
            assert tx.execute(asked_for).fetchall() != []


def sum_of_minutes(rows: list[dict[str, Any]]) -> Decimal | None:
    """None, as SQL and DAX have it, where there are none."""
    return Decimal(sum(row["ms_played"] for row in rows)) / 60000 if rows else None


def later(day: date) -> date:
    return day.replace(year=day.year + 1)
