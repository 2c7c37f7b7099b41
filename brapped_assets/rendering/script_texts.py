"""The texts of our scripts (`static/*.js`, see `words.js`) in the language of now, for a page to bring along."""

import json
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from brapped_assets.text.language import ENGLISH, display
from brapped_assets.text.translation import plural, translated

STATIC = Path(__file__).parent / "static"
# As people write them there: texts in double quotes, whole, on one line.
TEXT = r'"((?:[^"\\]|\\.)+)"'
CALLS = re.compile(rf"\b_\({TEXT}|\bngettext\({TEXT}, {TEXT}")


def script_texts() -> Markup:
    """As JSON that no element ends early; empty in English, which the scripts have themselves."""
    return _as_json(display().language)


@cache
def _as_json(language: str) -> Markup:
    if language == ENGLISH:
        return Markup()
    found = {
        text or one: translated(text) if text else [plural(one, many, n) for n in (1, 2)]
        for text, one, many in sorted(_texts())
    }
    told = json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(told)  # noqa: S704


@cache
def _texts() -> frozenset[tuple[str, str, str]]:
    """Of all scripts together; a text that counts things has two forms."""
    found = set()
    for script in STATIC.glob("*.js"):
        for call in CALLS.findall(script.read_text(encoding="utf-8")):
            found.add(tuple(json.loads(f'"{text}"') for text in call))
    return frozenset(found)
