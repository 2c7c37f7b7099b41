"""That what lies in the inbox was refused: a file under the home, which the notices and `brapped status` read."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from brapped_assets.text.language import ENGLISH, LANGUAGES, Display, display, written_as
from brapped_assets.transfer.inbox import FOLDER, inbox, state

FILE = "inbox-refused.json"


@dataclass(frozen=True)
class Refused:
    """What lay in the inbox (its digest) was refused at `at` (UTC); `whys` is the reason in each language."""

    digest: str
    at: datetime
    whys: Mapping[str, str]

    @property
    def why(self) -> str:
        """The reason in the language of now."""
        return self.whys.get(display().language, self.whys[ENGLISH])

    def sentence(self) -> str:
        return f"Something in the inbox was refused: {self.why}"


def remedy(home: Path) -> str:
    return f"mend it, or take it out of {home / FOLDER}; what changes there is tried again"


def note(home: Path, digest: str, why: Callable[[], str], now: datetime) -> None:
    """Say so from now on, where the home can be written; the same inbox refused again is no news.

    `why` says the reason in the language of now. It is kept in each: whoever is told chooses theirs later.
    """
    known = read(home)
    if known is not None and known.digest == digest:
        return
    whys = {}
    for language in LANGUAGES:
        with written_as(Display(language)):
            whys[language] = why()
    partial = home / f"{FILE}.new"
    with suppress(OSError):
        partial.write_text(json.dumps(asdict(Refused(digest, now, whys)), default=datetime.isoformat), encoding="utf-8")
        partial.replace(home / FILE)


def forget(home: Path) -> None:
    """Its files were imported, or there are none."""
    with suppress(OSError):
        (home / FILE).unlink(missing_ok=True)


def read(home: Path) -> Refused | None:
    """What was refused and lies there still, as it was."""
    try:
        told = json.loads((home / FILE).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"]).astimezone(UTC)
        refused = Refused(told["digest"], at, {language: str(told["whys"][language]) for language in LANGUAGES})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return refused if state(inbox(home)) == refused.digest else None
