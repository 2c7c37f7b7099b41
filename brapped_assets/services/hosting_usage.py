"""What `brapped status` says of a plan in the cloud: how full it is, and how long it is awake."""

from datetime import datetime
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from brapped_assets.settings import Settings
from brapped_assets.text.formatting import percent
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.urls import direct_host, host_of, may_sleep, without_driver
from brapped_assets.warehouse.storage import FREE_CU_HOURS, MEGABYTE, NEARLY_FULL, awake, stored


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


def rows(hosted: dict[str, Any] | None) -> list[tuple[str, str]]:
    """The same in words."""
    if hosted is None:
        return []
    dagster = hosted["dagster_megabytes"]
    beside = "Dagster's is elsewhere" if dagster is None else f"Dagster's {dagster} MB"
    limit, databases = hosted["limit_megabytes"], hosted["all_databases_megabytes"]
    share = f"{percent(hosted['share_used'], 1)} of {limit} MB: " if limit else ""
    told = [("plan", f"{share}all databases {databases} MB, {beside}")]
    if "bursts_a_day" in hosted:
        hours, bursts = hosted["awake_hours_a_month"], hosted["bursts_a_day"]
        of_free = f"{hosted['cu_hours_a_month']:.0f} of {FREE_CU_HOURS} free CU-hours"
        pages = "pages and BI tools come on top"
        told.append(("awake", f"about {hours:.0f} hours a month, woken {bursts:.0f} times a day: {of_free}; {pages}"))
    return told


def problem(hosted: dict[str, Any] | None) -> dict[str, str] | None:
    """That a plan is nearly full, with the remedy."""
    if hosted is None or hosted["share_used"] is None or hosted["share_used"] < NEARLY_FULL:
        return None
    return {
        "problem": f"The database has used {percent(hosted['share_used'], 1)} of its {hosted['limit_megabytes']} MB.",
        "remedy": "a larger plan, told by BRAPPED_STORAGE_LIMIT_MB, or brapped export and brapped forget --before",
    }


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
