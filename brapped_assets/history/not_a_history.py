"""What to say of a file, a folder or an archive that is no history: one sentence, the same everywhere.

Nobody is to ask Spotify anew for what they have.
"""

import re
from collections.abc import Sequence

from brapped_assets.history.archive_limits import UNPACK
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
from brapped_assets.history.file_names import BESIDE, HISTORY_NAME, base_name, is_in_the_cloud, suffix
from brapped_assets.text.translation import N_

EMPTY = N_("it is empty, so the download was not finished.")
UNREADABLE = N_("it is not a Spotify history.")
OTHER_DATA = N_("it is other data, not a listening history.")
STILL_DOWNLOADING = N_(
    "its download is not finished. Let the browser finish it, or start it again from the link in Spotify's mail; then "
    "import the zip."
)
IN_THE_CLOUD = N_(
    "it is still in iCloud, and only its name is here. Click the cloud beside it in the Finder, and import it once it "
    "is there."
)
WEB_PAGE = N_("it is a web page: the download was not finished, or you were logged out. Try again.")
# What people have in their hands instead of a history, by how it begins.
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
# The first line of a table: of our own rows, of Apple's, of Last.fm's tools.
OF_SPOTIFY = re.compile(r"msPlayed|ms_played|master_metadata|endTime", re.IGNORECASE)
OF_APPLE = re.compile(r"apple|event type|song name|media type|play duration|container", re.IGNORECASE)
OF_LAST_FM = re.compile(r"uts|utc_time|scrobbl|\d{1,2} \w{3} \d{4},? \d{2}:\d{2}", re.IGNORECASE)
TABLE = re.compile(r'[^\n,;\t]*(?:"[^"\n]*"|[^\n,;\t]*)(?:[,;\t](?:"[^"\n]*"|[^\n,;\t"]*)){2,}')
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


class Reasons:
    """The first of some reasons, each once, in the language of whoever asks."""

    def __init__(self, problems: Sequence[HistoryError]) -> None:
        self._problems = problems

    def __str__(self) -> str:
        reasons = list(dict.fromkeys(map(str, self._problems)))
        return "; ".join([*reasons[:MOST_REASONS], *(["…"] if len(reasons) > MOST_REASONS else [])])


def nothing_in_archive(name: str, form: str, names: list[str], problems: Sequence[HistoryError]) -> HistoryError:
    """What to say of a zip or tar without a history."""
    # A history that cannot be read says more than the other documents beside it, and a remedy more than those.
    for error in problems:
        if HISTORY_NAME.search(base_name(error.name)) and suffix(error.name) not in BESIDE:
            return Damaged(name, "%(of)s", of=error)
    for error in problems:
        if isinstance(error, HAS_A_REMEDY):
            return type(error)(name, "%(of)s", of=error)
    if {name.partition("/")[0].lower() for name in names} & {"xl", "word", "ppt"}:
        text = N_("it is a document of an office program. Import the JSON files or the zip it was made of.")
        return NotAnExport(name, text)
    if (table := next((error for error in problems if suffix(error.name) == ".csv"), None)) is not None:
        return NotAnExport(name, "%(of)s", of=table)
    what = next((what for what, pattern in KNOWN.items() if any(map(pattern.search, names))), None)
    if what is not None:
        return NotAnExport(name, N_("it is %(what)s."), ASK, what=what)
    return NotAnExport(name, N_("it is a %(form)s without a Spotify history."), ASK, form=form)
