"""A quick server: what these tests make is thrown away, so it need not survive a power cut."""

import psycopg
import pytest

from brapped_assets.warehouse.embedded import EmbeddedServer


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk(postgres: EmbeddedServer) -> None:
    """Making a database from a template waits for the disk twice; without that it is five times as fast."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            admin.execute(f"alter system set {setting} = off")
        admin.execute("select pg_reload_conf()")
