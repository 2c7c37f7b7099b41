"""Random histories for Wrapped, and its numbers counted over `bi.plays` in the most obvious way."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from math import log
from typing import Any

from hypothesis import strategies as st

from brapped_assets.insights.habits import Streak
from brapped_assets.insights.overview import Day, Totals
from brapped_assets.insights.periods import DAY, Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.model import Album, BigDay, Comeback, Discoveries, Numbers, Repeat, Thing
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets_tests.warehouse.exported_plays import Told

NOW = datetime(2025, 6, 20, 12, tzinfo=UTC)
ZONES = ["Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns"]
# New Year in every zone, both nights of changing clocks in Berlin, and silences of half a year between them.
MOMENTS = [
    datetime(2024, 1, 20, 18, tzinfo=UTC),
    datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
    datetime(2024, 10, 26, 23, tzinfo=UTC),
    datetime(2024, 12, 31, 17, tzinfo=UTC),
    datetime(2025, 1, 1, 3, tzinfo=UTC),
    datetime(2025, 2, 10, 12, tzinfo=UTC),
    datetime(2025, 6, 14, 9, tzinfo=UTC),
]
LENGTHS = [29_999, 30_000, 30_000, 61_000, 200_000]


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Up to 25 plays of eight songs by three artists on two albums, one of two releases; some too short or private.

    Between two ENDs lies more than any of them lasts: none is an impossible repeat.
    """
    told = []
    for nth in range(draw(st.integers(0, 25))):
        moment = draw(st.sampled_from(MOMENTS)) + timedelta(hours=2 * draw(st.integers(0, 30)), minutes=4 * nth)
        song = draw(st.integers(0, 7))
        told.append(
            Told(
                moment, draw(st.sampled_from(LENGTHS)), f"song{song}", f"Song {song}", f"Artist {song % 3}",
                album=[None, "One", "Two", "One (Deluxe)"][song % 4], skipped=draw(st.booleans()),
                incognito=draw(st.sampled_from([False, False, False, True])),
            )
        )  # fmt: skip
    return told


def obvious(tx: Connection, who: Viewer, period: Period, hidden: set[tuple[str, int]]) -> Numbers:
    """What the numbers of a period must be; `hidden` are artist and track keys."""
    every = tx.execute(
        "select * from bi.plays where listener_id = %s order by played_at, play_key", (who.listener_id,)
    ).fetchall()
    releases = tx.execute(
        "select album_key, album_name, artist_name, release_group from star.album_dim order by 1"
    ).fetchall()
    known_before = max((period.first - min(p["played_on"] for p in every)).days, 0) if every else 0
    shown = [
        p for p in every if not p["incognito"] and not {("artist", p["artist_key"]), ("track", p["track_key"])} & hidden
    ]
    counting = [p for p in shown if p["counts_as_play"]]
    within = [p for p in counting if period.first <= p["played_on"] < period.until]
    before = [p for p in counting if p["played_on"] < period.first]
    days = _days([p for p in shown if period.first <= p["played_on"] < period.until])
    artists, songs = _top(within, "artist"), _top(within, "track")
    compared = _compared(period, who)
    active = [day.day for day in days if day.plays]
    then = _days([p for p in shown if compared and compared[0] <= p["played_on"] < compared[1]])
    return Numbers(
        period=period, today=who.today, at_least=False, known_before=known_before, total=_totals(days),
        artists=tuple(artists[:5]), of_artists=len(artists),
        by_month={
            a.key: dict(Counter(p["played_on"].replace(day=1) for p in within if p["artist_key"] == a.key))
            for a in artists[:5]
            if a.key
        },
        songs=tuple(songs[:8]), of_songs=len(songs), album=_album(within, releases), repeat=_repeat(within),
        big_day=_big_day(days, within), comeback=_comeback(within, before),
        discoveries=_discoveries(within, before) if known_before else Discoveries(0, 0, ()),
        hours=tuple(_ms(p for p in within if p["played_hour"] == hour) for hour in range(24)),
        weekend_ms=_ms(p for p in within if p["played_on"].isoweekday() > 5), streak=_streak(active),
        before=_totals(then) if compared else None, before_label=compared[2] if compared else "",
        before_name=f"{compared[0]}..{compared[1] - timedelta(days=1)}" if compared else "",
        releases={None: len(within)} if within else {}, covers=_covers(within, releases),
    )  # fmt: skip


def _ms(plays: Any) -> int:
    return sum(p["ms_played"] for p in plays)


def _days(plays: list[dict[str, Any]]) -> list[Day]:
    found = []
    for day, rows in groupby(sorted(plays, key=lambda p: p["played_on"]), key=lambda p: p["played_on"]):
        of = list(rows)
        good = [p for p in of if p["counts_as_play"]]
        found.append(Day(day, len(good), _ms(good), 0, len(of), sum(p["skipped"] is True for p in of), 0, 0))
    return found


def _totals(days: list[Day]) -> Totals:
    return Totals(sum(d.plays for d in days), sum(d.ms for d in days), 0, len([d for d in days if d.plays]))


def _thing(kind: Any, plays: list[dict[str, Any]]) -> Thing:
    p = plays[0]
    by = p["artist_name"] if kind == "track" else ""
    return Thing(kind, p[f"{kind}_key"], p[f"{kind}_id"], p[f"{kind}_name"], by, len(plays), _ms(plays))


def _top(plays: list[dict[str, Any]], kind: Any) -> list[Thing]:
    of = defaultdict(list)
    for p in plays:
        of[p[f"{kind}_key"]].append(p)
    return sorted((_thing(kind, some) for some in of.values()), key=lambda t: (-t.plays, -t.ms, t.key))


def _covers(plays: list[dict[str, Any]], releases: list[dict[str, Any]]) -> tuple[Thing, ...]:
    """Albums, each told by its oldest release: no cover is known, so nine at most."""
    shown: dict[tuple[str, str], dict[str, Any]] = {}
    for r in releases:
        shown.setdefault((r["album_name"].removesuffix(" (Deluxe)"), r["artist_name"]), r)
    of = defaultdict(list)
    for p in plays:
        if p["album_name"]:
            of[p["album_name"].removesuffix(" (Deluxe)"), p["artist_name"]].append(p)
    most_first = sorted(of, key=lambda name: (-len(of[name]), -_ms(of[name]), shown[name]["release_group"]))
    return tuple(
        Thing("album", shown[name]["album_key"], None, shown[name]["album_name"], name[1], len(of[name]), _ms(of[name]))
        for name in most_first[:9]
    )


def _album(plays: list[dict[str, Any]], releases: list[dict[str, Any]]) -> Album | None:
    key_of = {(r["album_name"], r["artist_name"]): r["album_key"] for r in releases}
    shown: dict[tuple[str, str], dict[str, Any]] = {}
    for r in releases:
        shown.setdefault((r["album_name"].removesuffix(" (Deluxe)"), r["artist_name"]), r)
    of = defaultdict(list)
    for p in plays:
        if p["album_name"]:
            of[p["album_name"].removesuffix(" (Deluxe)"), p["artist_name"]].append(p)
    found = []
    for (name, by), some in of.items():
        counts = Counter(p["track_key"] for p in some)
        if len(counts) >= 3:
            even = -sum(n / len(some) * log(n / len(some)) for n in counts.values()) / log(len(counts))
            key, title = shown[name, by]["album_key"], shown[name, by]["album_name"]
            oldest = min(key_of[p["album_name"], by] for p in some)
            album = Album(Thing("album", key, None, title, by, len(some), _ms(some)), len(counts), len(counts), even)
            found.append((-round(len(some) * even, 4), -len(some), -_ms(some), oldest, album))
    best = min(found, default=None, key=lambda f: f[:4])
    return replace(best[4], evenness=round(best[4].evenness, 6)) if best else None


def _repeat(plays: list[dict[str, Any]]) -> Repeat | None:
    of = defaultdict(list)
    for p in plays:
        of[p["played_on"], p["track_key"]].append(p)
    if not of:
        return None
    (day, key), some = min(of.items(), key=lambda i: (-len(i[1]), -_ms(i[1]), i[0][0], i[0][1]))
    played = [p["track_key"] for p in plays if p["played_on"] == day]
    longest = current = 0
    for one in played:
        current = current + 1 if one == key else 0
        longest = max(longest, current)
    return Repeat(day, _thing("track", some), longest)


def _big_day(days: list[Day], within: list[dict[str, Any]]) -> BigDay | None:
    if not within:
        return None
    day = min(days, key=lambda d: (-d.ms, -d.plays, d.day))
    of = [p for p in within if p["played_on"] == day.day]
    hours = tuple(_ms(p for p in of if p["played_at_local"].hour == hour) for hour in range(24))
    return BigDay(day, hours, of[0]["played_at_local"], of[-1]["played_at_local"], _top(of, "artist")[0])


def _discoveries(within: list[dict[str, Any]], before: list[dict[str, Any]]) -> Discoveries:
    new = [p for p in within if p["artist_key"] not in {q["artist_key"] for q in before}]
    top = _top(new, "artist")
    return Discoveries(len(top), len(new), tuple(top[:3]))


def _comeback(within: list[dict[str, Any]], before: list[dict[str, Any]]) -> Comeback | None:
    found = []
    for artist in _top(within, "artist")[:50]:
        plays = [p for p in [*before, *within] if p["artist_key"] == artist.key]
        for last, back in pairwise(plays):
            if (back["played_on"] - last["played_on"]).days >= 180 and back in within:
                since = _thing("artist", plays[plays.index(back) :])
                found.append(Comeback(since, last["played_on"], back["played_on"]))
    return min(found, default=None, key=lambda c: (-c.artist.plays, -c.artist.ms, c.artist.key, c.back_on))


def _streak(days: list[date]) -> Streak | None:
    runs = [Streak(a, b) for a in days for b in days if a <= b and _is_full(a, b, days)]
    return min(runs, default=None, key=lambda s: (-s.days, s.first))


def _is_full(first: date, last: date, days: list[date]) -> bool:
    return all(first + n * DAY in days for n in range((last - first).days + 1))


def _compared(period: Period, who: Viewer) -> tuple[date, date, str] | None:
    """The few periods of these tests, by hand."""
    by_hand = {
        "2024": (date(2023, 1, 1), date(2024, 1, 1), "2023"),
        "year": (date(2024, 1, 1), date(2024, 6, 21), "2024 by this day"),
        "2025-01": (date(2024, 12, 1), date(2025, 1, 1), "December"),
        "2024-12-31": (date(2024, 12, 30), date(2024, 12, 31), "the day before"),
        "2024-12-20..2025-02-11": (date(2024, 10, 27), date(2024, 12, 20), "the 54 days before"),
    }
    found = by_hand.get(period.name)
    return found if found and who.first_day and who.first_day <= found[0] else None
