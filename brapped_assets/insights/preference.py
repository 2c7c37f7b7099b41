"""What a listener chose about how their pages look, are written, and count without being asked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, get_args

from brapped_assets.insights.selection import Rule
from brapped_assets.text.language import Display, Hours, Numbers, display_of, known
from brapped_assets.warehouse.db.connections import Connection, Writing
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "viewer.sql")

Theme = Literal["", "light", "dark", "contrast"]
MONDAY = 1


@dataclass(frozen=True)
class Preference:
    """`language`, `theme`, `hours` and `numbers` empty: as the browser or the language has it.

    A week begins with the day `week_begins` (1 is Monday; 0 while nothing was chosen: as in the browser's region, and
    with Monday where there is no browser). With `private_sessions` they are among the plays shown.
    """

    language: str = ""
    theme: Theme = ""
    hours: Hours = ""
    numbers: Numbers = ""
    week_begins: int = 0
    private_sessions: bool = False

    @property
    def display(self) -> Display:
        """How messages and files are written for this listener."""
        return display_of(self.language, self.hours, self.numbers, self.week_begins or MONDAY)


USUAL = Preference()


def read_preference(told: dict[str, str]) -> Preference:
    """As a form or a cookie tells it; whatever is not known is as usual."""
    display = display_of(told.get("language", ""), told.get("hours", ""), told.get("numbers", ""))
    theme, week = told.get("theme", ""), told.get("week", "")
    return Preference(
        language=known(told.get("language", "")),
        theme=theme if theme in get_args(Theme) else "",  # type: ignore[arg-type]
        hours=display.hours,
        numbers=display.numbers,
        week_begins=int(week) if week in {*"1234567"} else 0,
        private_sessions=told.get("private") == "yes",
    )


def choose(writing: Writing, listener_id: int, chosen: Preference, rule: Rule, now: datetime) -> None:
    """From now on it is so; nothing for a listener there is not."""
    with writing.transaction() as tx:
        tx.execute(q.choose_preference, {**asdict(chosen), "listener_id": listener_id, "now": now})
        tx.execute(q.choose_rule, {"listener_id": listener_id, "rule": rule, "now": now})


def display_for(tx: Connection, listener_id: int) -> Display:
    """How messages and files are written for a listener."""
    row = tx.execute(q.preference, {"listener_id": listener_id}).fetchone()
    return Preference(**row["preference"]).display if row else Display()
