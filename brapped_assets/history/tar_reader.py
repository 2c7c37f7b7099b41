"""The files of a tar, read here because the standard library's reader takes as long, and as deep, as a tar likes."""

import tarfile
from collections.abc import Iterator
from typing import NamedTuple

from brapped_assets.history.errors import AGAIN, CutOff, TooLarge
from brapped_assets.history.shared_file import View
from brapped_assets.text.translation import N_

BLOCK = 512
# A path of over 4,096 bytes can be had nowhere; what else such a header tells is as short.
LONGEST_HEADER = 64 * 1024
# A sparse file's header may go on, and these bytes say so: in the header, and in each block that follows.
GOES_ON, GOES_ON_AGAIN = 482, 504
TELLING = {tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}
OF_NO_FILE = {tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE}
WITHOUT_BYTES = {
    *(tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE),
    *(tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE),
}


class Entry(NamedTuple):
    """A regular file in a tar: its name, where its bytes begin, and how many they are."""

    name: str
    place: int
    size: int


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar: its first header carries its own checksum."""
    try:
        _header(head[:BLOCK], "")
    except CutOff:
        return False
    return True


def entries(tar: View, name: str) -> Iterator[Entry]:
    """Every regular file of a tar; links, devices and files with holes are none.

    Raises:
        CutOff: it ends in the middle, or its headers are damaged.
        TooLarge: a header is longer than any real one.
    """
    place, long_name, told = 0, "", dict[str, str]()
    while place < tar.size:
        block = _read(tar, place, BLOCK)
        if not any(block):
            return
        header = _header(block, name)
        place = _behind(tar, place, header, block)
        length = 0 if header.type in WITHOUT_BYTES else header.size
        if header.isreg():
            length = _number(told.get("size", ""), length)
        if length < 0 or place + length > tar.size:
            raise _damaged(name)
        if header.type in TELLING:
            if length > LONGEST_HEADER:
                raise TooLarge(name, N_("it is a tar with a name longer than any real one."))
            data = _read(tar, place, length)
            if header.type == tarfile.GNUTYPE_LONGNAME:
                long_name = data.rstrip(b"\0").decode(errors="replace")
            else:
                told |= _records(data)
        elif header.type not in OF_NO_FILE:
            is_sparse = header.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in told)
            if header.isreg() and not is_sparse:
                yield Entry(told.get("path") or long_name or header.name, place, length)
            long_name, told = "", {}
        place += -(-length // BLOCK) * BLOCK


def _read(tar: View, place: int, size: int) -> bytes:
    tar.seek(place)
    return tar.read(size)


def _behind(tar: View, place: int, header: tarfile.TarInfo, block: bytes) -> int:
    """Where the bytes of a file begin: behind its header, which goes on where the file has many holes."""
    place += BLOCK
    goes_on = header.type == tarfile.GNUTYPE_SPARSE and block[GOES_ON]
    while goes_on:
        block = _read(tar, place, BLOCK)
        goes_on = len(block) == BLOCK and block[GOES_ON_AGAIN]
        place += BLOCK
    return place


def _header(block: bytes, name: str) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError as error:
        raise _damaged(name) from error


def _records(data: bytes) -> dict[str, str]:
    """What a header of the newer kind tells: `length key=value` and a line's end, as often as it likes."""
    told = {}
    while data:
        length, _, rest = data.partition(b" ")
        size = _number(length.decode(errors="replace"), 0)
        key, sign, value = data[len(length) + 1 : size].partition(b"=")
        if not 0 < size <= len(data) or not sign or not rest:
            break
        told[key.decode(errors="replace")] = value[:-1].decode(errors="replace")
        data = data[size:]
    return told


def _number(digits: str, otherwise: int) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len(str(2**63)) else otherwise


def _damaged(name: str) -> CutOff:
    return CutOff(name, N_("it is a tar that is cut off or damaged."), AGAIN)
