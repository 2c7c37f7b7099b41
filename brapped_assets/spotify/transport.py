"""How every request is made: timeouts, retries, and no requests exception past this module."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from requests.exceptions import RequestException

from brapped_assets import __version__
from brapped_assets.spotify.errors import Refused, Transient
from brapped_assets.spotify.quota import RetryAfter

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
Timeout = tuple[float, float]
T = TypeVar("T")

TIMEOUT: Final[Timeout] = (5.0, 20.0)
"""Seconds to connect, and seconds without a byte while reading."""

USER_AGENT: Final = f"brapped/{__version__}"

_BACK_OFF: Final = (1.0, 2.0, 4.0)  # seconds before the second, third and fourth attempt
_PATIENCE: Final = timedelta(seconds=90)  # of sleep per request: one longest short wait, and some more


def utc_now() -> datetime:
    """The default clock."""
    return datetime.now(UTC)


class Unreachable(Transient):
    """No usable answer came: connection error, timeout, cut-off body or 5xx. A GET may be repeated."""


class RateLimited(Transient):
    """A 429. Inside this package only: the client turns what it cannot wait for into Postponed."""

    def __init__(self, retry_after: RetryAfter) -> None:
        super().__init__(f"Spotify asks to wait {retry_after.wait.total_seconds():.0f} s ({retry_after.reason})")
        self.retry_after = retry_after


@contextmanager
def network_errors_are_unreachable(endpoint: str) -> Iterator[None]:
    """Translate what requests raises; its exceptions hold the request with its headers, so none is chained.

    Raises:
        Unreachable: Spotify, or the way to it, failed.
        Refused: The address itself is none, which no retry cures.
    """
    try:
        yield
    except RequestException as error:
        # requests derives exactly its complaints about the request's own form from ValueError.
        if isinstance(error, ValueError):
            raise Refused(
                f"{endpoint}: no request can be made; check SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL"
            ) from None
        raise Unreachable(f"{endpoint}: no answer from Spotify ({type(error).__name__})") from None


def persist(attempt: Callable[[], T], *, sleep: Sleep = time.sleep) -> T:
    """Call `attempt` up to four times, at most 90 s of waiting in all.

    The one place that decides to wait: Unreachable is met with jittered back-off, a short Retry-After is
    honoured in full, and everything else passes through at once, above all a long Retry-After (urllib3's
    Retry would sleep on it for hours).
    """
    waited = timedelta()
    for back_off in _BACK_OFF:
        try:
            return attempt()
        except Unreachable:
            pause = timedelta(seconds=back_off * _jitter())
        except RateLimited as limited:
            pause = limited.retry_after.wait
            if not limited.retry_after.is_short or waited + pause > _PATIENCE:
                raise
        sleep(pause.total_seconds())
        waited += pause
    return attempt()


def _jitter() -> float:
    return 0.5 + random.random() / 2  # noqa: S311 -- spreads retries, guards nothing
