"""The checks that run with every poll, over what it touched, with every ranking, and with every report."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.checks import PAGES, POLL_CHECKS, POLL_CLAIMS, RANKING_CLAIMS, REPORT, TOP, Claim
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse import run_stats
from brapped_assets.warehouse.check_queries import Verdict, verify

# Offline plays arrive hours late, so a poll touches more than its own hours.
BEFORE_THE_RANGE = timedelta(hours=72)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MOST_SHOWN = 5
# Each year was written once a day at most since the runs that are kept.
RECORDS_TO_READ = 1000


@dg.multi_asset_check(specs=POLL_CHECKS, can_subset=True)
def poll_checks(
    context: dg.AssetCheckExecutionContext, neon: NeonResource, spotify: SpotifyResource
) -> Iterator[dg.AssetCheckResult]:
    """What every poll is checked for; over everything when run without a range of hours."""
    hours, since = partitions.range_of(context.run.tags), None
    # In somebody's own job the range may be years.
    with suppress(ValueError):
        since = partitions.hour_of(hours[0]) - BEFORE_THE_RANGE if hours else None
    yield from _results(context, POLL_CLAIMS.values(), neon, spotify, since)


@dg.multi_asset_check(specs=[claim.spec(TOP) for claim in RANKING_CLAIMS], can_subset=True)
def ranking_checks(
    context: dg.AssetCheckExecutionContext, neon: NeonResource, spotify: SpotifyResource
) -> Iterator[dg.AssetCheckResult]:
    """What Spotify's own ranking is checked for, once it was asked for."""
    yield from _results(context, RANKING_CLAIMS, neon, spotify)


def _results(
    context: dg.AssetCheckExecutionContext,
    claims: Iterable[Claim],
    neon: NeonResource,
    spotify: SpotifyResource,
    since: datetime | None = None,
) -> Iterator[dg.AssetCheckResult]:
    """The results of those that were asked for: in the UI, any one of them can be."""
    # By their names: in somebody else's code location the assets may be called otherwise.
    asked_for = {key.name: key for key in context.selected_asset_check_keys}
    with as_dagster_failures(), neon.transaction() as tx:
        budget = spotify.ledger.budget
        for claim in (claim for claim in claims if claim.name in asked_for):
            verdict = verify(tx, claim.name, since=since or BEGINNING, now=datetime.now(UTC), budget=budget)
            yield claim.result(asked_for[claim.name], verdict, since)


@dg.multi_asset_check(specs=[PAGES.spec(REPORT)])
def report_checks(context: dg.AssetCheckExecutionContext, neon: NeonResource) -> dg.AssetCheckResult:
    """The years of this run, or, by itself, all that were ever written. What lies at a URL is taken to be there."""
    (key,) = context.selected_asset_check_keys
    with as_dagster_failures(), neon.snapshot() as tx:
        listeners = run_stats.listeners_by_year(tx)
    missing = [
        {"year": year, "listeners": listeners.get(int(year), 0), "files": len(files)}
        for year, files in _files_by_year(context, key.asset_key).items()
        if len(files) < listeners.get(int(year), 0)
    ]
    return PAGES.result(key, Verdict(len(missing), missing[:MOST_SHOWN]))


def _files_by_year(context: dg.AssetCheckExecutionContext, report: dg.AssetKey) -> dict[str, list[str]]:
    """Of each year that was written, oldest first, the files that are still as they were written."""
    every = partitions.years.get_partition_keys()
    first, last = partitions.range_of(context.run.tags) or (every[0], every[-1])
    years = [year for year in every if first <= year <= last]
    written = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=report, asset_partitions=years), limit=RECORDS_TO_READ
    )
    found: dict[str, list[str]] = {}
    for record in written.records:
        told = record.asset_materialization
        # The newest first.
        if told is not None and told.partition is not None and told.partition not in found:
            files: Any = told.metadata["files"].value if "files" in told.metadata else []
            found[told.partition] = [
                file["file"] for file in files if file["range"] == told.partition and _is_there(file)
            ]
    return dict(sorted(found.items()))


def _is_there(file: Mapping[str, Any]) -> bool:
    place = Path(file["file"])
    return "://" in file["file"] or (place.is_file() and place.stat().st_size == file["bytes"])
