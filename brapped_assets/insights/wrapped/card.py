"""What a card is, and the words that cards share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from brapped_assets.insights import wording
from brapped_assets.insights.wrapped.charts import Chart
from brapped_assets.insights.wrapped.needs import Waiting
from brapped_assets.insights.wrapped.numbers import Kind, Numbers, Thing

# Widths of a letter against its height, and of the card, as the style sheet has them.
LETTER, WIDTH, LINES = 0.57, 84, 3
SIZES = (38, 32, 27, 23, 20, 17, 14, 12, 10, 8)


@dataclass(frozen=True)
class Row:
    """A line about something with a page; `plays` are its own."""

    kind: Kind
    key: int | None
    spotify_id: str | None
    name: str
    by: str
    plays: int


@dataclass(frozen=True)
class Card:
    """One picture. `headline` is a number or a few words; with `about` it is that thing's name and leads to its page.

    `prefix` stands small before a number ("at least ≈"). `rule` says how it is counted. A quiz has `choices`, the
    first of `rows` being right; the last card may hold what is `to_come`.
    """

    key: str
    title: str
    eyebrow: str
    headline: str
    prefix: str = ""
    about: Row | None = None
    unit: str = ""
    rows: tuple[Row, ...] = ()
    more: tuple[Row, ...] = ()
    choices: tuple[Row, ...] = ()
    chart: Chart | None = None
    aside: str = ""
    rule: str = ""
    to_come: tuple[Waiting, ...] = ()

    @property
    def size(self) -> int:
        """Height of the headline's letters in hundredths of the card's width: the greatest that fits."""
        words = [max(width(word), 1) for word in self.headline.split(" ")]
        # A third of a line stays empty where words do not fill it.
        fits = min(WIDTH / max(words), LINES * WIDTH * 2 / 3 / (sum(words) + len(words))) / LETTER
        most = SIZES[3] if self.about or len(words) > 1 else SIZES[0]
        return next((size for size in SIZES if size <= min(fits, most)), SIZES[-1])


def width(word: str) -> float:
    """Letters of a word: narrow signs are a third of one, those of scripts with wide signs nearly two."""
    return sum(0.4 if letter in ",.'’" else 1.7 if ord(letter) >= 0x2E80 else 1 for letter in word)  # noqa: PLR2004


def rows(things: Sequence[Thing]) -> tuple[Row, ...]:
    """Lines for things, in their order."""
    return tuple(Row(one.kind, one.key, one.spotify_id, one.name, one.by, one.plays) for one in things)


def row(thing: Thing) -> Row:
    return rows([thing])[0]


def counted(count: int, what: str) -> str:
    """1 play, 2 plays."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def shuffled(choices: Sequence[Row], salt: str) -> tuple[Row, ...]:
    """In an order that tells nothing and stays the same."""
    return tuple(sorted(choices, key=lambda one: sha256(f"{salt}{one.key}".encode()).digest()))


def marked(card: Card, numbers: Numbers) -> Card:
    """The card's number with what it is: at least, about."""
    about = "≈" if numbers.total.estimated_ms else ""
    words = "at least " if numbers.at_least else ""
    return replace(card, prefix=words + about)


def called(name: str) -> str:
    """A name inside a sentence: whichever way it is written, the sentence goes on in its own."""
    return f"\u2068{name}\u2069"


def minutes(ms: int) -> str:
    return wording.number(wording.minutes(ms))
