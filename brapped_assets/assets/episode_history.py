"""Report: episodes, chapters and videos, which an import brings along with its plays and keeps apart from them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from brapped_assets.assets import table_metadata
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.streaming_history import streaming_history
from brapped_assets.checks import Claim
from brapped_assets.resources.neon import NeonResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.check_queries import Verdict, verify

TABLE = "star.spoken_play"
KEY = dg.AssetKey("episode_history")
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
NO_MUSIC = Claim(
    "no_spoken_play_is_music",
    "No play that counts is what extended history tells as an episode or chapter. Import the files again.",
)


# No freshness: the API tells nothing of these, so it is as old as the last export, and no run makes it younger.
@dg.asset(
    key=KEY,
    deps=[streaming_history],
    check_specs=[NO_MUSIC.spec(KEY)],
    group_name="listening",
    kinds={"json", "postgres"},
    owners=table_metadata.OWNERS,
    tags=table_metadata.tags(is_personal=True),
    metadata=table_metadata.definition(TABLE),
    code_version=code_version("episode_history"),
)
def episode_history(
    context: dg.AssetExecutionContext, neon: NeonResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """One row per podcast episode, audiobook chapter or video heard or watched, and source. Never a play of music.

    The import that `streaming_history` is writes it, in the same transactions; here it is counted and checked.
    """
    with as_dagster_failures():
        told = metadata(neon)
        found = verdict(neon)
    context.log.info("Episodes, chapters and videos: %d.", told["spoken_plays"])
    yield dg.MaterializeResult(metadata=told)
    for key in context.selected_asset_check_keys:
        yield NO_MUSIC.result(key, found)


def verdict(neon: NeonResource) -> Verdict:
    """Whether a play that counts is an episode's."""
    with neon.transaction() as tx:
        return verify(tx, NO_MUSIC.name, since=ALWAYS, now=datetime.now(UTC), budget=0)


def metadata(neon: NeonResource) -> dict[str, dg.MetadataValue | float]:
    """What a materialization tells, whoever imported: all there are, by kind."""
    with neon.transaction() as tx:
        table = table_metadata.contents(tx, TABLE)
        by_kind = run_stats.spoken_by_kind(tx)
    counts = {f"spoken_plays_{kind}": count for kind, count in by_kind.items()}
    return {**table, "spoken_plays": sum(by_kind.values()), **counts}
