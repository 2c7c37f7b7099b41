"""Totals of a period: plays and time, how varied it was, what was new, and the same plays by every rule."""

from datetime import date, datetime

from brapped_assets.insights import habits, overview
from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.most_played import variety
from brapped_assets.insights.periods import DAY
from brapped_assets.insights.rule_comparison import side_by_side
from brapped_assets.insights.selection import Rule
from brapped_assets.text.formatting import minutes
from brapped_assets.warehouse.db.connections import Connection


class Streak(Model):
    """Local days in a row with a play."""

    first: date
    """The first of them."""
    last: date
    """The last of them."""
    days: int
    """How many."""


class BiggestDay(Model):
    """The day with the most plays; of equal ones the first."""

    day: date
    """The local day."""
    plays: int
    """Its plays."""
    ms: int
    """Its milliseconds."""


class LongestSession(Model):
    """Plays with at most 30 minutes of silence between them."""

    day: date
    """The local day of the first play."""
    started_at: datetime
    """When the first play began (UTC)."""
    ended_at: datetime
    """When the last play ended (UTC)."""
    plays: int
    """Its plays."""
    ms: int
    """Milliseconds heard in it."""


class Before(Model):
    """What a period is held against: the time before it, as far as it has come. Both are known whole."""

    first: date
    """Its first local day."""
    last: date
    """Its last local day."""
    plays: int
    """Its plays."""
    ms: int
    """Its milliseconds."""


class ByRule(Model):
    """The same plays counted by another rule."""

    rule: Rule
    """The rule."""
    plays: int
    """What counts as a play by it."""
    ms: int
    """The milliseconds of those."""


class Totals(Model):
    """Everything of a period in numbers."""

    plays: int
    """Plays that count."""
    ms: int
    """Milliseconds heard in them."""
    minutes: int
    """The same in whole minutes, rounded, as pages write them."""
    estimated_ms: int
    """The part of the milliseconds that is estimated."""
    days: int
    """Local days of the period that have come."""
    active_days: int
    """Those of them with a play."""
    songs: int
    """Different songs."""
    artists: int
    """Different main artists, as far as they are known."""
    albums: int
    """Different albums, each with all its releases."""
    songs_once: int
    """Songs played once."""
    new_songs: int
    """Songs whose first play ever lies in the period."""
    new_artists: int
    """Artists whose first play ever lies in the period."""
    new_plays: int
    """Plays of the new songs."""
    new_ms: int
    """Milliseconds of the new songs."""
    unknown_artist_plays: int
    """Plays of songs whose artist is not known: in no ranking of artists."""
    impossible_repeats: int
    """Plays that are kept and in no number, because nobody can have heard them."""
    longest_streak: Streak | None
    """The most days in a row with a play; null without any."""
    biggest_day: BiggestDay | None
    """The day with the most plays; null without any."""
    longest_session: LongestSession | None
    """From the start of its first play to the end of its last, the longest; null without any."""
    before: Before | None
    """The time before; null where one of the two is not known whole."""
    by_rule: list[ByRule]
    """The plays of the period by every rule."""


def totals(tx: Connection, asked: Question) -> Totals:
    who, period = asked.who, asked.period
    days = overview.days(who, period)
    total, varied = overview.totals(days), variety(who, period)
    compared = earlier_period(tx, who, period)
    was = overview.totals(overview.days(who, compared)) if compared else None
    streak, biggest = habits.longest(habits.streaks(days)), habits.biggest_day(days, "plays")
    session = habits.longest_session(who, period)
    return Totals(
        plays=total.plays,
        ms=total.ms,
        minutes=minutes(total.ms),
        estimated_ms=total.estimated_ms,
        days=max((min(period.until, who.today + DAY) - period.first).days, 0),
        active_days=total.active_days,
        songs=varied.songs,
        artists=varied.artists,
        albums=varied.albums,
        songs_once=varied.songs_once,
        new_songs=varied.new_songs,
        new_artists=varied.new_artists,
        new_plays=varied.new_plays,
        new_ms=varied.new_ms,
        unknown_artist_plays=overview.unknown_plays(who, period),
        impossible_repeats=overview.impossible_repeats(who, period),
        longest_streak=Streak(first=streak.first, last=streak.last, days=streak.days) if streak else None,
        biggest_day=BiggestDay(day=biggest.day, plays=biggest.plays, ms=biggest.ms) if biggest else None,
        longest_session=LongestSession(
            day=session.day, started_at=session.started_at, ended_at=session.ended_at, plays=session.plays,
            ms=session.ms,
        ) if session else None,
        before=Before(first=compared.first, last=compared.last, plays=was.plays, ms=was.ms)
        if compared and was else None,
        by_rule=[ByRule(rule=one.rule, plays=one.plays, ms=one.ms) for one in side_by_side(who, period)],
    )  # fmt: skip
