"""Counts the numbers of Wrapped: reductions over the plays of a period, and the few that look further back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from brapped_assets.insights import habits, origins, overview
from brapped_assets.insights.columns.day_numbers import day_number, month_of, months_of
from brapped_assets.insights.columns.reductions import Integers, starts
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.facets import countries
from brapped_assets.insights.origins import Trait, known, shares
from brapped_assets.insights.periods import Period
from brapped_assets.insights.spoken import Some, spoken
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped import named_items
from brapped_assets.insights.wrapped.album import lived_in
from brapped_assets.insights.wrapped.artist_days import ArtistDays, artist_days
from brapped_assets.insights.wrapped.comeback import comeback
from brapped_assets.insights.wrapped.loyalty import first, longest_run, most_days, one_hits
from brapped_assets.insights.wrapped.model import MOST_SHARES, Discoveries, Numbers, Share, Shares, SpokenShares, Traits
from brapped_assets.insights.wrapped.named_items import Names, Naming, counted
from brapped_assets.insights.wrapped.notable_days import big_day, repeat
from brapped_assets.insights.wrapped.song_of_month import favourites
from brapped_assets.insights.wrapped.traits import finished, traits_of
from brapped_assets.warehouse.db.connections import Connection

SATURDAY = 5
ARTISTS, SONGS, NEW, ALBUMS, LEAST_ALBUMS, SHOWS = 5, 8, 3, 100, 9, 3


def numbers(tx: Connection, who: Viewer, period: Period) -> Numbers:
    """The numbers of a period; empty ones where nothing was played."""
    plays = who.shown.plays(period.first, period.until)
    catalogue, by_artist = plays.catalogue, plays.by_artist
    days = overview.days(who, period)
    known = who.shown.known(by_artist.played)
    of_artists = artist_days(who, period)
    artists = of_artists.artists[:ARTISTS]
    songs = plays.by_track.ranked("plays", catalogue.tracks.keys, SONGS)
    albums = plays.by_album.ranked("plays", catalogue.albums.keys, ALBUMS)
    hours = _hours(who, period)
    compared = earlier_period(tx, who, period)
    known_before = (period.first - who.first_day).days if who.first_day else 0
    named = Names()
    top_artists = named.of(named_items.artists(counted(by_artist, catalogue.artists.keys, artists)))
    top_songs = named.of(named_items.songs(counted(plays.by_track, catalogue.tracks.keys, songs)))
    covers = named.of(named_items.albums(counted(plays.by_album, catalogue.albums.keys, albums), LEAST_ALBUMS))
    album, repeated, day = named.of(lived_in(tx, plays)), named.of(repeat(who, period)), named.of(big_day(who, days))
    discovered, back = named.of(_discoveries(who, period, plays, known)), named.of(comeback(who, period, of_artists))
    begins, monthly = named.of(first(who, plays)), named.of(favourites(who, period, plays))
    run, loyal = named.of(longest_run(who, period, plays)), named.of(most_days(plays, of_artists))
    hits = named.of(one_hits(who, period, plays))
    named.tell(tx, catalogue)
    return Numbers(
        period=period,
        today=who.today,
        at_least=bool(who.gaps_in(period)),
        known_before=max(known_before, 0),
        total=overview.totals(days),
        artists=top_artists.found,
        of_artists=len(known),
        by_month=_by_month(plays, of_artists),
        songs=top_songs.found,
        of_songs=len(plays.by_track.played),
        album=album.found,
        repeat=repeated.found,
        big_day=day.found,
        discoveries=discovered.found,
        comeback=back.found,
        hours=hours.all,
        weekend_ms=hours.weekend,
        streak=habits.longest(habits.streaks(days)),
        before=overview.totals(overview.days(who, compared)) if compared else None,
        before_label=compared.label if compared else "",
        before_name=f"{compared.first}..{compared.last}" if compared else "",
        releases=_releases(plays),
        covers=covers.found,
        unknown_plays=overview.unknown_plays(who, period),
        impossible_repeats=overview.impossible_repeats(who, period),
        first=begins.found,
        favourites=monthly.found,
        run=run.found,
        loyal=loyal.found,
        one_hits=hits.found,
        finished=finished(who, period),
        traits=traits_of(who, period, days, plays, hours.all),
        traits_before=_traits(who, compared) if compared else None,
        genres=_of_artists(plays, "genre"),
        origins=_of_artists(plays, "origin"),
        places=_places(who, plays),
        spoken=_spoken(tx, who, period),
    )


def _spoken(tx: Connection, who: Viewer, period: Period) -> SpokenShares:
    """Nothing of a part of the plays: what is no music is in no selection of it."""
    if not who.has_spoken or who.shown.whole is not None:
        return SpokenShares()
    found = spoken(tx, who, period, Some(many=0))
    # A podcast is heard and watched.
    by_name = Counter[str]()
    for show in found.shows:
        by_name[show.name or ""] += show.ms
    top = tuple((name, ms) for name, ms in by_name.most_common() if name)[:SHOWS]
    finished, told = (sum(getattr(one, name) for one in found.kinds) for name in ("finished", "told"))
    return SpokenShares(found.ms, top, Share(finished, told))


def _of_artists(plays: SummedPlays, trait: Trait) -> Shares:
    return _shares(shares(plays, trait, "minutes"), known(plays, trait).ms, plays)


def _places(who: Viewer, plays: SummedPlays) -> Shares:
    found = sorted(countries(who, plays), key=lambda one: -one.ms)
    return _shares([origins.Share(*one) for one in found], sum(one.ms for one in found), plays)


def _shares(found: Sequence[origins.Share], known_ms: int, plays: SummedPlays) -> Shares:
    top = tuple((str(one.value), one.ms) for one in found[:MOST_SHARES])
    return Shares(top, len(found), Share(known_ms, plays.total_ms))


class _Hours(NamedTuple):
    """Milliseconds by local hour, and those of Saturdays and Sundays."""

    all: tuple[int, ...]
    weekend: int


def _hours(who: Viewer, period: Period) -> _Hours:
    week = habits.clock(who, period, "minutes")
    by_hour = tuple(sum(of_day[hour] for of_day in week) for hour in range(habits.HOURS))
    return _Hours(by_hour, sum(sum(of_day) for of_day in week[SATURDAY:]))


def _traits(who: Viewer, period: Period) -> Traits:
    plays = who.shown.plays(period.first, period.until)
    return traits_of(who, period, overview.days(who, period), plays, _hours(who, period).all)


def _by_month(plays: SummedPlays, of: ArtistDays) -> Mapping[int, Mapping[date, int]]:
    """Plays of the most played artists by key and month."""
    by_day = of.heard[:ARTISTS, of.begins :]
    months = months_of(of.first + of.begins + np.arange(by_day.shape[1]))
    places = starts(months)
    by_month = np.add.reduceat(by_day, places, axis=1)
    names = [month_of(month) for month in months[places].tolist()]
    keys = plays.catalogue.artists.keys[of.artists[:ARTISTS]].tolist()
    return {
        key: {name: count for name, count in zip(names, row, strict=True) if count}
        for key, row in zip(keys, by_month.tolist(), strict=True)
    }


def _discoveries(who: Viewer, period: Period, plays: SummedPlays, known: Integers) -> Naming[Discoveries]:
    """Of the known artists of a period those first heard in it; none where the history begins with it."""
    if who.first_day is None or period.first <= who.first_day:
        return Discoveries(0, 0, ())
    new = known[who.shown.everything.first_day_of_artists[known] >= day_number(period.first)]
    keys = plays.catalogue.artists.keys
    top = plays.by_artist.ranked("plays", keys, NEW, new)
    found = yield from named_items.artists(counted(plays.by_artist, keys, top))
    return Discoveries(len(new), int(plays.by_artist.plays[new].sum()), found)


def _releases(plays: SummedPlays) -> Mapping[int | None, int]:
    """Plays by the year in which the release came out, those of unknown ones under None."""
    of_year = np.bincount(plays.catalogue.year, weights=plays.by_track.plays)
    return {int(year) or None: int(of_year[year]) for year in np.flatnonzero(of_year)}
