"""The numbers of one artist, track or album: by month, by hour, its songs, its newest plays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.day_numbers import date_of, instant
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.plays import EPOCH, Flag
from brapped_assets.insights.columns.reductions import Sums, summed
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.names import NamedKind, names
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.zones import local_time

q = Statements(__file__)

Kind = Literal["artist", "track", "album"]
NAMED: dict[Kind, NamedKind] = {"artist": "artists", "track": "tracks", "album": "albums"}
Row = dict[str, Any]
# Keys are PostgreSQL integers; an address may hold any.
LARGEST_KEY = 2**31 - 1
HOURS, MONTHS = 24, 12


def key_in(text: str) -> int:
    """The key in a text from outside; 0, which nothing has, when it is none. Python reads no number of 5,000 digits."""
    return int(text) if re.fullmatch("[0-9]{1,10}", text) and int(text) <= LARGEST_KEY else 0


@dataclass(frozen=True)
class Life:
    """Plays over all time, and the local days of the first and the last of them; None without any."""

    plays: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Run:
    """Plays with none of anything else between them; `first_on` is the local day of the first."""

    plays: int
    first_on: date


@dataclass(frozen=True)
class Hour:
    """A local hour, 0 to 23, with plays in it."""

    hour: int
    plays: int
    ms: int
    estimated_ms: int


@dataclass(frozen=True)
class Month:
    """A local month (its first day) with plays in it."""

    month: date
    plays: int
    ms: int


@dataclass(frozen=True)
class Loyalty:
    """`heard` of the `months` from that of the first play to the running one, both in."""

    heard: int
    months: int


def find(tx: Connection, who: Viewer, kind: Kind, key: int) -> Row | None:
    """What is known of it (key, spotify_id, name, …); None when there is no such key."""
    if not 0 < key <= LARGEST_KEY:
        return None
    return tx.execute(q[kind], {"listener_id": who.listener_id, "key": key}).fetchone()


def number_of(who: Viewer, kind: Kind, item: Row) -> int:
    """The number in the catalogue of what `find` found; -1 when nothing of it was ever played."""
    catalogue = who.shown.catalogue
    numbering, key = {
        "artist": (catalogue.artists, "key"),
        "track": (catalogue.tracks, "key"),
        "album": (catalogue.albums, "release_group"),
    }[kind]
    return int(numbering.numbers(np.array([item[key]]))[0])


def tracks_of(who: Viewer, kind: Kind, item: Row) -> Numbers:
    """The played tracks (numbers) it is made of: a main artist's, those of all releases of an album or a recording."""
    catalogue = who.shown.catalogue
    if kind == "track":
        # Another release of it may have been played.
        column, number = catalogue.recording, int(catalogue.recordings.numbers(np.array([item["recording"]]))[0])
    else:
        column, number = catalogue.artist if kind == "artist" else catalogue.album, number_of(who, kind, item)
    return np.flatnonzero(column == number).astype(np.int32) if number >= 0 else np.empty(0, np.int32)


def tracks_as_guest(who: Viewer, artist: Row) -> Numbers:
    """The played tracks (numbers) of others on which an artist is credited."""
    catalogue = who.shown.catalogue
    found: Numbers = catalogue.guest_track[catalogue.guest_artist == number_of(who, "artist", artist)]
    return found


def is_theirs(who: Viewer, kind: Kind, item: Row) -> bool:
    """Whether any row of the listener's is of it, of any length, shown or not; or they hide it before one comes."""
    of = [tracks_of(who, kind, item), *([tracks_as_guest(who, item)] if kind == "artist" else [])]
    return any(map(len, of)) or item.get("hidden_id") is not None


def life(plays: SummedPlays) -> Life:
    """Of plays of all time."""
    if not len(plays):
        return Life(0, None, None)
    return Life(len(plays), date_of(plays.day.min()), date_of(plays.day.max()))


def longest_run(ever: SummedPlays, tracks: Numbers) -> Run | None:
    """The most plays in a row of some tracks (numbers) among all plays; of several the oldest, None without any."""
    wanted = np.zeros(len(ever.catalogue.tracks), np.bool_)
    wanted[tracks] = True
    places = np.flatnonzero(np.take(wanted, ever.track))
    if len(places) == 0:
        return None
    begins = np.flatnonzero(np.diff(places, prepend=-2) > 1)
    lengths = np.diff(np.append(begins, len(places)))
    longest = int(lengths.argmax())
    return Run(int(lengths[longest]), date_of(ever.day_of(int(places[begins[longest]]))))


def clock(plays: SummedPlays) -> list[Hour]:
    """Plays by local hour; hours without any are left out."""
    sums = summed(plays.hour, plays.ms, HOURS)
    estimated = summed(plays.hour, np.where(plays.has(Flag.ESTIMATED), plays.ms, 0), HOURS)
    return [Hour(int(n), int(sums.plays[n]), int(sums.ms[n]), int(estimated.ms[n])) for n in sums.played]


def months(plays: SummedPlays) -> list[Month]:
    """Plays by local month, in order; months without any are left out."""
    if not len(plays):
        return []
    month = (EPOCH + plays.day.astype("timedelta64[D]")).astype("datetime64[M]")
    first = month.min()
    number: NDArray[np.int64] = (month - first).astype(np.int64)
    sums = summed(number, plays.ms, int(number.max()) + 1)
    days: list[date] = (first + sums.played).astype("datetime64[D]").tolist()
    return [Month(day, int(sums.plays[n]), int(sums.ms[n])) for day, n in zip(days, sums.played, strict=True)]


def loyalty(of: Sequence[Month], today: date) -> Loyalty | None:
    """Of the months that `months` has of all time; None without any."""
    if not of:
        return None
    first, last = of[0].month, max(today, of[-1].month)
    return Loyalty(len(of), (last.year - first.year) * MONTHS + last.month - first.month + 1)


def first_song(tx: Connection, ever: SummedPlays) -> Row | None:
    """The song of the first of some plays, as `names` has it; None without any."""
    first = ever.earliest()
    if not len(first):
        return None
    (key,) = first.catalogue.tracks.keys[first.track].tolist()
    return names(tx, "tracks", [key], first.catalogue.same_artists).get(key)


def recent(tx: Connection, who: Viewer, plays: SummedPlays, limit: int) -> list[Row]:
    """The newest of some plays, the newest first; `played_at_local` is the END in the zone of then, without zone."""
    newest = plays.latest(limit)
    keys = newest.catalogue.tracks.keys[newest.track].tolist()
    named_by = names(tx, "tracks", keys, newest.catalogue.same_artists)
    rows = zip(newest.ended_at, newest.ms.tolist(), newest.has(Flag.ESTIMATED).tolist(), keys, strict=True)
    return [
        {
            **named_by[key],
            "played_at_local": local_time(who.spans, instant(end)).replace(tzinfo=None),
            "ms_played": ms,
            "is_estimated": is_estimated,
        }
        for end, ms, is_estimated, key in reversed(list(rows))
    ]


def songs(tx: Connection, plays: SummedPlays, limit: int) -> list[Row]:
    """The tracks of some plays, the most played first."""
    keys = plays.catalogue.tracks.keys
    return _tracks(tx, plays.by_track.ranked("plays", keys, limit), plays.by_track, plays.catalogue)


def recordings(tx: Connection, plays: SummedPlays, limit: int) -> list[Row]:
    """As `songs`, with the releases of a recording as one row, that of the most played of them."""
    catalogue, of_tracks = plays.catalogue, plays.by_track
    ranked = of_tracks.ranked("plays", catalogue.tracks.keys, len(catalogue.tracks))
    _, first = np.unique(catalogue.recording[ranked], return_index=True)
    release = ranked[first]
    sums = of_tracks.grouped(catalogue.recording, len(catalogue.recordings))
    of_release = Sums(sums.plays[catalogue.recording], sums.ms[catalogue.recording])
    return _tracks(tx, of_release.ranked("plays", catalogue.tracks.keys, limit, release), of_release, catalogue)


def guests(tx: Connection, who: Viewer, key: int) -> list[Row]:
    """The artists credited on a track beside its main one, in the order of the credits."""
    return tx.execute(q.guests, {"listener_id": who.listener_id, "key": key}).fetchall()


def all_time(who: Viewer) -> Period:
    return named("all", today=who.today, first_day=who.first_day or who.today)


def _tracks(tx: Connection, ranked: NDArray[np.integer], sums: Sums, catalogue: Catalogue) -> list[Row]:
    keys = catalogue.tracks.keys
    named_by = names(tx, "tracks", keys[ranked], catalogue.same_artists)
    return [
        {**named_by[key], "plays": int(sums.plays[n]), "ms": int(sums.ms[n])}
        for n, key in zip(ranked, keys[ranked].tolist(), strict=True)
    ]
