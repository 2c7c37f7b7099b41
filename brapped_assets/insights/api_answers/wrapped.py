"""The numbers of Wrapped, as its cards tell them: of any period, with or without a card."""

from datetime import date, datetime

from brapped_assets.insights.api_answers.model import Model
from brapped_assets.insights.api_answers.question import Question
from brapped_assets.insights.wrapped import queries
from brapped_assets.insights.wrapped.model import Kind, Share, Thing
from brapped_assets.warehouse.db.connections import Connection


class Named(Model):
    """An artist, a song or an album with its plays in some time."""

    kind: Kind
    """artist, track or album."""
    key: int | None
    """Its key; null: it has no page."""
    spotify_id: str | None
    """Spotify's id, if known."""
    name: str
    """Its name or title."""
    by: str
    """Of a song or an album whose it is; of an artist empty."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""


class Part(Model):
    """A part of a whole, of plays, rows or milliseconds."""

    part: int
    """The part."""
    whole: int
    """The whole; 0: nothing is told."""


class ArtistMonth(Model):
    """Plays of an artist in a month."""

    month: date
    """The first local day of the month."""
    plays: int
    """The plays."""


class TopArtist(Model):
    """One of the five most played artists, by month."""

    artist: Named
    """Who."""
    months: list[ArtistMonth]
    """The months with plays, in order."""


class Repeat(Model):
    """The most plays of one song in one local day."""

    day: date
    """The day."""
    song: Named
    """The song with its plays of that day."""
    in_a_row: int
    """How many of them came in a row."""


class BigDay(Model):
    """The day with the most minutes."""

    day: date
    """The local day."""
    plays: int
    """Its plays."""
    ms: int
    """Its milliseconds."""
    artist: Named | None
    """Its artist by plays; null: none is known."""


class Comeback(Model):
    """An artist that was silent for long."""

    artist: Named
    """Who, with the plays since."""
    last_on: date
    """The last local day before."""
    back_on: date
    """The local day of the return."""


class FirstPlay(Model):
    """The first play of the period."""

    song: Named
    """The song with its plays in all of the period."""
    at_local: str
    """Its local END, without a zone: 2025-01-01T00:04:10."""


class Favourite(Model):
    """The most played song of a month, or of a year."""

    since: date
    """The first local day of the month or year."""
    song: Named
    """The song."""


class Run(Model):
    """Plays of one artist with none of anybody else between them."""

    artist: Named
    """Who."""
    plays: int
    """How many."""
    first_on: date
    """The local day of the first."""


class ReleaseYear(Model):
    """Plays by the year in which the song came out."""

    year: int | None
    """The year; null: it is not known."""
    plays: int
    """The plays."""


class Wrapped(Model):
    """Everything that the cards tell."""

    is_at_least: bool
    """Whether a gap reaches into the period."""
    days_known_before: int
    """Days of history before the period began."""
    plays: int
    """Plays that count."""
    ms: int
    """Their milliseconds."""
    active_days: int
    """Local days with a play."""
    top_artists: list[TopArtist]
    """The five most played artists."""
    artists: int
    """How many artists there were."""
    top_songs: list[Named]
    """The eight most played songs."""
    songs: int
    """How many songs there were."""
    album: Named | None
    """The album lived in: most of its songs, most evenly; null without one."""
    repeat: Repeat | None
    """The song most often repeated in a day; null without one."""
    big_day: BigDay | None
    """The day with the most minutes; null without one."""
    discoveries: int
    """Artists first heard in the period; 0 where the history begins with it."""
    top_discoveries: list[Named]
    """The three of them played most."""
    comeback: Comeback | None
    """The artist that came back; null without one."""
    first: FirstPlay | None
    """The first play; null without one."""
    favourites: list[Favourite]
    """The song of each month, or of each year of a long time; twelve at most, the newest."""
    run: Run | None
    """The longest run of one artist; null without one."""
    loyal: Named | None
    """The artist heard on the most days; null without one."""
    loyal_days: int
    """On how many."""
    hours_ms: list[int]
    """Milliseconds by local hour, 24 of them."""
    weekend_ms: int
    """Those on Saturdays and Sundays."""
    streak_days: int
    """The most local days in a row with a play."""
    releases: list[ReleaseYear]
    """By year of release, the oldest first, what is not known last."""
    finished: Part
    """Rows of any length heard to the end, of those whose end is told."""
    explored: Part
    """Plays of artists first heard of late."""
    nightly: Part
    """Milliseconds at night."""
    skipped: Part
    """Rows of any length that were skipped, of those told."""


def wrapped(tx: Connection, asked: Question) -> Wrapped:
    found = queries.numbers(tx, asked.who, asked.period)
    repeat, day, back = found.repeat, found.big_day, found.comeback
    return Wrapped(
        is_at_least=found.at_least,
        days_known_before=found.known_before,
        plays=found.total.plays,
        ms=found.total.ms,
        active_days=found.total.active_days,
        top_artists=[
            TopArtist(artist=_named(one), months=[ArtistMonth(month=month, plays=plays) for month, plays in
                                                  sorted(found.by_month.get(one.key or 0, {}).items())])
            for one in found.artists
        ],
        artists=found.of_artists,
        top_songs=[_named(one) for one in found.songs],
        songs=found.of_songs,
        album=_named(found.album.album) if found.album else None,
        repeat=Repeat(day=repeat.day, song=_named(repeat.song), in_a_row=repeat.in_a_row) if repeat else None,
        big_day=BigDay(
            day=day.day.day, plays=day.day.plays, ms=day.day.ms, artist=_named(day.artist) if day.artist else None
        ) if day else None,
        discoveries=found.discoveries.artists,
        top_discoveries=[_named(one) for one in found.discoveries.top],
        comeback=Comeback(artist=_named(back.artist), last_on=back.last_on, back_on=back.back_on) if back else None,
        first=FirstPlay(song=_named(found.first.song), at_local=_local(found.first.at)) if found.first else None,
        favourites=[Favourite(since=one.step, song=_named(one.song)) for one in found.favourites.of],
        run=Run(artist=_named(found.run.artist), plays=found.run.plays, first_on=found.run.first_on)
        if found.run else None,
        loyal=_named(found.loyal.artist) if found.loyal else None,
        loyal_days=found.loyal.days if found.loyal else 0,
        hours_ms=list(found.hours),
        weekend_ms=found.weekend_ms,
        streak_days=found.streak.days if found.streak else 0,
        releases=[ReleaseYear(year=year, plays=found.releases[year])
                  for year in sorted(found.releases, key=lambda year: year or 9999)],
        finished=_part(found.finished),
        explored=_part(found.traits.explored),
        nightly=_part(found.traits.nightly),
        skipped=_part(found.traits.skipped),
    )  # fmt: skip


def _named(of: Thing) -> Named:
    return Named(kind=of.kind, key=of.key, spotify_id=of.spotify_id, name=of.name, by=of.by, plays=of.plays, ms=of.ms)


def _part(of: Share) -> Part:
    return Part(part=of.part, whole=of.whole)


def _local(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="seconds")
