"""What a program asks for: which days, which plays, by which rule. Whatever is not understood is refused by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from brapped_assets.insights.api_answers.parameters import (
    IS_SELECTION,
    Pairs,
    Parameter,
    Refused,
    period_named,
    read_pairs,
)
from brapped_assets.insights.periods import Period
from brapped_assets.insights.selected_viewer import usual, viewer_of
from brapped_assets.insights.selection import Selection, read_selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection


@dataclass(frozen=True)
class Question:
    """`who` sees what the selection leaves of the `whole`. `asked` is what else was asked, by parameter."""

    who: Viewer
    whole: Viewer
    selection: Selection
    period: Period
    asked: dict[str, Any] = field(default_factory=dict)


def read_question(tx: Connection, whole: Viewer, pairs: Pairs, known: Iterable[Parameter]) -> Question:
    """What the pairs of an address ask for, of somebody with plays. Raises Refused, which names the parameter."""
    parameters = list(known)
    values = read_pairs(pairs, parameters)
    selection = _selection(whole, pairs)
    default = next((one.schema["default"] for one in parameters if one.name == "range"), "all")
    period = period_named(whole, "range", values.get("range", [default])[0])
    asked = {name: found[0] for name, found in values.items() if name not in IS_SELECTION}
    asked = {one.name: one.schema["default"] for one in parameters if "default" in one.schema} | asked
    return Question(viewer_of(tx, whole, selection), whole, selection, period, asked)


def _selection(whole: Viewer, pairs: Pairs) -> Selection:
    bare = usual(whole)
    mine = [(name, text) for name, text in pairs if name in IS_SELECTION]
    found, ignored = read_selection(mine, bare.rule, usual_private=bare.private)
    if ignored:
        # Which of them it was: each is read by itself.
        for name in dict.fromkeys(name for name, _ in mine):
            _, why = read_selection([one for one in mine if one[0] == name])
            if why:
                raise Refused(name, why[0].removesuffix("; it was left out.").rstrip(".") + ".")
        raise Refused(mine[0][0], " ".join(ignored))
    return found
