"""Spotify's oEmbed: where the cover of a song is, told to anybody who asks, without a login.

Documented at https://developer.spotify.com/documentation/embeds/reference/oembed; `thumbnail_url` is the cover.
"""

import json

import requests

from brapped_assets.spotify.errors import Intercepted, Malformed, Postponed, Refused
from brapped_assets.spotify.quota import retry_after
from brapped_assets.spotify.transport import (
    TIMEOUT,
    USER_AGENT,
    Clock,
    RateLimited,
    Sleep,
    Unreachable,
    network_errors_are_unreachable,
    persist,
    utc_now,
)

ENDPOINT = "oembed"
TRACK = "https://open.spotify.com/track/{}"
NOT_KNOWN = {requests.codes.bad_request, requests.codes.not_found}
MOST_BYTES = 65_536


def cover_of(url: str, track_id: str, *, sleep: Sleep, clock: Clock = utc_now) -> str | None:
    """The address of a song's cover; None where Spotify knows no such song, or no cover of it.

    `url` is that of the service. Raises Postponed (a 429 longer than a minute), Refused, Malformed or Unreachable.
    """

    def attempt() -> requests.Response:
        with network_errors_are_unreachable(ENDPOINT):
            response = requests.get(
                url,
                params={"url": TRACK.format(track_id)},
                headers={"User-Agent": USER_AGENT},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        if response.status_code >= requests.codes.server_error:
            raise Unreachable(f"{ENDPOINT}: Spotify answered {response.status_code}")
        if response.status_code == requests.codes.too_many_requests:
            raise RateLimited(retry_after(response.headers, response.text, clock()))
        return response

    try:
        response = persist(attempt, sleep=sleep)
    except RateLimited as limited:
        raise Postponed(clock() + limited.retry_after.wait, limited.retry_after.reason) from None
    if response.status_code in NOT_KNOWN:
        return None
    _raise_unless_good(response)
    try:
        told = json.loads(response.content[:MOST_BYTES])
    except ValueError:
        raise Malformed(f"{ENDPOINT}: the answer is no JSON; is SPOTIFY_OEMBED_URL right?") from None
    found = told.get("thumbnail_url") if isinstance(told, dict) else None
    return found if isinstance(found, str) and found.startswith(("https://", "http://")) else None


def _raise_unless_good(response: requests.Response) -> None:
    status = response.status_code
    if status in {requests.codes.unauthorized, requests.codes.forbidden}:
        raise Refused(f"{ENDPOINT}: Spotify refuses to tell of covers without a login ({status})")
    if requests.codes.multiple_choices <= status < requests.codes.bad_request:
        raise Intercepted(
            f"{ENDPOINT}: the answer leads elsewhere ({status}); perhaps this network wants a login first"
        )
    if status != requests.codes.ok:
        raise Malformed(f"{ENDPOINT}: Spotify answered {status}; is SPOTIFY_OEMBED_URL right?")
