"""How far an import is, as the pages say it: what is under way, what is asked, what was left out, why it ended."""

from dataclasses import dataclass
from typing import Literal

from brapped_assets.text.formatting import time_left
from brapped_assets.text.translation import N_, _, translated
from brapped_assets.transfer.import_summary import Summary

State = Literal["idle", "receiving", "looking", "asking", "reading", "stopping", "done", "failed"]
WORKING: frozenset[State] = frozenset({"receiving", "looking", "reading", "stopping"})

WORDS: dict[State, str] = {
    "receiving": N_("Receiving the file…"),
    "looking": N_("Looking at it; nothing is stored yet."),
    "reading": N_("Storing what was shown."),
    "stopping": N_("The piece in hand is finished first."),
}
STAGES: dict[State, str] = {
    "receiving": N_("Receiving…"),
    "looking": N_("Looking…"),
    "reading": N_("Adding…"),
    "stopping": N_("Stopping…"),
}
# How it may end besides well.
CANCELLED = N_("Cancelled. Nothing of it was stored.")
CANCELLED_IN_PART = N_("Cancelled. What was stored stays; add the same file again to go on from there.")
STOPPED = N_("Stopped. Add the same file again to go on.")
UNANSWERED = N_("Nobody said yes within half an hour, so nothing was stored. Add the file again.")
UNFORESEEN = N_("Nobody foresaw this; the log tells more. What is merged stays: add the same file again to go on.")
# Files named in one list; more are counted.
MOST_NAMES = 5


@dataclass(frozen=True)
class Proposal:
    """What is asked before anything is stored; `number` tells the click which upload it answers.

    `remarks` are sentences on what the files tell of, `doubts` on why they may be somebody else's; `months` have each a
    name, the plays told of it, and how many of them are new.
    """

    number: int
    remarks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    months: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True)
class Progress:
    """One import at one moment: `rows` of about `expected`, after `seconds`.

    At the end, and while it is asked whether to store it (`proposal`), `told` are counts with what they count, and
    `troubles` sentences about files that were left out; at the end `remarks` are about what was added. `error` is why
    it failed. `listener` is whose it is.
    """

    state: State = "idle"
    rows: int = 0
    expected: int = 0
    seconds: float = 0.0
    listener: str = ""
    told: tuple[tuple[int, str], ...] = ()
    troubles: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    error: str = ""
    proposal: Proposal | None = None

    @property
    def is_occupied(self) -> bool:
        """Whether there is no place for another upload."""
        return self.is_working or self.state == "asking"

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def stage(self) -> str:
        """What is under way, in a word; empty where nothing is."""
        return translated(STAGES.get(self.state, ""))

    @property
    def text(self) -> str:
        """Where it stands, in words."""
        if self.state in {"looking", "reading"} and self.rows and self.seconds:
            speed = self.rows / self.seconds
            left = time_left(max(0, self.expected - self.rows) / speed)
            return _("%(rows)s rows, %(speed)s a second, %(left)s left", rows=self.rows, speed=round(speed), left=left)
        return translated(WORDS.get(self.state, ""))


def troubles(summary: Summary) -> list[str]:
    """Files that were left out, each with the reason; the first few tell enough."""
    failed = [
        _("%(name)s could not be read, nothing of it was added: %(reason)s", name=name, reason=reason)
        for name, reason in summary.failed
    ]
    ignored = [_("%(name)s was left out: %(reason)s", name=name, reason=reason) for name, reason in summary.ignored]
    return [*_first(failed), *_first(ignored)]


def _first(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST_NAMES
    return [*sentences[:MOST_NAMES], *([_("…and %(more)s more.", more=more)] if more > 0 else [])]
