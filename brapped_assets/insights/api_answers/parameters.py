"""What can be asked: each parameter with its schema, by which it is read and described, and no other is understood."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from brapped_assets.insights.periods import BACKWARDS, PRESETS, NotAPeriod, Period, named
from brapped_assets.insights.selection import CHOICES, DECADES, KINDS, LARGEST_KEY, MOST_VALUES, NUMBERS, ONE_OF
from brapped_assets.insights.viewer import Viewer

Pairs = Sequence[tuple[str, str]]
LONGEST_SHOWN = 40
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
# Years in which somebody may have played (periods.py), weeks that every year has.
RANGE = (
    rf"^({'|'.join(PRESETS)}|(19|20|21)[0-9]{{2}}(-(0[1-9]|1[0-2]))?|{_DAY}|(19|20|21)[0-9]{{2}}-W(0[1-9]|[1-4][0-9]|5[0-3])"
    rf"|{_DAY}\.\.{_DAY})$"
)
PATTERNS = {
    "country": "^[A-Z]{2}$", "origin": "^[A-Z]{2}$", "genre": r"^[^\s\x00-\x1f].{0,99}$",
    "context": r"^(album|playlist|artist|collection|spotify:[a-zA-Z0-9:_%.-]{1,190})$",
}  # fmt: skip


class Refused(ValueError):
    """What was asked cannot be answered; `parameter` is to blame, the text says what would do."""

    def __init__(self, parameter: str, detail: str, *, is_unknown: bool = False) -> None:
        super().__init__(detail)
        self.parameter, self.is_unknown = parameter, is_unknown


@dataclass(frozen=True)
class Parameter:
    """`schema` (JSON Schema) is of one value; one that `is_repeated` has several alternatives."""

    name: str
    description: str
    schema: dict[str, Any]
    is_repeated: bool = False
    place: Literal["query", "path"] = "query"

    def read(self, text: str) -> Any:
        """The value in a text. Raises Refused."""
        schema = self.schema
        if schema["type"] == "integer":
            least, most = schema.get("minimum", 0), schema.get("maximum", LARGEST_KEY)
            number = int(text) if re.fullmatch("(0|[1-9][0-9]{0,9})", text) else -1
            if not least <= number <= most:
                raise Refused(self.name, f"{shown(text)} is no {self.name}: say a number from {least} to {most}.")
            return number
        if "enum" in schema and text not in schema["enum"]:
            raise Refused(self.name, f"{shown(text)} is no {self.name}; say {', '.join(schema['enum'])}.")
        if len(text) > schema.get("maxLength", 300) or "\0" in text:
            raise Refused(self.name, f"{self.name} has {schema.get('maxLength', 300)} characters at most, and no zero.")
        if "pattern" in schema and not re.search(schema["pattern"], text, re.ASCII):
            raise Refused(self.name, f"{shown(text)} is no {self.name}. {self.description}")
        return text


WORDS = {
    "artist": "Only plays of this main artist (key); several are alternatives, as of every filter.",
    "track": "Only plays of this song (key), with every release of the recording.",
    "album": "Only plays of this album (key), with every release of it.",
    "decade": "Only plays of songs first released in this decade, such as 1980, or unknown.",
    "genre": "Only plays of artists of this genre, by its exact name.",
    "origin": "Only plays of artists from this country, two letters.",
    "began": "Only plays of artists who began in this decade, such as 1980.",
    "weekday": "Only plays of this local weekday, 1 is Monday.",
    "hour": "Only plays that ended in this local hour, 0 to 23.",
    "device": "Only plays on this kind of device, as far as an export tells.",
    "country": "Only plays in this country, two letters, as far as an export tells.",
    "context": "Only plays from this kind of context, or from this Spotify uri.",
    "source": "Only plays known from here: api is polled, export is Spotify's data export.",
    "end": "Only plays that ended so, as far as an export tells.",
    "mode": "Only plays in this mode, as far as an export tells.",
    "basis": "Only plays whose milliseconds are reported, or estimated.",
    "rule": "What counts as a play; the listener's own choice without.",
    "private": "Whether plays of private sessions come along; the listener's own choice without.",
}


def of_period(default: str) -> Parameter:
    words = (
        "The local days: today, week, last-week, 7d, month, last-month, 30d, year, all, 2025, 2025-03, 2025-03-09, "
        "2025-W10 or 2025-03-01..2025-04-15."
    )
    return Parameter("range", words, {"type": "string", "pattern": RANGE, "maxLength": 22, "default": default})


def of_selection() -> list[Parameter]:
    """Every filter that a `Selection` has, the rule and private sessions: a new kind is here by itself."""
    found = []
    for kind in KINDS:
        words = WORDS.get(kind, f"Only plays of this {kind}; several are alternatives.")
        found.append(Parameter(kind, words, _schema(kind), is_repeated=True))
    return [*found, *(Parameter(one, WORDS[one], {"type": "string", "enum": [*of]}) for one, of in ONE_OF.items())]


def _schema(kind: str) -> dict[str, Any]:
    if kind in DECADES:
        return {"type": "string", "pattern": "^([12][0-9]{2}0|unknown)$" if kind == "decade" else "^[12][0-9]{2}0$"}
    if kind in NUMBERS:
        least, most = NUMBERS[kind]
        return {"type": "integer", "minimum": least, "maximum": most}
    if kind in CHOICES:
        return {"type": "string", "enum": [*CHOICES[kind]]}
    return {"type": "string", "pattern": PATTERNS.get(kind, "."), "maxLength": 200}


def read_pairs(pairs: Pairs, known: Iterable[Parameter]) -> dict[str, list[Any]]:
    """The values by parameter, each as its schema has it. Raises Refused for whatever is not understood."""
    named = {one.name: one for one in known}
    found: dict[str, list[Any]] = {}
    for name, text in pairs:
        if name not in named:
            there = ", ".join(sorted(named))
            raise Refused(name[:LONGEST_SHOWN], f"There is no parameter {shown(name)} here. There are: {there}.",
                          is_unknown=True)  # fmt: skip
        found.setdefault(name, []).append(named[name].read(text))
        if len(found[name]) > 1 and not named[name].is_repeated:
            raise Refused(name, f"{name} is given twice: say it once.")
        if len(found[name]) > MOST_VALUES:
            raise Refused(name, f"{name} is given more than {MOST_VALUES} times.")
    return found


def shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


# What is not a filter of the plays: nobody asks for it by a selection.
IS_SELECTION = frozenset({*KINDS, *ONE_OF})


def period_named(who: Viewer, parameter: str, name: str) -> Period:
    """Raises Refused for what is no period, and for one that ends before it begins."""
    try:
        found = named(name, today=who.today, first_day=who.first_day or who.today)
    except NotAPeriod as error:
        raise Refused(parameter, str(error)) from None
    if found.name != name:
        raise Refused(parameter, f"{BACKWARDS} Say {found.name}.")
    return found
