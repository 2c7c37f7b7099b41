from datetime import timedelta

import pytest
import requests

from brapped_assets.spotify import Malformed, Refused
from brapped_assets.spotify.quota import QUOTA_EXCEEDED, RetryAfter
from brapped_assets.spotify.transport import (
    RateLimited,
    Unreachable,
    network_errors_are_unreachable,
    persist,
)


class Attempts:
    """Fails with the given errors in turn, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def limited(seconds: float, reason: str = "rate limited") -> RateLimited:
    return RateLimited(RetryAfter(timedelta(seconds=seconds), reason))


def test_back_off_grows_is_jittered_and_ends() -> None:
    naps: list[float] = []
    attempts = Attempts(*[Unreachable("no")] * 9)
    with pytest.raises(Unreachable):
        persist(attempts, sleep=naps.append)
    assert attempts.made == 4
    assert [0.5 * 2**n <= nap <= 2**n for n, nap in enumerate(naps)] == [True, True, True]


def test_a_short_wait_is_honoured_in_full() -> None:
    naps: list[float] = []
    assert persist(Attempts(limited(60)), sleep=naps.append) == "answer"
    assert naps == [60.0]


@pytest.mark.parametrize("error", [limited(61), limited(2, QUOTA_EXCEEDED), Malformed("x"), Refused("x")])
def test_what_waiting_does_not_cure_passes_at_once(error: Exception) -> None:
    attempts = Attempts(error)
    with pytest.raises(type(error)):
        persist(attempts, sleep=lambda _: pytest.fail("slept"))
    assert attempts.made == 1


def test_short_waits_do_not_add_up_without_end() -> None:
    naps: list[float] = []
    with pytest.raises(RateLimited):
        persist(Attempts(limited(60), limited(60), limited(60)), sleep=naps.append)
    assert sum(naps) <= 90


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (requests.ConnectTimeout("secret"), Unreachable),
        (requests.exceptions.ChunkedEncodingError("secret"), Unreachable),
        (requests.exceptions.MissingSchema("secret"), Refused),
        (requests.exceptions.InvalidHeader("secret"), Refused),
    ],
)
def test_no_requests_exception_passes_with_its_text(raised: Exception, named: type[Exception]) -> None:
    with pytest.raises(named) as caught, network_errors_are_unreachable("me"):
        raise raised
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
