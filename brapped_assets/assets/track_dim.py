"""Read what has landed, write tracks, albums and credits, report. No call: the page carries whole track objects."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.failures import told_plainly
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse import dimensions, proof

TABLE = "star.track_dim"


@dg.asset(
    deps=[streaming_fact],
    # No new track is no staleness: only a machinery that stood still for a week is worth a warning.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"postgres"},
    owners=table_metadata.OWNERS,
    metadata=table_metadata.definition(TABLE),
    code_version="1",
)
def track_dim(neon: NeonResource) -> dg.MaterializeResult[None]:
    """One row per track, with its album (`star.album_dim`) and its credits (`star.track_artist`)."""
    started = perf_counter()
    payloads_read = 0
    with told_plainly():
        while True:
            # A transaction a batch: a kill costs the batch, which stays marked as unread.
            with neon.transaction() as tx:
                batch = dimensions.apply_payloads(tx)
            payloads_read += batch
            if batch < dimensions.PAYLOADS_A_BATCH:
                break
        with neon.transaction() as tx:
            albums, credits_ = proof.rows(tx, "star.album_dim"), proof.rows(tx, "star.track_artist")
            table = table_metadata.contents(tx, TABLE)
    return dg.MaterializeResult(
        metadata={
            **table,
            "payloads_read": payloads_read,
            "albums": albums,
            "credits": credits_,
            "read_at": dg.MetadataValue.timestamp(datetime.now(UTC)),
            "seconds": round(perf_counter() - started, 3),
        }
    )
