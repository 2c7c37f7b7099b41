"""One measured figure, and the table of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table

Unit = Literal["", "s", "ms", "h", "B", "kB", "MB"]


@dataclass(frozen=True)
class Figure:
    """What was measured, in `unit` (none: a count), and what it is held against.

    `budget` and `ratio_budget` are the most that design allows of the figure and of figure / baseline; None: no budget.
    `note` says what the reader should know to judge it.
    """

    what: str
    measured: float
    unit: Unit = ""
    budget: float | None = None
    baseline: float | None = None
    baseline_is: str = ""
    ratio_budget: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.measured / self.baseline if self.baseline else None

    @property
    def verdict(self) -> Literal["held", "missed", "no budget"]:
        allowed = [
            value <= most
            for value, most in ((self.measured, self.budget), (self.ratio, self.ratio_budget))
            if value is not None and most is not None
        ]
        if not allowed:
            return "no budget"
        return "held" if all(allowed) else "missed"


def table(name: str, figures: Sequence[Figure]) -> Table:
    """The figures of one benchmark, a row each."""
    drawn = Table(title=name, title_justify="left", title_style="bold", expand=True)
    for heading, ratio in (("what", 8), ("budget", 3), ("measured", 3), ("baseline", 7), ("ratio", 2), ("verdict", 3)):
        drawn.add_column(heading, ratio=ratio, justify="right" if heading in ("measured", "ratio") else "left")
    colours = {"held": "green", "missed": "red", "no budget": "dim"}
    for figure in figures:
        drawn.add_row(
            figure.what + (f"\n[dim]{figure.note}[/]" if figure.note else ""),
            _budget(figure),
            _amount(figure.measured, figure.unit),
            f"{_amount(figure.baseline, figure.unit)}, {figure.baseline_is}" if figure.baseline is not None else "",
            f"{figure.ratio:.3g}" if figure.ratio is not None else "",
            f"[{colours[figure.verdict]}]{figure.verdict}[/]",
        )
    return drawn


def _budget(figure: Figure) -> str:
    most = [f"≤ {_amount(figure.budget, figure.unit)}"] if figure.budget is not None else []
    if figure.ratio_budget is not None:
        most.append(f"≤ {figure.ratio_budget:g} x baseline")
    return ", ".join(most)


def _amount(value: float, unit: Unit) -> str:
    number = f"{value:,.0f}" if not unit or value >= 100 else f"{value:.3g}"
    return f"{number} {unit}".strip()
