"""An export on its way in through the pages: what is told of it, and what the program that imports it must offer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from brapped_assets.insights.wording import time_left

State = Literal["idle", "receiving", "reading", "stopping", "counting", "done", "failed"]
WORKING: frozenset[State] = frozenset({"receiving", "reading", "stopping", "counting"})


@dataclass(frozen=True)
class Progress:
    """One import at one moment: `rows` of about `expected`, after `seconds`.

    At the end `told` are counts with what they count, and `troubles` sentences about files that were left out; `error`
    is why it failed. `listener` is whose it is.
    """

    state: State = "idle"
    rows: int = 0
    expected: int = 0
    seconds: float = 0.0
    listener: str = ""
    told: tuple[tuple[int, str], ...] = ()
    troubles: tuple[str, ...] = ()
    error: str = ""

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def text(self) -> str:
        """Where it stands, in words."""
        match self.state:
            case "receiving":
                return "Receiving the file…"
            case "stopping":
                return "Stopping…"
            case "counting":
                return f"{self.rows:,} rows read. Counting them into your days…"
            case "reading" if self.rows and self.seconds:
                speed = self.rows / self.seconds
                left = time_left(max(0, self.expected - self.rows) / speed)
                return f"{self.rows:,} rows, {speed:,.0f} a second, {left} left"
            case "reading":
                return "Reading…"
            case _:
                return ""


class Occupied(Exception):
    """Another import is under way."""

    def __init__(self) -> None:
        super().__init__("Another import is under way. Wait until it is done, then add this one.")


class Cancelled(Exception):
    """Whoever added the file no longer wants it added."""

    def __init__(self) -> None:
        super().__init__("Cancelled. Nothing of it was stored.")


class Incoming(Protocol):
    """Imports one upload at a time, in the background."""

    def progress(self) -> Progress: ...

    def reserve(self) -> Path:
        """An empty folder for the files of an upload. Raises Occupied or OSError."""
        ...

    def start(self, listener_id: int | None) -> None:
        """Import what lies in the folder, for this listener or, with None, for the only one there is."""
        ...

    def cancel(self) -> None:
        """Stop what is under way after the piece in hand: what is merged stays, and the place is free."""
        ...

    def go_on(self) -> None:
        """Raises Cancelled when what is under way is no longer wanted."""
        ...

    def release(self) -> None:
        """The upload came to nothing: away with its files."""
        ...

    def close(self) -> None:
        """Stop: what is merged stays."""
        ...
