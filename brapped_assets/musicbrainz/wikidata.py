"""Wikidata, for whom MusicBrainz knows nothing of: genres (P136) and country of origin (P495) by Spotify's id (P1902).

Documented at https://www.wikidata.org/wiki/Wikidata:SPARQL_query_service. One query for a hundred artists.
"""

import re
from collections.abc import Sequence
from typing import Any

from brapped_assets.musicbrainz.errors import Malformed
from brapped_assets.musicbrainz.models import (
    ArtistTags,
    Genre,
    as_list,
    as_mapping,
    as_text,
    country_code,
    genre_name,
    weightiest,
)
from brapped_assets.musicbrainz.transport import Service

QUERY = """SELECT ?id ?artist ?genre ?country WHERE {
VALUES ?id { %s }
?artist wdt:P1902 ?id .
OPTIONAL { ?artist wdt:P136 ?kind . ?kind rdfs:label ?genre . FILTER(LANG(?genre) = "en") }
OPTIONAL { ?artist wdt:P495 ?origin . ?origin wdt:P297 ?country }
}"""
# What MusicBrainz calls otherwise: "rock music" would be another genre than "rock".
MUSIC = re.compile(
    r"(ambient|classical|country|electronic|experimental|folk|gospel|heavy metal|hip hop|house|industrial|pop|rock|soul"
    r"|trance) music"
)
OTHERWISE = {"hip-hop": "hip hop", "rhythm and blues": "r&b"}


class WikidataClient:
    """The one question that is asked of Wikidata."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def tags(self, spotify_ids: Sequence[str]) -> dict[str, ArtistTags]:
        """By Spotify id, what is told; ids of which nothing is told are not in it. Raises Away and Malformed.

        Where two things have the same Spotify id nobody can say which is heard: nothing is told. A genre is told once,
        so each has one vote. Of several countries none is told.
        """
        if not spotify_ids:
            return {}
        ids = " ".join(f'"{one}"' for one in spotify_ids if one.isalnum() and one.isascii())
        told = self._service.get(
            "", [("query", QUERY % ids), ("format", "json")], accept="application/sparql-results+json"
        )
        results = as_mapping((told or {}).get("results"))
        if "bindings" not in results:
            raise Malformed("Wikidata: an answer has no results")
        rows: dict[str, list[dict[str, str]]] = {}
        for binding in as_list(results["bindings"]):
            of = as_mapping(binding)
            row = {name: _said(as_mapping(of.get(name))) for name in ("id", "genre", "country")}
            row["artist"] = as_text(as_mapping(of.get("artist")).get("value")).rpartition("/")[2]
            if row["id"] in spotify_ids:
                rows.setdefault(row["id"], []).append(row)
        found = {key: _tags(of) for key, of in rows.items() if len({row["artist"] for row in of}) == 1}
        return {key: tags for key, tags in found.items() if tags != ArtistTags()}


def _tags(rows: Sequence[dict[str, str]]) -> ArtistTags:
    countries = {code for row in rows if (code := country_code(row["country"]))}
    return ArtistTags(
        genres=weightiest(Genre(_as_musicbrainz(row["genre"])) for row in rows),
        country=countries.pop() if len(countries) == 1 else None,
    )


def _as_musicbrainz(genre: str) -> str:
    name = genre_name(genre)
    return found[1] if (found := MUSIC.fullmatch(name)) else OTHERWISE.get(name, name)


def _said(of: dict[str, Any]) -> str:
    """A literal, of no other language; what is there but not known is a blank node or an address."""
    is_text = as_text(of.get("type")).endswith("literal") and of.get("xml:lang", "en") == "en"
    return as_text(of.get("value")) if is_text else ""
