"""The plays of a list as a file, oldest first: as they stand in memory, so that all of it is of one moment."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np

from brapped_assets.insights.columns.day_numbers import instant
from brapped_assets.insights.columns.plays import Flag, Ints
from brapped_assets.insights.columns.selection_mask import SOURCES
from brapped_assets.insights.csv_file import MARK, lines
from brapped_assets.insights.names import contexts, names
from brapped_assets.insights.play_log_selection import Listing
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.zones import local_time

PIECE = 2_000
COLUMNS = (
    "ended_at_utc", "ended_at_local", "song", "artist", "album", "ms_played", "counts", "estimated", "skipped",
    "shuffle", "offline", "private", "hidden", "impossible_repeat", "source", "device", "country", "reason_end",
    "context", "track_uri",
)  # fmt: skip
TRUTHS = (Flag.SKIPPED, Flag.SHUFFLE, Flag.OFFLINE, Flag.PRIVATE)
SOURCE_OF = {int(flags): name for name, flags in SOURCES.items()}


def pieces(of: Listing, transaction: Callable[[], AbstractContextManager[Connection]]) -> Iterator[bytes]:
    """The file bit by bit. Names are asked for piece by piece: whoever reads slowly keeps no connection."""
    yield MARK.encode() + lines([COLUMNS])
    for first in range(0, len(of.rows), PIECE):
        with transaction() as tx:
            piece = lines(_rows(tx, of, of.rows[first : first + PIECE]))
        yield piece


def _rows(tx: Connection, of: Listing, rows: Ints) -> Iterator[Sequence[object]]:
    shown = of.who.shown
    plays = of.plays.where(rows)
    catalogue = shown.catalogue
    tracks = names(tx, "tracks", catalogue.tracks.keys[np.unique(plays.track)], catalogue.same_artists)
    words = shown.life.labels
    uris = contexts(tx, np.unique(plays.context))
    is_hidden = shown.hidden[rows]
    flags = plays.flags.tolist()
    for n, (end, counts, key) in enumerate(
        zip(plays.ended_at, of.counts(rows), catalogue.tracks.keys[plays.track], strict=True)
    ):
        at, track = instant(end), tracks.get(int(key), {})
        yield (
            at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            local_time(of.who.spans, at).strftime("%Y-%m-%d %H:%M:%S"),
            track.get("track_name"),
            track.get("artist_name"),
            track.get("album_name"),
            int(plays.ms[n]),
            bool(counts),
            bool(flags[n] & Flag.ESTIMATED),
            *(bool(flags[n] & flag) for flag in TRUTHS),
            bool(is_hidden[n]),
            bool(flags[n] & Flag.REPEAT),
            SOURCE_OF[flags[n] & (Flag.API | Flag.EXPORT)],
            words.get(int(plays.platform[n])),
            words.get(int(plays.country[n])),
            words.get(int(plays.reason_end[n])),
            uris.get(int(plays.context[n])),
            f"spotify:track:{track['track_id']}" if track.get("track_id") else None,
        )
