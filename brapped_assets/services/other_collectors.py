"""Whether somebody else collects for this warehouse: a scheduled `brapped sync` in the cloud, or another machine."""

import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from brapped_assets.services.orphans import PROCESS_TAG
from brapped_assets.settings import Settings
from brapped_assets.warehouse import listener_status

if TYPE_CHECKING:
    import dagster as dg

# An hourly schedule that is late by half an hour is still one.
LOOK_BACK = timedelta(minutes=90)


def polled_elsewhere(settings: Settings, instance: "dg.DagsterInstance", now: datetime) -> datetime | None:
    """When (UTC) the newest poll of the last 90 minutes was made, if not by this machine; None otherwise.

    Only a warehouse with an address can be another's, too. Asks it once. Raises a WarehouseError.
    """
    if settings.database_url is None:
        return None
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        latest = listener_status.latest_poll(tx, since=now - LOOK_BACK)
    if latest is None or _is_ours(instance, latest.run_id):
        return None
    return latest.polled_at


def _is_ours(instance: "dg.DagsterInstance", run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    if run is None:
        # Of a history that is not this one.
        return False
    process = run.tags.get(PROCESS_TAG)
    # A daemon's runs carry no process; its history is its own.
    return process is None or process.rpartition(":")[0] == socket.gethostname()
