"""A warehouse as an older version left it: the tables of the first schema, filled with what they can hold.

`old_schema.sql.gz` is what PostgreSQL 15's `pg_dump` says of a database that the thirty migrations before 0.1.0 made.
"""

import gzip
from pathlib import Path

import psycopg
from psycopg import sql

FIRST = Path(__file__).with_suffix(".sql.gz")
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


def prepare(url: str) -> None:
    """Make the first schema in the empty database at `url`."""
    with psycopg.connect(url) as connection:
        connection.execute(gzip.decompress(FIRST.read_bytes()))


def fill(url: str, source_url: str) -> dict[str, int]:
    """Copy from the warehouse at `source_url` what the older one at `url` has tables and columns for; rows by table.

    No trigger fires: what an older version noted by triggers is copied as it stands. Both URLs are a superuser's.
    """
    copied: dict[str, int] = {}
    with psycopg.connect(source_url) as source, psycopg.connect(url) as target:
        target.execute("set session_replication_role = replica")
        there, wanted = _columns(source), _columns(target)
        for table, columns in wanted.items():
            told = [name for name in columns if name in there.get(table, [])]
            if not told:
                continue
            names = sql.SQL(", ").join(map(sql.Identifier, told))
            of = sql.SQL(table)
            target.execute(sql.SQL("delete from {}").format(of))
            with (
                source.cursor().copy(sql.SQL("copy {} ({}) to stdout").format(of, names)) as out,
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
