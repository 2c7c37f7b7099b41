"""Databases and roles of a test's own on the session's server, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg

from brapped_assets.warehouse.embedded import EmbeddedServer

MIGRATED, EMPTY = "brapped", "template0"


@contextmanager
def database(postgres: EmbeddedServer, template: str = MIGRATED) -> Iterator[str]:
    """Its URL: a copy of `template`."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy")
        yield postgres.url(name)
        admin.execute(f"drop database {name} with (force)")


@contextmanager
def role_name(database_url: str) -> Iterator[str]:
    """A name for a role: roles belong to the whole server, and whoever was made goes with what it owns there."""
    name = f"reader_{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(database_url, autocommit=True) as admin:
        if admin.execute("select from pg_roles where rolname = %s", (name,)).fetchone() is not None:
            admin.execute(f"drop owned by {name}")
            admin.execute(f"drop role {name}")
