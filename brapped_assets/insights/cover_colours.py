"""Two colours of a cover, and what is made of them: a ground, shapes on it, and words that can be read on both."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

WHITE: Colour = (255, 255, 255)
DARK: Colour = (23, 19, 31)
# WCAG asks for 4.5; a rounded colour on an antialiased edge needs a little more.
CONTRAST = 5.0
STEPS = 40
# Colours are told apart from here on, as the sum of the differences of red, green and blue.
APART = 90
MOST_PIXELS = 4096 * 4096
SAMPLE, COLOURS = (48, 48), 12
FORMATS = ("JPEG", "PNG", "WEBP")
# Of sRGB: up to here light grows with the number.
LINEAR = 0.04045
HEX = re.compile(rb"#([0-9a-f]{6})\b")
WRITTEN = re.compile(r"#([0-9a-f]{6}) #([0-9a-f]{6})")


@dataclass(frozen=True)
class Scheme:
    """Colours as a style sheet writes them: `ink` can be read on `ground`, `near` and `far`."""

    ground: str
    ink: str
    near: str
    far: str


def accents(content: bytes) -> tuple[Colour, Colour] | None:
    """The colour a picture is most of, then one apart from it; None where it cannot be read."""
    found = drawn(content) if content.startswith(b"<svg ") else painted(content)
    return _two(found) if found else None


def drawn(content: bytes) -> list[tuple[float, Colour]]:
    """The colours that an SVG names, each with its weight: the first is the ground."""
    told = [_colour(found.decode()) for found in HEX.findall(content)]
    return [(1 / (nth + 1), colour) for nth, colour in enumerate(dict.fromkeys(told))]


def painted(content: bytes) -> list[tuple[float, Colour]]:
    """The colours of a photograph, each with its share of it; empty where it is none that can be read."""
    # Late: most processes never look at a picture.
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return []
            image.draft("RGB", SAMPLE)
            small = image.convert("RGB").resize(SAMPLE, Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    many = SAMPLE[0] * SAMPLE[1]
    indexed = small.quantize(COLOURS)
    flat = indexed.getpalette("RGB") or []
    told = indexed.getcolors() or []
    numbers = ((count, nth) for count, nth in told if isinstance(nth, int))
    return [(count / many, (flat[3 * nth], flat[3 * nth + 1], flat[3 * nth + 2])) for count, nth in numbers]


def smaller(content: bytes, side: int) -> bytes | None:
    """A JPEG of the whole picture, no side longer than `side` pixels; None where it cannot be read or is as small."""
    from PIL import Image  # noqa: PLC0415

    out = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if max(image.size) <= side or image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (side, side))
            small = image.convert("RGB")
            small.thumbnail((side, side))
            small.save(out, "JPEG", quality=84, optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return out.getvalue()


def scheme(one: Colour, other: Colour) -> Scheme:
    """A card's colours from two of a cover. Whatever the two are, the contrast holds: both give way until it does."""
    ink = WHITE if contrast(one, WHITE) >= contrast(one, DARK) * 0.72 else DARK
    away = DARK if ink == WHITE else WHITE
    # A little apart from the cover, whose edges are seen on it.
    ground = _readable(_mixed(one, away, 0.14), ink, away)
    near = _readable(_mixed(ground, away, 0.14), ink, away)
    far = _readable(_mixed(other, ground, 0.4), ink, away)
    return Scheme(*(written(colour) for colour in (ground, ink, near, far)))


def contrast(one: Colour, other: Colour) -> float:
    """As WCAG 2 has it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def read(text: str) -> tuple[Colour, Colour] | None:
    """Two colours as they are kept beside a cover; None where that is not what the text says."""
    found = WRITTEN.fullmatch(text)
    return (_colour(found[1]), _colour(found[2])) if found else None


def _two(found: Iterable[tuple[float, Colour]]) -> tuple[Colour, Colour]:
    weighed = [(share * (0.2 + _vividness(colour)), colour) for share, colour in found]
    one = max(weighed)[1]
    others = [(weight * _distance(colour, one), colour) for weight, colour in weighed if _distance(colour, one) > APART]
    return one, max(others)[1] if others else one


def _readable(colour: Colour, ink: Colour, away: Colour) -> Colour:
    """This colour, or as little further `away` from the ink as its contrast asks for."""
    steps = (_mixed(colour, away, nth / STEPS) for nth in range(STEPS + 1))
    return next(mixed for mixed in steps if contrast(mixed, ink) >= CONTRAST)


def _mixed(colour: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _vividness(colour: Colour) -> float:
    """0 for grey, 1 for a pure colour."""
    return (max(colour) - min(colour)) / 255


def _distance(one: Colour, other: Colour) -> float:
    return float(sum(abs(a - b) for a, b in zip(one, other, strict=True)))


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue
