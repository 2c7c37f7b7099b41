"""Drawings for cards: plain geometry. The page shows them as SVG, and a picture draws the very same paths."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import cos, pi, sin
from typing import NamedTuple

from brapped_assets.text.formatting import dated

Asked = tuple[tuple[str, str], ...]
SIDE = 1000
# Height of a number's letters, as the style sheet has it.
LARGEST = 460
# A line a month is readable up to here; beyond, a line a year.
MOST_STEPS = 24


@dataclass(frozen=True)
class Mark:
    """One path (`d`) or word (`text` at `x`, `y`); `look` is a class of the style sheet.

    `plays` are what an address asks for the plays it stands for, `told` is what it says; empty where it has none.
    """

    look: str
    d: str = ""
    text: str = ""
    x: float = 0
    y: float = 0
    plays: Asked = ()
    told: str = ""


class Led(NamedTuple):
    """The plays that the nth mark of a drawing stands for, and what it says."""

    plays: Asked
    told: str


@dataclass(frozen=True)
class Chart:
    """Marks in a box of `width` x `height`; `label` tells the same in words."""

    label: str
    width: int
    height: int
    marks: tuple[Mark, ...]


def wheel(hours: Sequence[int], label: str, plays: Sequence[Led] = ()) -> Chart:
    """A clock of 24 petals, midnight at the top, as long as their share of the greatest; that one stands out."""
    most, inner, outer, centre = max([*hours, 1]), 190, 470, SIDE / 2

    def point(radius: float, hour: float) -> str:
        angle = hour / 24 * 2 * pi - pi / 2
        return f"{centre + radius * cos(angle):.1f} {centre + radius * sin(angle):.1f}"

    marks = []
    for hour, value in enumerate(hours):
        radius, begin, end = inner + 24 + (outer - inner - 24) * value / most, hour + 0.08, hour + 0.92
        d = (
            f"M{point(inner, begin)}L{point(radius, begin)}A{radius:.1f} {radius:.1f} 0 0 1 {point(radius, end)}"
            f"L{point(inner, end)}A{inner} {inner} 0 0 0 {point(inner, begin)}Z"
        )
        marks.append(_leading(Mark("peak" if value == most else "petal", d), value, plays, hour))
    for hour, x, y in ((0, 500, 385), (6, 622, 518), (12, 500, 650), (18, 378, 518)):
        marks.append(Mark("hour", text=str(hour), x=x, y=y))
    return Chart(label, SIDE, SIDE, tuple(marks))


def columns(
    values: Sequence[int], names: Sequence[str], label: str, *, height: int = 420, plays: Sequence[Led] = ()
) -> Chart:
    """Columns side by side; the greatest stands out. Empty names are not written."""
    most, width = max([*values, 1]), SIDE / max(len(values), 1)
    marks = []
    for nth, (value, name) in enumerate(zip(values, names, strict=True)):
        tall = max((height - 70) * value / most, 8 if value else 3)
        left, wide = nth * width + width * 0.1, width * 0.8
        round_by = min(wide / 2, tall, 22)
        top, foot = height - 60 - tall, height - 60
        d = (
            f"M{left:.1f} {foot:.1f}V{top + round_by:.1f}q0 {-round_by:.1f} {round_by:.1f} {-round_by:.1f}"
            f"H{left + wide - round_by:.1f}q{round_by:.1f} 0 {round_by:.1f} {round_by:.1f}V{foot:.1f}Z"
        )
        marks.append(_leading(Mark("peak" if value == most else "column", d), value, plays, nth))
        if name:
            marks.append(Mark("tick", text=name, x=left + wide / 2, y=height - 12))
    return Chart(label, SIDE, height, tuple(marks))


def race(places: Sequence[Sequence[int]], steps: Sequence[date], label: str, plays: Sequence[Led] = ()) -> Chart:
    """One line an artist: the place among them in each step, as `standings` has it."""
    height, foot, artists = 540, 460, len(places[0])
    count = max(artists - 1, 1)

    def x(step: int) -> float:
        return 40 + (SIDE - 80) * step / max(len(steps) - 1, 1)

    marks = []
    # The winner is drawn last, over the others.
    for nth in reversed(range(artists)):
        ys = [40 + (foot - 60) * place[nth] / count for place in places]
        d = f"M{x(0):.1f} {ys[0]:.1f}"
        for step in range(1, len(ys)):
            middle = (x(step - 1) + x(step)) / 2
            d += f"C{middle:.1f} {ys[step - 1]:.1f} {middle:.1f} {ys[step]:.1f} {x(step):.1f} {ys[step]:.1f}"
        marks.append(_leading(Mark(f"line n{nth}", d), 1, plays, nth))
        marks.append(Mark(f"dot n{nth}", disc(x(len(ys) - 1), ys[-1], 26)))
    for nth in sorted({0, len(steps) // 2, len(steps) - 1}):
        is_by_year = len(steps) > 1 and (steps[1] - steps[0]).days > 31  # noqa: PLR2004
        name = f"{steps[nth]:%Y}" if is_by_year else dated(steps[nth], "LLL")
        marks.append(Mark("tick", text=name, x=x(nth), y=height - 20))
    return Chart(label, SIDE, height, tuple(marks))


def _leading(mark: Mark, value: int, plays: Sequence[Led], nth: int) -> Mark:
    """To its plays, where there are some."""
    return replace(mark, plays=plays[nth].plays, told=plays[nth].told) if plays and value else mark


def disc(x: float, y: float, radius: float) -> str:
    return f"M{x - radius:.1f} {y:.1f}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0Z"


def standings(by_month: Sequence[Mapping[date, int]], steps: Sequence[date]) -> list[list[int]]:
    """For each step the place (0 first) of every artist by the plays until the next step; ties as in the end."""
    plays = [[0] * len(by_month) for _ in steps]
    for artist, of in enumerate(by_month):
        for month, count in of.items():
            plays[bisect(steps, month) - 1][artist] += count
    found = []
    for of_step in plays:
        order = sorted(range(len(of_step)), key=lambda artist: -of_step[artist])
        found.append([order.index(artist) for artist in range(len(of_step))])
    return found


def figure(number: str, label: str, plays: Asked = ()) -> Chart:
    """A number as large as the card is wide; where no script measures it, of a size that no digit outgrows."""
    size = min(round(SIDE / len(number)), LARGEST)
    mark = Mark(f"figure f{size // 20 * 20}", text=number, x=0, y=round(LARGEST * 0.78), plays=plays, told=label)
    return Chart(label, SIDE, round(LARGEST * 0.86), (mark,))


def steps_of(months: Sequence[date]) -> list[date]:
    """Every month from the first to the last, or every year when those are too many for a line."""
    first, last = min(months), max(months)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count > MOST_STEPS:
        return [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]
