"""The few calls of the Web API that the project needs: each returns a model or says what is wrong."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import requests
from requests.auth import AuthBase

from brapped_assets.spotify.access_tokens import AccessTokens
from brapped_assets.spotify.errors import Postponed, Transient
from brapped_assets.spotify.models import Artist, Profile, RecentlyPlayedPage, TimeRange, TopArtist, TopTrack
from brapped_assets.spotify.parsing import (
    parse_artist,
    parse_profile,
    parse_recently_played,
    parse_top_artists,
    parse_top_tracks,
    parse_track,
)
from brapped_assets.spotify.quota import RECENTLY_PLAYED, CallLedger, Purpose
from brapped_assets.spotify.response_errors import date_of, json_of, raise_unless_answered, says_unknown
from brapped_assets.spotify.transport import (
    TIMEOUT,
    USER_AGENT,
    Clock,
    RateLimited,
    Sleep,
    Timeout,
    network_errors_are_unreachable,
    persist,
    utc_now,
)


class SpotifyClient:
    """One listener's view of the Web API.

    Every attempt is reserved in the ledger before it is made. A call takes at most four attempts and 90 s of
    waiting; a 401 is answered by one refreshed token and one repetition.

    Every method raises:
        Transient: Four attempts failed, or Spotify refuses a token it has just issued.
        Postponed: Spotify asked to wait longer than is worth sleeping on, now or earlier.
        BudgetSpent: As `quota.admit` does; never for `recently_played` and `profile`.
        ConsentNeeded, Refused: See the tree in `errors`.
        Malformed: The answer is not what was asked for; nothing may be concluded from it.
    """

    def __init__(
        self,
        api_url: str,
        tokens: AccessTokens,
        ledger: CallLedger,
        *,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        timeout: Timeout = TIMEOUT,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._tokens = tokens
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def recently_played(self) -> RecentlyPlayedPage:
        """The newest 50 plays. Without a cursor: offline plays arrive late, with old instants."""
        response = self._get(RECENTLY_PLAYED, RECENTLY_PLAYED, purpose="poll", limit="50")
        return parse_recently_played(json_of(response), answered_at=date_of(response), now=self._clock())

    def artist(self, artist_id: str) -> Artist | None:
        """The artist, or None when Spotify says that there is none of this id, or it cannot be one."""
        payload = self._lookup("artists", artist_id)
        return None if payload is None else parse_artist(payload)

    def track(self, track_id: str) -> dict[str, Any] | None:
        """The track object as received, or None as for `artist`.

        Its id may differ from the one asked for (Spotify replaces unplayable tracks): file it under the
        requested id.
        """
        payload = self._lookup("tracks", track_id)
        return None if payload is None else parse_track(payload)

    def top_artists(self, time_range: TimeRange) -> list[TopArtist]:
        """Spotify's own ranking, at most 50 places."""
        return parse_top_artists(self._top("artists", time_range))

    def top_tracks(self, time_range: TimeRange) -> list[TopTrack]:
        """Spotify's own ranking, at most 50 places."""
        return parse_top_tracks(self._top("tracks", time_range))

    def profile(self) -> Profile:
        """Who the consent belongs to. Asked at login, which a spent budget must not prevent."""
        return parse_profile(json_of(self._get("me", "me", purpose="poll")))

    def _top(self, kind: str, time_range: TimeRange) -> Any:
        endpoint = f"me/top/{kind}"
        return json_of(self._get(endpoint, endpoint, purpose="enrichment", limit="50", time_range=time_range))

    def _lookup(self, kind: str, spotify_id: str) -> Any | None:
        if not (spotify_id.isascii() and spotify_id.isalnum()):
            # Ids are base62; anything else would be refused at best and be another address at worst.
            return None
        endpoint = f"{kind}/{{id}}"
        path = f"{kind}/{spotify_id}"
        response = self._get(endpoint, path, purpose="enrichment", unknown_is_an_answer=True)
        return None if says_unknown(response) else json_of(response)

    def _get(
        self,
        endpoint: str,
        path: str,
        *,
        purpose: Purpose,
        unknown_is_an_answer: bool = False,
        **params: str,
    ) -> requests.Response:
        """A 2xx answer, or one that says "unknown" where that is an answer."""

        def send(access_token: Callable[[], str]) -> requests.Response:
            # Reserved first: while Spotify asks not to be called, not even a token is fetched.
            self._ledger.reserve(endpoint, purpose=purpose, now=self._clock())
            auth = _Bearer(access_token())
            with network_errors_are_unreachable(endpoint):
                return self._session.get(
                    f"{self._api_url}/{path}",
                    params=params,
                    auth=auth,
                    timeout=self._timeout,
                    allow_redirects=False,  # the API has none, and a token belongs to one host
                )

        def attempt() -> requests.Response:
            response = send(self._tokens.token)
            if response.status_code == requests.codes.unauthorized:
                response = send(self._tokens.refresh)
                if response.status_code == requests.codes.unauthorized:
                    raise Transient(f"{endpoint}: Spotify refuses the access token it has just issued")
            if not (unknown_is_an_answer and says_unknown(response)):
                raise_unless_answered(response, endpoint, self._clock())
            return response

        try:
            return persist(attempt, sleep=self._sleep)
        except RateLimited as limited:
            now = self._clock()
            not_before = now + limited.retry_after.wait
            self._ledger.postpone(not_before, limited.retry_after.reason, now=now)
            raise Postponed(not_before, limited.retry_after.reason) from None


class _Bearer(AuthBase):
    # As `auth` and not as a header: requests would let a ~/.netrc entry replace the header.
    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request
