"""Verify, forget, report: every claim about the data, once a day, over everything."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from time import perf_counter

import dagster as dg

from brapped_assets import partitions
from brapped_assets.assets import table_metadata
from brapped_assets.assets.code_versions import code_version
from brapped_assets.assets.daily_retention import apply_retention
from brapped_assets.assets.error_to_failure import as_dagster_failures
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.assets.streaming_history import streaming_history
from brapped_assets.checks import DAILY_CLAIMS
from brapped_assets.resources.neon import NeonResource
from brapped_assets.resources.spotify import SpotifyResource
from brapped_assets.warehouse.check_queries import Verdict, verify

KEY = dg.AssetKey("listening_audit")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# A cell of the table shows one row of a sample, and no more of it than one can read.
LONGEST_SAMPLE = 200
DESCRIPTION = (
    "Every claim about plays, tracks, artists and imports, held against the rows once a day; each is a check "
    "that shows the rows which contradict it. Then what is kept for some time only goes: Dagster's runs after 30 days "
    "(7 where its database is not on this machine), the ledger of calls after 90. After a year polls that landed "
    "nothing are thinned out to one a day, Spotify's own rankings to one a week. No play goes."
)


# An asset and no checks of others: Dagster shows the result of a check for an asset's newest materialization only, and
# those that polls write are replaced 72 times a day.
@dg.multi_asset(
    name="listening_audit",
    specs=[
        dg.AssetSpec(
            KEY,
            # Of the fact its first hour, or each poll would call it out of date. The dimensions change as often.
            deps=[dg.AssetDep(streaming_fact, partition_mapping=partitions.only_first_hour), streaming_history],
            description=DESCRIPTION,
            # Once a UTC day, at the first chance: a day that was missed is not alarming, two are.
            freshness_policy=dg.FreshnessPolicy.time_window(
                fail_window=timedelta(days=3), warn_window=timedelta(days=2)
            ),
            group_name="operation",
            kinds={"postgres", "dagster"},
            owners=table_metadata.OWNERS,
            tags=table_metadata.tags(is_personal=True),
            code_version=code_version("listening_audit"),
            # In the UI a check can be run by itself.
            skippable=True,
        )
    ],
    check_specs=[claim.spec(KEY) for claim in DAILY_CLAIMS],
    can_subset=True,
)
def listening_audit(
    context: dg.AssetExecutionContext, neon: NeonResource, spotify: SpotifyResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """All of it; or, from the UI, some of the checks alone."""
    started = perf_counter()
    now = datetime.now(UTC)
    asked_for = {key.name: key for key in context.selected_asset_check_keys}
    is_whole = bool(context.selected_asset_keys)
    with as_dagster_failures():
        with neon.transaction() as tx:
            verdicts = {
                claim.name: verify(tx, claim.name, since=BEGINNING, now=now, budget=spotify.ledger.budget)
                for claim in DAILY_CLAIMS
                if is_whole or claim.name in asked_for
            }
        forgotten = apply_retention(context.instance, neon, now) if is_whole else {}
    broken = [name for name, verdict in verdicts.items() if verdict.offending]
    context.log.info("Claims verified: %d. Broken: %s.", len(verdicts), ", ".join(broken) or "none")
    for key in context.selected_asset_keys:
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "claims": len(verdicts),
                "claims_broken": len(broken),
                "offending_rows": sum(verdict.offending for verdict in verdicts.values()),
                "verdicts": dg.MetadataValue.md(_table(verdicts)),
                **forgotten,
                "seconds": round(perf_counter() - started, 3),
            },
        )
    for claim in DAILY_CLAIMS:
        if claim.name in asked_for:
            yield claim.result(asked_for[claim.name], verdicts[claim.name])


def _table(verdicts: Mapping[str, Verdict]) -> str:
    """A line of Markdown a claim, the broken ones first; samples have keys and times, no names."""
    lines = ["| claim | offending rows | for example |", "|---|---|---|"]
    for name, verdict in sorted(verdicts.items(), key=lambda each: not each[1].offending):
        sample = json.dumps(verdict.sample[0], default=str)[:LONGEST_SAMPLE] if verdict.sample else ""
        lines.append(f"| {name} | {verdict.offending} | {sample.replace('|', '&#124;')} |")
    return "\n".join(lines)
