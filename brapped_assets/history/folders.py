"""The files of a folder and of those below it, in an order that does not depend on the disk, and not without end."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from brapped_assets.history.errors import Forbidden, HistoryError, NotAnExport, Wrapped
from brapped_assets.history.not_a_history import ASK, HAS_A_REMEDY, Reasons
from brapped_assets.text.translation import N_

# Names in a folder and below, and how far below. A folder of downloads has fewer.
MOST_ENTRIES, DEEPEST_FOLDER = 200_000, 40


def files_below(folder: Path, enter: Callable[[Path], bool], note: Callable[[HistoryError], None]) -> Iterator[Path]:
    """Whatever is no folder, below those that `enter` lets in. Links to folders are not followed, so none leads round.

    What cannot be looked into goes to `note`.
    """
    left = MOST_ENTRIES
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        if not enter(place):
            continue
        try:
            with os.scandir(place) as entries:
                names = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(entries, left))
        except OSError:
            note(Forbidden(str(place), N_("this user may not look into this folder.")))
            continue
        left -= len(names)
        inside = [place / name for name, is_folder in names if is_folder]
        if depth < DEEPEST_FOLDER:
            waiting.extend((path, depth + 1) for path in reversed(inside))
        elif inside:
            text = N_("it lies over %(many)s folders deep. Import it by its own path.")
            note(Wrapped(str(inside[0]), text, many=DEEPEST_FOLDER))
        yield from (place / name for name, is_folder in names if not is_folder)
        if not left:
            text = N_("over %(many)s files lie here and above. Import a smaller folder.")
            note(Wrapped(str(place), text, many=MOST_ENTRIES))
            return


def nothing_in_folder(name: str, problems: Sequence[HistoryError]) -> HistoryError:
    """What to say of a folder without a history: first of what has one but for a remedy, and then not to ask anew."""
    remedies = [error for error in problems if isinstance(error, HAS_A_REMEDY)]
    remedy = "" if remedies else ASK
    if not problems:
        return NotAnExport(name, N_("there is no Spotify export in this folder."), remedy)
    text = N_("there is no Spotify export in this folder (%(seen)s).")
    return NotAnExport(name, text, remedy, seen=Reasons([*remedies, *problems]))
