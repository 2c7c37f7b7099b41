"""The run that every poll is. Imports what that run needs and nothing of the scene: its process is measured."""

from datetime import UTC, datetime

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.shards import Shard
from brapped_assets.commands.sync import QUIET
from brapped_assets.definitions import defs
from brapped_assets.jobs import hourly_plays


def poll_newest_hour(instance: dg.DagsterInstance, shard: Shard | None = None) -> dg.ExecuteInProcessResult:
    """One run of the hourly job in this process, for the newest hour that has ended; of a shard, if so."""
    newest = partitions.hour_of(partitions.look_back(datetime.now(UTC))[-1])
    return defs.resolve_job_def(hourly_plays.name).execute_in_process(
        instance=instance,
        run_config=QUIET,
        tags={**partitions.HourRange(newest, newest).tags, **(shard or Shard()).tags},
    )
