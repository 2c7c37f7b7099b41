"""Columns and lineage of the warehouse's tables and views, from the database that the schema makes."""

from hashlib import sha256
from typing import Any

from psycopg.rows import dict_row

from brapped_assets.assets.warehouse_tables import FILE
from brapped_assets.warehouse.db.connections import Connection

__all__ = ["FILE", "tables_of", "with_lineage"]

# Assets are these tables; the views are the public contract.
TABLES = """
select c.oid, n.nspname || '.' || c.relname as name, coalesce(obj_description(c.oid), '') as comment,
       case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as sql
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname = 'bi' or c.oid = any (array[
    'raw.recently_played', 'star.streaming_fact', 'star.track_dim', 'star.artist_dim', 'star.artist_tags',
    'star.album_group', 'star.spotify_top', 'star.spoken_play', 'audit.import_file']::regclass[])
order by 2
"""
COLUMNS = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as is_nullable,
       col_description(a.attrelid, a.attnum) as description
from pg_attribute a where a.attrelid = %(oid)s and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
READS = """
select distinct n.nspname || '.' || c.relname as name
from pg_depend d join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
join pg_class c on c.oid = d.refobjid and d.refclassid = 'pg_class'::regclass
join pg_namespace n on n.oid = c.relnamespace
where r.ev_class = %(oid)s and c.oid <> r.ev_class order by 1
"""
EVERY_COLUMN = """
select n.nspname as schema, c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('raw', 'star', 'audit', 'insights', 'bi') and c.relkind in ('r', 'v') and a.attnum > 0
"""


def tables_of(tx: Connection) -> dict[str, dict[str, Any]]:
    """What is in the file, but for the lineage of columns; of a view's SQL it has a hash."""
    found: dict[str, dict[str, Any]] = {}
    with tx.cursor(row_factory=dict_row) as cursor:
        for table in cursor.execute(TABLES).fetchall():
            of = {"oid": table["oid"]}
            found[table["name"]] = {
                "comment": table["comment"],
                "columns": cursor.execute(COLUMNS, of).fetchall(),
                "reads": [row["name"] for row in cursor.execute(READS, of).fetchall()],
                "sql": table["sql"] and sha256(table["sql"].encode()).hexdigest()[:12],
            }
    return found


def with_lineage(tx: Connection) -> dict[str, dict[str, Any]]:
    """What is in the file."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for row in tx.execute(EVERY_COLUMN).fetchall():
        schema.setdefault(row["schema"], {}).setdefault(row["table"], {})[row["name"]] = row["type"]
    found = tables_of(tx)
    for table in tx.execute(TABLES).fetchall():
        columns = found[table["name"]]["columns"] if table["sql"] else []
        found[table["name"]]["from"] = {
            column["name"]: _sources(column["name"], table["sql"], schema) for column in columns
        }
    return found


def _sources(column: str, sql: str, schema: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    """The columns (`schema.table.column`) that a column of a view is made of."""
    from sqlglot import exp
    from sqlglot.lineage import lineage

    leaves = [node for node in lineage(column, sql, schema=schema, dialect="postgres").walk() if not node.downstream]
    return sorted(
        {
            f"{leaf.expression.db}.{leaf.expression.name}.{leaf.name.rpartition('.')[2]}"
            for leaf in leaves
            if isinstance(leaf.expression, exp.Table)
        }
    )
