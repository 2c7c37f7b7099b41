"""Plays as exports and polls tell them, and a slow, obvious merge of all of them at once to compare with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from brapped_assets.warehouse.connections import Connection
from brapped_assets.warehouse.exports import ExportMerge, Occurrences, merge_exported
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.matching import Observation, pairs
from brapped_assets.warehouse.merge import merge_plays
from brapped_assets.warehouse.rematch import comparable
from brapped_assets_tests.warehouse.pages import Play, page

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTIST = "Alice"
Batch = tuple[Literal["poll", "extended", "account"], Sequence[Any]]


@dataclass(frozen=True)
class Told:
    """One exported play; the fields `Exported` asks for."""

    ended_at: datetime
    ms_played: int
    track_id: str | None = "a"
    title: str = "Song a"
    artist: str = ARTIST
    skipped: bool | None = None
    track_uri: str | None = None
    album: str | None = None
    platform: str | None = "android"
    country: str | None = "IN"
    reason_start: str | None = "trackdone"
    reason_end: str | None = "trackdone"
    shuffle: bool | None = None
    offline: bool | None = None
    incognito: bool | None = None


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def tell(tx: Connection, listener_id: int, batches: Iterable[Batch], piece: int = 50_000) -> ExportMerge:
    """Every batch as a poll, or as a file merged in pieces."""
    total = ExportMerge()
    for kind, items in batches:
        if kind == "poll":
            land(tx, page(listener_id, list(items)))
            merge_plays(tx, listener_id, NOON)
        else:
            occurrences = Occurrences()
            for first in range(0, len(items), piece):
                total += merge_exported(tx, listener_id, kind, items[first : first + piece], occurrences)
    return total


class Row(NamedTuple):
    """One row of the fact, without its keys."""

    played_at: datetime
    ref: str
    ms_played: int
    is_estimated: bool
    api_at: datetime | None
    api_ref: str | None
    export_at: datetime | None
    export_ref: str | None
    export_ms: int | None
    in_extended: bool
    platform: str | None
    skipped: bool | None
    incognito: bool | None


def natural(tx: Connection, listener_id: int) -> list[Row]:
    """The fact of one listener, without its keys."""
    rows = tx.execute(
        """select f.played_at, t.track_ref, f.ms_played, f.is_estimated, f.api_at, at.track_ref as api_ref, f.export_at,
                  x.track_ref as export_ref, f.export_ms, f.in_extended, platform.label as platform, f.skipped,
                  f.incognito
           from star.streaming_fact f join star.track_dim t using (track_key)
           left join star.track_dim at on at.track_key = f.api_track_key
           left join raw.export_track x using (export_track_key)
           left join star.play_label platform on platform.label_key = f.platform_key
           where f.listener_id = %s""",
        (listener_id,),
    ).fetchall()
    return sorted((Row(*row.values()) for row in rows), key=str)


class Half(NamedTuple):
    """An exported play after all files have been read."""

    at: datetime
    ref: str
    title: str
    artist: str
    ms_played: int
    nth: int
    in_extended: bool
    platform: str | None = None
    skipped: bool | None = None
    incognito: bool | None = None


def obvious(batches: Iterable[Batch]) -> list[Row]:
    """What the fact must be: everything told, at once, by the rules of the design one after the other."""
    told = list(batches)
    polled = {(play.played_at, play.track_ref): play for kind, items in told if kind == "poll" for play in items}
    exported = _halves(told)
    apis = [_polled(key, play) for key, play in enumerate(polled.values())]
    halves = [
        Observation(
            key, half.at if half.in_extended else half.at + timedelta(seconds=30), half.ref, comparable(half.title),
            frozenset({comparable(half.artist)}), half.ms_played, half.nth,
        )
        for key, half in enumerate(exported)
    ]  # fmt: skip
    half_of = {api.key: exported[half.key] for api, half in pairs(apis, halves)}
    of_pairs = {id(half) for half in half_of.values()}
    ends = sorted([play.played_at for play in polled.values()] + [h.at for h in exported if id(h) not in of_pairs])
    rows = [
        _row(play, half_of.get(key), max((end for end in ends if end < play.played_at), default=None))
        for key, play in enumerate(polled.values())
    ]
    rows += [Row(h.at, h.ref, h.ms_played, False, None, None, *_exported(h)) for h in exported if id(h) not in of_pairs]
    return sorted(rows, key=str)


def _polled(key: int, play: Play) -> Observation:
    credited = [*play.track["artists"], *play.track["album"].get("artists", [])]
    artists = frozenset(comparable(artist["name"]) for artist in credited)
    return Observation(key, play.played_at, play.track_ref, comparable(play.track["name"]), artists)


def _halves(told: Sequence[Batch]) -> list[Half]:
    extended: dict[tuple[Any, ...], Half] = {}
    for kind, items in told:
        if kind != "extended":
            continue
        counted: Counter[Any] = Counter()
        for play in items:
            ref = play.track_id or play.track_uri
            counted[play.ended_at, ref, play.ms_played] += 1
            key = (play.ended_at, ref, play.ms_played, counted[play.ended_at, ref, play.ms_played])
            before = extended.get(key)
            extended[key] = Half(
                play.ended_at, ref, play.title, play.artist, play.ms_played, key[-1], True,
                *(
                    _greatest(getattr(before, name, None), getattr(play, name))
                    for name in ("platform", "skipped", "incognito")
                ),
            )  # fmt: skip
    minutely: Counter[Any] = Counter()
    for kind, items in told:
        if kind == "account":
            minutely |= Counter((play.ended_at, play.artist, play.title, play.ms_played) for play in items)
    by_minute: defaultdict[Any, int] = defaultdict(int)
    for half in extended.values():
        by_minute[half.at.replace(second=0, microsecond=0), half.title, half.ms_played] += 1
    left = [
        Half(minute, f"name:{artist}\x1f{title}", title, artist, ms_played, nth, False)
        for (minute, artist, title, ms_played), times in minutely.items()
        for nth in range(by_minute[minute, title, ms_played] + 1, times + 1)
    ]
    return [*extended.values(), *left]


def _greatest(one: Any, other: Any) -> Any:
    return max((value for value in (one, other) if value is not None), default=None)


def _row(play: Play, half: Half | None, previous: datetime | None) -> Row:
    told = (play.played_at, play.track_ref)
    if half is not None:
        return Row(*told, half.ms_played, False, *told, *_exported(half))
    since = (play.played_at - previous) / timedelta(milliseconds=1) if previous else 2**31
    ms_played = round(min(play.track["duration_ms"], max(30_000, since)))
    return Row(*told, ms_played, True, *told, None, None, None, False, None, None, None)


def _exported(half: Half) -> tuple[Any, ...]:
    told = (half.at, half.ref, half.ms_played, half.in_extended)
    return (*told, half.platform, half.skipped, half.incognito)
