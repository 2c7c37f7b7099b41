"""Alembic migrations, forward only: all pending ones in one transaction, under one lock."""

from pathlib import Path
from typing import Any

import psycopg

from brapped_assets.warehouse.errors import NewerSchema

HERE = Path(__file__).parent
# File names begin with their revision, so the newest is known without importing Alembic (about a second).
HEAD = max(script.name.split("_")[0] for script in (HERE / "versions").glob("[0-9]*.py"))
# Any number will do, as long as it stays the same: two starting processes queue behind it.
MIGRATION_LOCK = 8_271_402
LONGEST_WAIT = "60s"


def is_current(connection: psycopg.Connection[dict[str, Any]]) -> bool:
    """Whether the schema is at `HEAD`. Raises NewerSchema when a newer Brapped has been here."""
    try:
        row = connection.execute("select version_num as revision from audit.alembic_version").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return False
    found = str(row["revision"]) if row else ""
    if found > HEAD:
        raise NewerSchema(found=found, known=HEAD)
    return found == HEAD


def migrate(conninfo: str) -> None:
    """Bring the schema of the database at `conninfo` to `HEAD`.

    Safe to call from any number of processes at once, and behind a transaction pooler: the lock is the
    transaction's. What the driver refuses is raised as the driver's own error.
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
    try:
        with engine.begin() as connection:
            connection.execute(text(f"set local lock_timeout = '{LONGEST_WAIT}'"))
            connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
            connection.execute(text("create schema if not exists audit"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        # SQLAlchemy wraps what `errors.explained` knows by the driver's names.
        if error.orig is None:
            raise
        raise error.orig from None
