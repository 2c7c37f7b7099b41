"""What each card needs before it has something to tell: every threshold of Wrapped stands here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil

from brapped_assets.insights.periods import DAY
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.traits import TRAITS
from brapped_assets.text import formatting

BY_ITSELF = "When it happens."


@dataclass(frozen=True)
class Need:
    """A card is shown from `least` of `what` on. `grows` is what makes it more, or says in a sentence when it comes.

    A card that does not fit the period (a race in a week) is not waited for.
    """

    card: str
    title: str
    least: int
    what: str
    have: Callable[[Numbers], int]
    grows: str = BY_ITSELF
    fits: Callable[[Numbers], bool] = lambda _: True


@dataclass(frozen=True)
class Waiting:
    """A card that has too little to tell yet: what it needs, what is there, and when it may come."""

    title: str
    needs: str
    when: str


def _raced(numbers: Numbers) -> int:
    months = {month for of in numbers.by_month.values() for month in of}
    return len(months) if len(numbers.artists) > 1 else 0


def _released(numbers: Numbers) -> int:
    known = sum(plays for year, plays in numbers.releases.items() if year)
    return known if 2 * known >= numbers.total.plays else 0


ALL_TIME = "all"
HISTORY_DAYS = 30
SILENCE_DAYS = 180
# Less than this never holds three months.
THREE_MONTHS_DAYS = 62
SEVERAL_DAYS, MONTH_DAYS = 3, 28
# In the order in which the cards are shown.
NEEDS = (
    Need("minutes", "Your minutes", 1, "play", lambda n: n.total.plays, "plays"),
    Need("first", "Where it began", 1, "play", lambda n: n.total.plays, "plays", lambda n: n.period.days >= MONTH_DAYS),
    Need("artists", "Top artists", 3, "artists", lambda n: n.of_artists, "plays"),
    Need("quiz", "Guess your song", 4, "songs", lambda n: n.of_songs, "plays"),
    Need("songs", "Top songs", 3, "songs", lambda n: n.of_songs, "plays"),
    Need(
        "months",
        "Song of each month",
        3,
        "months with music",
        lambda n: len(n.favourites.of),
        "months",
        lambda n: n.period.days >= THREE_MONTHS_DAYS,
    ),
    Need("album", "Top album", 3, "songs of one album", lambda n: n.album.songs if n.album else 0),
    Need("race", "The race", 3, "months with music", _raced, "months", lambda n: n.period.days >= THREE_MONTHS_DAYS),
    Need(
        "loyal",
        "Always there",
        5,
        "days with one artist",
        lambda n: n.loyal.days if n.loyal else 0,
        "days",
        lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need("run", "The longest run", 5, "plays of one artist in a row", lambda n: n.run.plays if n.run else 0),
    Need("repeat", "On repeat", 3, "plays of one song in a day", lambda n: n.repeat.song.plays if n.repeat else 0),
    Need(
        "day",
        "The day you could not stop",
        3,
        "days with music",
        lambda n: n.total.active_days,
        "days",
        lambda n: n.period.days >= SEVERAL_DAYS,
    ),
    Need("clock", "Your clock", 100, "plays", lambda n: n.total.plays, "plays"),
    Need(
        "traits",
        "How you listen",
        2,
        "of four shares, each of 100 plays",
        lambda n: sum(trait.is_told(n.traits) for trait in TRAITS),
        "With more plays, and with your data export.",
        lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need(
        "finished",
        "To the end",
        100,
        "songs whose end an export tells",
        lambda n: n.finished.whole,
        "With your data export.",
    ),
    Need(
        "discoveries",
        "Discoveries",
        1,
        "new artist, after 30 days of history",
        lambda n: n.discoveries.artists if n.known_before >= HISTORY_DAYS else 0,
        fits=lambda n: n.period.name != ALL_TIME,
    ),
    Need(
        "onehits",
        "One-hit artists",
        1,
        "artist of one song, played 5 times",
        lambda n: n.one_hits.artists,
        fits=lambda n: n.period.days >= MONTH_DAYS,
    ),
    Need(
        "comeback",
        "The comeback",
        5,
        "plays of an artist after 180 days of silence",
        lambda n: n.comeback.artist.plays if n.comeback else 0,
        fits=lambda n: n.period.name in {"year", ALL_TIME} or n.known_before + n.period.days > SILENCE_DAYS,
    ),
    Need(
        "streak",
        "Your streak",
        3,
        "days in a row",
        lambda n: n.streak.days if n.streak else 0,
        "days",
        lambda n: n.period.days >= SEVERAL_DAYS,
    ),
    Need(
        "before",
        "Then and now",
        20,
        "plays in a period before that is known whole",
        lambda n: n.before.plays if n.before else 0,
        "With your data export, or when the next one begins.",
        lambda n: n.period.name != ALL_TIME and not (n.period.days == 1 and n.period.first == n.today),
    ),
    Need(
        "age",
        "Listening age",
        50,
        "plays with a known year of release, half of all plays or more",
        _released,
        "It comes as albums are looked up, the most played first.",
    ),
    Need("covers", "In covers", 9, "albums", lambda n: len(n.covers), "plays"),
    Need("summary", "All in one", 3, "songs", lambda n: n.of_songs, "plays"),
)


def waiting(need: Need, numbers: Numbers) -> Waiting:
    """In words what a card still lacks."""
    have = need.have(numbers)
    what = f"Needs {need.least:,} {need.what}" + (f"; there are {have:,}." if have else ".")
    return Waiting(need.title, what, _when(need, need.least - have, numbers))


def _when(need: Need, lacking: int, numbers: Numbers) -> str:
    if need.grows == "days":
        return f"At the earliest on {formatting.day(numbers.today + lacking * DAY)}."
    if need.grows == "months":
        months = numbers.today.year * 12 + numbers.today.month - 1 + lacking
        return f"At the earliest in {formatting.month(date(months // 12, months % 12 + 1, 1))}."
    pace = numbers.total.plays / numbers.total.active_days if numbers.total.active_days else 0
    if need.grows == "plays":
        days = ceil(lacking / pace) if pace else 0
        return f"At your pace in {'a day' if days == 1 else f'{days} days'}." if days else "With your first play."
    return need.grows
