"""The language that is written now: set for a page, a message or a file, and known to whatever writes its texts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, NamedTuple, get_args

from brapped_assets.text.pseudo_locale import PSEUDO

ENGLISH = "en"
# Each by its own name, as somebody who reads no other looks for it.
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "es": "Español", "fr": "Français", "hi": "हिन्दी"}
Hours = Literal["", "12", "24"]
Numbers = Literal["", "comma", "point", "space", "indian"]
# What a browser asks for is other people's text: this much is read of it.
LONGEST_WISH, MOST_WISHES = 500, 20

A_REGION = re.compile("[A-Z]{2}|[0-9]{3}")


class Display(NamedTuple):
    """How texts are written. Hours and numbers may differ from what the language usually has; empty: as it has them.

    Weeks begin with the day `week_begins`, 1 is Monday. `region` (US) is where the language is spoken; empty: anywhere.
    """

    language: str = ENGLISH
    hours: Hours = ""
    numbers: Numbers = ""
    week_begins: int = 1
    region: str = ""


_now: ContextVar[Display] = ContextVar("display", default=Display())  # noqa: B039  (it is immutable)


def display() -> Display:
    """How the page, message or file being made is written."""
    return _now.get()


def write_as(wanted: Display) -> None:
    """From now on texts are written like this, in this thread or task only."""
    _now.set(wanted)


@contextmanager
def written_as(wanted: Display) -> Iterator[None]:
    """What is written inside is written like this."""
    before = _now.set(wanted)
    try:
        yield
    finally:
        _now.reset(before)


def display_of(language: str, hours: str = "", numbers: str = "", week_begins: int = 1, region: str = "") -> Display:
    """As told by a cookie, a form or a row; whatever is not known is as usual."""
    return Display(
        known(language) or ENGLISH,
        hours if hours in get_args(Hours) else "",  # type: ignore[arg-type]
        numbers if numbers in get_args(Numbers) else "",  # type: ignore[arg-type]
        week_begins,
        region,
    )


def known(name: str) -> str:
    """The language that a tag such as `de-AT` names; empty when there is none."""
    if name == PSEUDO:
        return PSEUDO
    code = name.lower().partition("-")[0]
    return code if code in LANGUAGES else ""


def language_of(wishes: str) -> str:
    """The language that a browser asks for most (Accept-Language) of those there are; else English."""
    found = _wished(wishes)
    return known(found[0]) if found else ENGLISH


def region_of(wishes: str, language: str) -> str:
    """The region that a browser names with a language, as in `de-AT`; empty when it names none.

    Other people's text: two letters or three digits, which need be no region.
    """
    for name in _wished(wishes):
        if known(name) == language != PSEUDO:
            for part in name.upper().split("-")[1:]:
                if A_REGION.fullmatch(part):
                    return part
    return ""


def _wished(wishes: str) -> list[str]:
    """The tags of languages there are, what is asked for most first."""
    found: list[tuple[float, int, str]] = []
    for nth, wish in enumerate(wishes[:LONGEST_WISH].split(",")[:MOST_WISHES]):
        name, _semicolon, quality = wish.partition(";")
        weight = _weight(quality)
        if known(name.strip()) and weight:
            found.append((-weight, nth, name.strip()))
    return [name for _weight_of, _nth, name in sorted(found)]


def _weight(quality: str) -> float:
    name, _equals, value = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
