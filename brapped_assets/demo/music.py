"""What the simulated record shop holds: artists, albums, tracks."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote_plus


@dataclass(frozen=True, slots=True)
class Artist:
    """One artist. `id` is None for the artist of a local file."""

    id: str | None
    name: str
    debut: int = 0
    genres: tuple[str, ...] = ()
    popularity: int = 0
    followers: int = 0


@dataclass(frozen=True, slots=True)
class Album:
    """One release. `released` is the first day that `release_date`, cut to its precision, can mean.

    `edition_of` is the id of the album of which it is another edition.
    """

    id: str | None
    name: str
    artists: tuple[Artist, ...]
    album_type: str | None = None  # album, single, compilation; None for local files
    released: date = date.min
    release_date_precision: str | None = None  # year, month, day; None for local files
    total_tracks: int = 0
    label: str = ""
    upc: str = ""
    popularity: int = 0
    edition_of: str | None = None

    @property
    def release_date(self) -> str | None:
        lengths = {"year": 4, "month": 7, "day": 10}
        precision = self.release_date_precision
        return self.released.isoformat()[: lengths[precision]] if precision else None


@dataclass(frozen=True, slots=True)
class Track:
    """One track on one album; a recording released twice is two tracks with one `isrc`.

    `artists` names the main artist first, then the featured ones. `relinked_from` is a second id that answers
    with this track (facts, section 3: relinking), `gone` one that did and that nobody knows any more.
    """

    id: str | None
    name: str
    artists: tuple[Artist, ...]
    album: Album
    duration_ms: int
    explicit: bool = False
    isrc: str | None = None
    track_number: int = 0
    disc_number: int = 0
    popularity: int = 0
    relinked_from: str | None = None
    gone: str | None = None

    @property
    def is_local(self) -> bool:
        return self.id is None

    @property
    def uri(self) -> str:
        if self.id is not None:
            return f"spotify:track:{self.id}"
        parts = (self.artists[0].name, self.album.name, self.name, str(self.duration_ms // 1000))
        return "spotify:local:" + ":".join(quote_plus(part) for part in parts)
