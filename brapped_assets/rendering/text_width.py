"""How wide a text is about, where nobody can measure it: letters of East Asia are twice as wide."""

from unicodedata import combining, east_asian_width

NARROW, WIDE = 7, 13


def columns(letter: str) -> int:
    return 0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1


def width(text: str) -> int:
    """Pixels at 11 px of a common font, rather more than less."""
    return sum((0, NARROW, WIDE)[columns(letter)] for letter in text)


def used(text: str) -> int:
    """How many columns a text has."""
    return sum(map(columns, text))


def cut(text: str, most: int) -> str:
    """As many letters as `most` columns have, the last an ellipsis where some are left out."""
    if used(text) <= most:
        return text
    kept, taken = "", 0
    for letter in text:
        taken += columns(letter)
        if taken > most - 1:
            break
        kept += letter
    return f"{kept.rstrip()}…"
