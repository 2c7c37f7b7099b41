"""What an HTTP answer of the Web API means: good, unknown, or one of the errors."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from requests import Response, codes

from brapped_assets.plain import plain
from brapped_assets.spotify.errors import (
    Malformed,
    MissingScope,
    NotOnUserList,
    OwnerWithoutPremium,
    Refused,
    Transient,
)
from brapped_assets.spotify.quota import retry_after
from brapped_assets.spotify.transport import RateLimited, Unreachable


def raise_unless_answered(response: Response, endpoint: str, now: datetime) -> None:
    """Let a 2xx pass and name what anything else stands for.

    Raises:
        RateLimited: 429.
        Unreachable: 5xx.
        Transient: 401; the caller has refreshed the token by then.
        Refused: 403, told apart by its body (plain text for some: answers seen 2023 to 2026).
        Malformed: Whatever the API does not say to us, redirects among it.
    """
    status = response.status_code
    if codes.ok <= status < codes.multiple_choices:
        return
    if status == codes.too_many_requests:
        raise RateLimited(retry_after(response.headers, response.text, now))
    if status >= codes.server_error:
        raise Unreachable(f"{endpoint}: Spotify answered {status}")
    if status == codes.unauthorized:
        raise Transient(f"{endpoint}: Spotify refuses the access token it has just issued")
    if status == codes.forbidden:
        raise _refusal(endpoint, response)
    raise Malformed(f"{endpoint}: Spotify answered {status}, {_words(response)}; is SPOTIFY_API_URL right?")


def says_unknown(response: Response) -> bool:
    """Whether Spotify itself says that there is nothing of this id.

    404 for a well-formed id, 400 for a malformed one; the wording has changed over the years, so the status
    decides. A 404 that is no Spotify error (a proxy's page, a wrong address) says nothing about the id.
    """
    return response.status_code in {codes.bad_request, codes.not_found} and _error(response) is not None


def json_of(response: Response) -> Any:
    """The parsed body.

    Raises:
        Malformed: It is not JSON.
    """
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        # Not chained: the exception would carry the whole body.
        raise Malformed(f"an answer of {len(response.content)} bytes is not JSON") from None


def date_of(response: Response) -> datetime | None:
    """The Date header, to the second, UTC; None when absent or unreadable."""
    try:
        date = parsedate_to_datetime(response.headers.get("Date", ""))
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _refusal(endpoint: str, response: Response) -> Refused:
    said = response.text.lower()
    if "scope" in said:
        return MissingScope()
    if "premium" in said:
        return OwnerWithoutPremium()
    if "registered" in said:  # "User not registered in ...", later "... the user may not be registered"
        return NotOnUserList()
    return Refused(f"{endpoint}: this app may not use it ({_words(response)})")


def _words(response: Response) -> str:
    """Spotify's own words, short and without anything that could be a token."""
    error = _error(response)
    message = error.get("message") if isinstance(error, dict) else None
    words = " ".join(plain(str(message or response.reason or "no reason given")).split())
    return re.sub(r"[\w.~+/=-]{24,}", "...", words[:200])


def _error(response: Response) -> Any:
    try:
        body = json_of(response)
    except Malformed:
        return None
    return body.get("error") if isinstance(body, dict) else None
