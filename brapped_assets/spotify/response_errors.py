"""What an HTTP answer of the Web API means: good, unknown, or one of the errors."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from requests import Response, codes

from brapped_assets.spotify.errors import (
    Intercepted,
    Malformed,
    MissingScope,
    NotOnUserList,
    OwnerWithoutPremium,
    Refused,
)
from brapped_assets.spotify.quota import retry_after
from brapped_assets.spotify.transport import RateLimited, Unreachable
from brapped_assets.text.plain import plain

DASHBOARD = "https://developer.spotify.com/dashboard"
LOGIN_FIRST = "Perhaps this network wants a login first: open any page in a browser there"


def raise_unless_answered(response: Response, endpoint: str, now: datetime) -> None:
    """Let a 2xx pass and name what anything else stands for.

    Raises:
        RateLimited: 429.
        Unreachable: 5xx.
        Refused: 403, told apart by its body (plain text for some: answers seen 2023 to 2026).
        Intercepted: A redirect, which the API never sends, or a proxy's own question.
        Malformed: Whatever else the API does not say to us.
    """
    status = response.status_code
    if codes.ok <= status < codes.multiple_choices:
        return
    if status == codes.too_many_requests:
        raise RateLimited(retry_after(response.headers, response.text, now))
    if status == codes.network_authentication_required:
        raise Unreachable(f"{endpoint}: {LOGIN_FIRST}")
    if status >= codes.server_error:
        by_whom = ", with a web page: a proxy's on the way, or Spotify is down" if _is_web_page(response) else ""
        raise Unreachable(f"{endpoint}: Spotify answered {status}{by_whom}")
    if status == codes.forbidden:
        raise _refusal(endpoint, response)
    if status == codes.proxy_authentication_required:
        raise Intercepted(
            f"{endpoint}: a proxy on the way asks who you are (407); HTTPS_PROXY names it with user and password"
        )
    if codes.multiple_choices <= status < codes.bad_request:
        raise Intercepted(
            f"{endpoint}: the answer leads elsewhere ({status}). {LOGIN_FIRST}; or SPOTIFY_API_URL is wrong"
        )
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
        Intercepted: It is empty, or a web page.
        Malformed: It is not JSON.
    """
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        # Not chained: the exception would carry the whole body.
        raise _no_json(response) from None


def _no_json(response: Response) -> Malformed:
    if not response.content.strip():
        return Intercepted(
            f"Spotify's answer ({response.status_code}) was empty, which says nothing about what was played"
        )
    if _is_web_page(response):
        return Intercepted(f"a web page came in place of Spotify's answer. {LOGIN_FIRST}; or a proxy is in the way")
    return Malformed(f"an answer of {len(response.content)} bytes is not JSON")


def _is_web_page(response: Response) -> bool:
    said = response.headers.get("Content-Type", "").lower()
    return "html" in said or response.content[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml"))


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
        return MissingScope(
            "the consent does not cover this call; run `brapped login` again and accept all that is asked"
        )
    if "premium" in said:
        return OwnerWithoutPremium(
            "Spotify blocks this app because its owner has no Premium subscription; the owner renews it, or the "
            "listener connects the app of somebody who has one"
        )
    if "registered" in said:  # "User not registered in ...", later "... the user may not be registered"
        return NotOnUserList(
            "this listener is not on the app's user list; the app's owner adds them (five at most) under "
            f"User Management at {DASHBOARD}"
        )
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
