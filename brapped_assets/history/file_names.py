"""Which files may be a history by their names, the likeliest first."""

import re
from pathlib import PurePosixPath

UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload")
SUFFIXES_OF_PACKED = (".gz", ".bz2", ".xz", ".gzip")
SHORT_FOR_TAR = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".taz": ".tar"}
HISTORY_NAME = re.compile(r"streaming_?history|endsong|endvideo", re.IGNORECASE)
EXTENDED_NAME = re.compile(r"streaming_history|endsong|endvideo", re.IGNORECASE)
VIDEO_NAME = re.compile(r"streaming_history_video|endvideo", re.IGNORECASE)
LIKELY_NAME = re.compile(f"{HISTORY_NAME.pattern}|spotify|brapped", re.IGNORECASE)
# What a history comes in, and what people have in their hands instead; the latter is looked at in silence.
WANTED = {".json", ".zip", ".tar", *SUFFIXES_OF_PACKED, *SHORT_FOR_TAR}
PERHAPS = {
    *("", ".txt", ".text", ".icloud", ".csv", ".htm", ".html", ".webarchive", ".pdf", ".xlsx", *UNFINISHED),
    *(".7z", ".rar", ".zst", ".lz", ".lz4", ".z", ".cab", ".xar"),
}
# Named like a history, and never one: Spotify's own `ReadMeFirst_ExtendedStreamingHistory.pdf`.
BESIDE = {".pdf", ".htm", ".html"}


def is_looked_at(name: str) -> bool:
    """Whether a file of a folder or an archive may be a history by its name, or what holds one."""
    base = base_name(name)
    if base.startswith("."):
        return is_in_the_cloud(base)
    return is_wanted(base) or suffix(base) in PERHAPS or bool(LIKELY_NAME.search(base))


def base_name(name: str) -> str:
    """A member's name without its folders; some programs separate them with a backslash."""
    return name.replace("\\", "/").rpartition("/")[2]


def suffix(name: str) -> str:
    return PurePosixPath(base_name(name)).suffix.lower()


def is_wanted(base: str) -> bool:
    is_named_so = bool(HISTORY_NAME.search(base)) and suffix(base) not in BESIDE
    return not base.startswith(".") and (suffix(base) in WANTED or is_named_so)


def unlikelihood(name: str) -> tuple[bool, bool]:
    base = base_name(name)
    return not LIKELY_NAME.search(base), not is_wanted(base)


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
