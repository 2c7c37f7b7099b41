"""What is kept for some time only, thinned out daily: Dagster's own history grows by about 40 kB a run (measured)."""

from datetime import datetime, timedelta

import dagster as dg
from sqlalchemy import delete, func, select

from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse import call_ledger, retention
from brapped_assets.warehouse.db.urls import host_of, is_this_machine

KEEP_RUNS = timedelta(days=30)
# A database elsewhere has a free plan to fit into.
KEEP_RUNS_ELSEWHERE = timedelta(days=7)
# The budget looks back 24 hours; the rest is for whoever wants to know what a month cost.
KEEP_CALLS = timedelta(days=90)
# What landed nothing, and what Spotify ranked each day: for a year whole, then thinned out.
KEEP_WHOLE = timedelta(days=365)
# Whoever keeps plays in memory and did not look for three days loads them anew.
KEEP_CHANGES = timedelta(days=7)
POLLS_A_DAY = 500
# Each deletion is a handful of statements; what is left over goes tomorrow.
RUNS_A_DAY = 500


def apply_retention(instance: dg.DagsterInstance, neon: NeonResource, now: datetime) -> dict[str, int]:
    """Forget what is older than it is kept for; returns how much of each, as a run's metadata has it.

    Dagster's runs are kept for 30 days, or 7 where its database is not on this machine; the ledger of calls for 90.
    Polls that landed nothing are thinned out to one a day after a year, Spotify's own rankings to one a week. Losing
    all of it changes no play. Raises a WarehouseError.
    """
    url = neon.settings.dagster_pg_url
    is_here = url is None or is_this_machine(host_of(url.get_secret_value()))
    keep = KEEP_RUNS if is_here else KEEP_RUNS_ELSEWHERE
    old = instance.get_run_records(dg.RunsFilter(created_before=now - keep), limit=RUNS_A_DAY, ascending=True)
    for record in old:
        instance.delete_run(record.dagster_run.run_id)
    results = _forget_check_results(instance, now - keep)
    with neon.transaction() as tx:
        return {
            "runs_deleted": len(old),
            "runs_kept": instance.get_runs_count(),
            "check_results_deleted": results,
            "ledger_rows_deleted": call_ledger.forget_before(tx, now - KEEP_CALLS),
            "quiet_polls_deleted": retention.thin_polls(tx, now - KEEP_WHOLE, POLLS_A_DAY),
            "notes_of_changes_deleted": retention.forget_changes(tx, now - KEEP_CHANGES),
            "ranks_deleted": retention.thin_rankings(tx, (now - KEEP_WHOLE).date()),
        }


def _forget_check_results(instance: dg.DagsterInstance, before: datetime) -> int:
    """Delete old results of checks; returns how many. The newest of each check stays: it is the check's state.

    Dagster keeps them in a table of their own, which `delete_run` leaves alone (read in 1.13.27) and which nothing
    else ever empties: 2.2 kB a result with its indexes (measured), about 170 MB a year at three checks a poll.
    """
    try:
        from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as table  # noqa: N813, PLC0415
        from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage  # noqa: PLC0415
    except ImportError:
        # Dagster's own, not promised to anybody: where it moved they pile up, and nothing else breaks.
        return 0
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return 0
    newest = select(func.max(table.c.id)).group_by(table.c.asset_key, table.c.check_name)
    old = delete(table).where(
        table.c.evaluation_event_timestamp < before.replace(tzinfo=None), table.c.id.not_in(newest.scalar_subquery())
    )
    with storage.index_connection() as connection:
        return int(connection.execute(old).rowcount)
