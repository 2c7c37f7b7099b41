"""What is told of an artist, and how much of it is kept."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Of an artist with forty genres those that most people voted for say what is heard.
MOST_GENRES = 5
LONGEST_GENRE = 100
# As many as the column holds.
MOST_VOTES = 2**31 - 1
# Codes that anybody may use as they like: MusicBrainz has XE for Europe, XW for the world. Kosovo's is one of them.
NO_COUNTRY = re.compile(r"X[A-JL-Z]|Q[M-Z]|AA|ZZ")
# MusicBrainz writes apostrophes, quotes and hyphens as in print, Spotify as on a typewriter.
TYPED = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u00b4\u2032"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u2033"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
}


@dataclass(frozen=True)
class Genre:
    """A genre in lower case, and how many people say so (1 where nobody counts)."""

    name: str
    votes: int = 1


@dataclass(frozen=True)
class ArtistTags:
    """What one service tells of an artist.

    `genres` have the most votes first, at most five. `country` is two letters (ISO 3166-1). `began` and `ended` are
    years: of a group when it was founded, of a person when they were born. Whatever is not told is None or empty.
    """

    genres: tuple[Genre, ...] = ()
    country: str | None = None
    area: str | None = None
    kind: str | None = None
    began: int | None = None
    ended: int | None = None
    mbid: str | None = None


@dataclass(frozen=True)
class Match:
    """An artist or a release that an address leads to."""

    mbid: str
    name: str

    def is_called(self, name: str) -> bool:
        """Whether that is its name, however it is written."""
        return _comparable(self.name) == _comparable(name)


@dataclass(frozen=True)
class ReleaseGroup:
    """The release group of a release (its id there is `release_mbid`); `first_released` is a year, month or day."""

    release_mbid: str
    mbid: str
    title: str
    first_released: str | None = None


def weightiest(genres: Iterable[Genre]) -> tuple[Genre, ...]:
    """The genres that are kept: with votes, each once, the most votes first, then by name."""
    votes: dict[str, int] = {}
    for genre in genres:
        name = genre_name(genre.name)
        if name and genre.votes > 0:
            votes[name] = min(max(votes.get(name, 0), genre.votes), MOST_VOTES)
    kept = sorted(votes.items(), key=lambda one: (-one[1], one[0]))[:MOST_GENRES]
    return tuple(Genre(name, count) for name, count in kept)


def genre_name(text: str) -> str:
    """As genres are compared and written: lower case, single blanks; empty where it is none."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in text).lower().split())
    return name if len(name) <= LONGEST_GENRE else ""


def country_code(text: Any) -> str | None:
    """Two letters, of a country or of a part of one (`GB-ENG`); None for anything else, such as `XW`, the world."""
    code = text.strip().upper().partition("-")[0] if isinstance(text, str) else ""
    return code if re.fullmatch(r"[A-Z]{2}", code) and not NO_COUNTRY.fullmatch(code) else None


def year_of(text: Any) -> int | None:
    """The year of `1985`, `1985-03` or `1985-03-01`; None where there is none."""
    found = re.match(r"([12][0-9]{3})(?![0-9])", text) if isinstance(text, str) else None
    return int(found[1]) if found else None


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(TYPED)).casefold().split())


def as_mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
