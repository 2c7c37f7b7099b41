"""The files of a folder and of those below it, in an order that does not depend on the disk, and not without end."""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from brapped_assets.history.errors import Forbidden, HistoryError, Wrapped
from brapped_assets.history.limits import DEEP_FOLDER, DEEPEST_FOLDER, MANY_HERE, MOST_ENTRIES
from brapped_assets.text.translation import N_


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
            note(Wrapped(str(inside[0]), DEEP_FOLDER, many=DEEPEST_FOLDER))
        yield from (place / name for name, is_folder in names if not is_folder)
        if not left:
            note(Wrapped(str(place), MANY_HERE, many=MOST_ENTRIES))
            return
