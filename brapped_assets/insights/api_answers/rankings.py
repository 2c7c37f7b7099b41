"""Rank over time, who was number one for how many weeks, and Spotify's own ranking."""

from datetime import date
from typing import Any, Literal

from brapped_assets.insights.api_answers.model import Model, PeriodOf, period_of
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.rank_over_time import lines, stretches
from brapped_assets.insights.spotify_ranking import q as spotify
from brapped_assets.insights.weeks_at_number_one import leaders
from brapped_assets.warehouse.db.connections import Connection

MOST_LEADERS, LONGEST_RANKING = 100, 50
NAMED: dict[Music, tuple[str, str, str]] = {
    "artists": ("artist_key", "artist_id", "artist_name"), "songs": ("track_key", "track_id", "track_name"),
    "albums": ("album_key", "album_id", "album_name"),
}  # fmt: skip


class Ranked(Model):
    """One of the ten most played of a period, and its place in each stretch of it."""

    key: int | None
    """Its key; null where it is gone by now."""
    spotify_id: str | None
    """Spotify's id, if known."""
    name: str | None
    """Its name or title."""
    plays: int
    """Plays that count, in the period."""
    ms: int
    """Their milliseconds."""
    places: list[int | None]
    """Its place by plays in each stretch, null below the twentieth."""


class Leader(Model):
    """One that was number one, by plays, in weeks of the period that are over."""

    key: int | None
    """Its key; null where it is gone by now."""
    name: str | None
    """Its name or title."""
    weeks: int
    """In how many weeks."""
    weeks_in_a_row: int
    """In how many in a row, at most."""
    last_week: date
    """The Monday of the latest."""


class RankOverTime(Model):
    """The most played and their places."""

    stretches: list[PeriodOf]
    """The weeks, months or years of the period, in order."""
    ranked: list[Ranked]
    """The ten most played of the period."""
    leaders: list[Leader]
    """Who led most weeks, 100 at most."""


class SpotifyRank(Model):
    """A place in Spotify's own ranking, which tells no counts and is part of no other number."""

    kind: Literal["artists", "tracks"]
    """Of artists or of songs."""
    time_range: Literal["short_term", "medium_term", "long_term"]
    """4 weeks, 6 months or a year."""
    rank: int
    """The place."""
    taken_on: date
    """The local day on which Spotify was asked."""
    artist_key: int | None
    """Of a ranking of artists the key."""
    artist_id: str | None
    """Of a ranking of artists Spotify's id."""
    artist_name: str | None
    """The artist's name."""
    track_key: int | None
    """Of a ranking of songs the key."""
    track_id: str | None
    """Of a ranking of songs Spotify's id."""
    track_name: str | None
    """Of a ranking of songs the title."""


def rank_over_time(tx: Connection, asked: Question, kind: Music) -> RankOverTime:
    who, period = asked.who, asked.period
    among = stretches(who, period)
    _, led = leaders(tx, who, period, kind, MOST_LEADERS)
    return RankOverTime(
        stretches=[period_of(one) for one in among],
        ranked=[
            Ranked(**_named(line.named, kind), plays=line.plays, ms=line.ms, places=[n or None for n in line.places])
            for line in lines(tx, who, period, kind, among)
        ],
        leaders=[
            Leader(
                key=_named(one.named, kind)["key"], name=_named(one.named, kind)["name"], weeks=one.reign.weeks,
                weeks_in_a_row=one.reign.in_a_row, last_week=one.reign.last,
            )
            for one in led
        ],
    )  # fmt: skip


def spotify_ranking(tx: Connection, asked: Question) -> list[SpotifyRank]:
    """The newest of each list; it follows no filter and no period."""
    values = {"listener_id": asked.who.listener_id, "limit": LONGEST_RANKING}
    return [SpotifyRank(**row) for row in tx.execute(spotify.spotify_top, values).fetchall()]


def _named(row: dict[str, Any], kind: Music) -> dict[str, Any]:
    return dict(zip(("key", "spotify_id", "name"), map(row.get, NAMED[kind]), strict=True))
