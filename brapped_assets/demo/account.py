"""The simulated account: what Spotify knows of a listener, what it shows of that, and what was asked."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Literal, NamedTuple

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.faults import Faults
from brapped_assets.demo.listener import Listener, Play, ScriptedListener
from brapped_assets.demo.music import Artist, Track
from brapped_assets.demo.musicbrainz import SimulatedMusicBrainz
from brapped_assets.demo.tokens import Tokens

Mode = Literal["restricted", "extended"]
TimeRange = Literal["short_term", "medium_term", "long_term"]
SCOPES = "user-read-recently-played user-top-read"
SHOWN_FROM_MS = 30_000
# "approximately last 4 weeks", "6 months" and "1 year" in Spotify's words; every third or sixth day is enough
# for a ranking of half a year or a year.
TOP_DAYS: dict[TimeRange, tuple[int, int]] = {"short_term": (28, 1), "medium_term": (182, 3), "long_term": (365, 6)}


class Call(NamedTuple):
    """One HTTP call the server answered (or began to answer)."""

    at: datetime
    method: str
    path: str
    status: int


def now() -> datetime:
    """The clock of an account that was given none."""
    return datetime.now(UTC)


class SimulatedAccount:
    """One app, one listener, one clock.

    Everything may be changed while a server runs: `clock`, `listener`, `mode`, `faults`, `feed_lag` (added to every
    play's own lag), `page_size` (how many plays the feed holds: 50, by reports also 43 to 48), `tokens` (lifetimes,
    `rotate`, `revoke()`) and `redirect_uris` (registered ones beyond loopback). `served` maps (played_at, track uri)
    to the instant a play was first shown; `calls` is every call in order. `client_of` is an account whose app this
    listener uses too.
    """

    def __init__(
        self,
        listener: Listener | ScriptedListener | None = None,
        *,
        catalogue: Catalogue | None = None,
        seed: str = "brapped",
        clock: Callable[[], datetime] = now,
        mode: Mode = "restricted",
        feed_lag: timedelta = timedelta(0),
        page_size: int = 50,
        client_of: "SimulatedAccount | None" = None,
    ) -> None:
        self.catalogue = catalogue or Catalogue(seed)
        self.listener = listener or Listener(self.catalogue, seed)
        self.clock = clock
        self.mode: Mode = mode
        self.feed_lag = feed_lag
        self.page_size = page_size
        self.client_id: str = client_of.client_id if client_of else _credential(seed, "id")
        self.client_secret: str = client_of.client_secret if client_of else _credential(seed, "secret")
        self.redirect_uris: set[str] = set()
        self.faults = Faults()
        self.tokens = Tokens(seed, self._now)
        self.served: dict[tuple[datetime, str], datetime] = {}
        self.calls: list[Call] = []
        self.musicbrainz = SimulatedMusicBrainz(self.catalogue, self._now)
        self._top = lru_cache(maxsize=64)(self._rank)

    def refresh_token(self, authorized_at: datetime | None = None, *, scope: str = SCOPES, pkce: bool = False) -> str:
        """A refresh token without the login: what a test puts in SPOTIFY_REFRESH_TOKEN."""
        return self.tokens.refresh_token(client_id=self.client_id, scope=scope, pkce=pkce, authorized_at=authorized_at)

    def feed(self) -> list[Play]:
        """What recently-played can show now, newest first: never more than the newest `page_size` plays.

        A play is shown once its `served_from` and the feed lag have passed, when it lasted 30 s or more and was not
        private. So an offline play uploaded late appears among older ones, or never.
        """
        at = self.clock()
        shown: list[Play] = []
        end, span = at + timedelta(milliseconds=1), timedelta(days=1)
        while len(shown) < self.page_size and span < timedelta(days=3000):
            shown += (
                play
                for play in reversed(self.listener.plays_between(end - span, end))
                if play.ms_played >= SHOWN_FROM_MS and not play.private and play.served_from + self.feed_lag <= at
            )
            end, span = end - span, span * 2
        return shown[: self.page_size]

    def record(self, plays: list[Play]) -> None:
        """Note that these plays were shown to a client."""
        at = self.clock()
        for play in plays:
            self.served.setdefault((play.played_at, play.track.uri), at)

    def top_tracks(self, time_range: TimeRange) -> list[Track]:
        """The most played tracks of the last weeks or months, best first; at most 100."""
        return self._ranking(time_range)[0]

    def top_artists(self, time_range: TimeRange) -> list[Artist]:
        """The most played main artists of the last weeks or months, best first; at most 100."""
        return self._ranking(time_range)[1]

    def _now(self) -> datetime:
        # Not the clock itself: whoever replaces the account's clock means that of the tokens too.
        return self.clock()

    def _ranking(self, time_range: TimeRange) -> tuple[list[Track], list[Artist]]:
        midnight = self.clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self._top(self.listener, midnight, time_range)

    def _rank(
        self, listener: Listener | ScriptedListener, until: datetime, time_range: TimeRange
    ) -> tuple[list[Track], list[Artist]]:
        days, step = TOP_DAYS[time_range]
        if isinstance(listener, ScriptedListener):
            step = 1
        day = timedelta(days=1)
        starts = [until - day * back for back in range(1, days + 1, step)]
        plays = chain.from_iterable(listener.plays_between(start, start + day) for start in starts)
        heard = [play.track for play in plays if play.ms_played >= SHOWN_FROM_MS and not play.private]
        tracks = Counter(track for track in heard if track.id)
        artists = Counter(track.artists[0] for track in tracks.elements())
        # Ties in the order of the ids, or the ranking would depend on the order of the days.
        best_tracks = sorted(tracks, key=lambda track: (-tracks[track], track.uri))
        best_artists = sorted(artists, key=lambda artist: (-artists[artist], artist.id or ""))
        return best_tracks[:100], best_artists[:100]


def _credential(seed: str, name: str) -> str:
    """Thirty-two hexadecimal digits, as Spotify's client ids and secrets are."""
    return blake2b(f"{seed}/client {name}".encode(), digest_size=16).hexdigest()
