"""What to say of a folder or an archive without a history, so that nobody asks Spotify anew for what they have."""

import re
from collections.abc import Sequence

from brapped_assets.history.candidate_files import BESIDE, suffix
from brapped_assets.history.errors import (
    CutOff,
    Damaged,
    Encrypted,
    Forbidden,
    HistoryError,
    NotAnExport,
    TooLarge,
    Wrapped,
)
from brapped_assets.history.file_signatures import of_members
from brapped_assets.history.files import base_name
from brapped_assets.history.recognition import HISTORY_NAME

ASK = 'Ask Spotify for "Extended streaming history" (or "Account data") on its privacy page and import that.'
# What else people are sent, by the name of any member.
KNOWN = {
    "Spotify's technical log, without listening history": re.compile("technical log", re.IGNORECASE),
    "account data without music history": re.compile(
        r"(Userdata|YourLibrary|Playlist\d*|Inferences|Identity)\.json$", re.IGNORECASE
    ),
    "a Google Takeout, without a Spotify history": re.compile(r"^takeout/", re.IGNORECASE),
}
# An error of these says how to come by what is in somebody's hands; nobody is to ask Spotify again for that.
HAS_A_REMEDY = (Wrapped, Encrypted, TooLarge, CutOff, Damaged, Forbidden)
MOST_REASONS = 3


def nothing_in_folder(name: str, problems: Sequence[HistoryError]) -> HistoryError:
    """What to say of a folder without a history: first of what has one but for a remedy, and then not to ask anew."""
    remedies = [error for error in problems if isinstance(error, HAS_A_REMEDY)]
    reasons = list(dict.fromkeys(f"{error.name}: {error.reason}" for error in [*remedies, *problems]))
    shown = "; ".join([*reasons[:MOST_REASONS], *(["…"] if len(reasons) > MOST_REASONS else [])])
    looked_at = f" ({shown})" if shown else ""
    return NotAnExport(name, f"there is no Spotify export in this folder{looked_at}.{'' if remedies else f' {ASK}'}")


def nothing_in_archive(name: str, form: str, names: list[str], problems: Sequence[HistoryError]) -> HistoryError:
    """The same of a zip or tar."""
    # A history that cannot be read says more than the other documents beside it, and a remedy more than those.
    for error in problems:
        if HISTORY_NAME.search(base_name(error.name)) and suffix(error.name) not in BESIDE:
            return Damaged(name, f"{error.name}: {error.reason}")
    for error in problems:
        if isinstance(error, HAS_A_REMEDY):
            return type(error)(name, f"{error.name}: {error.reason}")
    tables = [f"{error.name}: {error.reason}" for error in problems if suffix(error.name) == ".csv"]
    if (sentence := of_members(names) or next(iter(tables), None)) is not None:
        return NotAnExport(name, sentence)
    what = next((what for what, pattern in KNOWN.items() if any(map(pattern.search, names))), None)
    return NotAnExport(name, f"it is {what or f'a {form} without a Spotify history'}. {ASK}")
