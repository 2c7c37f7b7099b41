"""Ask, write, report: which release groups albums are of whose titles leave doubt, the most played first."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.album_lookup import AlbumLookup
from brapped_assets.assets.artist_tags import MUSICBRAINZ_POOL
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.external_assets import musicbrainz_api
from brapped_assets.assets.tag_level import tag_level
from brapped_assets.assets.track_dim import track_dim
from brapped_assets.resources.musicbrainz import MusicBrainzResource
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse.album_groups import tie

TABLE = "star.album_group"


@dg.asset(
    deps=[track_dim, musicbrainz_api],
    pool=MUSICBRAINZ_POOL,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=False),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("album_groups"),
)
def album_groups(
    context: dg.AssetExecutionContext, musicbrainz: MusicBrainzResource, neon: NeonResource
) -> dg.MaterializeResult[None]:
    """One row per album in doubt asked about: fifty addresses a request, then one each. Asked again after a year."""
    started = perf_counter()
    with as_dagster_failures():
        lookup = AlbumLookup(neon, musicbrainz.musicbrainz)
        if musicbrainz.is_on:
            lookup.run()
        with neon.transaction() as tx:
            changed = tie(tx)
            table = table_metadata.contents(tx, TABLE)
            level = tag_level(tx, musicbrainz.settings, datetime.now(UTC))
    for reason in dict.fromkeys(lookup.reasons):
        context.log.warning("%s", reason)
    context.log.info("Albums told of: %s, unknown: %s, no answer: %s.", lookup.told, lookup.unknown, lookup.failed)
    return dg.MaterializeResult(
        metadata={
            **table,
            **level,
            "albums_told": lookup.told,
            "albums_unknown": lookup.unknown,
            "albums_failed": lookup.failed,
            "albums_changed": changed,
            "seconds": round(perf_counter() - started, 3),
        }
    )
