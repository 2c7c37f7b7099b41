"""What a small piece elsewhere shows: minutes and plays of a period, the five most played, and what was heard last."""

from datetime import datetime
from typing import Literal, get_args

from brapped_assets.insights import items, overview
from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.parameters import Parameter
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.columns.sums_by_item import Music
from brapped_assets.insights.names import MUSIC, names
from brapped_assets.text.formatting import minutes
from brapped_assets.warehouse.db.connections import Connection

FIRST = 5
Figure = Literal["minutes", "plays", "songs", "artists"]
KIND = Parameter("kind", "Of what the five most played are told.",
                 {"type": "string", "enum": [*MUSIC], "default": "songs"})  # fmt: skip
FIGURE = Parameter("show", "Which number is told.",
                   {"type": "string", "enum": [*get_args(Figure)], "default": "minutes"})  # fmt: skip
NAMES: dict[Music, str] = {"artists": "artist_name", "songs": "track_name", "albums": "album_name"}


class Place(Model):
    """One of the most played."""

    name: str
    """Its name or title."""
    by: str
    """Of a song or an album whose it is; of an artist empty."""
    plays: int
    """Plays that count."""


class Card(Model):
    """Few numbers of a period."""

    minutes: int
    """Whole minutes heard."""
    plays: int
    """Plays that count."""
    songs: int
    """Different songs."""
    artists: int
    """Different artists."""
    is_estimated: bool
    """Whether some of the time is estimated."""
    is_at_least: bool
    """Whether a gap reaches into the period."""
    top: list[Place]
    """The five most played."""
    last: Place | None
    """What was heard last in the period, with its plays; null: nothing."""
    last_at: datetime | None
    """Its END in local time."""


def card(tx: Connection, asked: Question) -> Card:
    who, period = asked.who, asked.period
    kind: Music = asked.asked.get("kind", "songs")
    plays = who.shown.plays(period.first, period.until)
    total = overview.totals(overview.days(who, period))
    sums, older, among = sums_by_item.played(who.shown, plays, kind)
    ranked = sums.ranked("plays", older, FIRST, among)
    keys = sums_by_item.numbering(who.shown, kind).keys[ranked].tolist()
    named = names(tx, MUSIC[kind], keys, who.shown.catalogue.same_artists)
    newest = items.recent(tx, who, plays, 1)
    return Card(
        minutes=minutes(total.ms), plays=total.plays, songs=len(plays.by_track.played),
        artists=len(who.shown.known(plays.by_artist.played)), is_estimated=total.estimated_ms > 0,
        is_at_least=bool(who.gaps_in(period)),
        top=[
            Place(
                name=named.get(key, {}).get(NAMES[kind]) or "?",
                by="" if kind == "artists" else named.get(key, {}).get("artist_name") or "", plays=int(sums.plays[n]),
            )
            for key, n in zip(keys, ranked.tolist(), strict=True)
        ],
        last=Place(
            name=newest[0]["track_name"], by=newest[0]["artist_name"],
            plays=int(plays.by_track.plays[plays.latest(1).track[0]]),
        ) if newest else None,
        last_at=newest[0]["played_at_local"] if newest else None,
    )  # fmt: skip
