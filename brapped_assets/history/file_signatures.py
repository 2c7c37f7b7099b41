"""What a file is by how it begins, and what to say of one that is no history: one sentence, the same everywhere."""

import re
from pathlib import PurePosixPath

from brapped_assets.history.errors import HistoryError, NotAnExport, Wrapped
from brapped_assets.history.limits import UNPACK
from brapped_assets.history.tar_headers import is_tar
from brapped_assets.text.translation import N_

# Signatures: the archives that are looked into, and what people have in their hands instead of a history.
ARCHIVES = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"PK\x07\x08": "zip"}
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
FOREIGN_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": N_("a 7z archive"),
    b"Rar!\x1a\x07": N_("a RAR archive"),
    b"\x28\xb5\x2f\xfd": N_("a Zstandard archive"),
    b"\x04\x22\x4d\x18": N_("an LZ4 archive"),
    b"MSCF": N_("a cabinet archive"),
    b"xar!": N_("a XAR archive"),
    b"\x1f\x9d": N_("a compress archive"),
    b"LZIP": N_("an lzip archive"),
}
FOREIGN = {
    (b"%PDF",): N_("it is a PDF. The history is in the JSON files beside it, or in the zip it came in."),
    (b"SQLite format 3",): N_("it is a database of another program. Import the zip that Spotify sent."),
    (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", *(b"\0\0\0" + bytes([size]) + b"ftyp" for size in (24, 28, 32))): N_(
        "it is a picture or a video. Import the zip that Spotify sent."
    ),
}
PROPERTY_LIST = b"bplist00"
UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload")
SUFFIXES_OF_PACKED = (".gz", ".bz2", ".xz", ".gzip")
SHORT_FOR_TAR = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".taz": ".tar"}
# The first line of a table: of our own rows, of Apple's, of Last.fm's tools.
OF_SPOTIFY = re.compile(r"msPlayed|ms_played|master_metadata|endTime", re.IGNORECASE)
OF_APPLE = re.compile(r"apple|event type|song name|media type|play duration|container", re.IGNORECASE)
OF_LAST_FM = re.compile(r"uts|utc_time|scrobbl|\d{1,2} \w{3} \d{4},? \d{2}:\d{2}", re.IGNORECASE)
TABLE = re.compile(r'[^\n,;\t]*(?:"[^"\n]*"|[^\n,;\t]*)(?:[,;\t](?:"[^"\n]*"|[^\n,;\t"]*)){2,}')

UNFINISHED_SENTENCE = N_(
    "its download is not finished. Let the browser finish it, or start it again from the link in Spotify's mail; then "
    "import the zip."
)
IN_THE_CLOUD = N_(
    "it is still in iCloud, and only its name is here. Click the cloud beside it in the Finder, and import it once it "
    "is there."
)
WEB_PAGE = N_("it is a web page: the download was not finished, or you were logged out. Try again.")


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


def foreign(name: str, head: bytes) -> HistoryError | None:
    """What to say of a file that is none of what a history comes in; None for what only a reader of JSON can tell."""
    if is_in_the_cloud(name):
        return Wrapped(name, IN_THE_CLOUD)
    for signature, what in FOREIGN_ARCHIVES.items():
        if head.startswith(signature):
            return Wrapped(name, N_("it is %(what)s, which this program cannot open."), UNPACK, what=what)
    if head.startswith(PROPERTY_LIST):
        what = N_("a web page that Safari saved") if b"WebMainResource" in head else N_("a property list of Apple's")
        text = N_("it is %(what)s. Import the zip that the link in Spotify's mail downloads.")
        return NotAnExport(name, text, what=what)
    for signatures, sentence in FOREIGN.items():
        if head.startswith(signatures):
            return NotAnExport(name, sentence)
    return None


def of_text(name: str, text: str) -> HistoryError | None:
    """The same of what begins with this text, which is not that of a list of plays."""
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        return NotAnExport(name, WEB_PAGE)
    line = head.partition("\n")[0][:1000]
    if head.startswith(("[", "{")) or not TABLE.match(line):
        return None
    if OF_SPOTIFY.search(line):
        return NotAnExport(
            name,
            N_("it is a Spotify history that was made a table (CSV). Import the JSON files or the zip it was made of."),
        )
    what = (
        N_("a table of Apple Music's")
        if OF_APPLE.search(line)
        else N_("a table of Last.fm's")
        if OF_LAST_FM.search(line)
        else N_("a table (CSV)")
    )
    text = N_("it is %(what)s. Only Spotify's own export can be imported, as it was sent.")
    return NotAnExport(name, text, what=what)


def of_members(names: list[str]) -> str | None:
    """What a zip or tar with these names is, as a text of the catalogues; None when they do not tell."""
    if not names:
        return N_("it is empty. Pack it again, or import the folder it was made of.")
    folders = {name.partition("/")[0].lower() for name in names}
    if folders & {"xl", "word", "ppt"}:
        return N_("it is a document of an office program. Import the JSON files or the zip it was made of.")
    return None
