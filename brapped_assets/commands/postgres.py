"""`brapped postgres PROGRAM …`: psql, pg_dump and the like on the warehouse, wherever it is.

The embedded server runs only while somebody holds it, its programs are inside a wheel, and a password has no place
among a process's arguments: this holds the one, finds the other, and passes the last by the environment.
"""

import os
import shutil
import subprocess

from psycopg.conninfo import conninfo_to_dict

from brapped_assets.settings import Settings, SettingsError
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.db.urls import connection_string

# libpq's names for what a URL can say.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "channel_binding": "PGCHANNELBINDING",
    "application_name": "PGAPPNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "options": "PGOPTIONS",
}


def postgres(settings: Settings, program: str, arguments: list[str]) -> int:
    """Run a program of PostgreSQL's with the warehouse as its default; its own exit code.

    Raises SettingsError when there is no such program, and a WarehouseError.
    """
    url = settings.database_url_text()
    path = os.environ.get("PATH", "")
    if url is None:
        server = embedded_server.start(settings.brapped_home)
        url = server.url("brapped")
        # Of the server's own version: pg_dump refuses newer ones.
        path = f"{server.programs}{os.pathsep}{path}"
    found = shutil.which(program, path=path)
    if found is None:
        raise SettingsError(
            f"There is no program {program} here. Install PostgreSQL's client programs, of the server's version or "
            "newer (Debian: apt install postgresql-client; macOS: brew install libpq)."
        )
    given = conninfo_to_dict(connection_string(url))
    told = {name: str(given[key]) for key, name in VARIABLES.items() if given.get(key) is not None}
    return subprocess.run([found, *arguments], env={**os.environ, **told}, check=False).returncode  # noqa: S603
