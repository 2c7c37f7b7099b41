"""Lists to the end, a page at a time: every artist, song, album, day or context of a period, as pages list them."""

from datetime import date
from functools import cache
from typing import Any, cast, get_args

from pydantic import Field, create_model

from brapped_assets.insights.api_answers.model import Model, Row
from brapped_assets.insights.api_answers.parameters import RANGE, Parameter, Refused, period_named
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.completeness import NOT_ALL_KNOWN, earlier_period, known_in_part
from brapped_assets.insights.list_order import NO_CHANGE_FOR_PROGRAMS, Kind, Order, Sort
from brapped_assets.insights.lists import COLUMNS, Listed, Wanted, list_things
from brapped_assets.insights.name_search import LONGEST, cleaned
from brapped_assets.insights.periods import Period, before, year_before
from brapped_assets.warehouse.db.connections import Connection

MOST_ROWS, USUAL_ROWS = 1_000, 100
SORTS = (*get_args(Sort), *(f"-{sort}" for sort in get_args(Sort)))
AGAINST = rf"^(before|year-before)$|{RANGE}"
PAGE = Parameter("page", "Which page, from 1.", {"type": "integer", "minimum": 1, "maximum": 10**6, "default": 1})
LIMIT = Parameter(
    "limit", "Rows a page.", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS}
)
TEXT = Parameter("q", "Only what has this in its name.", {"type": "string", "maxLength": LONGEST})
SORT = Parameter(
    "sort", "In which order; with a - the other way round.", {"type": "string", "enum": [*SORTS], "default": "plays"}
)
HELD_AGAINST = Parameter(
    "against", "What ranks are held against: before, year-before, or a period as in range.",
    {"type": "string", "pattern": AGAINST, "maxLength": 22},
)  # fmt: skip


class ListRow(Model):
    """One thing of a list."""

    rank: int
    """Its place among everything of its kind: by minutes where that is the order, else by plays."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""
    first_on: date
    """The local day of the first of these plays."""
    last_on: date
    """The local day of the last of these plays."""
    skip_share: float | None
    """The share of rows, of any length, that were skipped; null where no export tells."""
    rank_before: int | None
    """Its place in the time held against; null: it had none, or nothing is held against."""
    plays_before: int | None
    """Its plays in the time held against; null: nothing is held against."""
    ms_before: int | None
    """Its milliseconds in the time held against; null: nothing is held against."""
    weeks_led: int | None
    """Weeks of the period in which it was number one; null for days and contexts."""


WORDS = {
    "artist_key": "The artist's key; null where none is known.", "artist_id": "Spotify's id of the artist, if known.",
    "artist_name": "The artist's name; null where it is gone by now.", "track_key": "The song's key.",
    "track_id": "Spotify's id of the song; null for local files and where none is known.",
    "track_name": "The song's title.", "album_key": "The album's key; null where none is known.",
    "album_id": "Spotify's id of the album, if known.", "album_name": "The album's title.", "day": "The local day.",
    "context_uri": "The context's Spotify uri.", "context_type": "album, playlist, artist or collection, if told.",
    "context_name": "Its name, where it is known: Spotify tells none of a playlist.",
}  # fmt: skip


@cache
def row_model(kind: Kind) -> type[ListRow]:
    """The rows of a list: what names the thing (`COLUMNS`), then its numbers."""
    fields: dict[str, Any] = {
        name: (
            date if name == "day" else int | None if name.endswith("_key") else str | None,
            Field(description=WORDS.get(name, "")),
        )
        for name in COLUMNS[kind]
    }
    named = f"Listed{kind.removesuffix('s').capitalize()}"
    return cast(
        type[ListRow], create_model(named, __base__=ListRow, __doc__=f"One of the {kind} of a period.", **fields)
    )


def parameters(kind: Kind) -> list[Parameter]:
    return [PAGE, LIMIT, TEXT, SORT, *([] if kind == "days" else [HELD_AGAINST])]


def list_of(tx: Connection, asked: Question, kind: Kind) -> Listed:
    """All of it, without names. Raises Refused for an order or a time that nothing can be held against."""
    compared = _compared(tx, asked, kind)
    sort = str(asked.asked.get("sort", "plays"))
    if sort.removeprefix("-") == "change" and compared is None:
        raise Refused("sort", NO_CHANGE_FOR_PROGRAMS)
    order = Order(cast(Sort, sort.removeprefix("-")), sort.startswith("-"))
    text = cleaned(asked.asked.get("q", ""))
    return list_things(tx, asked.who, Wanted(kind, asked.period, order, text, compared))


def list_rows(tx: Connection, asked: Question, kind: Kind) -> tuple[list[Row], int]:
    """The rows (`row_model`) of a page, and how many there are in all."""
    found = list_of(tx, asked, kind)
    limit, page = asked.asked["limit"], asked.asked["page"]
    return found.where(slice((page - 1) * limit, page * limit)).rows(tx, COLUMNS[kind]), len(found)


def _compared(tx: Connection, asked: Question, kind: Kind) -> Period | None:
    """What the list is held against: the time before, where that is known, by itself."""
    who, period = asked.who, asked.period
    name = asked.asked.get("against")
    if kind == "days" or name is None:
        return None if kind == "days" else earlier_period(tx, who, period)
    match name:
        case "before":
            against = before(period, today=who.today)
        case "year-before":
            against = year_before(period, today=who.today)
        case _:
            against = period_named(who, "against", name)
    in_part = known_in_part(tx, who, period, against)
    if in_part is not None:
        raise Refused("against", NOT_ALL_KNOWN % {"period": in_part.label})
    return against
