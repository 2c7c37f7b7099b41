"""An assistant asks over HTTP: with a token for every play, once it is allowed; and the page that allows it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.warehouse.assistant_access import assistant_reads
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.web.api.asking import HERE, Program, living

ACCEPT = {"accept": "application/json, text/event-stream"}


def call(program: Program, tool: str, arguments: dict[str, Any], token: str | None = None) -> Any:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {"Authorization": f"Bearer {token or program.token}", **ACCEPT}
    return program.client.post("/mcp", json=message, headers=headers)


def allow(program: Program, reads: str) -> Any:
    page = program.client.get("/ask").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    listener = page.partition('name="listener" value="')[2].partition('"')[0]
    form = {"token": token, "listener": listener, "reads": reads}
    return program.client.post("/ask", data=form, headers={"origin": HERE})


@pytest.fixture
def asked(database_url: str, tmp_path: Path) -> Any:
    with living(tmp_path, database_url) as program:
        yield program


def test_nothing_is_answered_before_the_page_allowed_it_and_nothing_after_it_was_taken_back(
    asked: Program, warehouse: Warehouse
) -> None:
    def answer() -> dict[str, Any]:
        found: dict[str, Any] = call(asked, "totals", {"range": "all"}).json()["result"]
        return found

    assert "Nothing may be read" in answer()["content"][0]["text"]
    for reads, words in (("export", "Only what my data export told"), ("all", "All that is known")):
        assert allow(asked, reads).status_code == 303
        assert f"✓ {words}" in asked.client.get("/ask").text
        plays = answer()["structuredContent"]["totals"]["plays"]
        if reads == "all":
            assert plays == asked.answer("/totals?range=all")["data"]["plays"]
        assert plays > 0
    assert allow(asked, "").status_code == 303
    assert "Nothing may be read" in answer()["content"][0]["text"]
    with warehouse.transaction() as tx:
        assert assistant_reads(tx, 1) is None


def test_a_token_that_does_not_open_every_play_asks_nothing(database_url: str, tmp_path: Path) -> None:
    with living(tmp_path, database_url, "totals", "lists") as program:
        refused = call(program, "totals", {})
        assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
        unknown = call(program, "totals", {}, "brapped_" + "A" * 43)
        assert unknown.status_code == 401
        assert program.client.post("/mcp", json={}, headers=ACCEPT).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b'{"jsonrpc": "2.0"}', 400), (b"x" * 100_000, 413), (b"\xff\xfe", 400)],
)
def test_what_is_no_message_is_refused(asked: Program, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {asked.token}", "content-type": "application/json", **ACCEPT}
    answer = asked.client.post("/mcp", content=body, headers=headers)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_other_methods_are_refused(asked: Program) -> None:
    headers = {"Authorization": f"Bearer {asked.token}", **ACCEPT}
    for method in ("GET", "DELETE", "PUT"):
        assert asked.client.request(method, "/mcp", headers=headers).status_code == 405


@pytest.mark.slow
def test_pages_that_no_assistant_asks_carry_nothing_of_what_answers_one() -> None:
    """The protocol's library and the reader of SQL take 30 MB of the pages' budget."""
    loaded = "import sys, brapped_assets.web.app; print(*sorted({'mcp', 'sqlglot'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).split() == []
