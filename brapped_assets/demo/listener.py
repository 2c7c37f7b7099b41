"""Somebody who listens: from a seed, for any instant of any year, or from a script."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import cycle, islice
from random import Random
from zoneinfo import ZoneInfo

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.music import Track
from brapped_assets.demo.taste import LIKE_EVERYBODY, Leaning, Taste

DAY_MS = 24 * 60 * 60 * 1000
# How likely a session starts in each local hour: commutes and evenings in the week, late mornings on weekends.
WEEKDAY = (6, 2, 1, 0.4, 0.4, 2, 8, 22, 26, 18, 15, 14, 13, 13, 14, 15, 17, 24, 28, 23, 22, 22, 18, 12)
WEEKEND = (16, 10, 5, 2, 0.8, 0.5, 1, 3, 8, 16, 24, 28, 28, 26, 26, 28, 30, 30, 32, 32, 34, 34, 30, 24)
MEAN_WEIGHT = (5 * sum(WEEKDAY) + 2 * sum(WEEKEND)) / 7
PHONES = ("android", "ios")
PLATFORMS = (*PHONES, "android", "windows", "osx", "linux", "web_player windows 10;chrome 141.0.0.0;desktop")
ABROAD = ("GB", "US", "NL", "AE", "JP")


@dataclass(frozen=True, slots=True)
class Play:
    """One play of one track, whether the API will ever show it or not.

    `played_at` is the END of the play and `served_from` the instant the API first shows it (seconds later, for
    offline plays hours); both UTC with millisecond precision. The play took at least `ms_played` up to its end,
    more where it was paused. `context` has `type` and `uri`. `reason_start`, `reason_end` and `platform` have the
    values of a data export (facts, section 6.2).
    """

    played_at: datetime
    served_from: datetime
    ms_played: int
    track: Track
    context: dict[str, str] | None = field(default=None, hash=False)
    skipped: bool = False
    shuffle: bool = False
    offline: bool = False
    private: bool = False
    reason_start: str = "trackdone"
    reason_end: str = "trackdone"
    platform: str = "android"
    country: str = "IN"


class Person:
    """Who listens: the names under which the API knows them."""

    def __init__(self, seed: str, display_name: str, country: str = "IN") -> None:
        self.seed = seed
        self.display_name = display_name
        self.country = country
        self.user_id = blake2b(f"{seed}/user".encode(), digest_size=13).hexdigest()
        self.account_id = blake2b(f"{seed}/account".encode(), digest_size=11).hexdigest()


class Listener(Person):
    """A listener made from a seed; every UTC day is made on its own, so every day of every year costs the same.

    A play never spans midnight UTC: that is the price of days that need no neighbour. `plays_per_day` counts
    skips too and is an average over weeks; some days are silent.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        seed: str = "brapped",
        plays_per_day: float = 60,
        time_zone: str = "Asia/Kolkata",
        *,
        display_name: str = "Simulated Listener",
        country: str = "IN",
        leaning: Leaning = LIKE_EVERYBODY,
    ) -> None:
        super().__init__(seed, display_name, country)
        self._hours_later = leaning.hours_later
        self.plays_per_day = plays_per_day
        self.time_zone = ZoneInfo(time_zone)
        self.catalogue = catalogue
        self._taste = Taste(catalogue, seed, leaning)
        self._day = lru_cache(maxsize=800)(self._make_day)

    def plays_between(self, start: datetime, end: datetime) -> list[Play]:
        """The plays with `played_at` in [start, end), oldest first."""
        day, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
        plays: list[Play] = []
        while day <= last:
            plays += (play for play in self._day(day) if start <= play.played_at < end)
            day += timedelta(days=1)
        return plays

    def _make_day(self, day: date) -> tuple[Play, ...]:
        rng = Random(f"{self.seed}/day/{day}")
        midnight = datetime.combine(day, time(), UTC)
        country = self._country(day)
        plays: list[Play] = []
        free_from = 0
        for start, length in self._sessions(rng, midnight):
            session = self._session(rng, midnight, max(start, free_from), length, country)
            if session:
                plays += session
                free_from = (session[-1].played_at - midnight) // timedelta(milliseconds=1) + rng.randint(2_000, 90_000)
        return tuple(plays)

    def _sessions(self, rng: Random, midnight: datetime) -> list[tuple[int, int]]:
        """When sessions start (ms after midnight UTC) and how many tracks they have, in order."""
        local = [(midnight + timedelta(hours=hour)).astimezone(self.time_zone) for hour in range(24)]
        weights = [(WEEKEND if at.weekday() >= 5 else WEEKDAY)[(at.hour - self._hours_later) % 24] for at in local]
        silent = rng.random() < 0.03
        mood = rng.lognormvariate(-0.08, 0.4)
        wanted = 0 if silent else round(self.plays_per_day * mood * sum(weights) / MEAN_WEIGHT + rng.random() - 0.5)
        sessions = []
        while wanted > 0:
            length = min(wanted, 1 + int(rng.expovariate(1 / 9)))
            hour = rng.choices(range(24), weights)[0]
            sessions.append((hour * 3_600_000 + rng.randrange(3_600_000), length))
            wanted -= length
        return sorted(sessions)

    def _session(self, rng: Random, midnight: datetime, start: int, length: int, country: str) -> list[Play]:
        offline, private = rng.random() < 0.04, rng.random() < 0.02
        platform = rng.choice(PHONES if offline else PLATFORMS)
        plays: list[Play] = []
        now, reason = start, rng.choice(["clickrow", "playbtn", "appload"])
        for track, context, shuffle in islice(self._queue(rng, midnight.date()), length):
            ms_played, reason_end = listened(rng, track.duration_ms)
            if len(plays) == length - 1 and reason_end == "trackdone" and rng.random() < 0.5:
                ms_played, reason_end = rng.randint(5_000, track.duration_ms), rng.choice(["logout", "endplay"])
            paused = int(60_000 * rng.lognormvariate(0.5, 1)) if rng.random() < 0.04 else 0
            now += ms_played + paused
            if now >= DAY_MS:
                break
            played_at = midnight + timedelta(milliseconds=now)
            play = Play(
                played_at=played_at,
                served_from=played_at + timedelta(milliseconds=rng.randint(800, 25_000)),
                ms_played=ms_played,
                track=track,
                context=context,
                skipped=reason_end == "fwdbtn",
                shuffle=shuffle,
                offline=offline,
                private=private,
                reason_start=reason,
                reason_end=reason_end,
                platform=platform,
                country=country,
            )
            plays.append(play)
            reason = reason_end if reason_end in {"trackdone", "fwdbtn"} else "playbtn"
            # A player goes on at once; now and then somebody looks for the next song.
            now += rng.randint(0, 400) if rng.random() < 0.9 else rng.randint(3_000, 240_000)
        if offline and plays:
            uploaded = plays[-1].played_at + timedelta(milliseconds=rng.randint(2 * 3_600_000, 30 * 3_600_000))
            plays = [replace(play, served_from=uploaded) for play in plays]
        return plays

    def _queue(self, rng: Random, day: date) -> Iterator[tuple[Track, dict[str, str] | None, bool]]:
        while True:
            queue = self._taste.put_on(rng, day)
            for track in queue.tracks:
                yield track, queue.context, queue.shuffle

    def _country(self, day: date) -> str:
        """Home, but for nine days abroad in every half of a year."""
        half, since = divmod((day - day.replace(month=1, day=1)).days, 183)
        trip = Random(f"{self.seed}/trip/{day.year}/{half}")
        return trip.choice(ABROAD) if 0 <= since - trip.randrange(174) < 9 else self.country


def listened(rng: Random, duration_ms: int) -> tuple[int, str]:
    """How much of a track is heard, in ms, and the export's `reason_end` for it."""
    chance = rng.random()
    if chance < 0.10:
        return rng.randint(700, min(29_000, duration_ms)), "fwdbtn"
    if chance < 0.15:
        return rng.randint(30_000, max(30_000, duration_ms - 1_000)), "fwdbtn"
    if chance < 0.16:
        return rng.randint(1_000, duration_ms), "unexpected-exit"
    return duration_ms, "trackdone"


class ScriptedListener(Person):
    """A listener who played exactly this; the order given does not matter."""

    def __init__(
        self, plays: Sequence[Play], seed: str = "scripted", *, display_name: str = "Scripted Listener"
    ) -> None:
        super().__init__(seed, display_name)
        self.plays = sorted(plays, key=lambda play: play.played_at)

    def plays_between(self, start: datetime, end: datetime) -> list[Play]:
        """The plays with `played_at` in [start, end), oldest first."""
        first = bisect_left(self.plays, start, key=lambda play: play.played_at)
        last = bisect_left(self.plays, end, key=lambda play: play.played_at)
        return self.plays[first:last]


def nonstop(catalogue: Catalogue, start: datetime, *, seconds: int = 30, count: int) -> ScriptedListener:
    """`count` plays back to back, the first beginning at `start`, each served at the instant it ends.

    Raises:
        ValueError: when hardly any track is as long as that.
    """
    if seconds > 300:
        raise ValueError("nonstop plays last 300 seconds at most")
    tracks = (
        track
        for number in range(catalogue.size)
        for _, album in catalogue.discography(number)
        for track in album
        if track.duration_ms >= seconds * 1000
    )
    ends = (start + timedelta(seconds=seconds * (place + 1)) for place in range(count))
    return ScriptedListener(
        [Play(end, end, seconds * 1000, track) for end, track in zip(ends, cycle(tracks), strict=False)]
    )
