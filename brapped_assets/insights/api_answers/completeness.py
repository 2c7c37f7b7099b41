"""What is known of a period, and what is not: gaps, and stretches that neither a poll nor an export vouches for."""

from datetime import date, datetime

from brapped_assets.insights import overview
from brapped_assets.insights.api_answers.model import Model, Stretch, stretch_of
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.completeness import is_known, unknown
from brapped_assets.insights.periods import DAY
from brapped_assets.warehouse.db.connections import Connection


class Completeness(Model):
    """How much of a period is known."""

    first_play_on: date | None
    """The local day of the first play known at all."""
    last_play_on: date | None
    """The local day of the newest play."""
    collected_since: datetime | None
    """Since when plays are polled (UTC)."""
    last_polled_at: datetime | None
    """When Spotify was last asked (UTC)."""
    consent_ended: bool
    """Whether Spotify's consent has ended: nothing is polled until it is renewed."""
    days: int
    """Local days of the period that have come."""
    is_known: bool
    """Whether the period, as far as it has come, is known from its first day on and but for a fiftieth of it."""
    gaps: list[Stretch]
    """Open gaps that reach into the period: plays may be missing there."""
    unknown: list[Stretch]
    """Stretches of the period of which nothing tells what was played, open gaps among them."""
    unknown_seconds: int
    """Their length."""
    impossible_repeats: int
    """Plays that are kept and in no number, because nobody can have heard them."""
    hidden: int
    """How many artists, songs, contexts and stretches of time the listener keeps out of statistics."""


def completeness(tx: Connection, asked: Question) -> Completeness:
    who, period = asked.whole, asked.period
    holes = [stretch_of(who, hole) for hole in unknown(tx, who, period)]
    return Completeness(
        first_play_on=who.first_day,
        last_play_on=who.last_day,
        collected_since=who.collected_since,
        last_polled_at=who.last_polled_at,
        consent_ended=who.consent_ended,
        days=max((min(period.until, who.today + DAY) - period.first).days, 0),
        is_known=is_known(tx, who, period),
        gaps=[stretch_of(who, gap) for gap in who.gaps_in(period)],
        unknown=holes,
        unknown_seconds=sum(int((hole.until - hole.since).total_seconds()) for hole in holes),
        impossible_repeats=overview.impossible_repeats(who, period),
        hidden=who.hidden,
    )
