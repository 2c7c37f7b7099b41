"""The schema: tables by revisions, forward only; functions and views as scripts, run whole when they change.

`tables/` is the first revision, `versions/` has those that follow, and Alembic runs them. `functions/` and `views/` say
how it is today. All that a database lacks is done in one transaction, under one lock.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import psycopg

from brapped_assets.warehouse.db.database_errors import schema_refused
from brapped_assets.warehouse.errors import NewerSchema, OlderSchema

HERE = Path(__file__).parent
# File names begin with their revision, so the newest is known without importing Alembic (about a second).
REVISIONS = sorted(script.name.split("_")[0] for script in (HERE / "versions").glob("[0-9]*.py"))
FIRST, HEAD = REVISIONS[0], REVISIONS[-1]
# The last commit that brings a database before the first revision up to it.
LAST_BEFORE = "fe0caed"
# Any number will do, as long as it stays the same: two starting processes queue behind it.
MIGRATION_LOCK = 8_271_402
LONGEST_WAIT = "60s"
VIEWS = """
select string_agg(format('%I.%I', schemaname, viewname), ', ') from pg_views
where schemaname in ('raw', 'star', 'audit', 'insights', 'bi')
"""


class Scripts(NamedTuple):
    """Functions and views as they are in this version, and the SHA-256 of all of it."""

    text: str
    sha256: str


@cache
def scripts() -> Scripts:
    """The scripts in the order in which they run: functions, then views, each schema after those it reads."""
    files = [*sorted((HERE / "functions").glob("*.sql")), *sorted((HERE / "views").glob("*.sql"))]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return Scripts(text, hashlib.sha256(text.encode()).hexdigest())


def is_current(connection: psycopg.Connection[dict[str, Any]]) -> bool:
    """Whether the schema is at `HEAD`, with this version's functions and views.

    Raises NewerSchema when a newer Brapped has been here, OlderSchema for one from before the first revision.
    """
    try:
        # As JSON: who stands at the first revision by the old migrations has no column for scripts yet.
        row = connection.execute("select to_jsonb(v) as found from audit.alembic_version v").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return False
    if row is None:
        return False
    found, applied = str(row["found"]["version_num"]), row["found"].get("scripts", [])
    if found < FIRST:
        raise OlderSchema(
            f"The database was prepared by a version from before 0.1.0 (its schema is {found}, this program begins "
            f"with {FIRST}). Nothing was changed. Start the version of commit {LAST_BEFORE} once (`git checkout "
            f"{LAST_BEFORE}`, then `brapped status`): it brings the database there. Then start this one again."
        )
    mine = scripts().sha256
    # A text that others have followed is an older version's: it does not come back by whoever still runs that.
    if found > HEAD or (found == HEAD and mine in applied[:-1]):
        raise NewerSchema(
            f"The database was prepared by a newer Brapped (its schema is {_named(found, *applied[-1:])}, this program "
            f"knows {_named(HEAD, mine)}). Upgrade this program the way it was installed."
        )
    return found == HEAD and applied[-1:] == [mine]


def migrate(conninfo: str) -> None:
    """Bring the schema of the database at `conninfo` to `HEAD`, and its functions and views to this version's.

    Safe to call from any number of processes at once, and behind a transaction pooler: the lock is the
    transaction's. Raises NotAllowed for a role that may not, NameTaken, ViewInUse, Unreachable where no connection is
    left, and else the driver's own error.
    """
    # Imported late: Alembic and SQLAlchemy take a second that a run with nothing to migrate should not pay.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine, text  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(conninfo, prepare_threshold=None),
        poolclass=NullPool,
    )
    config = Config()
    config.set_main_option("script_location", str(HERE))
    user = ""
    try:
        with engine.begin() as connection:
            driver = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
            user = driver.info.user
            connection.execute(text(f"set local lock_timeout = '{LONGEST_WAIT}'"))
            connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
            connection.execute(text("create schema if not exists audit"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _run_scripts(driver)
    except (DBAPIError, psycopg.Error) as error:
        # SQLAlchemy wraps what is known by the driver's names.
        raise schema_refused(getattr(error, "orig", None) or error, user) from None


def _run_scripts(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Run the scripts, unless the database has them, and note it beside the revision."""
    connection.execute(
        "alter table audit.alembic_version add column if not exists scripts text[] not null default '{}'"
    )
    current = scripts()
    if connection.execute("select scripts[cardinality(scripts)] from audit.alembic_version").fetchone() == (
        current.sha256,
    ):
        return
    try:
        # In place, so that grants by hand and views that somebody built on ours stay.
        with connection.transaction():
            connection.execute(current.text)
    except psycopg.errors.InvalidTableDefinition:
        # A view that loses a column, or has it as something else, has to be made anew.
        (views,) = connection.execute(VIEWS).fetchone() or ("",)
        connection.execute(f"drop view {views}")
        connection.execute(current.text)
    connection.execute("update audit.alembic_version set scripts = scripts || %s::text", (current.sha256,))


def _named(revision: str, *scripts: str) -> str:
    return "-".join([revision, *(sha256[:7] for sha256 in scripts)])
