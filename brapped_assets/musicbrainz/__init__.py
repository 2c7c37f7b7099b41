"""What MusicBrainz and Wikidata tell of artists (genres, countries, years) and albums (release groups). It is CC0."""

from brapped_assets.musicbrainz.client import MOST_ADDRESSES, MusicBrainzClient
from brapped_assets.musicbrainz.errors import Away, Malformed, TagError
from brapped_assets.musicbrainz.models import MOST_GENRES, ArtistTags, Genre, Match, ReleaseGroup
from brapped_assets.musicbrainz.transport import Service, user_agent
from brapped_assets.musicbrainz.wikidata import WikidataClient

__all__ = [
    "MOST_ADDRESSES",
    "MOST_GENRES",
    "ArtistTags",
    "Away",
    "Genre",
    "Malformed",
    "Match",
    "MusicBrainzClient",
    "ReleaseGroup",
    "Service",
    "TagError",
    "WikidataClient",
    "user_agent",
]
