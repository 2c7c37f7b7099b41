"""When MusicBrainz is asked: while the newest level says that artists or albums are due."""

from datetime import UTC, datetime

import dagster as dg

from brapped_assets.assets.location_names import OURS, Names
from brapped_assets.assets.tag_level import DUE, NEXT_DUE_AT
from brapped_assets.jobs import refresh_tags
from brapped_assets.sensors.dimensions import LEVEL_WRITERS, RUNNING, is_due, newest_level, next_refresh

# Whoever finds new artists and albums writes the level, and whoever asked about some says how many are left over.
TAG_LEVEL_WRITERS = [*LEVEL_WRITERS, dg.AssetKey("artist_tags"), dg.AssetKey("album_groups")]


def refresh_tags_sensor(names: Names = OURS, status: dg.DefaultSensorStatus = RUNNING) -> dg.SensorDefinition:
    """Asks for a look at MusicBrainz while the newest level says that artists or albums are due."""
    job_name = names.of(refresh_tags.name)

    @dg.sensor(
        name=names.of("refresh_tags"),
        job_name=job_name,
        minimum_interval_seconds=30,
        default_status=status,
        description="Asks MusicBrainz about artists and albums while the newest level says that some are due. Reads "
        "Dagster's own event log, never the warehouse.",
    )
    def refresh(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        level = newest_level(context.instance, names, TAG_LEVEL_WRITERS)
        due = is_due(level, datetime.now(UTC), DUE, NEXT_DUE_AT)
        return next_refresh(context.instance, job_name, is_due=due)

    return refresh
