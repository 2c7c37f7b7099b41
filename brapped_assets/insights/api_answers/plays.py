"""Every play, newest first, a page at a time: also those of any length that statistics leave out, which say so."""

from datetime import date, datetime
from typing import Literal

from brapped_assets.insights import play_log
from brapped_assets.insights.api_answers.lists import TEXT
from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.parameters import Parameter, Refused
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.name_search import TOO_SHORT, cleaned, is_enough
from brapped_assets.insights.play_log import Played
from brapped_assets.insights.play_log_selection import Asked, Listing, list_plays
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.zones import local_time

MOST_ROWS = 1_000
PLACE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}_[0-9]{1,19}$"
PARAMETERS = [
    Parameter(
        "before", "Plays older than this place: as `next` has it.",
        {"type": "string", "pattern": PLACE, "maxLength": 60},
    ),
    Parameter("limit", "Plays a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 100}),
    TEXT,
]  # fmt: skip


class Play(Model):
    """One play. What only an export tells is null where none did."""

    play_key: int
    """Its key, as `bi.plays` has it; an import may give it another."""
    played_at: datetime
    """Its END (UTC)."""
    played_at_local: datetime
    """The same with the clock of the zone that held then."""
    played_on: date
    """The local day of its END."""
    track_key: int
    """The key of the song it counts as."""
    track_id: str | None
    """Spotify's id of the song; null for local files and where none is known."""
    track_name: str
    """The song's title."""
    artist_key: int
    """The key of the main artist."""
    artist_name: str
    """The main artist's name."""
    album_name: str | None
    """The album's title, if known."""
    ms_played: int
    """Milliseconds heard."""
    is_estimated: bool
    """Whether they are estimated."""
    counts: bool
    """Whether it counts as a play by the rule."""
    is_repeat: bool
    """Whether nobody can have heard it: in no number."""
    hidden: bool
    """Whether the listener keeps it out of statistics."""
    private: bool | None
    """Whether it was in a private session."""
    skipped: bool | None
    """Whether it was skipped."""
    shuffle: bool | None
    """Whether it was shuffled."""
    offline: bool | None
    """Whether it was offline."""
    device: str | None
    """The device, as an export words it."""
    context_type: str | None
    """What it was played from."""
    context_uri: str | None
    """The Spotify uri of what it was played from."""
    source: Literal["api", "export", "both", "legacy"]
    """What tells of it."""


def plays(tx: Connection, asked: Question) -> tuple[list[Play], str | None]:
    """The plays of a page, and the place where the older ones begin; None: these are the oldest."""
    of = listing(tx, asked)
    name = asked.asked.get("before")
    start = play_log.place_named(name) if name else None
    if name and start is None:
        raise Refused("before", "This names no place; say what `next` of an answer says.")
    page = play_log.page(tx, of.who, start, of, many=asked.asked["limit"])
    rows = [_told(asked, one) for _, of_day in page.days for one in of_day if isinstance(one, Played)]
    return rows, str(page.older) if page.older else None


def listing(tx: Connection, asked: Question) -> Listing:
    """All time is no period: a clock may be wrong, and what it dates tomorrow is there."""
    text = cleaned(asked.asked.get("q", ""))
    if text and not is_enough(text):
        raise Refused("q", TOO_SHORT)
    period = None if asked.period.name == "all" else asked.period
    return list_plays(tx, asked.who, Asked(asked.selection, period, text))


def _told(asked: Question, one: Played) -> Play:
    own = {name: getattr(one, name) for name in Play.model_fields if hasattr(one, name)}
    return Play(
        **own | {"played_at_local": local_time(asked.who.spans, one.played_at)}, private=one.incognito,
        device=one.platform,
    )  # fmt: skip
