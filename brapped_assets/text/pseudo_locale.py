"""A language that nobody speaks: English with accents, a third longer, in brackets. What lacks them was not translated.

A browser asks for it by name, `en-XA`; no page offers it.
"""

import re

PSEUDO = "en-XA"
BEGIN, END = "⟦", "⟧"
ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áçéíñóšúýÁÇÉÍÑÓŠÚÝ")
# Values, elements and references stay as they are.
KEPT = re.compile(r"(%\([a-z_]+\)[sd]|%%|<[^>]*>|&[a-z#0-9]+;|\{[a-z_]+\})")
FILLER = "~"


def stretched(text: str) -> str:
    """A text in this language."""
    if not text.strip():
        return text
    parts = KEPT.split(text)
    letters = sum(len(part) for part in parts[::2])
    said = "".join(part if nth % 2 else part.translate(ACCENTS) for nth, part in enumerate(parts))
    # In words, so that lines may break as they would.
    return f"{BEGIN}{said}{(' ' + FILLER * 3) * max(1, round(letters * 0.3 / 4)) if letters > 3 else ''}{END}"  # noqa: PLR2004
