"""Episodes as an export tells them, for tests that need some."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from brapped_assets.history.chunks import spoken_by_kind
from brapped_assets.history.parsing import parse_row
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.merge.encoding import Occurrences, encode_spoken
from brapped_assets.warehouse.merge.play_merge import lock_listener
from brapped_assets.warehouse.merge.spoken_plays import merge_spoken
from brapped_assets_tests.history.export_builders import nameless

NOW = datetime(2027, 1, 1, tzinfo=UTC)
EPISODE = nameless(spotify_episode_uri="spotify:episode:1", episode_name="One", episode_show_name="Monday")


def hear(tx: Connection, listener_id: int, rows: Sequence[dict[str, Any]] = (EPISODE,)) -> None:
    """Merge the rows of one file of which every one is spoken."""
    listener = lock_listener(tx, listener_id)
    for kind, heard in spoken_by_kind([parse_row(row, now=NOW) for row in rows]).items():
        merge_spoken(tx, listener, kind, encode_spoken(heard, Occurrences()))
