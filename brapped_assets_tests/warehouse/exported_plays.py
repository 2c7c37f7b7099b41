"""Plays as exports and polls tell them, and a slow, obvious merge of all of them at once to compare with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.landing import land
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets.warehouse.merge.legacy_plays import merge_legacy
from brapped_assets.warehouse.merge.matching import Observation, pairs
from brapped_assets.warehouse.merge.play_merge import MergeOutcome, merge_plays
from brapped_assets.warehouse.merge.rematch import comparable
from brapped_assets.warehouse.payloads import content_hash
from brapped_assets_tests.warehouse.polled_plays import Play, page

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTIST = "Alice"
Batch = tuple[Literal["poll", "extended", "account", "legacy"], Sequence[Any]]


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
    uploaded_at: datetime | None = None


@dataclass(frozen=True)
class Old:
    """One play of the old tables; the fields `LegacyTold` asks for."""

    played_at: datetime
    track_id: str | None = "a"
    title: str = "Song a"
    artist: str = ARTIST
    artist_id: str | None = None
    duration_ms: int | None = 200_000

    @property
    def ref(self) -> str:
        return self.track_id or f"name:{self.artist}\x1f{self.title}"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def tell(tx: Connection, listener_id: int, batches: Iterable[Batch], piece: int = 50_000) -> MergeOutcome:
    """Every batch as a poll, or as a file or the old tables merged in pieces; says what became of the files."""
    total = MergeOutcome()
    for kind, items in batches:
        if kind == "poll":
            land(tx, page(listener_id, list(items)))
            merge_plays(tx, listener_id, NOON)
        elif kind == "legacy":
            for first in range(0, len(items), piece):
                merge_legacy(tx, listener_id, items[first : first + piece])
        else:
            occurrences = Occurrences()
            for first in range(0, len(items), piece):
                total += merge_exported(tx, listener_id, kind, encode(items[first : first + piece], occurrences))
    return total


class Row(NamedTuple):
    """One row of the fact, without its keys."""

    played_at: datetime
    ref: str
    ms_played: int
    is_estimated: bool
    api_at: datetime | None
    api_ref: str | None
    legacy_at: datetime | None
    legacy_ref: str | None
    export_at: datetime | None
    export_ref: str | None
    export_ms: int | None
    in_extended: bool
    platform: str | None
    skipped: bool | None
    incognito: bool | None
    uploaded_at: datetime | None = None
    export_nth: int | None = None
    is_repeat: bool = False


def natural(tx: Connection, listener_id: int) -> list[Row]:
    """The fact of one listener, without its keys."""
    rows = tx.execute(
        """select f.played_at, t.track_ref, f.ms_played, f.is_estimated, f.api_at, at.track_ref as api_ref, f.legacy_at,
                  l.track_ref as legacy_ref, f.export_at, x.track_ref as export_ref, f.export_ms, f.in_extended,
                  platform.label as platform, f.skipped, f.incognito, f.uploaded_at,
                  f.export_nth, f.repeat_of is not null as is_repeat
           from star.streaming_fact f join star.track_dim t using (track_key)
           left join star.track_dim at on at.track_key = f.api_track_key
           left join raw.legacy_track l using (legacy_track_key)
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
    uploaded_at: datetime | None = None
    offline: bool | None = None

    @property
    def told(self) -> tuple[Any, ...]:
        told = (self.at, self.ref, self.ms_played, self.in_extended)
        return (*told, self.platform, self.skipped, self.incognito, self.uploaded_at, self.nth)

    @property
    def minutes(self) -> set[datetime]:
        """The minutes in which account data may tell of it."""
        late = {self.at + timedelta(milliseconds=999), self.uploaded_at} if self.uploaded_at else set()
        near = {self.at - timedelta(minutes=n) for n in range(11)} if self.offline and not self.uploaded_at else set()
        return {at.replace(second=0, microsecond=0) for at in {self.at, *late, *near}}


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
    olds = _olds(told)
    old_keys = [_old(-1 - key, old) for key, old in enumerate(olds)]
    found = pairs(apis, old_keys, timedelta(seconds=2))
    old_of = {api.key: olds[-1 - old.key] for api, old in found}
    alone = [old for old in old_keys if old not in [found_old for _, found_old in found]]
    half_of = {one.key: exported[half.key] for one, half in pairs([*apis, *alone], halves)}
    of_pairs = {id(half) for half in half_of.values()}
    ends = sorted(
        [play.played_at for play in polled.values()]
        + [old.at for old in alone]
        + [half.at for half in exported if id(half) not in of_pairs]
    )

    def previous(at: datetime) -> datetime | None:
        return max((end for end in ends if end < at), default=None)

    rows = [
        _row(play.played_at, play, old_of.get(key), half_of.get(key), previous(play.played_at))
        for key, play in enumerate(polled.values())
    ]
    rows += [_row(old.at, None, olds[-1 - old.key], half_of.get(old.key), previous(old.at)) for old in alone]
    rows += [_row(half.at, None, None, half, None) for half in exported if id(half) not in of_pairs]
    return sorted(_with_repeats(rows), key=str)


def _with_repeats(rows: list[Row]) -> Iterator[Row]:
    """Those of one track (and length, where reported) that end too soon after the last that counts are impossible."""
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.is_estimated, row.ref if row.is_estimated else row.export_ref, row.export_ms].append(row)
    for group in groups.values():
        counted: Row | None = None
        is_burst = False
        for row in sorted(
            group,
            key=lambda row: (row.export_at or row.played_at, row.played_at, row.api_at is None, row.legacy_at is None,
                             row.export_nth or 0),
        ):  # fmt: skip
            if counted is not None:
                minutely = any(one.export_at and not one.in_extended for one in (row, counted))
                since = (row.export_at or row.played_at) - (counted.export_at or counted.played_at)
                faded = 0 if is_burst else min(12_000, row.ms_played // 10)
                if since + timedelta(seconds=60 if minutely else 1) <= timedelta(milliseconds=row.ms_played - faded):
                    is_burst = True
                    yield row._replace(is_repeat=True)
                    continue
            counted, is_burst = row, False
            yield row


def _olds(told: Sequence[Batch]) -> list[Old]:
    """The old tables' rows without repeats: those with a better one of the same track within 2 s."""
    rows = {old for kind, items in told if kind == "legacy" for old in items}

    def better(one: Old, other: Old) -> bool:
        same = one.ref == other.ref or (one.title == other.title != "" and one.artist == other.artist)
        near = abs(one.played_at - other.played_at) <= timedelta(seconds=2)
        return same and near and _rank(one) < _rank(other)

    return [row for row in rows if not any(better(other, row) for other in rows)]


def _rank(old: Old) -> tuple[Any, ...]:
    told = (old.ref, old.track_id, old.title, old.artist, old.artist_id, old.duration_ms)
    digest = content_hash("\x1e".join("" if value is None else str(value) for value in told))
    return (old.track_id is None, old.played_at, digest)


def _old(key: int, old: Old) -> Observation:
    title, artist = comparable(old.title), comparable(old.artist)
    return Observation(key, old.played_at, old.ref, title, frozenset({artist} if title and artist else ()))


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
                    for name in ("platform", "skipped", "incognito", "uploaded_at", "offline")
                ),
            )  # fmt: skip
    latest: dict[tuple[Any, ...], datetime] = {}
    for kind, items in told:
        if kind == "extended":
            for play in items:
                ref = (play.ended_at, play.track_id or play.track_uri, play.ms_played)
                if play.uploaded_at:
                    latest[ref] = max(play.uploaded_at, latest.get(ref, play.uploaded_at))
    precise = [half._replace(uploaded_at=latest.get(key[:3])) for key, half in extended.items()]
    return [*precise, *_told_by_account_data_alone(told, precise)]


def _told_by_account_data_alone(told: Sequence[Batch], precise: list[Half]) -> list[Half]:
    spelled: Counter[Any] = Counter()
    for kind, items in told:
        counted: Counter[Any] = Counter()
        for play in items if kind == "account" else []:
            names = (play.ended_at, comparable(play.title), play.ms_played, comparable(play.artist))
            counted[names] += 1
            spelling = (names, play.title, play.artist)
            spelled[spelling] = max(spelled[spelling], counted[names])
    accounted: Counter[Any] = Counter()
    alone = []
    for names in sorted({names for names, *_ in spelled}):
        minute, title, ms_played, _ = names
        by_times = sorted((times, *spelling[1:]) for spelling, times in spelled.items() if spelling[0] == names)
        for _ in range(by_times[-1][0]):
            able = sum(
                minute in half.minutes and (comparable(half.title), half.ms_played) == (title, ms_played)
                for half in precise
            )
            if accounted[names[:3]] < able:
                accounted[names[:3]] += 1
            else:
                alone.append((names, by_times))
    of_names: Counter[Any] = Counter()
    halves = []
    for names, by_times in alone:
        of_names[names] += 1
        nth = of_names[names]
        _, title, artist = next(spelling for spelling in by_times if spelling[0] >= nth)
        halves.append(Half(names[0], f"name:{artist}\x1f{title}", title, artist, names[2], nth, False))
    return halves


def _greatest(one: Any, other: Any) -> Any:
    return max((value for value in (one, other) if value is not None), default=None)


def _row(at: datetime, play: Play | None, old: Old | None, half: Half | None, previous: datetime | None) -> Row:
    refs = [play and play.track_ref, old and old.track_id, half and half.ref, old and old.ref]
    ref = next(ref for ref in refs if ref)
    if half is not None:
        measured = (half.ms_played, False)
    else:
        since = (at - previous) / timedelta(milliseconds=1) if previous else 2**31
        lengths = [play and play.track["duration_ms"], old and old.duration_ms, 30_000]
        measured = (round(min(next(length for length in lengths if length), max(30_000, since))), True)
    return Row(
        at, ref, *measured,
        play.played_at if play else None, play.track_ref if play else None,
        old.played_at if old else None, old.ref if old else None,
        *(half.told if half else (None, None, None, False, None, None, None, None, None)),
    )  # fmt: skip
