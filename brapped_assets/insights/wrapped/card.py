"""What a card is, and the words that cards share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from brapped_assets.insights.wrapped.charts import Chart
from brapped_assets.insights.wrapped.model import Kind, Numbers, Thing
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext

# Both forms in one call: so they are one text of the catalogues.
COUNTED: dict[str, Callable[[int], str]] = {
    "play": lambda n: ngettext("%(num)s play", "%(num)s plays", n),
    "song": lambda n: ngettext("%(num)s song", "%(num)s songs", n),
    "artist": lambda n: ngettext("%(num)s artist", "%(num)s artists", n),
    "minute": lambda n: ngettext("%(num)s minute", "%(num)s minutes", n),
    "day": lambda n: ngettext("%(num)s day", "%(num)s days", n),
    "month": lambda n: ngettext("%(num)s month", "%(num)s months", n),
    "year": lambda n: ngettext("%(num)s year", "%(num)s years", n),
}
# The card's width as the style sheet has it. The widest letter is about as wide as it is high (an em).
WIDTH, LINES, WIDEST = 84, 3, 1.1
# Beside a large picture.
BESIDE_ART = 14
SIZES = (38, 32, 27, 23, 20, 17, 14, 12, 10, 8, 6)


@dataclass(frozen=True)
class Waiting:
    """A card that has too little to tell yet: what it needs, what is there, and when it may come."""

    title: str
    needs: str
    when: str


@dataclass(frozen=True)
class Row:
    """A line about something with a page; `plays` are its own."""

    kind: Kind
    key: int | None
    spotify_id: str | None
    name: str
    by: str
    plays: int


class Tile(NamedTuple):
    """Something with a cover, under a word of its own: the song of March."""

    word: str
    row: Row


class Told(NamedTuple):
    """A word about the listener, its share, by which rule, and what it was before (empty where that is not known).

    `is_name`: the word comes from elsewhere, in any script and of any length.
    """

    name: str
    share: str
    rule: str
    before: str = ""
    is_name: bool = False


@dataclass(frozen=True)
class Card:
    """One picture. `headline` is a number or a few words; with `about` it is that thing's name and leads to its page.

    `prefix` stands small before a number ("at least ≈"). `rule` says how it is counted. A quiz has `choices`, the
    first of `rows` being right; `tiles` are covers side by side; the last card may hold what is `to_come`.
    `hero` is what a large picture shows; `strip` and `mosaic`, a square of them, are shown by their covers alone.
    """

    key: str
    title: str
    eyebrow: str
    headline: str
    prefix: str = ""
    hero: Row | None = None
    strip: tuple[Row, ...] = ()
    mosaic: tuple[Row, ...] = ()
    about: Row | None = None
    unit: str = ""
    rows: tuple[Row, ...] = ()
    more: tuple[Row, ...] = ()
    choices: tuple[Row, ...] = ()
    tiles: tuple[Tile, ...] = ()
    told: tuple[Told, ...] = ()
    chart: Chart | None = None
    aside: str = ""
    rule: str = ""
    to_come: tuple[Waiting, ...] = ()

    @property
    def is_figure(self) -> bool:
        """Whether the headline is one number or date, which stands on one line as large as the card is wide."""
        return self.about is None and " " not in self.headline

    @property
    def size(self) -> int:
        """Height of the headline's letters in hundredths of the card's width: safe in any font, where no script runs.

        Where one does, `fit.js` measures the letters and finds the greatest that fits.
        """
        longest = max(len(word) for word in self.headline.split(" "))
        fits = min(WIDTH / max(longest, 1), LINES * WIDTH / max(len(self.headline) + longest, 1)) / WIDEST
        most = BESIDE_ART if self.hero else SIZES[0]
        return next((size for size in SIZES if size <= min(fits, most)), SIZES[-1])


def rows(things: Sequence[Thing]) -> tuple[Row, ...]:
    """Lines for things, in their order."""
    return tuple(Row(one.kind, one.key, one.spotify_id, one.name, one.by, one.plays) for one in things)


def row(thing: Thing) -> Row:
    return rows([thing])[0]


def counted(count: int, what: str) -> str:
    """1 play, 2 plays."""
    return COUNTED[what](count)


def shuffled(choices: Sequence[Row], salt: str) -> tuple[Row, ...]:
    """In an order that tells nothing and stays the same."""
    return tuple(sorted(choices, key=lambda one: sha256(f"{salt}{one.key}".encode()).digest()))


def marked(card: Card, numbers: Numbers) -> Card:
    """The card's number with what it is: at least, about."""
    about = "≈" if numbers.total.estimated_ms else ""
    return replace(card, prefix=_("at least") + f" {about}" if numbers.at_least else about)


def called(name: str) -> str:
    """A name inside a sentence: whichever way it is written, the sentence goes on in its own."""
    return f"\u2068{name}\u2069"


def minutes(ms: int) -> str:
    return formatting.number(formatting.minutes(ms))
