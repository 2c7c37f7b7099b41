"""Parts of `brapped up` that ended too often and are not started again by themselves: what everybody else is told.

A file under the home, because those who tell of it are other processes: the pages, `status`, the notices.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from brapped_assets.text.translation import N_, _, translated

FILE, AGAIN = "stayed-down.json", "start-again"
REMEDY = "brapped up"
NAMES = {
    "code": N_("Dagster's code server"),
    "daemon": N_("Dagster's daemon"),
    "web": N_("Dagster's web server"),
    "pages": N_("The pages' server"),
}
# Without them nothing is polled.
COLLECTING = frozenset({"code", "daemon"})


@dataclass(frozen=True)
class Down:
    """A part that stays down since `since` (UTC), and how it ended last; `part` is a key of NAMES."""

    part: str
    since: datetime
    how: str
    stops_collecting: bool = False

    def sentence(self) -> str:
        """What happened, and what it means; the remedy is `brapped up`."""
        told = {"part": translated(NAMES[self.part]), "how": self.how, "since": f"{self.since:%Y-%m-%d %H:%M} UTC"}
        if self.stops_collecting:
            return _(
                "Collecting has stopped at %(since)s: %(part)s ended three times within ten minutes (%(how)s).", **told
            )
        return _(
            "%(part)s ended three times within ten minutes (%(how)s) and stays down since %(since)s. Collecting goes "
            "on.",
            **told,
        )


def read(home: Path) -> list[Down]:
    """What stays down now; empty when nothing does."""
    try:
        told = json.loads((home / FILE).read_text(encoding="utf-8"))
        return [Down(**{**one, "since": datetime.fromisoformat(one["since"]).astimezone(UTC)}) for one in told]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def write(home: Path, down: Sequence[Down]) -> None:
    """Say so from now on. Raises OSError when the home cannot be written."""
    if not down:
        (home / FILE).unlink(missing_ok=True)
        return
    partial = home / f"{FILE}.new"
    partial.write_text(json.dumps([asdict(one) for one in down], default=datetime.isoformat), encoding="utf-8")
    partial.replace(home / FILE)


def ask_again(home: Path) -> list[Down]:
    """Ask the `brapped up` that holds this home to start what stays down; returns what that is."""
    down = read(home)
    if down:
        (home / AGAIN).touch()
    return down


def is_asked_again(home: Path) -> bool:
    """Whether somebody asked since the last look; asked once, answered once."""
    try:
        (home / AGAIN).unlink()
    except OSError:
        return False
    return True
