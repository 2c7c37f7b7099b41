"""Covers and portraits, drawn as SVG from an id: no image file, no picture of anybody, no letter.

The same id always looks the same. Records are of ten families of drawings, artists of three; colours come in palettes.
"""

from collections.abc import Iterator, Sequence
from html import escape
from random import Random

from brapped_assets.demo.portraits import PORTRAITS, light
from brapped_assets.rendering.drawings import (
    SIDE,
    Drawing,
    beams,
    disc,
    dots,
    path,
    petals,
    rings,
    tiles,
    waves,
)

# The ground first, then what stands on it.
PALETTES = tuple(
    tuple(f"#{colour}" for colour in words.split())
    for words in (
        "f25f3a ffd166 2b1a3d f7ede2 118ab2",
        "1b1b3a ff6f61 f9c22e e8e1ef 5b5f97",
        "0b3d3a f4a259 f4e285 bc4b51 8cb369",
        "f6e7cb e4572e 17bebb 2e282a ffc914",
        "3a0ca3 f72585 4cc9f0 fee440 7209b7",
        "ffb4a2 6d2e46 e5989b ffe8d6 b5838d",
        "0d1321 e94f37 f6f7eb 3f88c5 44bba4",
        "9bc53d 23395b fde74c e55934 fa7921",
        "2d3142 ef8354 f2f2f2 bfc0c0 4f5d75",
        "ffcf56 274060 1b2845 ff6b6b f7fff7",
        "5f0f40 fb8b24 e36414 f6ead7 0f4c5c",
        "cdeac0 ff928b efe9ae 1d3557 fec3a6",
        "06283d 47b5ff 1363df dff6ff ffb703",
        "e8d5f2 5e2bff c04cfd fc6dab 2d1e2f",
        "161a1d ba181b f5f3f4 d3d3d3 660708",
        "00a6a6 efca08 f49f0a f08700 10454f",
    )
)


def cover(image_id: str, name: str, size: int = 640, *, is_artist: bool = False) -> str:
    """A square SVG document of `size` pixels; an artist's is a portrait, any other a record's cover."""
    rng = Random(image_id)
    palette = rng.choice(PALETTES)
    ground, *others = palette
    rng.shuffle(others)
    drawing = rng.choice(PORTRAITS if is_artist else RECORDS)
    shapes = "".join(drawing(rng, [ground, *others]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {SIDE} {SIDE}">'
        f'<title>{escape(name)}</title><path fill="{ground}" d="M0 0h{SIDE}v{SIDE}H0Z"/>{shapes}</svg>'
    )


def ring(stroke: str, x: float, y: float, r: float, width: float) -> str:
    return disc("none", x, y, r, f' stroke="{stroke}" stroke-width="{width:.1f}"')


def _fade(name: str, top: str, bottom: str) -> str:
    return (
        f'<linearGradient id="{name}" x2="0" y2="1"><stop stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient>'
    )


def _ridge(rng: Random, height: float, rough: float, steps: int = 8) -> str:
    """A line of hills from the left edge to the right one, closed below."""
    step = SIDE / steps
    y = height + rng.uniform(-rough, rough)
    points = [f"M-2 102V{y:.1f}"]
    for nth in range(steps + 1):
        after = height + rng.uniform(-rough, rough)
        points.append(f"Q{nth * step:.1f} {y:.1f} {(nth + 0.5) * step:.1f} {(y + after) / 2:.1f}")
        y = after
    return "".join(points) + "V102Z"


def _dusk(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """A sun in bands above water."""
    ground, sun, sky, far, near = colours
    horizon = rng.uniform(56, 72)
    x, r = rng.uniform(32, 68), rng.uniform(24, 34)
    yield f"<defs>{_fade('a', sky, ground)}{_fade('b', sun, far)}</defs>"
    yield path("url(#a)", f"M0 0h100v{horizon:.1f}H0Z")
    yield f'<clipPath id="c"><path d="M0 0h100v{horizon:.1f}H0Z"/></clipPath>'
    yield f'<g clip-path="url(#c)">{disc("url(#b)", x, horizon - r * rng.uniform(0.1, 0.7), r)}</g>'
    yield path(near, f"M0 {horizon:.1f}h100V100H0Z")
    y, tall, wide = horizon + 2.5, 1.2, r * 1.7
    while y < SIDE:
        shift = rng.uniform(-5, 5)
        yield path(sun, f"M{x - wide / 2 + shift:.1f} {y:.1f}h{wide:.1f}v{tall:.1f}h-{wide:.1f}Z")
        y, tall, wide = y + tall * 2.6, tall * 1.25, wide * rng.uniform(0.78, 1.05)


def _hills(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """Ridges behind ridges under a moon."""
    ground, moon, *ridges = colours
    yield f"<defs>{_fade('a', ground, ridges[0])}</defs>"
    yield path("url(#a)", "M0 0h100v100H0Z")
    yield disc(moon, rng.uniform(20, 80), rng.uniform(18, 40), rng.uniform(7, 17))
    many = rng.randint(3, 5)
    for nth in range(many):
        height = 46 + nth * 50 / many
        part = f"{0.35 + 0.65 * nth / (many - 1):.2f}"
        yield path(ridges[nth % 3 if nth < many - 1 else 2], _ridge(rng, height, 10), f' opacity="{part}"')


def _planets(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """A body with its rings, and others far away."""
    _ground, *others = colours
    for _ in range(rng.randint(24, 50)):
        yield disc(others[3], rng.uniform(0, 100), rng.uniform(0, 100), rng.uniform(0.2, 0.7))
    x, y, r = rng.uniform(35, 65), rng.uniform(38, 62), rng.uniform(20, 31)
    turn = rng.uniform(-40, 40)
    yield f'<clipPath id="c">{disc("#000", x, y, r)}</clipPath>'
    yield disc(others[0], x, y, r)
    yield f'<g clip-path="url(#c)" transform="rotate({turn:.1f} {x:.1f} {y:.1f})">'
    for nth in range(-3, 4, 2):
        tall = rng.uniform(2, 8)
        yield path(others[abs(nth) % 3], f"M{x - 40:.1f} {y + nth * r / 4:.1f}h80v{tall:.1f}h-80Z")
    yield "</g>"
    yield f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f}) scale({r:.1f})">'
    yield path("none", "M-.86-.1C-2.6.6 2.6.6.86-.1", f' stroke="{others[2]}" stroke-width=".1"')
    yield "</g>"
    for _ in range(rng.randint(1, 3)):
        yield disc(rng.choice(others), rng.choice((8, 20, 80, 92)), rng.uniform(8, 92), rng.uniform(2, 7))


def _glow(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """Light in several colours, and a plain shape in it."""
    yield from light(rng, colours)
    kind, white = rng.randrange(3), rng.choice(("#fff", "#14101c"))
    if kind == 0:
        step = rng.choice((5, 6))
        for nth in range(rng.randint(3, 6)):
            yield disc("none", 50, 50, 9 + nth * step, f' stroke="{white}" stroke-width="1.1"')
    elif kind == 1:
        yield disc(white, 50, 50, rng.uniform(14, 24))
    else:
        yield path(white, "M24 74L50 27L76 74Z")


RECORDS: tuple[Drawing, ...] = (tiles, _dusk, _hills, rings, waves, _planets, beams, dots, _glow, petals)
