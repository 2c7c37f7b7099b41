"""Texts in the language of now (`language.py`).

English texts stand where they are used, in `_("…")` and `ngettext("…", "…", n)`, and are the keys of the catalogues
(`locale/`). Values have names, `%(name)s`; numbers among them are written as the language writes them. A text that is
made before anybody asks for it (a constant) is marked with `N_("…")`, and goes through `_` where it is shown.
Templates have the same functions, and `{% trans %}`.
"""

import gettext as gnu
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TypeGuard

from brapped_assets.text.cldr import number
from brapped_assets.text.language import ENGLISH, LANGUAGES, display
from brapped_assets.text.pseudo_locale import PSEUDO, stretched

NUMBERS = (int, float)
FOLDER = Path(__file__).parents[1] / "locale"


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """A text that `_` translates once it is shown."""
    return text


def gettext(text: str, /, **values: object) -> str:
    """The text in the language of now, with its values. `%` itself is written `%%`."""
    return translated(text) % written(values)


_ = gettext


def ngettext(one: str, many: str, n: float, /, **values: object) -> str:
    """The text for a number of things, by the rules of the language; `%(num)s` is the number."""
    return plural(one, many, n) % written({"num": n, **values})


def translated(text: str) -> str:
    """The text in the language of now, before its values are put in."""
    language = display().language
    if language == ENGLISH or not text:
        return text
    return stretched(text) if language == PSEUDO else catalogue(language).gettext(text)


def plural(one: str, many: str, n: float) -> str:
    """The same for a number of things."""
    language = display().language
    if language == ENGLISH:
        return one if n == 1 else many
    found = catalogue(language).ngettext(one, many, _whole(n))
    return stretched(found) if language == PSEUDO else found


def written(values: dict[str, object]) -> dict[str, object]:
    """The values of a text: numbers as the language writes them, all else as it is."""
    return {name: number(value) if is_number(value) else value for name, value in values.items()}


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


@cache
def catalogue(language: str) -> gnu.NullTranslations:
    """The translations of a language, read once a process; none for English."""
    file = FOLDER / language / "LC_MESSAGES" / "brapped.po"
    if language not in LANGUAGES or not file.exists():
        return gnu.NullTranslations()
    # Imported late: whoever writes English only does not wait for it.
    from babel.messages import mofile, pofile  # noqa: PLC0415

    with file.open("rb") as text:
        messages = pofile.read_po(text, locale=language)
    compiled = BytesIO()
    mofile.write_mo(compiled, messages)
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def _whole(n: float) -> int:
    """What plural rules look at: 1.5 is no 1."""
    return int(n) if n == int(n) else int(n) + 2
