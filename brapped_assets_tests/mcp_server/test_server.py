"""An assistant asks over the protocol, with its own library's client, and gets the numbers of pages and of SQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from brapped_assets.mcp_server.server import build_server
from brapped_assets.mcp_server.tools import Tools
from brapped_assets.warehouse.assistant_access import allow_assistant, refuse_assistant
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, play
from brapped_assets_tests.warehouse.polled_plays import newcomer
from brapped_assets_tests.web.api.asking import live


@pytest.fixture
def tools(warehouse: Warehouse, database_url: str, tmp_path: Path) -> Iterator[Tools]:
    """Of somebody with half a year of plays, beside somebody else who alone played song 4 today."""
    with warehouse.transaction() as tx:
        me = live(tx)
        other = newcomer(tx, "other", zone="Asia/Kolkata")
        play(tx, other, [Told(NOW, 4, 60_000, False, False, False, "ios", False)])
        allow_assistant(tx, me, "all", NOW)
    reading = Reading(tmp_path, database_url)
    yield Tools(reading, lambda: NOW, me, seconds=0.5)
    reading.close()


def ask(tools: Tools, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What each tool answers: an answer, or the words with which it refuses."""

    async def asking() -> list[Any]:
        async with Client(build_server(lambda _: tools, "0")) as client:
            answers = [await client.call_tool(name, arguments) for name, arguments in calls]
        return [one.content[0].text if one.is_error else one.structured_content for one in answers]  # type: ignore[union-attr]

    return anyio.run(asking)


def sql(tools: Tools, statement: str) -> Any:
    (answer,) = ask(tools, ("query", {"sql": statement, "limit": 1000}))
    return answer


def test_totals_are_what_their_own_statements_give(tools: Tools) -> None:
    for period in ("all", "2026", "30d"):
        (found,) = ask(tools, ("totals", {"range": period}))
        plays, minutes, estimated, days, new = (sql(tools, one)["rows"] for one in found["sql"])
        told = found["totals"]
        assert plays == [[told["plays"]]]
        assert minutes == [[told["ms"]]]
        assert estimated == [[told["estimated_ms"]]]
        assert days == [[told["active_days"]]]
        assert new == [[told["new_songs"], told["new_plays"], told["new_ms"]]]
        assert told["plays"] > 0


@pytest.mark.parametrize("kind", ["artists", "songs", "albums", "days", "contexts"])
def test_a_list_is_what_its_statement_gives(tools: Tools, kind: str) -> None:
    (found,) = ask(tools, ("top", {"kind": kind, "range": "all", "limit": 1000}))
    assert [row[-2:] for row in sql(tools, found["sql"][0])["rows"]] == [
        [row["plays"], row["ms"]] for row in found["rows"]
    ]
    assert found["of"] == len(found["rows"]) > 0


def test_plays_go_back_to_the_first_a_page_at_a_time(tools: Tools) -> None:
    seen: list[int] = []
    before = ""
    while True:
        (found,) = ask(tools, ("plays", {"range": "all", "limit": 150, "before": before}))
        seen += [row["play_key"] for row in found["rows"]]
        before = found["older_before"]
        if before is None:
            break
    assert seen == [
        key for (key,) in sql(tools, "select play_key from bi.plays order by played_at desc, play_key desc")["rows"]
    ]


def test_where_plays_may_be_missing_every_answer_says_at_least(tools: Tools) -> None:
    found = ask(tools, ("totals", {"range": "7d"}), ("top", {"range": "7d"}), ("plays", {}),
                ("completeness", {"range": "7d"}), ("query", {"sql": "select 1"}),
                ("totals", {"range": "2025-12"}))  # fmt: skip
    assert [("at least" in " ".join(one["say"]), one["about"]["is_at_least"]) for one in found] == [
        (True, True), (True, True), (True, True), (True, True), (True, True), (False, False),
    ]  # fmt: skip


def test_no_row_of_somebody_else_is_read(tools: Tools, warehouse: Warehouse) -> None:
    (described,) = ask(tools, ("describe", {}))
    with warehouse.transaction() as tx:
        (me, other) = (row["listener_id"] for row in tx.execute("select listener_id from bi.listeners order by 1"))
        views = {row["name"] for row in tx.execute("select viewname as name from pg_views where schemaname = 'bi'")}
        (mine,) = tx.execute("select count(*) as n from bi.plays where listener_id = %s", (me,)).fetchall()
    assert {f"bi.{name}" for name in views} == described["tables"].keys()
    for name, table in described["tables"].items():
        if "listener_id" in table["columns"]:
            assert sql(tools, f"select count(*) from {name} where listener_id <> {me}")["rows"] == [[0]]
    assert sql(tools, "select count(*) from bi.plays")["rows"] == [[mine["n"]]]
    assert sql(tools, f"select count(*) from bi.plays where listener_id = {other}")["rows"] == [[0]]
    # Nor when a song of both was heard by the other.
    assert "first_played_at" not in described["tables"]["bi.tracks"]["columns"]


def test_of_the_export_alone_nothing_polled_is_told(tools: Tools, warehouse: Warehouse) -> None:
    assert tools.listener_id is not None
    with warehouse.transaction() as tx:
        allow_assistant(tx, tools.listener_id, "export", NOW)
        rows = tx.execute(
            "select count(*) as plays, coalesce(sum(ms_played), 0)::int as ms from bi.shown_plays"
            " where listener_id = %s and counts_as_play and source in ('export', 'both')", (tools.listener_id,)
        ).fetchall()  # fmt: skip
    described, totals, listed, plays, refused = ask(
        tools, ("describe", {}), ("totals", {"range": "all"}),
        ("top", {"kind": "songs", "range": "all", "limit": 1000}), ("plays", {"range": "all", "limit": 1000}),
        ("totals", {"filters": {"source": ["api"]}}),
    )  # fmt: skip
    assert {"plays": totals["totals"]["plays"], "ms": totals["totals"]["ms"]} == dict(rows[0])
    assert sum(row["plays"] for row in listed["rows"]) == rows[0]["plays"]
    assert {row["source"] for row in plays["rows"]} <= {"export", "both"}
    assert sql(tools, "select distinct source from bi.plays where source not in ('export', 'both')")["rows"] == []
    assert "bi.tracks" not in described["tables"]
    assert "context_uri" not in described["tables"]["bi.plays"]["columns"]
    assert "column" in sql(tools, "select context_uri from bi.plays")
    assert "Only what the listener's own Spotify data export tells" in refused
    assert all("data export" in " ".join(one["say"]) for one in (described, totals, listed, plays))


def test_what_is_allowed_no_longer_is_refused_at_the_next_question(tools: Tools, warehouse: Warehouse) -> None:
    assert tools.listener_id is not None
    with warehouse.transaction() as tx:
        refuse_assistant(tx, tools.listener_id)
    for answer in ask(tools, ("describe", {}), ("query", {"sql": "select 1"}), ("totals", {}), ("plays", {})):
        assert "Nothing may be read any more" in answer


@pytest.mark.parametrize(
    ("call", "words"),
    quick_of(6, [
        (("totals", {"range": "all", "weekday": "6"}), "weekday\n  Extra inputs are not permitted"),
        (("query", {"sql": "delete from bi.plays"}), "Only a SELECT"),
        (("query", {"sql": "select nothing from bi.plays"}), 'The database says: column "nothing" does not exist'),
        (("query", {"sql": "select count(*) from plays a, plays b, plays c, plays d, plays e"}), "too long"),
        (("query", {"sql": "select 1 / 0"}), "division by zero"),
        (("query", {"sql": "select 1", "limit": 0}), "limit is from 1 to 1000"),
        (("totals", {"range": "garbage"}), "garbage"),
        (("totals", {"filters": {"mood": ["sad"]}}), "There is no parameter 'mood' here"),
        (("totals", {"filters": {"weekday": ["9"]}}), "'9' is no weekday"),
        (("top", {"kind": "moods"}), "kind"),
        (("plays", {"before": "yesterday"}), "before"),
        (("nothing", {}), "nothing"),
    ]),
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_words(tools: Tools, call: tuple[str, dict[str, Any]], words: str) -> None:
    (answer,) = ask(tools, call)
    assert words in str(answer)
    assert "Traceback" not in str(answer)


def test_an_answer_is_bounded_whatever_was_asked(tools: Tools) -> None:
    many = "select a.play_key from bi.plays a, bi.plays b"
    (cut,) = ask(tools, ("query", {"sql": many, "limit": 3}))
    assert (len(cut["rows"]), cut["say"][-1]) == (3, "There are more rows than these 3.")
    long = "select string_agg(a.track_name, ',') as names, 1 as names from bi.plays a, bi.plays b"
    found = sql(tools, long)
    assert found["columns"] == ["names", "names"]
    assert [len(found["rows"][0][0]), found["rows"][0][1]] == [500, 1]


def test_nothing_is_written_and_no_role_but_a_reading_one_asks(tools: Tools) -> None:
    with tools.reading.transaction() as tx:
        (state,) = tx.execute(
            "select current_setting('transaction_read_only') as only, current_user as role"
        ).fetchall()
    assert (state["only"], state["role"]) == ("on", "pg_read_all_data")


def test_questions_to_begin_with_name_tools_that_there_are(tools: Tools) -> None:
    async def asking() -> tuple[set[str], list[str]]:
        async with Client(build_server(lambda _: tools, "0")) as client:
            known = {one.name for one in (await client.list_tools()).tools}
            prompts = [
                (await client.get_prompt(one.name, {each.name: "2025" for each in one.arguments or []})).messages[0]
                for one in (await client.list_prompts()).prompts
            ]
        return known, [one.content.text for one in prompts]  # type: ignore[union-attr]

    known, prompts = anyio.run(asking)
    assert known == {"describe", "query", "totals", "top", "plays", "completeness"}
    assert len(prompts) == 3
    assert all(any(name in prompt for name in known) for prompt in prompts)
