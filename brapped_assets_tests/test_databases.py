"""What tests get is as new, whatever the test before did with it."""

import psycopg
import pytest

from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets_tests.databases import MIGRATED, database
from brapped_assets_tests.examples import quick_of

TABLES = (
    "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|inf)'"
)
PLACES = "select pg_relation_size('star.artist_dim'), pg_relation_size('star.album_dim')"
SEQUENCES = "select schemaname, sequencename, last_value from pg_sequences order by 1, 2"
DIRTY = (
    "insert into star.artist_dim (artist_name) values ('A')",
    "delete from audit.lookup_counted",
    "delete from audit.alembic_version",
    "select nextval('star.track_dim_track_key_seq')",
    "create temp table mine as select 1 as n",
)


def held(url: str) -> dict[str, object]:
    """Every row of every table, and how far each sequence has counted."""
    with psycopg.connect(url) as copy:
        rows = {
            name: copy.execute(f"select t::text from {name} t order by 1").fetchall()
            for (name,) in copy.execute(TABLES)
        }
        return {**rows, "sequences": copy.execute(SEQUENCES).fetchall()}


def test_a_database_that_was_written_to_is_as_new_for_the_next(postgres: EmbeddedServer) -> None:
    as_new = held(postgres.url(MIGRATED))
    oids = []
    for _ in range(4):
        with database(postgres) as url:
            assert held(url) == as_new
            with psycopg.connect(url) as copy:
                # No row that is gone takes a place: new ones come in their order.
                assert copy.execute(PLACES).fetchone() == (0, 0)
                oids += copy.execute("select oid from pg_database where datname = current_database()").fetchall()
                with copy.transaction(force_rollback=True):
                    copy.execute("insert into star.album_dim (album_ref, album_name) values ('a', 'A')")
                for statement in DIRTY:
                    copy.execute(statement)
            assert held(url) != as_new
    assert len(set(oids)) < 4


@pytest.mark.parametrize(
    "statement",
    quick_of(
        4,
        [
            "alter table star.artist_dim add column more int",
            "drop table audit.notice",
            "grant select on star.artist_dim to public",
            "grant usage on schema raw to public",
            "revoke connect on database {name} from public",
            "alter database {name} set work_mem = '1MB'",
            "alter default privileges grant select on tables to public",
            "drop view bi.listeners cascade",
            "alter table star.artist_dim disable trigger all",
            "create schema mine",
        ],
    ),
)
def test_a_database_whose_definitions_were_changed_is_handed_to_nobody(
    postgres: EmbeddedServer, statement: str
) -> None:
    with database(postgres) as url, psycopg.connect(url) as copy:
        (name,) = copy.execute("select current_database()").fetchone() or ("",)
        copy.execute(statement.format(name=name))
    with psycopg.connect(postgres.url("postgres")) as admin:
        assert admin.execute("select from pg_database where datname = %s", (name,)).fetchone() is None
