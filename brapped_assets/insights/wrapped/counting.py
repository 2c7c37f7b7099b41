"""Counts the numbers of Wrapped: a dozen statements, and what is simpler said in Python."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from brapped_assets.insights import habits, overview
from brapped_assets.insights.overview import Day
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.numbers import (
    Album,
    BigDay,
    Comeback,
    Discoveries,
    Kind,
    Numbers,
    Repeat,
    Streak,
    Thing,
)
from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.statements import sql

# A silence this long makes a return.
SILENCE_DAYS = 180
SATURDAY = 5

Rows = list[dict[str, Any]]


def numbers(tx: Connection, who: Viewer, period: Period) -> Numbers:
    """The numbers of a period; empty ones where nothing was played."""
    asked = {**overview.asked(who, period), "first_day": min(who.first_day or period.first, period.first)}

    def rows(name: str, **more: Any) -> Rows:
        return tx.execute(sql(f"insights/{name}"), {**asked, **more}).fetchall()

    days = overview.days(who, period)
    artists, by_month = _by_artist(rows("wrapped/artists"))
    (music,) = rows("wrapped/music")
    songs, hours = music["songs"], habits.clock(who, period, "minutes")
    compared = overview.earlier(tx, who, period)
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
        of_songs=music["of_songs"],
        album=_album(music["album"]),
        repeat=_repeat(rows("wrapped/repeat"), lambda day: rows("wrapped/of_day", day=day)),
        big_day=_big_day(days, lambda day: rows("wrapped/of_day", day=day)),
        discoveries=_discoveries(rows("wrapped/discoveries") if known_before > 0 else []),
        comeback=_comeback(rows("wrapped/comeback") if known_before > 0 or period.days > SILENCE_DAYS else []),
        hours=tuple(sum(of_day[hour] for of_day in hours) for hour in range(24)),
        weekend_ms=sum(sum(of_day) for of_day in hours[SATURDAY:]),
        streak=longest_streak([day.day for day in days if day.plays]),
        before=overview.totals(overview.days(who, compared)) if compared else None,
        before_label=compared.label if compared else "",
        releases={row["year"]: row["plays"] for row in music["releases"]},
        unknown_plays=overview.unknown_plays(who, period),
        impossible_repeats=overview.impossible_repeats(who, period),
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


def _by_artist(rows: Rows) -> tuple[Rows, dict[int, dict[date, int]]]:
    first_of = {row["key"]: row for row in reversed(rows)}
    by_month = {key: {row["month"]: row["month_plays"] for row in rows if row["key"] == key} for key in first_of}
    return list(reversed(first_of.values())), by_month


def _album(row: dict[str, Any] | None) -> Album | None:
    return Album(_thing("album", row), row["songs"], row["of_songs"], row["evenness"]) if row else None


def _repeat(rows: Rows, of_day: Callable[[date], Rows]) -> Repeat | None:
    if not rows:
        return None
    row = rows[0]
    played = [play["track_key"] for play in of_day(row["day"])]
    return Repeat(row["day"], _thing("track", row), longest_run(played, row["key"]))


def _big_day(days: Sequence[Day], of_day: Callable[[date], Rows]) -> BigDay | None:
    biggest = max(days, key=lambda day: (day.ms, day.plays), default=None)
    if biggest is None or not biggest.plays:
        return None
    plays = of_day(biggest.day)
    hours = tuple(sum(play["ms"] for play in plays if play["ended_at"].hour == hour) for hour in range(24))
    return BigDay(biggest, hours, plays[0]["ended_at"], plays[-1]["ended_at"], _artist_of(plays))


def _artist_of(plays: Rows) -> Thing | None:
    """The main artist of the most plays; ties to milliseconds, then the older key. None where none is known."""
    of: dict[int, Rows] = {}
    for play in plays:
        if not play["is_nobody"]:
            of.setdefault(play["artist_key"], []).append(play)
    if not of:
        return None
    key, most = min(of.items(), key=lambda item: (-len(item[1]), -sum(play["ms"] for play in item[1]), item[0]))
    first = most[0]
    ms = sum(play["ms"] for play in most)
    return Thing("artist", key, first["artist_id"], first["artist_name"], "", len(most), ms)


def _discoveries(rows: Rows) -> Discoveries:
    top = tuple(_thing("artist", row) for row in rows)
    return Discoveries(rows[0]["of_all"], rows[0]["of_plays"], top) if rows else Discoveries(0, 0, ())


def _comeback(rows: Rows) -> Comeback | None:
    return next((Comeback(_thing("artist", r), r["last_on"], r["back_on"]) for r in rows), None)
