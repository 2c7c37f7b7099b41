"""Where the database is, without who may enter it."""

import json
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict

from brapped_assets.settings import SettingsError


@dataclass(frozen=True)
class Place:
    """A database that can be reached by address."""

    host: str
    port: int
    database: str

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port}"


def place(conninfo: str) -> Place:
    """The place in a connection string. Raises SettingsError for a Unix socket, which no BI tool elsewhere can reach.

    Hand in the direct one of Neon's hosts: Power BI's driver prepares statements and sets the session up.
    """
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    # A list of hosts names stand-ins; the first is the one meant.
    host = (given.get("host") or given.get("hostaddr") or "").split(",")[0]
    if not host or host.startswith(("/", "@")):
        raise SettingsError(
            "Power BI cannot reach this database: it answers on this machine only, through a socket. Point "
            "DATABASE_URL at a PostgreSQL with an address (Neon has a free plan), and `brapped import` your export "
            "there. The pages of `brapped up` need none of this."
        )
    port = given.get("port", "").split(",")[0] or "5432"
    # As the driver's library does: a database is named after the user unless something else is said.
    return Place(host, int(port), given.get("dbname") or given.get("user") or "postgres")


def pbids(at: Place) -> str:
    """A Power BI data source file: one connection, Import mode. Power BI asks for the user and the password itself.

    Import, because each click of a report that queries directly would wake a sleeping database.
    """
    address = {"server": at.server, "database": at.database}
    connection = {"details": {"protocol": "postgresql", "address": address}, "options": {}, "mode": "Import"}
    return json.dumps({"version": "0.1", "connections": [connection]}, indent=2, ensure_ascii=False) + "\n"
