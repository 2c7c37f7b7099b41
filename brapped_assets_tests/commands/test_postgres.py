"""A backup by pg_dump, as docs/your-data.md writes it, and back: everything is compared."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from brapped_assets import cli
from brapped_assets.commands.postgres import postgres as run
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.commands.conftest import CHECKOUT
from brapped_assets_tests.warehouse.exported_plays import Told, after, tell
from brapped_assets_tests.warehouse.polled_plays import everything, listened, plays, poll

TABLES = """
select schemaname || '.' || tablename as name from pg_tables
where schemaname in ('audit', 'raw', 'star', 'insights') order by 1
"""


def told_by_docs(program: str) -> list[str]:
    """The arguments of the documented command."""
    text = (CHECKOUT / "docs" / "your-data.md").read_text(encoding="utf-8")
    (command,) = re.findall(rf"^    brapped postgres {program} (.*)$", text, re.MULTILINE)
    return str(command).split()


def every_table(tx: Connection) -> dict[str, Any]:
    names = [row["name"] for row in tx.execute(TABLES).fetchall()]
    # As texts: Python has no instant before all others.
    return {name: tx.execute(f"select t::text from {name} t order by 1").fetchall() for name in names}


@pytest.fixture
def with_programs(postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of PostgreSQL's are installed, as for whoever has a database elsewhere."""
    monkeypatch.setenv("PATH", f"{postgres.programs}")


@pytest.mark.usefixtures("with_programs")
def test_a_database_restored_from_a_dump_is_the_one_that_was_dumped(
    warehouse: Warehouse, database_url: str, empty_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with warehouse.transaction() as tx:
        me = listened(tx)
        tell(tx, me, [("extended", [Told(after(10), 60_000, title="An export's")])])
        before = every_table(tx), everything(tx)
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert run(Settings.load(), "pg_dump", told_by_docs("pg_dump")) == 0
    monkeypatch.setenv("DATABASE_URL", empty_database)
    assert run(Settings.load(), "pg_restore", told_by_docs("pg_restore")) == 0
    with Warehouse(tmp_path, empty_database) as restored, restored.transaction() as tx:
        assert (every_table(tx), everything(tx)) == before
        # Keys go on where they were.
        assert poll(tx, me, plays([900])).landed == 1
    # Over what is there meanwhile, too.
    assert run(Settings.load(), "pg_restore", told_by_docs("pg_restore")) == 0
    with Warehouse(tmp_path, empty_database) as restored, restored.transaction() as tx:
        assert (every_table(tx), everything(tx)) == before


@pytest.mark.slow
def test_the_embedded_server_is_started_for_it_and_its_programs_are_found(capfd: pytest.CaptureFixture[str]) -> None:
    home = Path(tempfile.mkdtemp(prefix="brapped-"))
    try:
        settings = Settings.load().model_copy(update={"brapped_home": home})
        assert run(settings, "psql", ["-qAtc", "select 'Hello from ' || current_database()"]) == 0
        assert capfd.readouterr().out == "Hello from brapped\n"
    finally:
        embedded_server.start(home).stop()
        shutil.rmtree(home)


def test_a_program_that_is_not_there_is_told(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr("sys.argv", ["brapped", "postgres", "pg_dumb", "-Fc"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "There is no program pg_dumb here. Install PostgreSQL's client programs" in capsys.readouterr().err


def test_without_data_of_another_version_there_is_nothing_to_upgrade(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["brapped", "upgrade-database"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert "There is nothing to carry over" in capsys.readouterr().out
