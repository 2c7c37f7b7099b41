"""What an assistant may read: the views of the schema `bi`, each as far as it is one listener's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brapped_assets.insights.power_bi.model import Column, views
from brapped_assets.warehouse.assistant_access import Reads
from brapped_assets.warehouse.db.connections import Connection

# Views of all listeners' music: rows of what this one played. Their instants are of everybody's plays, and left out.
OF_EVERYBODY = {
    "tracks": "track_key in ({tracks})",
    "track_artists": "track_key in ({tracks})",
    "track_albums": "track_key in ({tracks})",
    "artists": "artist_key in ({artists})",
    "artist_genres": "artist_key in ({artists})",
    "albums": "album_id in (select album_id from bi.track_albums where track_key in ({tracks}))",
    "dates": "true",
}
EVERYBODYS_INSTANTS = {"first_played_at", "last_played_at"}
TRACKS = "select track_key from bi.plays where listener_id = {listener}"
ARTISTS = (
    "select artist_key from bi.plays where listener_id = {listener} union "
    "select artist_key from bi.track_artists where track_key in ({tracks})"
)
# What the export itself tells of a play. Lengths, albums, ids of artists and contexts came from Spotify's API.
EXPORTED = {
    "play_key", "listener_id", "played_at", "played_at_local", "played_on", "played_hour", "track_key", "track_name",
    "artist_key", "artist_name", "ms_played", "ms_played_basis", "counts_as_play", "skipped", "shuffle", "offline",
    "incognito", "platform", "country", "reason_start", "reason_end", "source",
}  # fmt: skip
EXPORTED_PLAYS = {"plays", "shown_plays"}
IN_AN_EXPORT = EXPORTED_PLAYS | {"spoken_plays", "dates", "listener_zones"}


@dataclass(frozen=True)
class ListenerTable:
    """A view as one listener sees it: `source` is the query that gives its rows."""

    name: str
    words: str
    columns: tuple[Column, ...]
    source: str


def listener_tables(tx: Connection, listener_id: int, reads: Reads = "all") -> Mapping[str, ListenerTable]:
    """By name. A view that tells nothing of a listener and is in no list here is left out."""
    tracks = TRACKS.format(listener=listener_id)
    artists = ARTISTS.format(listener=listener_id, tracks=tracks)
    found = {}
    for view in views(tx):
        if reads == "export" and view.name not in IN_AN_EXPORT:
            continue
        columns = view.columns
        if any(column.name == "listener_id" for column in columns):
            rows = f"listener_id = {listener_id}"
            if reads == "export" and view.name in EXPORTED_PLAYS:
                columns = [column for column in columns if column.name in EXPORTED]
                rows += " and source in ('export', 'both')"
        elif view.name in OF_EVERYBODY:
            columns = [column for column in columns if column.name not in EVERYBODYS_INSTANTS]
            rows = OF_EVERYBODY[view.name].format(tracks=tracks, artists=artists)
        else:
            continue
        # Names of the database's own catalogue, and a number.
        source = f"select {_listed(columns)} from bi.{view.name} where {rows}"  # noqa: S608
        found[view.name] = ListenerTable(view.name, view.words, tuple(columns), source)
    return found


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)
