"""Drawings in plain colours from a seed: what stands where a cover is missing, and half of the demo's covers.

Only paths and circles, so that a saved picture repeats them; no letter, so that none can break.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import cos, pi, sin
from random import Random

from markupsafe import Markup

SIDE = 100
Drawing = Callable[[Random, Sequence[str]], Iterator[str]]
"""From a source of chance and five colours, the ground first, to pieces of SVG in a square of 100."""

# Today's palette: the ground first.
PALETTES = tuple(
    tuple(f"#{colour}" for colour in words.split())
    for words in (
        "6d4aff c6f135 17131f ffb627 ff5d47",
        "ff5d47 17131f ffb627 fbf6ee 6d4aff",
        "00a896 fbf6ee 17131f c6f135 ff4fa3",
        "ffb627 17131f ff5d47 6d4aff fbf6ee",
        "17131f ff4fa3 2f9bff c6f135 fbf6ee",
        "2f9bff fbf6ee 17131f ffb627 ff5d47",
        "ff4fa3 17131f fbf6ee c6f135 6d4aff",
        "c6f135 17131f 6d4aff ff5d47 00a896",
    )
)


@lru_cache(512)
def drawing(name: str) -> Markup:
    """A square for what has no cover, as inline SVG; the same name always looks the same."""
    chance = Random(name)
    ground, *others = chance.choice(PALETTES)
    chance.shuffle(others)
    shapes = "".join(chance.choice(FLAT)(chance, [ground, *others]))
    whole = f'<path fill="{ground}" d="M0 0h{SIDE}v{SIDE}H0Z"/>{shapes}'
    return Markup(f'<svg class="drawing" viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">{whole}</svg>')  # noqa: S704 - ours


def path(fill: str, d: str, more: str = "") -> str:
    return f'<path fill="{fill}" d="{d}"{more}/>'


def disc(fill: str, x: float, y: float, r: float, more: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}"{more}/>'


def tiles(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """Quarters, halves and discs on a chequered ground."""
    many = chance.choice((3, 4, 4, 5))
    side = SIDE / many
    quarter = f"h{side:.1f}a{side:.1f} {side:.1f} 0 0 1 -{side:.1f} {side:.1f}Z"
    half = f"h{side:.1f}a{side / 2:.1f} {side / 2:.1f} 0 0 1 -{side:.1f} 0Z"
    for nth in range(many * many):
        x, y = nth % many * side, nth // many * side
        under, over = chance.sample(colours, 2)
        yield path(under, f"M{x:.1f} {y:.1f}h{side + 0.2:.1f}v{side + 0.2:.1f}h-{side + 0.2:.1f}Z")
        kind = chance.randrange(6)
        middle = f"{x + side / 2:.1f} {y + side / 2:.1f}"
        if kind < 3:
            yield path(
                over,
                f"M{x:.1f} {y:.1f}{quarter}",
                f' transform="rotate({chance.randrange(4) * 90} {middle})"',
            )
        elif kind == 3:
            yield path(over, f"M{x:.1f} {y:.1f}{half}", f' transform="rotate({chance.randrange(4) * 90} {middle})"')
        elif kind == 4:
            yield disc(over, x + side / 2, y + side / 2, side * chance.choice((0.22, 0.34, 0.46)))


def rings(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """Rings around a centre that wanders."""
    x, y = chance.uniform(28, 72), chance.uniform(28, 72)
    step, many = chance.uniform(5, 9), 15
    towards = chance.uniform(0, 2 * pi)
    few = colours[: chance.choice((2, 3, 5))]
    for nth in range(many, 0, -1):
        off = (many - nth) * chance.choice((0.0, 0.6, 1.1))
        yield disc(few[nth % len(few)], x + off * cos(towards), y + off * sin(towards), nth * step)


def waves(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """Bands that rise and fall together."""
    many, tall = chance.randint(6, 11), chance.uniform(4, 11)
    long = chance.choice((25, 34, 50))
    turn = chance.choice((0, 0, 90, -30, 45))
    yield f'<g transform="rotate({turn} 50 50)">'
    for nth in range(many):
        y = -20 + nth * 140 / many
        swing = "".join(f"t{long} 0" for _ in range(200 // long))
        d = f"M-{50 + nth * 3} {y:.1f}q{long / 2:.1f} -{tall * 2:.1f} {long} 0{swing}V150H-60Z"
        yield path(colours[(nth + 1) % len(colours)], d)
    yield "</g>"


def beams(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """Rays from one point, and a disc before them."""
    x, y = chance.uniform(25, 75), chance.choice((chance.uniform(70, 100), chance.uniform(25, 55)))
    many = chance.choice((8, 10, 12, 18))
    across, along = 160 * cos(pi / many), 160 * sin(pi / many)
    for nth in range(many):
        turn = f' transform="translate({x:.1f} {y:.1f}) rotate({360 * nth / many:.1f})"'
        yield path(colours[1 + nth % 2], f"M0 0H160L{across:.1f} {along:.1f}Z", turn)
    r = chance.uniform(14, 27)
    yield disc(colours[3], x, y, r)
    if chance.random() < 0.6:
        yield disc(colours[4], x, y, r * chance.uniform(0.35, 0.7))


def dots(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """A screen of dots that swell towards one place."""
    many = chance.choice((8, 10, 12))
    x, y, far = chance.uniform(10, 90), chance.uniform(10, 90), chance.uniform(60, 110)
    step = SIDE / many
    for nth in range(many * many):
        at_x, at_y = (nth % many + 0.5) * step, (nth // many + 0.5) * step
        near = 1 - min((((at_x - x) ** 2 + (at_y - y) ** 2) ** 0.5) / far, 0.92)
        yield disc(colours[1] if near > 0.45 else colours[2], at_x, at_y, step * 0.66 * near)


def petals(chance: Random, colours: Sequence[str]) -> Iterator[str]:
    """A flower seen from above."""
    many, long, wide = chance.choice((6, 8, 10, 12)), chance.uniform(32, 46), chance.uniform(9, 17)
    petal = f"M0 0C{-wide:.1f} {-long / 2:.1f} {-wide:.1f} {-long:.1f} 0 {-long:.1f}S{wide:.1f} {-long / 2:.1f} 0 0Z"
    for colour, size, turned in ((colours[1], 1, 0.0), (colours[2], 0.62, 0.5)):
        for nth in range(many):
            turn = 360 * (nth + turned) / many
            yield path(colour, petal, f' transform="translate(50 50) rotate({turn:.1f}) scale({size})"')
    yield disc(colours[3], 50, 50, chance.uniform(7, 13))


FLAT: tuple[Drawing, ...] = (tiles, tiles, rings, waves, beams, dots, petals)
