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
from brapped_assets.text.translation import N_

ASK = N_('Ask Spotify for "Extended streaming history" (or "Account data") on its privacy page and import that.')
# What else people are sent, by the name of any member.
KNOWN = {
    N_("Spotify's technical log, without listening history"): re.compile("technical log", re.IGNORECASE),
    N_("account data without music history"): re.compile(
        r"(Userdata|YourLibrary|Playlist\d*|Inferences|Identity)\.json$", re.IGNORECASE
    ),
    N_("a Google Takeout, without a Spotify history"): re.compile(r"^takeout/", re.IGNORECASE),
}
# An error of these says how to come by what is in somebody's hands; nobody is to ask Spotify again for that.
HAS_A_REMEDY = (Wrapped, Encrypted, TooLarge, CutOff, Damaged, Forbidden)
MOST_REASONS = 3


class _Reasons:
    """The first of some reasons, each once, in the language of whoever asks."""

    def __init__(self, problems: Sequence[HistoryError]) -> None:
        self._problems = problems

    def __str__(self) -> str:
        reasons = list(dict.fromkeys(map(str, self._problems)))
        return "; ".join([*reasons[:MOST_REASONS], *(["…"] if len(reasons) > MOST_REASONS else [])])


def nothing_in_folder(name: str, problems: Sequence[HistoryError]) -> HistoryError:
    """What to say of a folder without a history: first of what has one but for a remedy, and then not to ask anew."""
    remedies = [error for error in problems if isinstance(error, HAS_A_REMEDY)]
    remedy = "" if remedies else ASK
    if not problems:
        return NotAnExport(name, N_("there is no Spotify export in this folder."), remedy)
    text = N_("there is no Spotify export in this folder (%(seen)s).")
    return NotAnExport(name, text, remedy, seen=_Reasons([*remedies, *problems]))


def nothing_in_archive(name: str, form: str, names: list[str], problems: Sequence[HistoryError]) -> HistoryError:
    """The same of a zip or tar."""
    # A history that cannot be read says more than the other documents beside it, and a remedy more than those.
    for error in problems:
        if HISTORY_NAME.search(base_name(error.name)) and suffix(error.name) not in BESIDE:
            return Damaged(name, "%(of)s", of=error)
    for error in problems:
        if isinstance(error, HAS_A_REMEDY):
            return type(error)(name, "%(of)s", of=error)
    if (sentence := of_members(names)) is not None:
        return NotAnExport(name, sentence)
    if (table := next((error for error in problems if suffix(error.name) == ".csv"), None)) is not None:
        return NotAnExport(name, "%(of)s", of=table)
    what = next((what for what, pattern in KNOWN.items() if any(map(pattern.search, names))), None)
    if what is not None:
        return NotAnExport(name, N_("it is %(what)s."), ASK, what=what)
    return NotAnExport(name, N_("it is a %(form)s without a Spotify history."), ASK, form=form)
