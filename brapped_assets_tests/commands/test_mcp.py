"""`brapped mcp` as an assistant starts it: a process that speaks the protocol, once its owner allowed it."""

from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.subprocess_user import User
from brapped_assets_tests.web.api.asking import live


# Three processes; what they answer is in make test without them: mcp_server/test_server.py.
@pytest.mark.slow
def test_an_assistant_asks_once_it_is_allowed(warehouse: Warehouse, database_url: str, tmp_path: Path) -> None:
    with warehouse.transaction() as tx:
        me = live(tx)
        plays = tx.execute(
            "select count(*) as n from bi.shown_plays where listener_id = %s and counts_as_play", (me,)
        ).fetchall()[0]["n"]  # fmt: skip
    (tmp_path / "user").mkdir()
    user = User(tmp_path / "user")
    user.environment["DATABASE_URL"] = database_url
    refused = user.run("mcp")
    assert refused.code == 2
    assert "An assistant may read nothing of Listener yet." in refused.errors
    assert "Developer Policy" in refused.errors
    allowed = user.run("mcp", "--allow", "all")
    assert (allowed.code, allowed.output) == (0, "An assistant reads all that is known of Listener.")

    async def asking() -> object:
        command = StdioServerParameters(
            command=str(user.python.with_name("brapped")), args=["mcp"], env=user.environment, cwd=user.work
        )
        async with Client(stdio_client(command)) as client:
            answer = await client.call_tool("totals", {"range": "all"})
        assert answer.structured_content is not None
        return answer.structured_content["totals"]["plays"]

    assert anyio.run(asking) == plays > 0
