"""Small histories written straight into the star, and by hand what statistics may speak of."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets_tests.insights.new_catalogue import begin_catalogue
from brapped_assets_tests.warehouse.polled_plays import newcomer

# Half-hour zones, and nights in which the clocks change.
ZONES = ("Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns")
NOW = datetime(2026, 3, 29, 20, tzinfo=UTC)
MOMENTS = (
    datetime(2024, 12, 31, 18, tzinfo=UTC),
    datetime(2025, 10, 25, 22, tzinfo=UTC),
    datetime(2026, 3, 28, 23, tzinfo=UTC),
)
# Track: title, artist, album, ISRC, guests.
TRACKS = (
    ("One", 1, 1, "IS1", (2,)),
    ("One", 1, 2, "IS1", ()),
    ("Two", 1, None, None, (3, 2)),
    ("Three", 2, 3, "IS2", (1,)),
    ("Four", 2, 3, "IS1", ()),
    ("Five", 3, None, None, ()),
)
# The second is a release of the first.
ALBUMS = (("Album 1", "Artist 1"), ("ÁLBUM 1 (Deluxe Edition)", "artist 1"), ("Album 3", "Artist 2"))
RELEASE_OF = {1: 1, 2: 1, 3: 3, None: None}
CONTEXTS = (None, "spotify:playlist:1", "spotify:album:2")


@dataclass(frozen=True)
class Told:
    """One play."""

    at: datetime
    track: int
    ms: int
    is_estimated: bool = False
    incognito: bool | None = None
    context: str | None = None


def plays() -> st.SearchStrategy[list[Told]]:
    """Few plays close together at awkward moments, so that ties and midnights happen."""
    moment = st.builds(
        lambda start, minutes: start + timedelta(minutes=minutes),
        st.sampled_from(MOMENTS),
        st.integers(0, 16 * 12).map(lambda n: 5 * n),
    )
    play = st.builds(
        Told, moment, st.integers(1, len(TRACKS)), st.sampled_from((29_999, 30_000, 60_000, 200_000)), st.booleans(),
        st.sampled_from((None, False, False, True)), st.sampled_from(CONTEXTS),
    )  # fmt: skip
    return st.lists(play, min_size=1, max_size=25)


def know(tx: Connection, zone: str) -> int:
    """A listener, artists 1 to 4, the albums and the tracks, keyed as they stand above."""
    begin_catalogue(tx)
    me = newcomer(tx, "items", zone=zone)
    # A statement a table, for this is done before nearly every test and example.
    tx.execute("insert into star.artist_dim (artist_id, artist_name)"
               " select 'ar' || n, 'Artist ' || n from generate_series(1, 4) n")  # fmt: skip
    tx.execute("insert into star.album_dim (album_ref, album_id, album_name, artist_name)"
               " select 'al' || n, 'al' || n, title, artist"
               "   from unnest(%s::text[], %s::text[]) with ordinality album (title, artist, n) order by n",
               [list(column) for column in zip(*ALBUMS, strict=True)])  # fmt: skip
    tx.execute("insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key, isrc, duration_ms)"
               " select 't' || n, 't' || n, title, artist, album, isrc, 200000"
               "   from unnest(%s::text[], %s::int[], %s::int[], %s::text[]) with ordinality"
               "        track (title, artist, album, isrc, n) order by n",
               [[track[place] for track in TRACKS] for place in range(4)])  # fmt: skip
    credited_as = [
        (key, position, credited)
        for key, (_, artist, *_, guests) in enumerate(TRACKS, 1)
        for position, credited in enumerate((artist, *guests))
    ]
    tx.execute("insert into star.track_artist select * from unnest(%s::int[], %s::int[], %s::int[])",
               [list(column) for column in zip(*credited_as, strict=True)])  # fmt: skip
    payloads = [f'{{"type": "{context.split(":")[1]}", "uri": "{context}"}}' for context in CONTEXTS[1:]]
    tx.execute("insert into raw.context (content_hash, payload) select gen_random_uuid(), payload"
               " from unnest(%s::jsonb[]) with ordinality told (payload, n) order by n", (payloads,))  # fmt: skip
    return me


def play(tx: Connection, me: int, told: Sequence[Told]) -> None:
    """Plays as an extended export would leave them, or as polls would where they are estimated."""
    tx.execute(
        """insert into star.streaming_fact (
               played_at, played_at_local, listener_id, track_key, ms_played, is_estimated, incognito,
               api_at, api_track_key, api_context_key, export_at, in_extended)
           select told.at, told.at at time zone l.time_zone, l.listener_id, told.track, told.ms, told.is_estimated,
                  told.incognito, told.at + (before.n + told.nth - 1) * interval '1 millisecond', told.track,
                  c.context_key, case when not told.is_estimated then told.at end, not told.is_estimated
           from audit.listener l
           cross join (select count(*) as n from star.streaming_fact) before
           cross join unnest(%(at)s::timestamptz[], %(track)s::int[], %(ms)s::int[], %(is_estimated)s::bool[],
                             %(incognito)s::bool[], %(context)s::text[])
                with ordinality as told (at, track, ms, is_estimated, incognito, context, nth)
           left join raw.context c on c.context_uri = told.context
           where l.listener_id = %(me)s
           order by told.nth""",
        {"me": me, **{field.name: [getattr(one, field.name) for one in told] for field in fields(Told)}},
    )


def shown(
    tx: Connection, me: int, query: str, hidden: dict[str, Any] | None = None, **values: Any
) -> list[dict[str, Any]]:
    """A query over `shown`: the plays of bi.plays that count, what is private or hidden left out by hand."""
    kept_out = {"artist": [], "track": [], "context": [], **(hidden or {})}
    return tx.execute(
        """with shown as (
               select p.*, t.isrc, (select album_key from star.track_dim d where d.track_key = p.track_key) as album_key
               from bi.plays p join bi.tracks t using (track_key)
               where p.listener_id = %(me)s and p.ms_played >= 30000 and not coalesce(p.incognito, false)
                 and not p.artist_key = any(%(artist)s::int[]) and not p.track_key = any(%(track)s::int[])
                 and not coalesce(p.context_uri = any(%(context)s::text[]), false)) """
        + query,
        {"me": me, **kept_out, **values},
    ).fetchall()


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
