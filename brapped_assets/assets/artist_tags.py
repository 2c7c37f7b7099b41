"""Ask, write, report: genres, countries and years of artists from MusicBrainz, the most played first."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.artist_dim import artist_dim
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.external_assets import musicbrainz_api
from brapped_assets.assets.tag_level import tag_level
from brapped_assets.assets.tag_lookup import TagLookup
from brapped_assets.resources.musicbrainz import MusicBrainzResource
from brapped_assets.resources.neon import NeonResource
from brapped_assets.transfer.artist_overrides import take_over

TABLE = "star.artist_tags"
# Apart from Spotify's: neither waits for the other.
MUSICBRAINZ_POOL = "musicbrainz"


@dg.asset(
    deps=[artist_dim, musicbrainz_api],
    pool=MUSICBRAINZ_POOL,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=30), warn_window=timedelta(days=7)),
    group_name="catalogue",
    kinds={"postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=False),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("artist_tags"),
)
def artist_tags(
    context: dg.AssetExecutionContext, musicbrainz: MusicBrainzResource, neon: NeonResource
) -> dg.MaterializeResult[None]:
    """One row per artist asked about: a hundred addresses a request, then one each. Asked again after a year."""
    started = perf_counter()
    with as_dagster_failures():
        overrides = take_over(neon, musicbrainz.settings.brapped_home, datetime.now(UTC))
        lookup = TagLookup(neon, musicbrainz.musicbrainz, musicbrainz.wikidata)
        if musicbrainz.is_on:
            lookup.run()
        with neon.transaction() as tx:
            table = table_metadata.contents(tx, TABLE)
            level = tag_level(tx, musicbrainz.settings, datetime.now(UTC))
    for reason in dict.fromkeys([*overrides.problems, *lookup.reasons]):
        context.log.warning("%s", reason)
    context.log.info("Artists told of: %s, unknown: %s, no answer: %s.", lookup.told, lookup.unknown, lookup.failed)
    return dg.MaterializeResult(
        metadata={
            **table,
            **level,
            "artists_told": lookup.told,
            "artists_unknown": lookup.unknown,
            "artists_failed": lookup.failed,
            "overrides": overrides.artists,
            "seconds": round(perf_counter() - started, 3),
        }
    )
