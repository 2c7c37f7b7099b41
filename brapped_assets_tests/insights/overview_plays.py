"""Random histories for the overview and for today, and their plays as the public views tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from brapped_assets.insights.columns.day_numbers import day_number
from brapped_assets.insights.overview import Days
from brapped_assets.insights.viewer import Viewer, viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets_tests.insights.new_catalogue import begin_catalogue
from brapped_assets_tests.warehouse.imported_files import vouch
from brapped_assets_tests.warehouse.polled_plays import newcomer

# Half-hour zones, and nights in which the clocks change.
ZONES = ("Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns")
NOW = datetime(2026, 3, 29, 20, 10, tzinfo=UTC)
MOMENTS = (
    datetime(2024, 12, 31, 17, tzinfo=UTC),
    datetime(2025, 3, 29, 12, tzinfo=UTC),
    datetime(2025, 10, 25, 22, tzinfo=UTC),
    datetime(2026, 3, 22, 12, tzinfo=UTC),
    datetime(2026, 3, 28, 23, tzinfo=UTC),
)
# Main artist, album, guests; albums have their year of release.
TRACKS = ((1, 1, (2,)), (1, 2, ()), (1, None, (3, 2)), (2, 3, (1,)), (3, 3, ()), (3, None, ()))
# The second is a release of the first.
ALBUMS = (("Album 1", date(1979, 12, 31)), ("Album 1 [2011 Remaster]", None), ("Album 3", date(1980, 1, 1)))
RELEASE_OF = {1: 1, 2: 1, 3: 3, None: None}
CONTEXT = "spotify:playlist:1"
PLATFORMS = (None, "android", "iOS 17", "web_player windows 10;chrome", "Partner google cast_tv;TV")
HIDDEN: tuple[dict[str, Any], ...] = ({}, {}, {"artist_key": 3}, {"track_key": 1}, {"context_uri": CONTEXT})


class Told(NamedTuple):
    """One play."""

    at: datetime
    track: int
    ms: int
    is_estimated: bool
    incognito: bool | None
    in_context: bool
    platform: str | None
    skipped: bool


@dataclass(frozen=True)
class History:
    """`later` is told, `gone` of the first plays are removed and `hidden` hidden after the totals were built."""

    zone: str
    first: list[Told]
    later: list[Told]
    gone: int
    hidden: dict[str, Any]


def histories() -> st.SearchStrategy[History]:
    """Few plays close together at awkward moments, so that ties, sessions and midnights happen."""
    at = st.builds(lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(MOMENTS),
                   st.integers(0, 120).map(lambda n: 8 * n))  # fmt: skip
    play = st.builds(
        Told, at, st.integers(1, len(TRACKS)), st.sampled_from((29_999, 30_000, 200_000, 3_600_000)), st.booleans(),
        st.sampled_from((None, False, False, True)), st.booleans(), st.sampled_from(PLATFORMS), st.booleans(),
    )  # fmt: skip
    several = st.lists(play, min_size=1, max_size=14)
    return st.builds(History, st.sampled_from(ZONES), several, several, st.integers(0, 2), st.sampled_from(HIDDEN))


def know(tx: Connection, zone: str) -> int:
    """A listener, and the artists, albums and tracks, keyed as they stand above."""
    begin_catalogue(tx)
    tx.execute("delete from audit.listener")
    me = newcomer(tx, "overview", zone=zone)
    # A statement a table, for this is done before nearly every test and example.
    tx.execute("insert into star.artist_dim (artist_id, artist_name)"
               " select 'ar' || n, 'Artist ' || n from generate_series(1, 3) n")  # fmt: skip
    tx.execute("insert into star.album_dim (album_ref, album_id, album_name, artist_name, release_date)"
               " select 'al' || n, 'al' || n, title, 'Various', released"
               "   from unnest(%s::text[], %s::date[]) with ordinality album (title, released, n) order by n",
               [list(column) for column in zip(*ALBUMS, strict=True)])  # fmt: skip
    tx.execute("insert into star.track_dim (track_ref, track_id, track_name, artist_key, album_key)"
               " select 't' || n, 't' || n, 'Track ' || n, artist, album"
               "   from unnest(%s::int[], %s::int[]) with ordinality track (artist, album, n) order by n",
               [[track[place] for track in TRACKS] for place in (0, 1)])  # fmt: skip
    credited_as = [
        (key, position, credited)
        for key, (artist, _, guests) in enumerate(TRACKS, 1)
        for position, credited in enumerate((artist, *guests))
    ]
    tx.execute("insert into star.track_artist select * from unnest(%s::int[], %s::int[], %s::int[])",
               [list(column) for column in zip(*credited_as, strict=True)])  # fmt: skip
    tx.execute("insert into star.play_label (label) select * from unnest(%s::text[]) on conflict do nothing",
               (list(PLATFORMS[1:]),))  # fmt: skip
    tx.execute("insert into raw.context (content_hash, payload) values (gen_random_uuid(), %s)",
               (f'{{"type": "playlist", "uri": "{CONTEXT}"}}',))  # fmt: skip
    return me


def play(tx: Connection, me: int, told: Sequence[Told]) -> None:
    """As polls leave plays where they are estimated, and as an extended export does where they are not."""
    tx.execute(
        """insert into star.streaming_fact (played_at, played_at_local, listener_id, track_key, ms_played,
               is_estimated, incognito, api_at, api_track_key, api_context_key, export_at, in_extended,
               platform_key, skipped, shuffle, offline)
           select told.at, told.at at time zone l.time_zone, l.listener_id, told.track, told.ms,
                  told.is_estimated, told.incognito, told.at + (told.nth - 1) * interval '1 microsecond', told.track,
                  (select context_key from raw.context where told.in_context),
                  case when not told.is_estimated then told.at end, not told.is_estimated,
                  (select label_key from star.play_label where label = told.platform and not told.is_estimated),
                  case when not told.is_estimated then told.skipped end,
                  case when not told.is_estimated then not told.skipped end,
                  case when not told.is_estimated then told.incognito end
           from audit.listener l
           cross join unnest(%(at)s::timestamptz[], %(track)s::int[], %(ms)s::int[], %(is_estimated)s::bool[],
                             %(incognito)s::bool[], %(in_context)s::bool[], %(platform)s::text[], %(skipped)s::bool[])
                with ordinality
                as told (at, track, ms, is_estimated, incognito, in_context, platform, skipped, nth)
           where l.listener_id = %(me)s
           order by told.nth""",
        {"me": me, **{name: [getattr(one, name) for one in told] for name in Told._fields}},
    )


def polled(tx: Connection, me: int, at: datetime) -> None:
    """A poll that brought nothing."""
    tx.execute("insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped,"
               " keys_missing, keys_new) values (%s, 'run', %s, 0, 0, 0, true, '{}', '{}')", (me, at))  # fmt: skip


def gap(tx: Connection, me: int, gap_start: datetime, gap_end: datetime) -> None:
    """A stretch of time in which plays may be missing."""
    tx.execute(
        """with poll as (
               insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, overlapped,
                                       keys_missing, keys_new)
               values (%(me)s, 'run', %(gap_end)s, 0, 0, 0, false, '{}', '{}') returning poll_id)
           insert into audit.gap (listener_id, gap_start, gap_end, reason, poll_id)
           select %(me)s, %(gap_start)s, %(gap_end)s, 'test', poll_id from poll""",
        {"me": me, "gap_start": gap_start, "gap_end": gap_end},
    )


def tell(tx: Connection, history: History) -> int:
    """A history known whole whose totals are behind: built after the first plays, then everything else."""
    me = know(tx, history.zone)
    vouch(tx, me, datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    play(tx, me, history.first)
    tx.execute("delete from star.streaming_fact where play_key in"
               " (select play_key from star.streaming_fact order by play_key limit %s)", (history.gone,))  # fmt: skip
    play(tx, me, [one._replace(at=one.at + timedelta(seconds=1)) for one in history.later])
    for column, value in history.hidden.items():
        tx.execute(f"insert into insights.hidden (listener_id, {column}, hidden_at) values (%s, %s, %s)",
                   (me, value, NOW))  # fmt: skip
    return me


def seen(tx: Connection, now: datetime = NOW) -> Viewer:
    who = viewer(tx, now)
    assert who is not None
    return who


def shown(
    tx: Connection, hidden: dict[str, Any], first: date = date.min, until: date = date.max
) -> list[dict[str, Any]]:
    """The plays statistics speak of, of any length, in the order of their END, from the public views alone."""
    rows = tx.execute(
        """select p.*, t.release_date
           from bi.plays p join bi.tracks t using (track_key)
           where p.incognito is not true and p.played_on >= %s and p.played_on < %s
           order by p.played_at, p.play_key""",
        (first, until),
    ).fetchall()
    return [row for row in rows if not any(row[column] == value for column, value in hidden.items())]


def counting(
    tx: Connection, hidden: dict[str, Any], first: date = date.min, until: date = date.max
) -> list[dict[str, Any]]:
    return [row for row in shown(tx, hidden, first, until) if row["counts_as_play"]]


def label(tx: Connection) -> None:
    """Reasons and countries, which the plays of an export do without."""
    tx.execute("insert into star.play_label (label) values ('trackdone'), ('fwdbtn'), ('DE'), ('IN')"
               " on conflict do nothing")  # fmt: skip
    tx.execute(
        """update star.streaming_fact f
           set reason_end_key = (select label_key from star.play_label
                                  where label = (array['trackdone', 'fwdbtn', null])[play_key % 3 + 1]),
               country_key = (select label_key from star.play_label
                               where label = (array['DE', 'IN'])[play_key % 2 + 1])
           where in_extended"""
    )


def vary(tx: Connection) -> None:
    """Some plays end for a reason and somewhere, songs have lengths, and two are one recording."""
    label(tx)
    tx.execute("update star.track_dim set duration_ms = track_key * 50000 where track_key < 6")
    tx.execute("update star.track_dim set isrc = 'same' where track_key in (2, 3)")


def describe(tx: Connection) -> None:
    """Genres, countries and years of artists: of each source some, of one artist of three."""
    tx.execute(
        """insert into star.artist_genre (artist_key, source, genre, votes)
           select artist_key, told.source, told.genre, told.votes
           from star.artist_dim a
           join (values (1, 'musicbrainz', 'rock', 3), (1, 'musicbrainz', 'alternative rock', 1),
                        (1, 'wikidata', 'pop', 1), (2, 'wikidata', 'k-pop', 1), (2, 'wikidata', 'rock', 1),
                        (3, 'musicbrainz', 'k-pop', 5)) told (n, source, genre, votes) on told.n = a.artist_key"""
    )
    tx.execute("update star.artist_dim set genres = 'Jazz, k-pop' where artist_key in (1, 4)")
    tx.execute(
        """insert into star.artist_tags (artist_key, country, began, source, asked_at)
           select artist_key, (array['GB', null, 'KR'])[artist_key], (array[1969, 1970, null])[artist_key],
                  'musicbrainz', now()
           from star.artist_dim where artist_key <= 3"""
    )
    tx.execute(
        """insert into insights.artist_override (artist_ref, genres, country, began, in_file, said_at)
           select artist_name, array['jazz', 'pop'], 'XK', null, true, now()
           from star.artist_dim where artist_key = 3"""
    )


def played(*days: tuple[date, int, int]) -> Days:
    """Local days in order with their plays and milliseconds."""
    day, plays, ms = np.array([(day_number(day), plays, ms) for day, plays, ms in days], np.int64).reshape(-1, 3).T
    return Days(day, plays, ms, *np.zeros((5, len(day)), np.int64))
