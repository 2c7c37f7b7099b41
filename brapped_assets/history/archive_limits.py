"""How much is unpacked and read of anything that is imported, whoever made it, and what is said beyond that.

A folder and a row are bounded where they are read. Time follows from these bounds: no step costs more than in
proportion to the bytes it reads and the members it meets.
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

MOST_DOCUMENTS, MOST_MEMBERS = 1000, 20_000
"""Documents in one archive: a life of a million plays is 80. Names in it: somebody may have packed a whole folder."""

LARGEST_READ = 4 * 1024**2
"""At once, by the reader of zips: the directory of one with 20,000 names is 2 MB."""

DEEPEST_ARCHIVE = 4
"""What is packed in one another: a zip in a zip in a tgz, which is a tar in a gzip."""

UNPACK = N_("Unpack it and import the folder with the history in it.")
LONG_CONTENTS = N_("its table of contents is longer than that of any export.")
PACKED_OFTEN = N_("it is packed more than %(many)s times.")
OVER_4_GB = N_("it is over 4 GB, which no export is.")
EXPANDS = N_("it would unpack to over %(times)s times its size, which no export does.")
EXPANDS_TOGETHER = N_("with all that lies beside it, it would unpack to over 4 GB.")


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
        return TooLarge(member.name, OVER_4_GB)
    return TooLarge(member.name, EXPANDS, times=MOST_EXPANSION)


def check_claims(members: Sequence[Claimed], name: str, packed: int) -> None:
    """Whether an archive of so many bytes, `packed`, can hold these documents; nothing is unpacked for that.

    Raises:
        HistoryError: they are too many, too large, or lie over one another.
    """
    if len(members) > MOST_DOCUMENTS:
        raise TooLarge(name, N_("it holds over %(many)s documents, which no export does."), UNPACK, many=MOST_DOCUMENTS)
    _check_sizes(members, name)
    if sum(member.packed for member in members) > packed:
        raise Damaged(name, N_("its members lie over one another."), AGAIN)


def check_count(files: int, name: str) -> None:
    """Whether an archive may hold so many files. Raises TooLarge."""
    if files > MOST_MEMBERS:
        raise TooLarge(name, N_("it holds over %(many)s files, which no export does."), UNPACK, many=MOST_MEMBERS)


def _check_sizes(members: Sequence[Claimed], name: str) -> None:
    """Whether an archive can hold members of the sizes that it claims. Raises TooLarge."""
    if sum(member.size for member in members) > MOST_BYTES:
        raise TooLarge(name, N_("it would unpack to over 4 GB, which no export does."))
    if any(member.size > most_bytes(member.packed) for member in members):
        raise TooLarge(name, EXPANDS, times=MOST_EXPANSION)
