"""How often Spotify may be asked: pure decisions over a ledger that somebody else keeps.

Spotify counts calls per developer account over about a rolling day and publishes no numbers (Web API
documentation, "Rate Limits" and "Quota updates" of July 2026), so the budget is ours. Polling comes first:
catalogue calls stop while the day's remaining polls still fit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol

from brapped_assets.spotify.errors import BudgetSpent, Postponed

POLLS_A_DAY = 72
"""A poll every 20 minutes: 50 plays of at least 30 s take 25 minutes, so no listener outruns it."""

RECENTLY_PLAYED = "me/player/recently-played"
"""The endpoint's name in the ledger; what `QuotaState.polls` counts."""

SHORT_WAIT = timedelta(seconds=60)
"""The longest Retry-After that is slept on; a longer one is stored and the run ends."""

QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
"""Spotify's `reason` when the developer account's daily quota is used up (documented July 2026)."""

_UNSTATED_WAIT = timedelta(seconds=30)  # the documented window of the plain rate limit
_UNSTATED_QUOTA_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=7)
"""Seen: 86400 s. What lies further ahead is nonsense, or a wait that a clock noted which was ahead."""

Purpose = Literal["poll", "enrichment"]


@dataclass(frozen=True)
class QuotaState:
    """What the ledger knows about one Spotify app at one moment.

    Attributes:
        not_before: Spotify's own wish, if it was ever told; may lie in the past.
        not_before_reason: Why, in words fit for a status line.
        calls: API calls of the last 24 hours, polls included.
        polls: Those to recently-played.
        listeners: Listeners who are polled, so who need `POLLS_A_DAY` calls each.
    """

    not_before: datetime | None
    not_before_reason: str | None
    calls: int
    polls: int
    listeners: int


class CallLedger(Protocol):
    """The count of calls over a rolling 24 hours, shared by all processes (kept by the warehouse)."""

    def reserve(self, endpoint: str, *, purpose: Purpose, now: datetime) -> None:
        """Count a call before it is made.

        Raises:
            Postponed: As `admit` does; then nothing is counted.
        """

    def postpone(self, until: datetime, reason: str, *, now: datetime) -> None:
        """Remember Spotify's wish for every process that comes later; a longer one stays, unless it is none."""


def waits_until(not_before: datetime | None, now: datetime) -> datetime | None:
    """Until when Spotify asked not to be called, by what the ledger knows; None: it may be called now.

    The one rule: for whoever calls, and for whoever tells of it.
    """
    return not_before if not_before is not None and now < not_before <= now + LONGEST_WAIT else None


def calls_left_for_enrichment(state: QuotaState, budget: int) -> int:
    """Calls that may still be made today once the remaining polls are set aside; never negative."""
    reserved = max(0, POLLS_A_DAY * state.listeners - state.polls)
    return max(0, budget - reserved - state.calls)


def admit(state: QuotaState, *, purpose: Purpose, budget: int, now: datetime) -> None:
    """Let one more call pass, or say why not.

    Raises:
        Postponed: Spotify's "not before" lies ahead; this alone holds a poll.
        BudgetSpent: An enrichment call would eat into what polling needs.
    """
    if until := waits_until(state.not_before, now):
        raise Postponed(until, state.not_before_reason or "Spotify asked to wait")
    if purpose == "enrichment" and calls_left_for_enrichment(state, budget) < 1:
        # The window rolls, so calls come back one by one; an hour is when looking again is worth a run.
        raise BudgetSpent(
            now + timedelta(hours=1),
            f"{state.calls} of {budget} calls were made in 24 hours and the rest is kept for polling",
        )


@dataclass(frozen=True)
class RetryAfter:
    """What a 429 asks for: how long to wait, and whether that is worth sleeping on."""

    wait: timedelta
    reason: str

    @property
    def is_short(self) -> bool:
        """A spent quota never is, even with a few seconds named: the next call would meet it again."""
        return self.reason != QUOTA_EXCEEDED and self.wait <= SHORT_WAIT


def retry_after(headers: Mapping[str, str], body: str, now: datetime) -> RetryAfter:
    """Read a 429, whose body may be JSON or plain text and whose header may be missing.

    `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3). An unreadable one counts as
    missing: 30 s for the plain rate limit, an hour for a spent quota.
    """
    spent = QUOTA_EXCEEDED in body
    wait = _stated_wait(headers.get("Retry-After", ""), now)
    if wait is None:
        wait = _UNSTATED_QUOTA_WAIT if spent else _UNSTATED_WAIT
    return RetryAfter(
        min(max(wait, timedelta()), LONGEST_WAIT),
        QUOTA_EXCEEDED if spent else "rate limited",
    )


def _stated_wait(value: str, now: datetime) -> timedelta | None:
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return timedelta(seconds=float(value))
    try:
        until = parsedate_to_datetime(value)
        # "-0000" stands for UTC of unknown origin and is parsed as naive.
        return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
