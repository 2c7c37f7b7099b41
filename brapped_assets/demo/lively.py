"""The listener of `brapped demo`: whenever somebody looks, something was heard today, and not long ago."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from random import Random

from brapped_assets.clocks.regions import country_of
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import PLATFORMS, Listener, Play
from brapped_assets.demo.taste import LIKE_EVERYBODY, Leaning

DAY = timedelta(days=1)
# Local hours, midnight among them.
HOURS, SONGS = range(0, 24, 4), 5
SHORTEST_MS = 60_000
# The home of who lives by UTC: there it is never two hours later or earlier.
NOWHERE = "GB"


class LivelyListener(Listener):
    """As a Listener, and from `since` (UTC) on some songs around every fourth local hour besides.

    The first of them ends on the hour and is served in that moment, so that a day has a play from its first second on.
    What the listener would have heard meanwhile is left out: nobody hears two songs at once.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        seed: str = "brapped",
        *,
        since: datetime,
        time_zone: str,
        display_name: str,
        leaning: Leaning = LIKE_EVERYBODY,
    ) -> None:
        home = country_of(time_zone) or NOWHERE
        super().__init__(
            catalogue, seed, leaning.plays_per_day, time_zone, display_name=display_name, country=home, leaning=leaning
        )
        self.since = since
        self._around = lru_cache(maxsize=64)(self._songs_of)

    def plays_between(self, start: datetime, end: datetime) -> list[Play]:
        """The plays with `played_at` in [start, end), oldest first."""
        plays = super().plays_between(start, end)
        if end <= self.since:
            return plays
        sessions = self._sessions_near(start, end)
        begins = [_began(session[0]) for session in sessions]
        # Of all that began before a play ended the last alone can still be going on: hours lie between any two.
        before = ((play, bisect_left(begins, play.played_at)) for play in plays)
        others = (play for play, n in before if n == 0 or sessions[n - 1][-1].played_at <= _began(play))
        own = (play for session in sessions for play in session if start <= play.played_at < end)
        return sorted((*others, *own), key=lambda play: play.played_at)

    def _sessions_near(self, start: datetime, end: datetime) -> list[tuple[Play, ...]]:
        day, last = (at.astimezone(self.time_zone).date() for at in (max(start, self.since) - DAY, end + DAY))
        found: list[tuple[Play, ...]] = []
        while day <= last:
            found += (session for session in self._around(day) if session[0].played_at >= self.since)
            day += DAY
        return found

    def _songs_of(self, day: date) -> tuple[tuple[Play, ...], ...]:
        return tuple(self._songs_at(day, hour) for hour in HOURS)

    def _songs_at(self, day: date, hour: int) -> tuple[Play, ...]:
        rng = Random(f"{self.seed}/lively/{day}/{hour}")
        platform = rng.choice(PLATFORMS)
        longer = (queued for queued in self._queue(rng, day) if queued[0].duration_ms >= SHORTEST_MS)
        plays: list[Play] = []
        end = datetime.combine(day, time(hour), self.time_zone).astimezone(UTC)
        for track, context, shuffle in islice(longer, SONGS):
            if plays:
                end += timedelta(milliseconds=track.duration_ms + rng.randint(0, 400))
            plays.append(
                Play(end, end, track.duration_ms, track, context, shuffle=shuffle, platform=platform,
                     country=self._country(day))
            )  # fmt: skip
        return tuple(plays)


def _began(play: Play) -> datetime:
    return play.played_at - timedelta(milliseconds=play.ms_played)
