"""Portraits of nobody: heads and shoulders in plain colours, alone, together, or dark before light."""

from collections.abc import Iterator, Sequence
from math import cos, pi, sin
from random import Random

from brapped_assets.rendering.drawings import Drawing, beams, disc, path

DARK = "#14101c"


def light(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """Light in several colours, one into the other."""
    for nth, colour in enumerate(colours[1:]):
        x, y, r = (f"{rng.uniform(*span):.2f}" for span in ((0, 1), (0, 1), (0.45, 0.9)))
        yield (
            f'<radialGradient id="g{nth}" cx="{x}" cy="{y}" r="{r}"><stop stop-color="{colour}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        )
        yield path(f"url(#g{nth})", "M0 0h100v100H0Z")


HEAD = "M-14 0a14 18 0 0 1 28 0a14 18 0 0 1-28 0Z"
# Light comes from one side.
SHADE = "M0-18a14 18 0 0 1 0 36Z"
LONG = "M-19 34V0a19 21 0 0 1 38 0V34Z"
FRINGE = "M-14 0a14 18 0 0 1 28 0C10-11-3-4.5-14 0Z"
HAT = "M-25-8h50v3h-50ZM-13-8v-14h26v14Z"
NECK = "M-6 9h12v20h-12Z"
BRIDGE = "M-6-1.6h12v1.5h-12Z"


def _figure(rng: Random, place: tuple[float, float, float], skin: str, hair: str, cloth: str) -> Iterator[str]:
    """A head with its hair, on shoulders; `place` is the middle of the head, and how large all is drawn."""
    x, y, scale = place
    yield f'<g transform="translate({x:.1f} {y:.1f}) scale({scale})">'
    looks = rng.choice(("long", "cloud", "knot", "short", "hat"))
    if looks == "long":
        yield path(hair, LONG)
    if looks == "cloud":
        for turn in range(9):
            yield disc(hair, 16 * cos(turn * pi / 4.5), 17 * sin(turn * pi / 4.5) - 6, 10)
    if looks == "knot":
        yield disc(hair, 0, -22, 8)
    yield path(skin, NECK)
    wide = rng.uniform(29, 38)
    yield path(cloth, f"M{-wide:.1f} 80V40C{-wide:.1f} 16-12 22 0 22S{wide:.1f} 16 {wide:.1f} 40V80Z")
    yield path(skin, HEAD)
    yield path("#000", SHADE, ' opacity=".12"')
    if looks in {"long", "knot", "short"}:
        yield path(hair, FRINGE)
    if looks == "hat":
        yield path(hair, HAT)
    if rng.random() < 0.45:
        yield disc(DARK, -6.4, -0.4, 5)
        yield disc(DARK, 6.4, -0.4, 5)
        yield path(DARK, BRIDGE)
    yield "</g>"


def _behind(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """What stands behind somebody."""
    kind = rng.randrange(4)
    if kind == 0:
        yield disc(colours[1], 50, 46, rng.uniform(32, 42))
    elif kind == 1:
        yield from beams(Random(rng.random()), [colours[0], colours[0], colours[1], colours[0], colours[0]])
    elif kind == 2:
        for nth in range(5):
            yield path(colours[1], f"M{nth * 24 - 8} 0h12v100h-12Z")
    else:
        yield path(colours[1], "M0 0h50v100H0Z")


def _alone(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    yield from _behind(rng, colours)
    yield from _figure(rng, (50 + rng.uniform(-6, 6), rng.uniform(40, 46), 1.18), *colours[2:])


def _together(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """Two or three of them, one behind the other."""
    yield from _behind(rng, colours)
    places = rng.choice((((31, 43, 0.86), (69, 43, 0.86)), ((22, 45, 0.72), (78, 45, 0.72), (50, 43, 0.95))))
    skin, *others = colours[2:]
    for nth, place in enumerate(places):
        yield from _figure(rng, place, skin, others[nth % 2], others[1 - nth % 2])


def _outline(rng: Random, colours: Sequence[str]) -> Iterator[str]:
    """A dark outline before light."""
    yield from light(rng, colours)
    yield from _figure(rng, (50 + rng.uniform(-10, 10), rng.uniform(42, 48), 1.1), DARK, DARK, DARK)


PORTRAITS: tuple[Drawing, ...] = (_alone, _alone, _alone, _together, _together, _outline)
