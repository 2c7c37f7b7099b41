"""What each artist, song, album, day or context of a period adds up to, a column a number, without names."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.numbering import Numbering
from brapped_assets.insights.columns.plays import Flag
from brapped_assets.insights.columns.reductions import NEVER, By, Sums, counted, first_days, last_days, summed
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import Period

Music = Literal["artists", "songs", "albums"]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ItemSums:
    """Columns by number. Days are since 2000-01-01; `told` are rows that an extended history tells, of any length.

    `older` decides between equals: the lesser comes first. `among` are the numbers that are listed.
    """

    sums: Sums
    older: NDArray[np.integer]
    among: NDArray[np.integer]
    first: NDArray[np.integer]
    last: NDArray[np.integer]
    told: Ints
    skipped: Ints


def ranking(shown: ShownPlays, period: Period, kind: Music, by: By) -> Ints:
    """The numbers of everything of a kind in a period, the most played first."""
    sums, older, among = played(shown, shown.plays(period.first, period.until), kind)
    return ranked(sums, older, among, by)


def ranked(sums: Sums, older: NDArray[np.integer], among: NDArray[np.integer], by: By) -> Ints:
    return sums.ranked(by, older, len(among), among).astype(np.int64)


def music(shown: ShownPlays, period: Period, kind: Music) -> ItemSums:
    """Artists without nobody's names, tracks, or albums (by release group)."""
    plays = shown.plays(period.first, period.until)
    catalogue, skips = plays.catalogue, shown.skips(period.first, period.until)
    first, last = plays.first_day_of_tracks, plays.last_day_of_tracks
    told, skipped = skips[:, 0], skips[:, 1]
    if kind != "songs":
        group, many = {
            "artists": (catalogue.artist, len(catalogue.artists)),
            "albums": (catalogue.album, len(catalogue.albums)),
        }[kind]
        tracks = plays.by_track.played
        first, last = _edges(group, tracks[group[tracks] >= 0], first, last, many)
        told, skipped = (_added(group, column, many) for column in (told, skipped))
    return ItemSums(*played(shown, plays, kind), first, last, told, skipped)


def days(shown: ShownPlays, period: Period) -> ItemSums:
    """Local days with plays; numbers are days since 2000-01-01."""
    table = shown.days(period.first, period.until)
    day = np.arange(table.first + len(table.rows))
    plays, ms, told, skipped = (np.zeros(len(day), np.int64) for _ in range(4))
    rows = slice(table.first, None)
    plays[rows], ms[rows] = table.plays.sum(axis=1), table.ms.sum(axis=1)
    told[rows], skipped[rows] = table.told[:, 0], table.told[:, 1]
    return ItemSums(Sums(plays, ms), day, np.flatnonzero(plays), day, day, told, skipped)


def grouped(shown: ShownPlays, period: Period, number_of: Ints, many: int) -> ItemSums:
    """Contexts: `number_of` tells by key the number of each, -1 is none."""
    plays, told = (
        of.where((number_of >= 0)[of.context])
        for of in (shown.plays(period.first, period.until), shown.told(period.first, period.until))
    )
    number, day = number_of[plays.context], plays.day
    sums = summed(number, plays.ms, many)
    extended, skipped = told.has(Flag.EXTENDED), told.has(Flag.SKIPPED)
    of_told = number_of[told.context]
    counts = (counted(of_told[rows], many) for rows in (extended, extended & skipped))
    first, last = first_days(number, day, many), last_days(number, day, many)
    return ItemSums(sums, np.arange(many), sums.played, first, last, *counts)


def numbering(shown: ShownPlays, kind: Music) -> Numbering:
    """The keys of a kind."""
    catalogue = shown.catalogue
    return {"artists": catalogue.artists, "songs": catalogue.tracks, "albums": catalogue.albums}[kind]


def played(shown: ShownPlays, plays: SummedPlays, kind: Music) -> tuple[Sums, NDArray[np.integer], NDArray[np.integer]]:
    """Sums by number, what decides between equals, and what is listed."""
    match kind:
        case "artists":
            return plays.by_artist, plays.catalogue.artists.keys, shown.known(plays.by_artist.played)
        case "songs":
            return plays.by_track, plays.catalogue.tracks.keys, plays.by_track.played
        case "albums":
            return plays.by_album, plays.oldest_release, plays.by_album.played


def _edges(
    group: NDArray[np.int32], tracks: NDArray[np.integer], first: NDArray[np.int32], last: NDArray[np.int32], many: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The first and the last day of what tracks belong to."""
    least, greatest = np.full(many, NEVER, np.int32), np.full(many, -1, np.int32)
    np.minimum.at(least, group[tracks], first[tracks])
    np.maximum.at(greatest, group[tracks], last[tracks])
    return least, greatest


def _added(group: NDArray[np.int32], values: Ints, many: int) -> Ints:
    rows = (values > 0) & (group >= 0)
    return np.bincount(group[rows], weights=values[rows], minlength=many).astype(np.int64)
