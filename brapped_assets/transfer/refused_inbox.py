"""That what lies in the inbox was refused: a file under the home, which the notices and `brapped status` read."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from brapped_assets.transfer.inbox import FOLDER, inbox, state

FILE = "inbox-refused.json"


@dataclass(frozen=True)
class Refused:
    """What lay in the inbox (its digest) was refused at `at` (UTC), with the sentence `why`."""

    digest: str
    at: datetime
    why: str

    def sentence(self) -> str:
        return f"Something in the inbox was refused: {self.why}"


def remedy(home: Path) -> str:
    return f"mend it, or take it out of {home / FOLDER}; what changes there is tried again"


def note(home: Path, digest: str, why: str, now: datetime) -> None:
    """Say so from now on, where the home can be written; the same inbox refused again is no news."""
    known = read(home)
    if known is not None and known.digest == digest:
        return
    partial = home / f"{FILE}.new"
    with suppress(OSError):
        partial.write_text(json.dumps(asdict(Refused(digest, now, why)), default=datetime.isoformat), encoding="utf-8")
        partial.replace(home / FILE)


def forget(home: Path) -> None:
    """Its files were imported, or there are none."""
    with suppress(OSError):
        (home / FILE).unlink(missing_ok=True)


def read(home: Path) -> Refused | None:
    """What was refused and lies there still, as it was."""
    try:
        told = json.loads((home / FILE).read_text(encoding="utf-8"))
        refused = Refused(**{**told, "at": datetime.fromisoformat(told["at"]).astimezone(UTC)})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return refused if state(inbox(home)) == refused.digest else None
