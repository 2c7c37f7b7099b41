"""How much is read of anything that is imported, whoever made it: bytes, members, depth, and what is said beyond that.

Time follows from these: no step costs more than in proportion to the bytes it reads and the members it meets.
"""

from collections.abc import Sequence
from typing import Protocol

from brapped_assets.history.errors import AGAIN, Damaged, TooLarge
from brapped_assets.text.translation import N_

CHUNK_BYTES = 64 * 1024
"""Measured: 32 and 128 KB are 3% slower, 1 MB 15%: the rows of a piece fit into the processor's cache."""

MOST_BYTES = 4 * 1024**3
"""Unpacked, of one archive, of one file, and in all of what must be unpacked to be looked into. The longest history
anybody published is 430,000 rows, or 0.3 GB."""

MOST_EXPANSION, EXPANSION_COUNTS_FROM = 200, 16 * 1024**2
"""JSON of this kind shrinks to a tenth or so. Small files may repeat themselves; real ones end at 12 MB."""

MOST_DOCUMENTS = 1000
"""Documents in one archive. A life of a million plays is 80."""

MOST_MEMBERS = 20_000
"""Names in one archive, documents or not: somebody may have packed a whole folder."""

MOST_ENTRIES, MOST_LOOKED_INTO, DEEPEST_FOLDER = 200_000, 5000, 40
"""Names in a folder and below, those among them that are opened, and how far below. A folder of downloads has fewer."""

DEEPEST_ARCHIVE = 4
"""What is packed in one another: a zip in a zip in a tgz, which is a tar in a gzip."""

MOST_OPEN = 64
"""Archives with a history in them, which stay open until they are imported. macOS lets a program open 256 files."""

LARGEST_READ = 4 * 1024**2
"""At once, by the readers of archives: the directory of a zip with 20,000 names is 2 MB."""

LONGEST_ROW = 256 * 1024
"""Characters. A real row has 650; what is longer is kept aside, shortened."""

DEEPEST_ROW = 200
"""Lists and objects in one another in a row, which is as deep as the fast parser goes. A real row has one."""

MOST_SKIPPED = 64 * 1024**2
"""Characters of one document in rows beyond these two, which take ten times as long to read."""

PIECE_BYTES = 40 * 1024**2
"""About so much of a document becomes plays at once; 50,000 rows as Spotify writes them are 33 MB."""

LONGEST_RECORD, BATCH_BYTES = 8 * 1024**2, 4 * 1024**2
"""Of our own export: the largest record is a track object of 20 KB, or a row of 256 K characters that nobody
understood; and so many bytes are restored at once, with one record more."""

# What is said of whatever is beyond one of these.
UNPACK = N_("Unpack it and import the folder with the history in it.")
EXPANDS = N_("it would unpack to over %(times)s times its size, which no export does.")
EXPANDS_TOGETHER = N_("with all that lies beside it, it would unpack to over 4 GB.")
LONG_CONTENTS = N_("its table of contents is longer than that of any export.")
MANY_FILES = N_("it holds over %(many)s files, which no export does.")
MANY_BEFORE = N_("%(many)s files were looked into before it. Import it by its own path.")
MANY_OPEN = N_("%(many)s archives with a history come before it. Import it by its own path.")
MANY_HERE = N_("over %(many)s files lie here and above. Import a smaller folder.")
DEEP_FOLDER = N_("it lies over %(many)s folders deep. Import it by its own path.")
DEEP_ARCHIVE = N_("it is packed more than %(many)s times.")


class Claimed(Protocol):
    """A file by what its archive claims of it: bytes unpacked and packed, and how many it may have."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def packed(self) -> int: ...


def most_bytes(packed: int) -> int:
    """How many bytes a file of so many, `packed`, may have: an absurd promise of a few bytes is a bomb."""
    return min(MOST_BYTES, max(EXPANSION_COUNTS_FROM, MOST_EXPANSION * packed))


def too_large(member: Claimed) -> TooLarge:
    if most_bytes(member.packed) == MOST_BYTES:
        return TooLarge(member.name, N_("it is over 4 GB, which no export is."))
    return TooLarge(member.name, EXPANDS, times=MOST_EXPANSION)


def check_claims(members: Sequence[Claimed], name: str, packed: int) -> None:
    """Whether an archive of so many bytes, `packed`, can hold these members; nothing is unpacked for that.

    Raises:
        HistoryError: they are too many, too large, or lie over one another.
    """
    if len(members) > MOST_DOCUMENTS:
        raise TooLarge(name, N_("it holds over %(many)s documents, which no export does."), UNPACK, many=MOST_DOCUMENTS)
    if sum(member.size for member in members) > MOST_BYTES:
        raise TooLarge(name, N_("it would unpack to over 4 GB, which no export does."))
    for member in members:
        if member.size > most_bytes(member.packed):
            raise TooLarge(name, EXPANDS, times=MOST_EXPANSION)
    if sum(member.packed for member in members) > packed:
        raise Damaged(name, N_("its members lie over one another."), AGAIN)
