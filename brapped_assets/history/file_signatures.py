"""Which of the wrappings of a history a file is, by how it begins and by its name."""

from pathlib import PurePosixPath

from brapped_assets.history.tar_headers import is_tar

ARCHIVES = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"PK\x07\x08": "zip"}
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload")
SUFFIXES_OF_PACKED = (".gz", ".bz2", ".xz", ".gzip")
SHORT_FOR_TAR = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".taz": ".tar"}


def form_of(head: bytes) -> str | None:
    """`zip`, `tar`, `gzip`, `bzip2`, `xz`: what is looked into; None for anything else."""
    for signatures in (ARCHIVES, PACKED):
        for signature, form in signatures.items():
            if head.startswith(signature):
                return form
    return "tar" if is_tar(head) else None


def unpacked_name(name: str) -> str:
    """What lies in `x.json.gz` is `x.json`, and in `x.tgz` is `x.tar`."""
    path = PurePosixPath(name)
    if (suffix := path.suffix.lower()) in SHORT_FOR_TAR:
        return name[: -len(suffix)] + SHORT_FOR_TAR[suffix]
    return name[: -len(suffix)] if suffix in SUFFIXES_OF_PACKED else name


def is_unfinished(name: str) -> bool:
    """Whether a browser calls a download so until it has all of it."""
    return name.lower().endswith(UNFINISHED)


def is_in_the_cloud(name: str) -> bool:
    """Whether macOS has left a name for a file that is in iCloud."""
    return name.lower().endswith(".icloud")
