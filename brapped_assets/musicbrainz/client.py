"""MusicBrainz: from the addresses of artists at Spotify to ids, and from an id to genres, country and years.

Documented at https://musicbrainz.org/doc/MusicBrainz_API. Every key may be missing.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from brapped_assets.musicbrainz.errors import Malformed
from brapped_assets.musicbrainz.models import (
    ArtistTags,
    Genre,
    Match,
    as_list,
    as_mapping,
    as_text,
    country_code,
    weightiest,
    year_of,
)
from brapped_assets.musicbrainz.service import Service

ADDRESS = "https://open.spotify.com/artist/{}"
MOST_ADDRESSES = 100
SPOTIFY_ID = re.compile(r"/artist/([0-9A-Za-z]{22})(?![0-9A-Za-z])")
MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class MusicBrainzClient:
    """The questions that are asked of MusicBrainz, each as few requests as it allows."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def matches(self, spotify_ids: Sequence[str]) -> dict[str, list[Match]]:
        """By Spotify id, the artists that its address leads to; ids without one are not in it. At most 100.

        One request, unless the service finds the question too long: then halves of it. Raises Away and Malformed.
        """
        if not spotify_ids:
            return {}
        params = [("resource", ADDRESS.format(one)) for one in spotify_ids]
        try:
            told = self._service.get("/url", [*params, ("inc", "artist-rels"), ("fmt", "json")])
        except Malformed as error:
            if not error.is_too_long or len(spotify_ids) == 1:
                raise
            half = len(spotify_ids) // 2
            return {**self.matches(spotify_ids[:half]), **self.matches(spotify_ids[half:])}
        return _matches(told or {}, set(spotify_ids))

    def tags(self, mbid: str) -> ArtistTags | None:
        """What is told of an artist; None where MusicBrainz knows the id no more. Raises Away and Malformed.

        An id that was merged into another one is answered with that: `mbid` is the one to keep.
        """
        told = self._service.get(f"/artist/{quote(mbid)}", [("inc", "genres+tags"), ("fmt", "json")])
        return None if told is None else _tags(told)


def _matches(told: dict[str, Any], asked: set[str]) -> dict[str, list[Match]]:
    """Of several addresses `urls` has those that are known; one alone is the answer itself."""
    found: dict[str, list[Match]] = {}
    for url in as_list(told.get("urls")) if "urls" in told else [told]:
        address = SPOTIFY_ID.search(as_text(as_mapping(url).get("resource")))
        if address is None or address[1] not in asked:
            continue
        for relation in as_list(as_mapping(url).get("relations")):
            artist = as_mapping(as_mapping(relation).get("artist"))
            mbid = as_text(artist.get("id"))
            if MBID.fullmatch(mbid):
                match = Match(mbid.lower(), as_text(artist.get("name")))
                of = found.setdefault(address[1], [])
                if match.mbid not in {one.mbid for one in of}:
                    of.append(match)
    return found


def _tags(told: dict[str, Any]) -> ArtistTags:
    mbid = as_text(told.get("id"))
    if not MBID.fullmatch(mbid):
        raise Malformed("MusicBrainz: an answer about an artist has no id")
    area, life = as_mapping(told.get("area")), as_mapping(told.get("life-span"))
    codes = [told.get("country"), *as_list(area.get("iso-3166-1-codes")), *as_list(area.get("iso-3166-2-codes"))]
    genres = (as_mapping(genre) for genre in as_list(told.get("genres")))
    return ArtistTags(
        genres=weightiest(Genre(as_text(genre.get("name")), _votes(genre.get("count"))) for genre in genres),
        country=next(filter(None, map(country_code, codes)), None),
        area=as_text(area.get("name")) or None,
        kind=as_text(told.get("type")).lower() or None,
        began=year_of(life.get("begin")),
        ended=year_of(life.get("end")),
        mbid=mbid.lower(),
    )


def _votes(count: Any) -> int:
    return count if isinstance(count, int) and not isinstance(count, bool) else 0
