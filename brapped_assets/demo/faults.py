"""What can go wrong between a client and Spotify, as a script that a test or a demonstration writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from brapped_assets.demo.errors import JSON, Answer, api_error, plain_error, unauthorized

Kind = Literal[
    "rate_limited",
    "quota_exceeded",
    "rate_limited_without_header",
    "rate_limited_plain_text",
    "server_error",
    "slow",
    "cut_off",
    "malformed_json",
    "unauthorized",
    "missing_scope",
    "not_on_user_list",
    "owner_without_premium",
    "empty_page",
    "forbidden",
    "web_page",
    "no_content",
]


@dataclass
class Fault:
    """One thing that goes wrong for calls whose path begins with `path`, `times` more times (None: until cleared)."""

    kind: Kind
    path: str
    times: int | None
    retry_after: int
    status: int
    seconds: float


class Faults:
    """The script: faults wait in the order they were added, and each call meets at most one."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        kind: Kind,
        *,
        path: str = "/",
        times: int | None = 1,
        retry_after: int | None = None,
        status: int = 503,
        seconds: float = 1.0,
    ) -> Fault:
        """Let something go wrong.

        Args:
            kind: what; see `ANSWERS` for how each looks on the wire.
            path: only calls whose path begins so.
            times: how many calls; None until `clear()`.
            retry_after: seconds, for `rate_limited` (3 unless told) and `quota_exceeded` (30,000 unless told).
            status: of a `server_error` and a `web_page`.
            seconds: how long a `slow` answer takes.
        """
        if retry_after is None:
            retry_after = 30_000 if kind == "quota_exceeded" else 3
        fault = Fault(kind, path, times, retry_after, status, seconds)
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._waiting.clear()

    def take(self, path: str) -> Fault | None:
        """The fault that a call to this path meets, counted as met."""
        for fault in self._waiting:
            if path.startswith(fault.path):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                return fault
        return None


def answer(fault: Fault) -> Answer | None:
    """How a fault looks on the wire; None where it only changes the real answer (slow, cut off, empty page)."""
    make = ANSWERS.get(fault.kind)
    return make(fault) if make else None


# Facts, sections 1.7, 1.8 and 5.
ANSWERS: dict[Kind, Callable[[Fault], Answer]] = {
    "rate_limited": lambda fault: api_error(429, "API rate limit exceeded", retry_after=fault.retry_after),
    "quota_exceeded": lambda fault: api_error(
        429, "Too many requests", reason="QUOTA_EXCEEDED", retry_after=fault.retry_after
    ),
    "rate_limited_without_header": lambda _: api_error(429, "API rate limit exceeded"),
    "rate_limited_plain_text": lambda _: plain_error(429, "Too many requests"),
    "server_error": lambda fault: api_error(fault.status, "Server error."),
    "malformed_json": lambda _: Answer(
        200, {"content-type": JSON}, '{"items": [{"track": {"album": {"album_type": "alb'
    ),
    "unauthorized": lambda _: unauthorized("invalid_token", "The access token expired"),
    "missing_scope": lambda _: api_error(403, "Insufficient client scope"),
    "not_on_user_list": lambda _: plain_error(403, "User not registered in the Developer Dashboard"),
    # The text is known from a dashboard only; the body around it is not confirmed.
    "owner_without_premium": lambda _: api_error(
        403,
        "Your application is blocked from accessing the Web API since you do not have a Spotify Premium subscription.",
    ),
    "forbidden": lambda _: api_error(403, "Forbidden"),
    # Not Spotify's: a network that wants a login first (200), a proxy that cannot reach it (502).
    "web_page": lambda fault: Answer(
        fault.status, {"content-type": "text/html; charset=utf-8"}, "<!DOCTYPE html><html><title>Welcome</title></html>"
    ),
    "no_content": lambda _: Answer(204, {}, ""),
}
