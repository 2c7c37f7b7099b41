"""One artist, song or album: its plays in a period and ever, its rank, its months and hours, and its songs."""

from datetime import date
from typing import Any

from brapped_assets.insights import aliasing, items
from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.parameters import Parameter, Refused
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.item_rank import standing_of
from brapped_assets.insights.items import Kind
from brapped_assets.insights.selection import LARGEST_KEY
from brapped_assets.warehouse.db.connections import Connection

MOST_SONGS = 100
KEY = Parameter(
    "key", "The key, as lists and plays have it.", {"type": "integer", "minimum": 1, "maximum": LARGEST_KEY},
    place="path",
)  # fmt: skip
WORDS: dict[Kind, str] = {"artist": "artist", "track": "song", "album": "album"}


class ItemMonth(Model):
    """A local month with plays, of all time."""

    month: date
    """Its first day."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""


class ItemHour(Model):
    """A local hour with plays, of the period."""

    hour: int
    """0 to 23."""
    plays: int
    """Plays that ended in it."""
    ms: int
    """Their milliseconds."""


class ItemSong(Model):
    """A song of it."""

    track_key: int
    """Its key."""
    track_id: str | None
    """Spotify's id, if known."""
    track_name: str
    """Its title."""
    plays: int
    """Plays that count, in the period."""
    ms: int
    """Their milliseconds."""


class Item(Model):
    """Its numbers. Those of an artist are of songs of their own, not of those where they are guests."""

    key: int
    """Its key; another than the one asked for where that counts as this one."""
    spotify_id: str | None
    """Spotify's id, if known."""
    name: str
    """Its name or title."""
    artist_key: int | None
    """Of a song or an album its artist's key, if known."""
    artist_name: str | None
    """Of a song or an album its artist's name."""
    plays: int
    """Plays that count, in the period."""
    ms: int
    """Their milliseconds."""
    estimated_ms: int
    """The part of them that is estimated."""
    rank: int | None
    """Its place by plays in the period; null without a play in it."""
    ranked_among: int | None
    """How many have a place."""
    plays_ever: int
    """Plays of all time."""
    first_on: date | None
    """The local day of the first play ever; null without any that counts."""
    last_on: date | None
    """The local day of the newest play."""
    hours: list[ItemHour]
    """The period by hour; those without plays are left out."""
    months: list[ItemMonth]
    """All time by month; those without plays are left out."""
    songs: list[ItemSong]
    """The most played of the period, 100 at most."""


def item(tx: Connection, asked: Question, kind: Kind) -> Item:
    """Raises Refused (`key`) for what this listener never played."""
    who, key = asked.who, asked.asked["key"]
    if kind != "album":
        key = aliasing.counts_as(who, kind, key) or key
    found = items.find(tx, who, kind, key)
    if found is None or not items.is_theirs(who, kind, found):
        raise Refused("key", f"There is no {WORDS[kind]} {key} here.", is_unknown=True)
    ever = who.shown.ever.of(items.tracks_of(who, kind, found))
    plays = ever.within(asked.period.first, asked.period.until)
    life, hours, standing = items.life(ever), items.clock(plays), standing_of(tx, who, kind, found, asked.period)
    songs: list[dict[str, Any]] = (items.recordings if kind == "album" else items.songs)(tx, plays, MOST_SONGS)
    return Item(
        key=found["key"], spotify_id=found["spotify_id"], name=found["name"], artist_key=found.get("artist_key"),
        artist_name=found.get("artist_name"), plays=len(plays), ms=plays.total_ms,
        estimated_ms=sum(one.estimated_ms for one in hours), rank=standing.rank if standing else None,
        ranked_among=standing.among if standing else None, plays_ever=life.plays, first_on=life.first_on,
        last_on=life.last_on, hours=[ItemHour(hour=one.hour, plays=one.plays, ms=one.ms) for one in hours],
        months=[ItemMonth(month=one.month, plays=one.plays, ms=one.ms) for one in items.months(ever)],
        songs=[ItemSong(**{name: row[name] for name in ItemSong.model_fields}) for row in songs],
    )  # fmt: skip
