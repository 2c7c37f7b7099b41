"""Exported plays as PostgreSQL's COPY takes them.

Encoding is Python's half of an import and needs no database: it is done while PostgreSQL merges what came before.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import count, islice
from operator import attrgetter
from struct import Struct
from typing import Any, Literal, Protocol, TypeVar

from brapped_assets.warehouse.merge.rematch import comparable
from brapped_assets.warehouse.payloads import content_hash, reference, storable

Kind = Literal["extended", "account"]
Heard = TypeVar("Heard")
# Those of PostgreSQL; in its binary COPY, a row is the number of its fields, and each field its length and value.
# Measured, a third of the cost of text.
EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
COPY_HEADER, COPY_TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
PLAY = Struct("!h iq ii ii ii ii i").pack
UPLOADED_PLAY = Struct("!h iq ii ii ii ii iq").pack
NUMBERED_TRACK, LENGTH = Struct("!h ii").pack, Struct("!i").pack
NULL = -1
HASH_BYTES = 8
# As what the API serves, and well below what PostgreSQL can index.
LONGEST_NAME = 500
MS_PLAYED, UPLOADED_AT = attrgetter("ms_played"), attrgetter("uploaded_at")
TRACK = attrgetter("track_id", "track_uri", "title", "artist", "album")
DETAILS = attrgetter("platform", "country", "reason_start", "reason_end", "shuffle", "skipped", "offline", "incognito")


class Exported(Protocol):
    """One play as one row of an export tells it; see `history.plays.HistoryPlay`."""

    @property
    def ended_at(self) -> datetime: ...
    @property
    def ms_played(self) -> int: ...
    @property
    def track_id(self) -> str | None: ...
    @property
    def track_uri(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def album(self) -> str | None: ...
    @property
    def platform(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def reason_start(self) -> str | None: ...
    @property
    def reason_end(self) -> str | None: ...
    @property
    def shuffle(self) -> bool | None: ...
    @property
    def skipped(self) -> bool | None: ...
    @property
    def offline(self) -> bool | None: ...
    @property
    def incognito(self) -> bool | None: ...
    @property
    def uploaded_at(self) -> datetime | None: ...


@dataclass
class Occurrences:
    """How often each play was told within one file so far: the n-th of its kind is the n-th wherever a file is cut.

    `before` counts plays that were told earlier, by their hashes (see `hashes`). `person`, as blake2b takes it, keeps
    the hashes of what is no music apart from those of music.
    """

    before: Counter[bytes] = field(default_factory=Counter)
    person: bytes = b""
    told: dict[tuple[int, str | tuple[str, str], int], int] = field(default_factory=dict)

    def of(self, plays: Sequence[Exported], ends: Sequence[int]) -> list[int]:
        """Which of its kind each of the next plays of the file is, 1 the first. `ends` are theirs, see `ends_of`."""
        told, numbers = self.told, []
        for play, end in zip(plays, ends, strict=True):
            known_by = play.track_id or _short(play.track_uri) or _names(play)
            key = (end, known_by, play.ms_played)
            number = told.get(key)
            if number is None:
                number = self.before[self._hash(key)] if self.before else 0
            told[key] = number = number + 1
            numbers.append(number)
        return numbers

    def hashes(self) -> bytes:
        """Each play told, 8 bytes each, without what `before` says."""
        hashes = ((self._hash(key), times) for key, times in self.told.items())
        return b"".join([told * (times - self.before[told]) for told, times in hashes])

    def skip(self, plays: Sequence[Exported]) -> None:
        """Count plays that are merged already."""
        self.of(plays, ends_of(plays))

    def _hash(self, key: tuple[Any, ...]) -> bytes:
        return blake2b(repr(key).encode(), digest_size=HASH_BYTES, person=self.person).digest()


def _short(text: str | None) -> str | None:
    """A text, or the hash of one that is absurdly long: those of a whole file are remembered."""
    if text is None or len(text) <= LONGEST_NAME:
        return text
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _numbered() -> defaultdict[Any, int]:
    """Each new one gets the next number."""
    return defaultdict(count().__next__)


@dataclass(frozen=True)
class Names:
    """The tracks and combinations of details that plays merged in one transaction name, each with its number."""

    tracks: defaultdict[Any, int] = field(default_factory=_numbered)
    details: defaultdict[Any, int] = field(default_factory=_numbered)


@dataclass(frozen=True)
class Encoded:
    """So many `plays` of one kind, as COPY takes them: each play once, each new track and combination of details once.

    `first_at` and `last_at` (UTC) are the ENDs that vouch for the time between them. An offline play may have ended
    long before the first row of its file, and vouches for nothing.
    """

    plays: int
    rows: bytes
    tracks: bytes
    details: list[tuple[Any, ...]]
    first_at: datetime | None
    last_at: datetime | None


def encode(plays: Sequence[Exported], occurrences: Occurrences, names: Names | None = None) -> Encoded:
    """Plays that follow one another in a file, those before them counted in `occurrences`.

    `names` are those of what is merged in the same transaction: only what is new among them is encoded.
    """
    names = names or Names()
    tracks, details = names.tracks, names.details
    tracks_before, details_before = len(tracks), len(details)
    ends = ends_of(plays)
    numbers = zip(
        ends,
        map(MS_PLAYED, plays),
        occurrences.of(plays, ends),
        map(tracks.__getitem__, map(TRACK, plays)),
        map(details.__getitem__, map(DETAILS, plays)),
        map(UPLOADED_AT, plays),
        strict=True,
    )
    rows = [
        PLAY(6, 8, end, 4, ms_played, 4, nth, 4, track, 4, detail, NULL)
        if uploaded_at is None
        else UPLOADED_PLAY(6, 8, end, 4, ms_played, 4, nth, 4, track, 4, detail, 8, microseconds(uploaded_at))
        for end, ms_played, nth, track, detail, uploaded_at in numbers
    ]
    online = [play.ended_at for play in plays if not play.offline]
    return Encoded(
        len(plays),
        b"".join([COPY_HEADER, *rows, COPY_TRAILER]),
        b"".join(
            [
                COPY_HEADER,
                *[
                    NUMBERED_TRACK(7, 4, number) + _track_fields(*track)
                    for track, number in islice(tracks.items(), tracks_before, None)
                ],
                COPY_TRAILER,
            ]
        ),
        [
            (number, *(_name(value) if isinstance(value, str) else value for value in values))
            for values, number in islice(details.items(), details_before, None)
        ],
        min(online, default=None),
        max(online, default=None),
    )


def spoken_occurrences(before: Counter[bytes] | None = None) -> Occurrences:
    """As `Occurrences`, of what is spoken in a file."""
    return Occurrences(before or Counter(), b"spoken")


def encode_spoken(heard: Mapping[Heard, Sequence[Exported]], occurrences: Occurrences) -> dict[Heard, Encoded]:
    """What is spoken in a part of a file, by what it is, with the same names."""
    names = Names()
    return {kind: encode(plays, occurrences, names) for kind, plays in heard.items()}


def track_ref(track_id: str | None, uri: str | None, title: str, artist: str) -> str:
    """What a track is known by: its id, the uri of a local file, or the names."""
    return track_id or reference(str(storable(uri or f"name:{artist[:200]}\x1f{title[:200]}")))


def ends_of(plays: Sequence[Exported]) -> list[int]:
    """The END of each as PostgreSQL has it: microseconds since 2000, in UTC. Measured, half of a division's cost."""
    since = [play.ended_at - EPOCH for play in plays]
    return [(end.days * 86_400 + end.seconds) * 1_000_000 + end.microseconds for end in since]


def microseconds(at: datetime) -> int:
    """An instant as PostgreSQL has it: microseconds since 2000, in UTC."""
    return (at - EPOCH) // MICROSECOND


def _track_fields(track_id: str | None, uri: str | None, title: str, artist: str, album: str | None) -> bytes:
    """What `copy_tracks` takes of a track, but for its number."""
    # What is absurdly long is not remembered: thousands of such names would fill the memory.
    is_short = len(uri or "") + len(title) + len(artist) + len(album or "") <= LONGEST_NAME
    make = _remembered_fields if is_short else _remembered_fields.__wrapped__
    return make(track_id, uri, title, artist, album)


# The same tracks come in every piece of a life: measured, this is a third of what Python does for an import.
@lru_cache(maxsize=2**15)
def _remembered_fields(track_id: str | None, uri: str | None, title: str, artist: str, album: str | None) -> bytes:
    told = (track_ref(track_id, uri, title, artist), _name(title), _name(artist), album and _name(album))
    digest = content_hash("\x1e".join(text or "" for text in told))
    fields = [digest.bytes, *(None if text is None else text.encode() for text in (track_id, *told))]
    return b"".join(LENGTH(NULL) if one is None else LENGTH(len(one)) + one for one in fields)


def _name(name: str) -> str:
    """As the API's names are read: what PostgreSQL can store, and index."""
    return str(storable(name[:LONGEST_NAME]))


def _names(play: Exported) -> tuple[str, str]:
    """What a play without an id is known by: names that two files may spell differently are one."""
    return comparable(_short(play.title) or ""), comparable(_short(play.artist) or "")
