"""MusicBrainz: from addresses at Spotify to ids, and from these to what artists are, and release groups of releases.

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
    ReleaseGroup,
    as_list,
    as_mapping,
    as_text,
    country_code,
    weightiest,
    year_of,
)
from brapped_assets.musicbrainz.transport import Service
from brapped_assets.text.plain import plain

ADDRESS = "https://open.spotify.com/{}/{}"
MOST_ADDRESSES = 100
SPOTIFY_ID = re.compile(r"/(artist|album)/([0-9A-Za-z]{22})(?![0-9A-Za-z])")
# What a kind of address leads to.
LEADS_TO = {"artist": "artist", "album": "release"}
LONGEST_TITLE = 1_000
FIRST_RELEASED = re.compile(r"[12][0-9]{3}(-[0-9]{2}){0,2}(?![0-9])")
MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class MusicBrainzClient:
    """The questions that are asked of MusicBrainz, each as few requests as it allows."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def matches(self, spotify_ids: Sequence[str]) -> dict[str, list[Match]]:
        """By Spotify id, the artists that its address leads to; ids without one are not in it. At most 100.

        One request, unless the service finds the question too long or does not answer it all: then halves of it.
        Raises Away and Malformed.
        """
        return self._addressed("artist", spotify_ids)

    def releases(self, album_ids: Sequence[str]) -> dict[str, list[Match]]:
        """Likewise, by the Spotify id of an album, the releases that its address leads to."""
        return self._addressed("album", album_ids)

    def _addressed(self, kind: str, ids: Sequence[str]) -> dict[str, list[Match]]:
        if not ids:
            return {}
        params = [("resource", ADDRESS.format(kind, one)) for one in ids]
        try:
            told = self._service.get("/url", [*params, ("inc", f"{LEADS_TO[kind]}-rels"), ("fmt", "json")])
            return {} if told is None else _matches(told, kind, ids)
        except Malformed as error:
            if not error.is_too_long or len(ids) == 1:
                raise
            half = len(ids) // 2
            return {**self._addressed(kind, ids[:half]), **self._addressed(kind, ids[half:])}

    def tags(self, mbid: str) -> ArtistTags | None:
        """What is told of an artist; None where MusicBrainz knows the id no more. Raises Away and Malformed.

        An id that was merged into another one is answered with that: `mbid` is the one to keep.
        """
        told = self._service.get(f"/artist/{quote(mbid)}", [("inc", "genres+tags"), ("fmt", "json")])
        return None if told is None else _tags(told)

    def release_group(self, mbid: str) -> ReleaseGroup | None:
        """That of a release; None where MusicBrainz knows the id no more. Raises Away and Malformed."""
        told = self._service.get(f"/release/{quote(mbid)}", [("inc", "release-groups"), ("fmt", "json")])
        return None if told is None else _release_group(told)


def _matches(told: dict[str, Any], kind: str, asked: Sequence[str]) -> dict[str, list[Match]]:
    """Of several addresses `urls` has those that are known; one alone is the answer itself."""
    urls = [told] if len(asked) == 1 and "resource" in told else told.get("urls")
    if not isinstance(urls, list):
        # Nobody is unknown by an answer that is about somebody else, or about nobody.
        raise Malformed("MusicBrainz: an answer about addresses has none", is_too_long=True)
    found: dict[str, list[Match]] = {}
    for url in urls:
        address = SPOTIFY_ID.search(as_text(as_mapping(url).get("resource")))
        if address is None or address[1] != kind or address[2] not in asked:
            continue
        relations = [one for one in map(as_mapping, as_list(as_mapping(url).get("relations"))) if LEADS_TO[kind] in one]
        # Whom the address leads to now goes before whom it led to.
        for relation in [one for one in relations if one.get("ended") is not True] or relations:
            of = as_mapping(relation.get(LEADS_TO[kind]))
            mbid, name = as_text(of.get("id")), as_text(of.get("name") or of.get("title"))
            matches = found.setdefault(address[2], [])
            if MBID.fullmatch(mbid) and mbid.lower() not in {one.mbid for one in matches}:
                matches.append(Match(mbid.lower(), name))
    return {spotify_id: matches for spotify_id, matches in found.items() if matches}


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
        area=plain(as_text(area.get("name"))) or None,
        kind=plain(as_text(told.get("type"))).lower() or None,
        began=year_of(life.get("begin")),
        ended=year_of(life.get("end")),
        mbid=mbid.lower(),
    )


def _release_group(told: dict[str, Any]) -> ReleaseGroup:
    group = as_mapping(told.get("release-group"))
    release_mbid, mbid, title = (
        as_text(told.get("id")),
        as_text(group.get("id")),
        plain(as_text(group.get("title"))).strip(),
    )
    if not MBID.fullmatch(release_mbid) or not MBID.fullmatch(mbid) or not title:
        raise Malformed("MusicBrainz: an answer about a release has no release group")
    released = FIRST_RELEASED.match(as_text(group.get("first-release-date")))
    return ReleaseGroup(release_mbid.lower(), mbid.lower(), title[:LONGEST_TITLE], released[0] if released else None)


def _votes(count: Any) -> int:
    return count if isinstance(count, int) and not isinstance(count, bool) else 0
