"""How full a plan in the cloud is, and how long it is awake, for `brapped status`."""

from datetime import datetime
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from brapped_assets.settings import Settings
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.urls import direct_host, host_of, may_sleep, without_driver
from brapped_assets.warehouse.storage import FREE_CU_HOURS, MEGABYTE, awake, stored


def read_usage(tx: Connection, settings: Settings, now: datetime) -> tuple[int, dict[str, Any] | None]:
    """Bytes of the warehouse; and, with DATABASE_URL, shares of its plan as `status --json` has them."""
    found = stored(tx, _dagster_beside(settings))
    url = settings.database_url_text()
    if url is None:
        return found.warehouse, None
    limit = settings.storage_limit_bytes
    hosted: dict[str, Any] = {
        "dagster_megabytes": None if found.dagster is None else megabytes(found.dagster),
        "all_databases_megabytes": megabytes(found.project),
        "limit_megabytes": limit and limit // MEGABYTE,
        "share_used": limit and round(found.project / limit, 3),
    }
    # Elsewhere nobody counts the hours.
    woken = awake(tx, now) if may_sleep(url) else None
    if woken is not None:
        hosted["bursts_a_day"] = round(woken.bursts_a_day, 1)
        hosted["awake_hours_a_month"] = round(woken.hours_a_month, 1)
        hosted["cu_hours_a_month"] = round(woken.cu_hours, 1)
        hosted["free_cu_hours_a_month"] = FREE_CU_HOURS
    return found.warehouse, hosted


def megabytes(size: int) -> float:
    """Of a million bytes, as plans count."""
    return round(size / MEGABYTE, 1)


def _dagster_beside(settings: Settings) -> str | None:
    """The name of Dagster's database, if it is on the server of the warehouse."""
    url, dagsters = settings.database_url_text(), settings.dagster_pg_url
    if url is None or dagsters is None:
        return None
    there = without_driver(dagsters.get_secret_value())
    return _name(there) if _server(there) == _server(url) else None


def _server(url: str) -> tuple[str, str]:
    return direct_host(host_of(url)), str(conninfo_to_dict(url).get("port") or 5432)


def _name(url: str) -> str:
    given = conninfo_to_dict(url)
    return str(given.get("dbname") or given.get("user") or "")
