"""What the numbers of Wrapped are: one listener, one period. Nothing here decides what is worth a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from brapped_assets.insights.habits import Streak
from brapped_assets.insights.overview import Day, Totals
from brapped_assets.insights.periods import Period
from brapped_assets.text import formatting

Kind = Literal["artist", "track", "album"]


@dataclass(frozen=True)
class Thing:
    """An artist, a song or an album with its plays and milliseconds in some time. `key` None: without a page."""

    kind: Kind
    key: int | None
    spotify_id: str | None
    name: str
    by: str
    plays: int
    ms: int


@dataclass(frozen=True)
class Album:
    """`songs` of its `of_songs` were heard; `evenness` is 1 when all were played alike, 0 when only one was."""

    album: Thing
    songs: int
    of_songs: int
    evenness: float


@dataclass(frozen=True)
class Repeat:
    """The most plays of one song (`song.plays`) in one local day, and how many of them came in a row."""

    day: date
    song: Thing
    in_a_row: int


@dataclass(frozen=True)
class BigDay:
    """The day with the most minutes: by hour, from the first play's end to the last's, its artist by plays.

    `artist` None: none is known.
    """

    day: Day
    hours: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    artist: Thing | None


@dataclass(frozen=True)
class Discoveries:
    """Artists first heard in the period: how many, their plays, the three most played."""

    artists: int
    plays: int
    top: tuple[Thing, ...]


@dataclass(frozen=True)
class Comeback:
    """An artist silent from `last_on` to `back_on`; `artist.plays` are those since."""

    artist: Thing
    last_on: date
    back_on: date


@dataclass(frozen=True)
class First:
    """The first play of a period: the song with its plays in all of it, the local END, what was played that day."""

    song: Thing
    at: datetime
    day_plays: int
    day_ms: int


@dataclass(frozen=True)
class Favourite:
    """The most played song of a local month, or of a year, told by its first day."""

    step: date
    song: Thing


@dataclass(frozen=True)
class Favourites:
    """The song of each month with plays, or of each year where `by_year`, oldest first; twelve at most, the newest."""

    by_year: bool = False
    of: tuple[Favourite, ...] = ()


@dataclass(frozen=True)
class Run:
    """Plays of one artist with none of anybody else between them: `plays` of them, the first on `first_on`."""

    artist: Thing
    plays: int
    first_on: date


@dataclass(frozen=True)
class Loyal:
    """The artist heard on the most days (`days`) of those with music."""

    artist: Thing
    days: int


@dataclass(frozen=True)
class OneHits:
    """Artists of whom one recording was played, often: how many, and the songs of the three most played."""

    artists: int = 0
    top: tuple[Thing, ...] = ()


class Share(NamedTuple):
    """`part` of `whole`: plays, rows or milliseconds."""

    part: int
    whole: int

    @property
    def of_one(self) -> float:
        return self.part / self.whole if self.whole else 0.0


NOTHING = Share(0, 0)
MOST_SHARES = 6


@dataclass(frozen=True)
class Traits:
    """How somebody listens, as shares: see `traits.py`, which says of what."""

    explored: Share = NOTHING
    followed: Share = NOTHING
    nightly: Share = NOTHING
    skipped: Share = NOTHING


@dataclass(frozen=True)
class Shares:
    """Values with their milliseconds, the most first, six at most of `many`; `known` are those with any value."""

    top: tuple[tuple[str, int], ...] = ()
    many: int = 0
    known: Share = NOTHING


@dataclass(frozen=True)
class SpokenShares:
    """Milliseconds of what is no music, its three greatest shows with theirs, and the items heard to the end."""

    ms: int = 0
    top: tuple[tuple[str, int], ...] = ()
    finished: Share = NOTHING

    @property
    def minutes(self) -> int:
        return formatting.minutes(self.ms)


@dataclass(frozen=True)
class Numbers:
    """Everything the cards tell. `artists` are five, each with plays by month; `songs` eight at most.

    `hours` are milliseconds by local hour, `weekend_ms` those on Saturdays and Sundays. `releases` are plays by year of
    release, under None where that is not known. `known_before`: days of history before the period began.
    `before` is the time that the period is held against; `before_name` is how an address names it.
    `covers` are albums to show the covers of, the most played first.
    `unknown_plays` are of songs whose artist is not known: they are in no number of artists. `impossible_repeats` are
    in no number at all. `finished` are rows of any length heard to the end, of those whose end is told; `traits_before`
    are the traits of the time that the period is held against. `genres` and `origins` (countries) are of main artists,
    `places` are the countries where was listened. `spoken` is in no other number, and empty of some plays only.
    """

    period: Period
    today: date
    at_least: bool
    known_before: int
    total: Totals
    artists: tuple[Thing, ...]
    of_artists: int
    by_month: Mapping[int, Mapping[date, int]]
    songs: tuple[Thing, ...]
    of_songs: int
    album: Album | None
    repeat: Repeat | None
    big_day: BigDay | None
    discoveries: Discoveries
    comeback: Comeback | None
    hours: tuple[int, ...]
    weekend_ms: int
    streak: Streak | None
    before: Totals | None
    before_label: str
    before_name: str
    releases: Mapping[int | None, int]
    covers: tuple[Thing, ...] = ()
    unknown_plays: int = 0
    impossible_repeats: int = 0
    first: First | None = None
    favourites: Favourites = Favourites()
    run: Run | None = None
    loyal: Loyal | None = None
    one_hits: OneHits = OneHits()
    finished: Share = NOTHING
    traits: Traits = Traits()
    traits_before: Traits | None = None
    genres: Shares = Shares()
    origins: Shares = Shares()
    places: Shares = Shares()
    spoken: SpokenShares = SpokenShares()

    @property
    def may_grow(self) -> bool:
        """Whether more can come than one day tells: what begins today and goes on is more than today."""
        goes_on = self.period.name in {"week", "month", "year", "all"}
        return not self.is_over and (goes_on or self.period.days > 1)

    @property
    def is_over(self) -> bool:
        return self.period.until <= self.today
