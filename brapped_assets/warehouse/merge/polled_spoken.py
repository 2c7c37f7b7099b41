"""Episodes and chapters that polls kept aside, should Spotify ever serve them: spoken plays like those of exports."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.play_merge import lock_listener
from brapped_assets.warehouse.merge.spoken_plays import SpokenKind, SpokenOutcome, merge_spoken

q = Statements(__file__, "spoken_plays.sql")

KINDS: tuple[SpokenKind, ...] = ("podcast", "audiobook")
# What is heard longer than this at a time nobody has heard; it fits into what the column holds.
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class PolledEpisode:
    """An episode or chapter as a poll serves it: END (UTC) and whole length, for nothing tells what was heard of it."""

    ended_at: datetime
    ms_played: int
    track_uri: str | None
    title: str
    artist: str
    album: str | None = None
    track_id: None = None
    platform: None = None
    country: None = None
    reason_start: None = None
    reason_end: None = None
    shuffle: None = None
    skipped: None = None
    offline: None = None
    incognito: None = None
    uploaded_at: None = None


def merge_polled_spoken(tx: Connection, listener_id: int) -> SpokenOutcome:
    """Merge what polls have kept aside and is not merged yet; what an export tells of, too, counts there."""
    kept = tx.execute(q.polled, {"listener_id": listener_id}).fetchall()
    became = SpokenOutcome()
    if not kept:
        return became
    listener = lock_listener(tx, listener_id)
    # Served again in other words it is no second one: it ended at the same instant.
    first_of = {row["played_at"]: row for row in reversed(kept)}
    for kind in KINDS:
        rows = [row for row in first_of.values() if row["kind"] == kind]
        episodes = [_episode(json.loads(row["payload"]), row["played_at"]) for row in rows]
        became += merge_spoken(tx, listener, "poll", {kind: encode(episodes, Occurrences())})
    return became


def _episode(item: dict[str, Any], ended_at: datetime) -> PolledEpisode:
    served = _object(item, "track") or _object(item, "episode")
    show = _object(served, "show") or _object(served, "audiobook")
    length = served.get("duration_ms")
    return PolledEpisode(
        ended_at,
        min(length, DAY_MS) if type(length) is int and length > 0 else 0,
        _text(served, "uri") or None,
        _text(served, "name"),
        _text(show, "name"),
        _text(show, "uri") or None,
    )


def _object(payload: dict[str, Any], key: str) -> dict[str, Any]:
    value = payload.get(key)
    return value if isinstance(value, dict) else {}


def _text(payload: dict[str, Any], key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""
