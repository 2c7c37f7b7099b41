"""Pages of plays as a poll brings them, and the tables they end up in, read back without surrogate keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.dimensions import apply_payloads, save_artist
from brapped_assets.warehouse.gap_proof import Proof
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.polled_page import Page

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Row = dict[str, Any]


def at(minutes: float) -> datetime:
    """So many minutes after noon, UTC."""
    return NOON + timedelta(minutes=minutes)


def song(ref: str, *, artists: Sequence[str] = ("alice",), duration_ms: Any = 200_000, **more: Any) -> dict[str, Any]:
    """A full track object, as far as the warehouse reads it; an artist's id is the name with `id-` before it."""
    credited = [{"id": f"id-{name}", "name": name} for name in artists]
    return {
        "id": ref,
        "uri": f"spotify:track:{ref}",
        "name": f"Song {ref}",
        "artists": credited,
        "album": {"id": f"album-{ref}", "name": f"Album {ref}", "artists": credited[:1]},
        "duration_ms": duration_ms,
        **more,
    }


def local_file(title: str) -> dict[str, Any]:
    return {
        "id": None,
        "uri": f"spotify:local:bob:tape:{title}:180",
        "is_local": True,
        "name": title,
        "artists": [{"id": None, "name": "bob"}],
        "album": {"id": None, "name": "tape"},
        "duration_ms": 180_000,
    }


@dataclass(frozen=True)
class Play:
    """One item understood."""

    played_at: datetime
    track: dict[str, Any]
    context: dict[str, Any] | None = None

    @property
    def track_ref(self) -> str:
        return str(self.track.get("id") or self.track["uri"])


@dataclass(frozen=True)
class Unread:
    """One item that is no play; unless told otherwise, one nobody understood, without a date."""

    payload: Any
    reason: str = "the track is not an object"
    kind: str = "not_understood"
    played_at: datetime | None = None


def plays(ends: Sequence[float], ref: str = "a") -> list[Play]:
    """Plays of one song that ended so many minutes after noon."""
    return [Play(at(minutes), song(ref)) for minutes in ends]


def newcomer(tx: Connection, token: str = "token", *, zone: str = "Asia/Kolkata") -> int:
    """A listener of their own, by a token nobody else has."""
    return listeners.save_listener(
        tx, refresh_token=token, time_zone=zone, now=NOON, spotify_user_id=f"user of {token}"
    ).listener_id


def page(
    listener_id: int,
    played: Sequence[Play],
    others: Sequence[Unread] = (),
    *,
    polled_at: datetime | None = None,
    parser_version: int = 1,
) -> Page:
    """Polled, unless told otherwise, when its newest play ended."""
    newest = max((play.played_at for play in played), default=NOON)
    return Page(listener_id, "run", polled_at or newest, played, others, parser_version)


def poll(tx: Connection, listener_id: int, played: Sequence[Play], others: Sequence[Unread] = ()) -> Proof:
    return land(tx, page(listener_id, played, others))


def listened(tx: Connection) -> int:
    """Two plays of a known song from an album, a local file without anything, and a gap before them."""
    me = newcomer(tx, "ann", zone="Asia/Kolkata")
    known = song(
        "a",
        artists=["alice", "ben", "carol"],
        explicit=False,
        external_ids={"isrc": "DEAB12345678"},
        album={
            "id": "album-a",
            "name": "Album a",
            "artists": [{"id": "id-various", "name": "Various"}],
            "album_type": "compilation",
            "release_date": "2019",
            "total_tracks": 20,
            "images": [{"url": "https://i/a"}],
        },
    )
    context = {"type": "playlist", "uri": "spotify:playlist:1"}
    poll(tx, me, [Play(at(-600), known)])
    poll(tx, me, [Play(at(0), known, context), Play(at(0.25), {**local_file("demo"), "album": None})])
    merge_plays(tx, me, at(1))
    apply_payloads(tx)
    save_artist(tx, "id-alice", name="Alice", genres=["folk", "jazz"], image_url="https://i/alice", now=at(1))
    return me


def fact(tx: Connection, listener_id: int) -> list[Row]:
    """The natural columns of one listener's fact."""
    return tx.execute(
        """
        select f.played_at, t.track_ref, f.ms_played, f.is_estimated, f.played_at_local, f.played_on, f.played_hour,
               f.api_at, api.track_ref as api_track_ref, f.api_duration_ms, c.payload as context,
               f.export_at, f.legacy_at
        from star.streaming_fact f
        join star.track_dim t using (track_key)
        left join star.track_dim api on api.track_key = f.api_track_key
        left join raw.context c on c.context_key = f.api_context_key
        where f.listener_id = %s
        order by f.played_at, t.track_ref, f.api_at, f.export_at, f.legacy_at
        """,
        (listener_id,),
    ).fetchall()


def landed(tx: Connection, listener_id: int) -> list[Row]:
    """What has landed, with its payloads."""
    return tx.execute(
        """
        select r.played_at, r.track_ref, p.payload, c.payload as context, r.is_merged
        from raw.recently_played r
        join raw.track_payload p using (payload_key)
        left join raw.context c using (context_key)
        where r.listener_id = %s
        order by r.played_at, r.track_ref
        """,
        (listener_id,),
    ).fetchall()


def gaps(tx: Connection) -> list[tuple[datetime, datetime]]:
    found = tx.execute("select gap_start, gap_end from audit.gap order by gap_id").fetchall()
    return [(row["gap_start"], row["gap_end"]) for row in found]


def everything(tx: Connection) -> dict[str, list[Row]]:
    """All that landing, merging and reading payloads leave behind, without surrogate keys."""
    queries = {
        "listener": "select spotify_user_id, collected_since, merged_at from audit.listener order by 1",
        "poll": "select polled_at, items, landed, rejected, overlapped from audit.poll order by 1",
        "gap": "select gap_start, gap_end, reason from audit.gap order by 1",
        "hole": "select gap_start, gap_end, closed_at from bi.coverage_gaps order by 1",
        "rejected": "select payload, reason, times from audit.rejected_row order by 1",
        "payload": "select track_ref, payload, is_applied from raw.track_payload order by 1, content_hash",
        "artist": "select artist_id, artist_name from star.artist_dim order by 1, 2",
        "album": "select album_ref, album_id, album_name, artist_name, release_date from star.album_dim order by 1",
        "track": "select track_ref, track_id, track_name, artist_id, a.artist_name, album_ref, duration_ms"
        " from star.track_dim join star.artist_dim a using (artist_key)"
        " left join star.album_dim using (album_key) order by 1",
        "credit": "select track_ref, position, a.artist_name from star.track_artist ta"
        " join star.track_dim using (track_key) join star.artist_dim a on a.artist_key = ta.artist_key order by 1, 2",
        "export half": "select listener_id, export_at, x.track_ref, export_ms, export_nth, in_extended, in_account,"
        " label from star.streaming_fact join raw.export_track x using (export_track_key)"
        " left join star.play_label on label_key = platform_key order by 1, 2, 3, 4, 5",
        "legacy half": "select listener_id, legacy_at, l.track_ref from star.streaming_fact"
        " join raw.legacy_track l using (legacy_track_key) order by 1, 2, 3",
        "legacy play": "select listener_id, played_at, track_ref, title, artist, duration_ms from raw.legacy_play"
        " join raw.legacy_track using (legacy_track_key) order by 1, 2, 3",
        "export track": "select track_ref, track_id, title, artist, album from raw.export_track order by 1, 3",
    }
    found = {name: tx.execute(query).fetchall() for name, query in queries.items()}
    for row in tx.execute("select listener_id from audit.listener order by 1").fetchall():
        listener_id = row["listener_id"]
        found[f"landed {listener_id}"], found[f"fact {listener_id}"] = landed(tx, listener_id), fact(tx, listener_id)
    return found
