"""A warehouse as an older version would have left it: the schema of its revision, filled with what it could hold."""

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import NullPool, create_engine, text

from brapped_assets.warehouse.db import migrations

REVISIONS = sorted(script.name[:4] for script in (migrations.HERE / "versions").glob("[0-9]*.py"))
OURS = ["audit", "raw", "star", "insights"]
COLUMNS = """
select format('%%I.%%I', c.table_schema, c.table_name) as of_table, c.column_name
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = any(%s) and t.table_type = 'BASE TABLE' and c.table_name <> 'alembic_version'
  and c.is_generated = 'NEVER'
order by c.table_schema, c.table_name, c.ordinal_position
"""
IDENTITIES = """
select format('%%I.%%I', table_schema, table_name) as of_table, column_name
from information_schema.columns where table_schema = any(%s) and is_identity = 'YES'
"""

LAST_NUMBER = "select pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)"
# Where an older column's value stands today.
MOVED = {
    "audit.import_file": {
        name: f"(select m.{name} from audit.archive_member m where m.file_id = t.file_id order by m.met_at limit 1)"
        for name in ("archive", "running_number")
    }
}


def prepare_at(url: str, revision: str) -> None:
    """Bring the empty database at `url` to a revision and no further."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(migrations.HERE))
    with engine.begin() as connection:
        connection.execute(text("create schema if not exists audit"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def fill(url: str, source_url: str) -> dict[str, int]:
    """Copy from the warehouse at `source_url` what the older one at `url` has tables and columns for; rows by table.

    No trigger fires: what an older version noted by triggers is copied as it stands. Both URLs are a superuser's.
    """
    copied: dict[str, int] = {}
    with psycopg.connect(source_url) as source, psycopg.connect(url) as target:
        target.execute("set session_replication_role = replica")
        there, wanted = _columns(source), _columns(target)
        for table, columns in wanted.items():
            moved = MOVED.get(table, {})
            told = [name for name in columns if name in there.get(table, []) or (name in moved and table in there)]
            if not told:
                continue
            names = sql.SQL(", ").join(map(sql.Identifier, told))
            values = sql.SQL(", ").join(
                sql.Identifier(name) if name in there[table] else sql.SQL(moved[name]) for name in told
            )
            of = sql.SQL(table)
            target.execute(sql.SQL("delete from {}").format(of))
            with (
                source.cursor().copy(sql.SQL("copy (select {} from {} t) to stdout").format(values, of)) as out,
                target.cursor().copy(sql.SQL("copy {} ({}) from stdin").format(of, names)) as into,
            ):
                for piece in out:
                    into.write(piece)
            counted = target.execute(sql.SQL("select count(*) from {}").format(of)).fetchone()
            assert counted is not None
            copied[table] = counted[0]
        for table, column in target.execute(IDENTITIES, [OURS]).fetchall():
            (last,) = source.execute(LAST_NUMBER, [table, column]).fetchone() or (None,)
            if last is not None:
                target.execute("select setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, last])
    return copied


def _columns(connection: psycopg.Connection[tuple[str, ...]]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(COLUMNS, [OURS]):
        tables.setdefault(table, []).append(column)
    return tables
