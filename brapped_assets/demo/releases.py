"""What the simulated MusicBrainz knows of a catalogue's albums: releases by address, and their release groups."""

from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.music import Album

Json = dict[str, Any]
Fate = Literal["known", "merged", "shared", "nobody", "wikidata", "deleted", "bare"]
# Out of 40 artists, or albums; the rest is simply known.
FATES: dict[int, Fate] = {3: "merged", 11: "shared", 17: "nobody", 23: "wikidata", 31: "deleted", 37: "bare"}


class Releases:
    """Each album is a release, and a release group of its own, unless it is an edition of another one.

    `editions` has more of these than the catalogue knows, by Spotify id.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.editions: dict[str, str] = {}

    def fate(self, album_id: str) -> Fate:
        """As of artists; Wikidata knows no albums."""
        return FATES.get(int(stable_id(album_id)[:8], 16) % 40, "known")

    def url(self, album_id: str) -> Json | None:
        """One of `urls`, with relations to releases; None where nobody added the address."""
        album, fate = self.catalogue.album(album_id), self.fate(album_id)
        if album is None or fate in {"nobody", "wikidata"}:
            return None
        mbid = self.release_mbid(album_id, "old" if fate == "merged" else "release")
        of = [relation("release", mbid, title=album.name)]
        if fate == "shared":
            of.insert(0, relation("release", stable_id(f"{album_id}/other"), title=f"Not {album.name}"))
        address = f"https://open.spotify.com/album/{album_id}"
        return {"id": stable_id(address), "resource": address, "relations": of}

    def release_mbid(self, album_id: str, of: str = "release") -> str:
        """The id under which a release is told; `old` is that of before a merge."""
        return stable_id(f"{album_id}/{of}")

    def group_mbid(self, album_id: str) -> str:
        """The id of its release group."""
        return stable_id(f"{self._first(album_id).id}/group")

    def release(self, album_id: str) -> Json:
        """`/ws/2/release/MBID?inc=release-groups`."""
        album, first = self._album(album_id), self._first(album_id)
        return {
            "id": self.release_mbid(album_id), "title": album.name, "date": album.release_date, "status": "Official",
            "release-group": {
                "id": self.group_mbid(album_id), "title": first.name, "first-release-date": first.release_date,
                "primary-type": (first.album_type or "album").title(), "secondary-types": [], "disambiguation": "",
            },
        }  # fmt: skip

    def _first(self, album_id: str) -> Album:
        """The album of which it is an edition, or else itself."""
        return self._album(self.editions.get(album_id) or self._album(album_id).edition_of or album_id)

    def _album(self, album_id: str) -> Album:
        album = self.catalogue.album(album_id)
        assert album is not None
        return album

    @cached_property
    def by_mbid(self) -> dict[str, str]:
        """The Spotify id of the album behind a release's id, also one that was merged; a deleted one is not here."""
        albums = (str(album.id) for n in range(self.catalogue.size) for album, _ in self.catalogue.discography(n))
        there = [album_id for album_id in albums if self.fate(album_id) != "deleted"]
        return {self.release_mbid(album_id, of): album_id for album_id in there for of in ("release", "old")}


def relation(kind: str, mbid: str, **named: str) -> Json:
    """One of an address's `relations`: a kind of entity it leads to."""
    return {
        "type": "free streaming", "type-id": stable_id("free streaming"), "target-type": kind,
        "direction": "backward", "begin": None, "end": None, "ended": False, "attributes": [],
        kind: {"id": mbid, **named, "disambiguation": ""},
    }  # fmt: skip


def stable_id(of: str) -> str:
    return str(UUID(bytes=blake2b(of.encode(), digest_size=16).digest(), version=4))
