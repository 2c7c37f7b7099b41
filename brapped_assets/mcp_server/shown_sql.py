"""The statement over `bi` that gives the numbers of an answer: anyone can run it and compare."""

import re
from collections.abc import Iterable

from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.how_counted.formula import Formula, counted
from brapped_assets.insights.how_counted.overview import FORMULAS
from brapped_assets.insights.list_order import Kind

OVERVIEW = {formula.name: formula for formula in FORMULAS}
TOTALS = ("Plays", "Minutes", "Estimated share", "Days with music", "New songs")
LISTS: dict[Kind, Formula] = {
    "artists": OVERVIEW["Artists"],
    "songs": OVERVIEW["Songs"],
    "albums": OVERVIEW["Albums"],
    "days": Formula(
        "Days", "Plays by local day.",
        counted("played_on, count(*) as plays, sum(ms_played)::bigint as ms",
                then="group by played_on\norder by plays desc, ms desc, played_on"),
    ),
    "contexts": Formula(
        "Contexts", "Plays by what they were played from.",
        counted("context_uri, count(*) as plays, sum(ms_played)::bigint as ms", where="context_uri is not null",
                then="group by context_uri\norder by plays desc, ms desc, context_uri"),
    ),
}  # fmt: skip
NARROWED = "Filters narrow the plays in memory; these statements are of all plays of the period."


def statements(asked: Question, formulas: Iterable[Formula]) -> list[str]:
    """Ready to run, with their values; of all plays, also where a selection narrows them."""
    values = {
        "listener_id": str(asked.who.listener_id),
        "first": f"'{asked.period.first}'",
        "until": f"'{asked.period.until}'",
        "today": f"'{asked.who.today}'",
    }
    return [
        re.sub(r"(?<!:):([a-z_]+)", lambda name: values.get(name[1], name[0]), formula.by(asked.selection.rule).sql)
        for formula in formulas
    ]
