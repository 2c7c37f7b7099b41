"""Databases and roles of a test's own on the session's server.

To make a database takes 0.1 s of CPU, to empty one 0.01 s. So one is handed from test to test, each time under a new
name; whoever changes more than rows (a role's rights, a column), or makes its catalogues long, is the last to have it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from brapped_assets.warehouse.db.embedded_server import EmbeddedServer

Connection = psycopg.Connection[tuple[Any, ...]]
MIGRATED, EMPTY = "brapped", "template0"
# A row of a catalogue that was written again has another xmin. In pg_class `vacuum` and `truncate` do that, too.
CATALOGUES = (
    *("pg_attribute", "pg_attrdef", "pg_constraint", "pg_default_acl", "pg_event_trigger", "pg_extension", "pg_index"),
    *("pg_policy", "pg_proc", "pg_rewrite", "pg_sequence", "pg_statistic_ext", "pg_trigger"),
)
DEFINITIONS = f"""
select (select array_agg(n::text order by n.oid) from pg_namespace n where nspname !~ '^pg_'),
       (select md5(string_agg(concat_ws(' ', oid, relname, relnamespace, relowner, relacl, reloptions, relpersistence,
                                        relrowsecurity), ',' order by oid))
          from pg_class where oid >= 16384 and relkind <> 't'),
       {", ".join(f"(select array[count(*), sum(xmin::text::bigint)] from {name})" for name in CATALOGUES)}
"""
TABLES = """
select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
 where relkind = 'r' and nspname !~ '^pg_' and nspname <> 'information_schema' order by c.oid
"""
SEQUENCES = """
select format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value is not null
  from pg_sequences
"""
# Of the whole server, asked from outside, where the catalogues have been read before.
ALONE = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = %s"
FROM_OUTSIDE = """
select datacl, datdba, datconnlimit, (select count(*) from pg_db_role_setting where setdatabase = d.oid)
  from pg_database d where datname = %s
"""


# What temporary tables leave behind.
GROWN = "select pg_relation_size('pg_attribute')"
TRIES = 10


@dataclass(frozen=True)
class Server:
    """A server that a test started, by the folder of its socket."""

    home: Path

    def url(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.home}&user=postgres"


@dataclass
class Template:
    """What a new copy of it holds; `idle` are copies that are as new and wait for a test."""

    catalogue_bytes: int
    from_outside: tuple[Any, ...] | None
    definitions: tuple[Any, ...] | None
    rows: dict[str, bytes]
    sequences: set[tuple[Any, ...]]
    idle: list[str] = field(default_factory=list)


_templates: dict[str, Template] = {}
_kept: dict[str, Connection] = {}


@contextmanager
def administered(postgres: EmbeddedServer) -> Iterator[Connection]:
    """One connection for whatever becomes of databases there: to open one for each takes a tenth of a test's time."""
    url = postgres.url("postgres")
    try:
        with psycopg.connect(url, autocommit=True) as _kept[url]:
            yield _kept[url]
    finally:
        _kept.pop(url, None)


@contextmanager
def _admin(postgres: EmbeddedServer | Server) -> Iterator[Connection]:
    url = postgres.url("postgres")
    if url in _kept and not _kept[url].closed:
        yield _kept[url]
        return
    with psycopg.connect(url, autocommit=True) as admin:
        yield admin


@contextmanager
def database(postgres: EmbeddedServer | Server, template: str = MIGRATED) -> Iterator[str]:
    """Its URL: a copy of `template`."""
    name = f"test_{uuid4().hex[:12]}"
    with _admin(postgres) as admin:
        known = _templates.get(postgres.url(template))
        # Not the one given back last: its connections may still be ending, which the server waits for.
        if known is not None and len(known.idle) > 1:
            admin.execute(f"alter database {known.idle.pop(0)} rename to {name}")
        else:
            admin.execute(f"create database {name} template {template} strategy file_copy")
            if known is None and template != EMPTY:
                from_outside = admin.execute(FROM_OUTSIDE, [name]).fetchone()
                known = _templates[postgres.url(template)] = _looked_at(postgres.url(name), from_outside)
        yield postgres.url(name)
    # What the test stopped or cut may have been this connection, too.
    with _admin(postgres) as admin:
        admin.execute(ALONE, [name])
        is_the_same = known is not None and admin.execute(FROM_OUTSIDE, [name]).fetchone() == known.from_outside
        if known is not None and is_the_same and _is_as_new(postgres.url(name), known):
            known.idle.append(name)
        else:
            admin.execute(f"drop database {name} with (force)")


def _looked_at(url: str, from_outside: tuple[Any, ...] | None) -> Template:
    with psycopg.connect(url, autocommit=True) as copy:
        rows = {table: _rows(copy, table) for (table,) in copy.execute(TABLES).fetchall()}
        definitions = copy.execute(DEFINITIONS).fetchone()
        (size,) = copy.execute(GROWN).fetchone() or (0,)
        return Template(size, from_outside, definitions, rows, set(copy.execute(SEQUENCES).fetchall()))


def _is_as_new(url: str, template: Template) -> bool:
    """Whether a copy could be made one again."""
    with psycopg.connect(url, autocommit=True) as copy:
        (size,) = copy.execute(GROWN).fetchone() or (0,)
        if size > 3 * template.catalogue_bytes or copy.execute(DEFINITIONS).fetchone() != template.definitions:
            return False
        # Neither a trigger nor a foreign key has a say.
        copy.execute("set session_replication_role = replica")
        sizes = copy.execute(f"select {', '.join(f'pg_relation_size({t!r})' for t in template.rows)}").fetchone()
        # A row that was written and taken back has left its place as well.
        written = [table for table, size in zip(template.rows, sizes or (), strict=True) if size]
        if changed := [t for t in written if not template.rows[t] or _rows(copy, t) != template.rows[t]]:
            # `truncate` would make all files anew of every table that points at one of these: 30 ms of CPU.
            for table in changed:
                copy.execute(f"delete from {table}")
            if not _give_up_places(copy, changed):
                return False
        for table, rows in template.rows.items():
            if rows and _rows(copy, table) != rows:
                with copy.cursor().copy(f"copy {table} from stdin") as writing:
                    writing.write(rows)
        for sequence in template.sequences - set(copy.execute(SEQUENCES).fetchall()):
            copy.execute("select setval(%s, %s, %s)", sequence)
    return True


def _give_up_places(copy: Connection, tables: list[str]) -> bool:
    """Shorten the files of tables that hold no row, so that new rows begin them again, in their order.

    A row stays as long as anybody may see it: for a moment each connection that is being made to any database may.
    """
    for _ in range(TRIES):
        copy.execute(f"vacuum (truncate on, index_cleanup on, parallel 0) {', '.join(tables)}")
        sizes = copy.execute("select sum(pg_relation_size(name::regclass)) from unnest(%s::text[]) name", [tables])
        if sizes.fetchone() == (0,):
            return True
    return False


def _rows(copy: Connection, table: str) -> bytes:
    with copy.cursor().copy(f"copy {table} to stdout") as reading:
        return b"".join(bytes(part) for part in reading)


@contextmanager
def role_name(database_url: str) -> Iterator[str]:
    """A name for a role: roles belong to the whole server, and whoever was made goes with what it owns there."""
    name = f"reader_{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(database_url, autocommit=True) as admin:
        if admin.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is not None:
            admin.execute(f"drop owned by {name}")
            admin.execute(f"drop role {name}")
