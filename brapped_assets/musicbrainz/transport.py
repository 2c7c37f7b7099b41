"""How every request is made: at a pace, with timeouts and a bound, and no exception of requests past this module."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests import codes
from urllib3.exceptions import HTTPError

from brapped_assets import __version__
from brapped_assets.musicbrainz.errors import Away, Malformed

Params = Sequence[tuple[str, str]]
TIMEOUT: Final = (5.0, 20.0)  # seconds to connect, and without a byte while reading
LONGEST_ANSWER: Final = 30.0  # seconds until the last byte, however they drip
MOST_BYTES: Final = 8_000_000
MOST_REDIRECTS: Final = 3
SHORT_WAIT: Final = timedelta(seconds=30)
# Where a busy service does not say how long.
BACK_OFF: Final = (timedelta(seconds=2), timedelta(seconds=5))
REST: Final = timedelta(hours=1)
REFUSED_REST: Final = timedelta(days=1)
LONGEST_REST: Final = timedelta(days=1)
BUSY: Final = {codes.too_many_requests, codes.service_unavailable}
ENTITY: Final = re.compile(r"/(?:artist|release)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOO_LONG: Final = {
    codes.bad_request,
    codes.request_uri_too_large,
    codes.request_entity_too_large,
    codes.header_fields_too_large,
}


def user_agent(contact: str) -> str:
    """What MusicBrainz and Wikidata ask for: which program, and a way to reach whoever is responsible for it."""
    # A header is one line of Latin letters.
    said = re.sub(r"[^\x21-\x7e]+", " ", contact).strip()
    return f"Brapped/{__version__} ( {said} )"


class Service:
    """One service at one address, asked no faster than `pace` lets: it returns when the next request may go."""

    def __init__(
        self,
        name: str,
        url: str,
        agent: str,
        *,
        pace: Callable[[], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name, self._url, self._pace, self._sleep, self._clock = name, url, pace, sleep, clock
        self._session = requests.Session()
        self._session.headers["User-Agent"] = agent

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, params: Params, accept: str = "application/json") -> dict[str, Any] | None:
        """The JSON object of an answer; None where the service itself says that there is nothing (404).

        A service that is busy, or fails, is asked up to three times in all. Raises Away and Malformed.
        """
        for nth, back_off in enumerate(BACK_OFF):
            try:
                return self._once(path, params, accept)
            except Away as away:
                # Whoever does not answer is asked once more, who is busy twice, and nobody who says no.
                if away.wait > SHORT_WAIT if away.is_busy else nth > 0 or away.wait != REST:
                    raise
                self._sleep(max(away.wait if away.is_busy else back_off, back_off).total_seconds())
        return self._once(path, params, accept)

    def _once(self, path: str, params: Params, accept: str) -> dict[str, Any] | None:
        url = f"{self._url}{path}?{urlencode(params, safe=':/+')}"
        for _ in range(MOST_REDIRECTS):
            self._pace()
            status, headers, body = self._fetched(url, accept)
            if not (codes.multiple_choices <= status < codes.bad_request):
                return self._told(status, headers, body)
            # An id that was merged into another leads there.
            url = self._next(url, headers.get("Location", ""))
        raise Malformed(f"{self.name}: an answer leads from place to place")

    def _fetched(self, url: str, accept: str) -> tuple[int, Mapping[str, str], bytes]:
        until = time.monotonic() + LONGEST_ANSWER
        try:
            with self._session.get(
                url, headers={"Accept": accept}, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as response:
                body = bytearray()
                # What has come, not so much or so long: a body may drip.
                while piece := response.raw.read1(65_536, decode_content=True):
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise Malformed(f"{self.name}: an answer is longer than anything it should tell")
                    if time.monotonic() > until:
                        raise Away(f"{self.name} answers too slowly", REST)
                return response.status_code, response.headers, bytes(body)
        except (requests.RequestException, HTTPError) as error:
            # Not chained: it holds the whole request.
            raise Away(f"{self.name} does not answer ({type(error).__name__})", REST) from None

    def _told(self, status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
        if status in BUSY:
            raise Away(f"{self.name} is busy ({status})", self._stated(headers.get("Retry-After", "")), is_busy=True)
        if status in {codes.unauthorized, codes.forbidden}:
            raise Away(f"{self.name} refuses to answer ({status}); is MUSICBRAINZ_CONTACT set?", REFUSED_REST)
        if status >= codes.server_error:
            raise Away(f"{self.name} answered {status}", REST)
        told = _json(body)
        if status == codes.not_found:
            if body.strip() and "error" not in (told or {}):
                # A wrong address, or a page of something in between, says nothing about what was asked for.
                raise Malformed(f"{self.name}: no such address; is the setting right?")
            return None
        if status != codes.ok:
            raise Malformed(f"{self.name} answered {status}", is_too_long=status in TOO_LONG)
        if told is None:
            raise Malformed(f"{self.name}: an answer is no JSON; perhaps this network wants a login first")
        return told

    def _next(self, url: str, location: str) -> str:
        following = urljoin(url, location)
        asked, merged = (ENTITY.search(urlsplit(of).path) for of in (url, following))
        if merged and (asked is None or merged[0] != asked[0]):
            # A mirror may name the original, or the page for people; who is asked, and what, stays as it is set.
            return f"{self._url}{merged[0]}?{urlsplit(url).query}"
        if location and urlsplit(following).netloc == urlsplit(url).netloc:
            return following
        raise Malformed(f"{self.name}: the answer leads elsewhere; perhaps this network wants a login first")

    def _stated(self, retry_after: str) -> timedelta:
        """What a busy service asks for: seconds, or a date; 0 where it says nothing, for the usual back-off."""
        value = retry_after.strip()
        if re.fullmatch(r"[0-9]{1,9}", value):
            return min(timedelta(seconds=int(value)), LONGEST_REST)
        try:
            until = parsedate_to_datetime(value)
            wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - self._clock()
            return min(max(wait, timedelta()), LONGEST_REST)
        except (ValueError, TypeError, OverflowError):
            return timedelta()


def _json(body: bytes) -> dict[str, Any] | None:
    """The object that a body is; None where it is none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
