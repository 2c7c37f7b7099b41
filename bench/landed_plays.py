"""Plays landed as polls would land them, but without asking over HTTP: the way to a full warehouse in seconds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from brapped_assets.demo import payloads
from brapped_assets.demo.account import SHOWN_FROM_MS
from brapped_assets.demo.listener import Listener, Play
from brapped_assets.spotify import PARSER_VERSION, PlayedItem, parse_item
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.polled_page import Page

PAGE = 50
SERVED_BY = "https://api.spotify.com"


def shown(listener: Listener, start: datetime, end: datetime) -> list[Play]:
    """The listener's plays of this time that Spotify would show, oldest first."""
    return [play for play in listener.plays_between(start, end) if play.ms_played >= SHOWN_FROM_MS and not play.private]


def visible_spans(plays: list[Play]) -> dict[datetime, tuple[datetime, datetime]]:
    """By END, from when until when each play is among the newest 50; what never is, is not in it."""
    spans: dict[datetime, tuple[datetime, datetime]] = {}
    for place, play in enumerate(plays):
        # Uploads come at most 30 hours late, so what decides lies among the next few hundred.
        newer = sorted(other.served_from for other in plays[place + 1 : place + 600])
        until = newer[PAGE - 1] if len(newer) >= PAGE else datetime.max.replace(tzinfo=UTC)
        if play.served_from < until:
            spans[play.played_at] = play.served_from, until
    return spans


def land_plays(warehouse: Warehouse, plays: Sequence[Play], *, is_merged: bool = False) -> int:
    """Land these plays for the one listener, a page of 50 a poll, each merged if asked for; returns their key."""
    with warehouse.transaction() as tx:
        listener_id = listeners.save_listener(
            tx, refresh_token="bench", time_zone="Asia/Kolkata", now=plays[0].played_at
        ).listener_id
    for first in range(0, len(plays), PAGE):
        items = [
            parse_item(payloads.restricted(payloads.play(play, SERVED_BY))) for play in plays[first : first + PAGE]
        ]
        played = [item for item in items if isinstance(item, PlayedItem)]
        polled_at = played[-1].played_at + timedelta(minutes=1)
        with warehouse.transaction() as tx:
            land(tx, Page(listener_id, f"{first:036}", polled_at, played, [], PARSER_VERSION))
        if is_merged:
            with warehouse.transaction() as tx:
                merge_plays(tx, listener_id, polled_at)
    return listener_id
