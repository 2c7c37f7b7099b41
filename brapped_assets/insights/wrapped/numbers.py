"""The numbers of Wrapped: one listener, one period. Nothing here decides what is worth a card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from brapped_assets.insights import overview
from brapped_assets.insights.overview import Day, Totals
from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

DAY = timedelta(days=1)
Kind = Literal["artist", "track", "album"]


@dataclass(frozen=True)
class Thing:
    """An artist, a song or an album with its plays and milliseconds in some time. `key` None: without a page."""

    kind: Kind
    key: int | None
    spotify_id: str | None
    name: str
    by: str
    plays: int
    ms: int


@dataclass(frozen=True)
class Album:
    """`songs` of its `of_songs` were heard; `evenness` is 1 when all were played alike, 0 when only one was."""

    album: Thing
    songs: int
    of_songs: int
    evenness: float


@dataclass(frozen=True)
class Repeat:
    """The most plays of one song (`song.plays`) in one local day, and how many of them came in a row."""

    day: date
    song: Thing
    in_a_row: int


@dataclass(frozen=True)
class BigDay:
    """The day with the most minutes: by hour, from the first play's end to the last's, its artist by plays."""

    day: Day
    hours: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    artist: Thing


@dataclass(frozen=True)
class Discoveries:
    """Artists first heard in the period: how many, their plays, the three most played."""

    artists: int
    plays: int
    top: tuple[Thing, ...]


@dataclass(frozen=True)
class Comeback:
    """An artist silent from `last_on` to `back_on`; `artist.plays` are those since."""

    artist: Thing
    last_on: date
    back_on: date


@dataclass(frozen=True)
class Streak:
    """Local days in a row with a play, both ends included."""

    first: date
    last: date
    days: int


@dataclass(frozen=True)
class Numbers:
    """Everything the cards tell. `artists` are five, each with plays by month; `songs` eight at most.

    `hours` are milliseconds by local hour, `weekend_ms` those on Saturdays and Sundays. `releases` are plays by year of
    release, under None where that is not known. `known_before`: days of history before the period began.
    """

    period: Period
    today: date
    at_least: bool
    known_before: int
    total: Totals
    artists: tuple[Thing, ...]
    of_artists: int
    by_month: Mapping[int, Mapping[date, int]]
    songs: tuple[Thing, ...]
    of_songs: int
    album: Album | None
    repeat: Repeat | None
    big_day: BigDay | None
    discoveries: Discoveries
    comeback: Comeback | None
    hours: tuple[int, ...]
    weekend_ms: int
    streak: Streak | None
    before: Totals | None
    before_label: str
    releases: Mapping[int | None, int]

    @property
    def is_over(self) -> bool:
        return self.period.until <= self.today


def numbers(tx: Connection, who: Viewer, period: Period) -> Numbers:
    """The numbers of a period; empty ones where nothing was played."""
    asked = {**overview.asked(who, period), "first_day": min(who.first_day or period.first, period.first)}

    def rows(name: str, **more: Any) -> list[dict[str, Any]]:
        return tx.execute(sql(f"insights/wrapped/{name}"), {**asked, **more}).fetchall()

    days = overview.days(tx, who, period)
    artists, by_month = _by_artist(rows("artists"))
    songs = rows("songs")
    hours = rows("hours")
    compared = overview.earlier(who, period)
    known_before = (period.first - who.first_day).days if who.first_day else 0
    return Numbers(
        period=period,
        today=who.today,
        at_least=bool(who.gaps_in(period)),
        known_before=max(known_before, 0),
        total=overview.totals(days),
        artists=tuple(_thing("artist", row) for row in artists),
        of_artists=artists[0]["of_all"] if artists else 0,
        by_month=by_month,
        songs=tuple(_thing("track", row) for row in songs),
        of_songs=songs[0]["of_all"] if songs else 0,
        album=_album(rows("album")),
        repeat=_repeat(rows("repeat"), lambda day: rows("of_day", day=day)),
        big_day=_big_day(tx, who, days, lambda day: rows("of_day", day=day)),
        discoveries=_discoveries(rows("discoveries") if known_before > 0 else []),
        comeback=_comeback(rows("comeback") if known_before > 0 or period.days > 180 else []),  # noqa: PLR2004
        hours=tuple(sum(row["ms"] for row in hours if row["hour"] == hour) for hour in range(24)),
        weekend_ms=sum(row["ms"] for row in hours if row["weekday"] > 5),  # noqa: PLR2004  (6 Saturday, 7 Sunday)
        streak=longest_streak([day.day for day in days if day.plays]),
        before=overview.totals(overview.days(tx, who, compared)) if compared else None,
        before_label=compared.label if compared else "",
        releases={row["year"]: row["plays"] for row in rows("releases")},
    )


def longest_streak(days: Sequence[date]) -> Streak | None:
    """The longest run of days in a row, the earliest of several; `days` in order."""
    runs = [list(run) for _, run in groupby(enumerate(days), lambda nth: nth[1] - nth[0] * DAY)]
    longest = max(runs, key=len, default=None)
    return Streak(longest[0][1], longest[-1][1], len(longest)) if longest else None


def longest_run(track_keys: Sequence[int], of: int) -> int:
    """The most plays of one song in a row."""
    return max((len(list(run)) for key, run in groupby(track_keys) if key == of), default=0)


def _thing(kind: Kind, row: Mapping[str, Any]) -> Thing:
    return Thing(kind, row["key"], row["spotify_id"], row["name"], row.get("by") or "", row["plays"], row["ms"])


def _by_artist(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[int, dict[date, int]]]:
    first_of = {row["key"]: row for row in reversed(rows)}
    by_month = {key: {row["month"]: row["month_plays"] for row in rows if row["key"] == key} for key in first_of}
    return list(reversed(first_of.values())), by_month


def _album(rows: Sequence[dict[str, Any]]) -> Album | None:
    return next((Album(_thing("album", r), r["songs"], r["of_songs"], r["evenness"]) for r in rows), None)


def _repeat(rows: Sequence[dict[str, Any]], of_day: Any) -> Repeat | None:
    if not rows:
        return None
    row = rows[0]
    played = [play["track_key"] for play in of_day(row["day"])]
    return Repeat(row["day"], _thing("track", row), longest_run(played, row["key"]))


def _big_day(tx: Connection, who: Viewer, days: Sequence[Day], of_day: Any) -> BigDay | None:
    biggest = max(days, key=lambda day: (day.ms, day.plays), default=None)
    if biggest is None or not biggest.plays:
        return None
    plays = of_day(biggest.day)
    hours = tuple(sum(play["ms"] for play in plays if play["ended_at"].hour == hour) for hour in range(24))
    day = Period("day", "", biggest.day, biggest.day + DAY)
    (artist,) = overview.top(tx, who, day, "artists", "plays", 1)
    named = {"key": artist["artist_key"], "spotify_id": artist["artist_id"], "name": artist["artist_name"]}
    of_it = _thing("artist", {**artist, **named})
    return BigDay(biggest, hours, plays[0]["ended_at"], plays[-1]["ended_at"], of_it)


def _discoveries(rows: Sequence[dict[str, Any]]) -> Discoveries:
    top = tuple(_thing("artist", row) for row in rows)
    return Discoveries(rows[0]["of_all"], rows[0]["of_plays"], top) if rows else Discoveries(0, 0, ())


def _comeback(rows: Sequence[dict[str, Any]]) -> Comeback | None:
    return next((Comeback(_thing("artist", r), r["last_on"], r["back_on"]) for r in rows), None)
