"""Asset checks: claims that can fail, each with the number of offending rows and a sample.

None blocks: the writes behind them are transactions that are right or absent, so going on never harms, and polling
must not wait for anything. Three run with every poll, over what it touched; all run daily, over everything.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.failures import as_dagster_failures
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse.check_queries import verify

RAW, FACT = dg.AssetKey("recently_played_raw"), dg.AssetKey("streaming_fact")
# Offline plays arrive hours late, so a poll touches more than its own hours.
BEFORE_THE_RANGE = timedelta(hours=72)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# A warning is about the world (Spotify, a gap, a consent that ends); an error is about us.
WARNINGS = frozenset(
    {
        "no_hour_was_lost",
        "every_gap_is_closed",
        "api_plays_keep_their_distance",
        "consent_lasts_14_days",
        "answers_have_the_known_keys",
        "everything_served_is_understood",
    }
)

POLL_CHECKS = [
    dg.AssetCheckSpec("no_hour_was_lost", asset=RAW, description="No stretch of time in which plays may be missing."),
    dg.AssetCheckSpec(
        "every_landed_play_is_merged",
        asset=FACT,
        description="Every play landed before the last merge is in the fact.",
    ),
]

DAILY_CHECKS = [
    dg.AssetCheckSpec(
        "latest_poll_is_recent",
        asset=RAW,
        description="Every listener whose consent holds was polled within 3 hours: freshness of the data, where the "
        "freshness policy only knows when we ran.",
    ),
    dg.AssetCheckSpec(
        "every_gap_is_closed",
        asset=RAW,
        description="No gap, however old, waits for a data export that covers it. Ask Spotify for one, then "
        "`brapped import` it.",
    ),
    dg.AssetCheckSpec(
        "consent_lasts_14_days",
        asset=RAW,
        description="No consent ends within 14 days. Renew it with `brapped login`.",
    ),
    dg.AssetCheckSpec(
        "call_budget_holds", asset=RAW, description="No more calls within 24 hours than SPOTIFY_DAILY_CALL_BUDGET."
    ),
    dg.AssetCheckSpec(
        "answers_have_the_known_keys",
        asset=RAW,
        description="Spotify's answers of the last 24 hours have the keys they always had.",
    ),
    dg.AssetCheckSpec(
        "everything_served_is_understood",
        asset=RAW,
        description="Nothing Spotify served waits in audit.rejected_row for a parser that understands it.",
    ),
    # Not with each poll: a merge takes tracks and artists from the rows that the statement before it wrote.
    dg.AssetCheckSpec(
        "every_play_has_track_and_artist",
        asset=FACT,
        description="Every play has a track, every track a main artist, and that is its first credit.",
    ),
    dg.AssetCheckSpec("no_play_is_in_the_future", asset=FACT, description="No play ends after now."),
    dg.AssetCheckSpec(
        "api_plays_keep_their_distance",
        asset=FACT,
        description="No track ends twice within the 30 s that a play takes to be shown.",
    ),
    dg.AssetCheckSpec(
        "local_time_agrees_with_the_zone",
        asset=FACT,
        description="Local day and hour of every play are those of the listener's zone. "
        "After an interrupted change of zone, run `brapped timezone` again.",
    ),
]


@dg.multi_asset_check(specs=POLL_CHECKS, can_subset=True)
def poll_checks(
    context: dg.AssetCheckExecutionContext, neon: NeonResource, spotify: SpotifyResource
) -> Iterator[dg.AssetCheckResult]:
    """What every poll is checked for; over everything when run without a range of hours."""
    first_key = context.run.tags.get(partitions.RANGE_START) or context.run.tags.get(partitions.PARTITION)
    since = partitions.hour_of(first_key) - BEFORE_THE_RANGE if first_key else BEGINNING
    yield from _results(context, POLL_CHECKS, neon, since, spotify.ledger.budget)


@dg.multi_asset_check(specs=DAILY_CHECKS, can_subset=True)
def daily_checks(
    context: dg.AssetCheckExecutionContext, neon: NeonResource, spotify: SpotifyResource
) -> Iterator[dg.AssetCheckResult]:
    """What is checked once a day, over everything."""
    yield from _results(context, DAILY_CHECKS, neon, BEGINNING, spotify.ledger.budget)


def _results(
    context: dg.AssetCheckExecutionContext,
    specs: Iterable[dg.AssetCheckSpec],
    neon: NeonResource,
    since: datetime,
    budget: int,
) -> Iterator[dg.AssetCheckResult]:
    """The results of those that were asked for: in the UI, any one of them can be."""
    asked_for = context.selected_asset_check_keys
    with as_dagster_failures(), neon.transaction() as tx:
        for spec in (spec for spec in specs if spec.key in asked_for):
            verdict = verify(tx, spec.name, since=since, now=datetime.now(UTC), budget=budget)
            yield dg.AssetCheckResult(
                passed=verdict.offending == 0,
                check_name=spec.name,
                asset_key=spec.asset_key,
                severity=dg.AssetCheckSeverity.WARN if spec.name in WARNINGS else dg.AssetCheckSeverity.ERROR,
                metadata={
                    "offending_rows": verdict.offending,
                    "sample": dg.MetadataValue.json(verdict.sample),
                    "checked_from": since.isoformat(),
                },
            )
