"""Rebuild, report: the totals that the pages read, for the days something touched."""

from datetime import UTC, datetime
from time import perf_counter

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import for_each, told_plainly
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.insights import rollup
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse import proof
from brapped_assets.warehouse.listeners import Listener, listeners

TABLE = "insights.hour_total"


# No freshness of its own: a page reads days that are behind from the fact, so nothing gets stale.
@dg.asset(
    # Also after the dimensions: a track that turns out to be another artist's touches all its days.
    # Of the fact its newest hour: for the sake of a version number Dagster would otherwise list every hour since the
    # first at each poll (measured: 0.1 s of CPU in the first year, 4.6 s after ten).
    deps=[dg.AssetDep(streaming_fact, partition_mapping=dg.LastPartitionMapping()), track_dim],
    group_name="insights",
    kinds={"postgres"},
    owners=table_metadata.OWNERS,
    metadata=table_metadata.definition(TABLE),
    code_version="1",
)
def listening_rollup(neon: NeonResource) -> dg.MaterializeResult[None]:
    """One row per listener, local day and hour (`insights.hour_total`), beside months of artists and years of tracks.

    Counts again exactly the days that were touched since the last time, however long ago they are.
    """
    started = perf_counter()
    days = months = years = 0
    with told_plainly():
        with neon.transaction() as tx:
            everybody = listeners(tx)

        def rebuild(listener: Listener) -> None:
            nonlocal days, months, years
            with neon.transaction() as tx:
                rebuilt = rollup.rebuild(tx, listener.listener_id)
            days, months, years = days + rebuilt.days, months + rebuilt.months, years + rebuilt.years

        for_each(everybody, rebuild)
        with neon.transaction() as tx:
            rows = proof.rows(tx, TABLE)
    return dg.MaterializeResult(
        # What is made of the totals is made once a day: another one is told at midnight, not with each poll.
        data_version=dg.DataVersion(f"{datetime.now(UTC):%Y-%m-%d}"),
        metadata={
            # Without its columns: a poll may leave 80 kB of history behind, and they were three of them.
            "dagster/row_count": dg.MetadataValue.int(rows),
            "days_rebuilt": days,
            "months_rebuilt": months,
            "years_rebuilt": years,
            "seconds": round(perf_counter() - started, 3),
        },
    )
