"""Albums that come out again: of every sixth artist one is another edition of the first, or looks like it."""

from dataclasses import replace
from typing import Literal

from brapped_assets.demo.music import Album, Track

Kind = Literal["deluxe", "legacy", "namesake", "live"]
# Albums of one title are one, and some words in brackets tell an edition. MusicBrainz knows of the others: a legacy
# edition is the same album, a namesake another one.
TITLES: dict[Kind, str] = {
    "deluxe": "{} (Deluxe Edition)",
    "legacy": "{} (Legacy Edition)",
    "namesake": "{}",
    "live": "{} (Live)",
}
SAME: tuple[Kind, ...] = ("deluxe", "legacy")
EVERY = 6


def kind_of(artist: int) -> Kind | None:
    """Which of these the artist with this number has, if any."""
    return None if artist % EVERY else [*TITLES][artist // EVERY % len(TITLES)]


def named(kind: Kind, album: Album, first: Album) -> Album:
    """An album under the name that it has as one of these."""
    return replace(album, name=TITLES[kind].format(first.name), edition_of=first.id if kind in SAME else None)


def song_of(kind: Kind, song: Track, other: Track) -> Track:
    """A song of the first album as it comes out again, where there would be another one."""
    if kind == "live":
        return replace(song, name=f"{song.name} - Live", duration_ms=other.duration_ms, isrc=other.isrc)
    return song if kind in SAME else other
