"""Claims about the data that can fail, as Dagster's asset checks: the number of offending rows, and a sample.

`assets/check_runs.py` runs those of a poll, over what it touched, of a ranking and of a report;
`assets/listening_audit.py` the daily ones, over everything.
"""

from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from brapped_assets.warehouse.check_queries import Verdict

RAW, FACT, TOP, REPORT = (
    dg.AssetKey(name) for name in ("recently_played_raw", "streaming_fact", "spotify_top", "wrapped_report")
)


@dataclass(frozen=True)
class Claim:
    """What a statement of the same name in `check_queries.sql` looks for rows against.

    `is_about_the_world`: what breaks it is Spotify, a gap, a consent that ends; that is a warning, all else an error.
    """

    name: str
    words: str
    is_about_the_world: bool = False

    def spec(self, asset: dg.AssetKey) -> dg.AssetCheckSpec:
        """The check of this asset. None blocks: what is written is right or absent, and polling waits for nothing."""
        return dg.AssetCheckSpec(self.name, asset=asset, description=self.words)

    def result(self, key: dg.AssetCheckKey, verdict: Verdict, since: datetime | None = None) -> dg.AssetCheckResult:
        """The verdict on this claim about rows from `since` (UTC) on, None: all, as the result of the check `key`."""
        sample = {"sample": dg.MetadataValue.json(verdict.sample)} if verdict.sample else {}
        since_then = {"checked_from": dg.MetadataValue.timestamp(since)} if since else {}
        return dg.AssetCheckResult(
            passed=verdict.offending == 0,
            check_name=key.name,
            asset_key=key.asset_key,
            severity=dg.AssetCheckSeverity.WARN if self.is_about_the_world else dg.AssetCheckSeverity.ERROR,
            metadata={"offending_rows": verdict.offending, **sample, **since_then},
        )


POLL_CLAIMS = {
    RAW: Claim("no_hour_was_lost", "No stretch of time in which plays may be missing.", is_about_the_world=True),
    FACT: Claim("every_landed_play_is_merged", "Every play landed before the last merge is in the fact."),
}
RANKING_CLAIMS = [
    Claim(
        "every_ranking_has_six_lists",
        "Spotify's newest ranking of each listener has artists and tracks of all three time ranges.",
        is_about_the_world=True,
    ),
    Claim(
        "every_ranking_is_recent",
        "Spotify's newest ranking of each listener whose consent holds is at most a week old.",
        is_about_the_world=True,
    ),
]
# Not with each poll: a merge takes tracks and artists from the rows that the statement before it wrote.
DAILY_CLAIMS = [
    Claim(
        "latest_poll_is_recent",
        "Every listener whose consent holds was polled within 3 hours: freshness of the data, where the freshness "
        "policy only knows when we ran.",
    ),
    Claim(
        "every_gap_is_closed",
        "No gap, however old, waits for a data export that covers it. Ask Spotify for one, then `brapped import` it.",
        is_about_the_world=True,
    ),
    Claim(
        "consent_lasts_14_days",
        "No consent ends within 14 days. Renew it with `brapped login`.",
        is_about_the_world=True,
    ),
    Claim("call_budget_holds", "No more calls within 24 hours than SPOTIFY_DAILY_CALL_BUDGET."),
    Claim(
        "answers_have_the_known_keys",
        "Spotify's answers of the last 24 hours have the keys they always had.",
        is_about_the_world=True,
    ),
    Claim(
        "everything_served_is_understood",
        "Nothing Spotify served waits in audit.rejected_row for a parser that understands it.",
        is_about_the_world=True,
    ),
    Claim(
        "every_play_has_track_and_artist",
        "Every play has a track, every track a main artist, and that is its first credit.",
    ),
    Claim("no_play_is_in_the_future", "No play ends after now."),
    Claim(
        "api_plays_keep_their_distance",
        "No track ends twice within the 30 s that a play takes to be shown.",
        is_about_the_world=True,
    ),
    Claim(
        "local_time_agrees_with_the_zone",
        "Local day and hour of every play are those of the listener's zone. After an interrupted change of zone, run "
        "`brapped timezone` again.",
    ),
    Claim("every_track_read_has_credits", "Every track that was read has its credits, played or not."),
    Claim("no_spotify_id_is_double", "No track, artist or album of Spotify's has two rows."),
    Claim(
        "most_pictures_are_known",
        "Of the tracks and artists that were looked up, at least half have a picture.",
        is_about_the_world=True,
    ),
    Claim(
        "every_import_is_finished",
        "No file of an export was left half imported for a day. Import it again: it goes on where it was.",
        is_about_the_world=True,
    ),
]
POLL_CHECKS = [claim.spec(asset) for asset, claim in POLL_CLAIMS.items()]
PAGES = Claim(
    "every_year_has_its_file",
    "Each listener has a file for each year that was written and that they have plays of, as large as it was written. "
    "Materialize the year again.",
    is_about_the_world=True,
)
