"""Plays and tracks as Spotify served them, each text kept once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.payloads import canonical, content_hash, reference, stable
from brapped_assets.warehouse.polled_page import Played

q = Statements(__file__, "landing.sql")


def land_plays(
    tx: Connection, listener_id: int, played: Sequence[Played], poll_ids: Sequence[int], now: datetime
) -> None:
    """Keep plays, each with the poll that showed it; one that is known stays as it is."""
    if not played:
        return
    tracks = [canonical(stable(item.track)) for item in played]
    contexts = [canonical(stable(item.context)) if item.context else None for item in played]
    hashes = [content_hash(track) for track in tracks]
    _land_track_payloads(tx, [item.track_ref for item in played], tracks, hashes, now)
    known_contexts = [context for context in contexts if context is not None]
    if known_contexts:
        tx.execute(
            q.contexts,
            {"hashes": [content_hash(context) for context in known_contexts], "payloads": known_contexts},
        )
    tx.execute(
        q.plays,
        {
            "listener_id": listener_id,
            "played_ats": [item.played_at for item in played],
            "refs": [reference(item.track_ref) for item in played],
            "payload_hashes": hashes,
            "context_hashes": [content_hash(context) if context else None for context in contexts],
            "poll_ids": list(poll_ids),
        },
    )


def land_tracks(tx: Connection, tracks: Sequence[tuple[str, dict[str, Any]]], now: datetime) -> None:
    """Keep track objects (reference, as received) that came without a play; `track_dim` reads them from there.

    The reference is what was asked for: Spotify answers for some ids with a track of another id.
    """
    texts = [canonical(stable(track)) for _, track in tracks]
    # That other track's own payload may be the same, letter for letter, and is kept beside it.
    told = [
        text if ref == (track.get("id") or track.get("uri")) else f"{ref}\x1e{text}"
        for (ref, track), text in zip(tracks, texts, strict=True)
    ]
    _land_track_payloads(tx, [ref for ref, _ in tracks], texts, [content_hash(each) for each in told], now)


def _land_track_payloads(tx: Connection, refs: list[str], texts: list[str], hashes: list[UUID], now: datetime) -> None:
    tx.execute(
        q.track_payloads,
        {"hashes": hashes, "refs": [reference(ref) for ref in refs], "payloads": texts, "now": now},
    )
