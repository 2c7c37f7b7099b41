from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.spotify import BudgetSpent, Postponed, QuotaState, admit, calls_left_for_enrichment, waits_until
from brapped_assets.spotify.quota import POLLS_A_DAY, QUOTA_EXCEEDED, SHORT_WAIT, RetryAfter, retry_after

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATE_LIMIT = '{"error":{"status":429,"message":"API rate limit exceeded"}}'
SPENT = '{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}'


def state(calls: int = 0, polls: int = 0, listeners: int = 1, not_before: datetime | None = None) -> QuotaState:
    return QuotaState(not_before, "QUOTA_EXCEEDED" if not_before else None, calls, polls, listeners)


def test_a_poll_is_never_held_by_the_budget() -> None:
    admit(state(calls=5000, polls=72), purpose="poll", budget=1000, now=NOW)


def test_enrichment_stops_where_the_remaining_polls_begin() -> None:
    # 72 polls a day, 10 made: 62 stay reserved, so the 939th call is the first too many.
    admit(state(calls=937, polls=10), purpose="enrichment", budget=1000, now=NOW)
    with pytest.raises(BudgetSpent) as caught:
        admit(state(calls=938, polls=10), purpose="enrichment", budget=1000, now=NOW)
    assert caught.value.not_before == NOW + timedelta(hours=1)
    assert "938 of 1000 calls" in str(caught.value)


def test_polls_beyond_the_plan_reserve_nothing() -> None:
    assert calls_left_for_enrichment(state(calls=200, polls=100), budget=1000) == 800


def test_every_listener_has_polls_reserved() -> None:
    assert calls_left_for_enrichment(state(calls=0, listeners=5), budget=1000) == 1000 - 5 * POLLS_A_DAY


def test_a_budget_smaller_than_the_polls_leaves_nothing_for_enrichment() -> None:
    assert calls_left_for_enrichment(state(), budget=50) == 0


@pytest.mark.parametrize("purpose", ["poll", "enrichment"])
def test_not_before_holds_everything_until_its_instant(purpose: str) -> None:
    held = state(not_before=NOW + timedelta(seconds=1))
    with pytest.raises(Postponed, match="QUOTA_EXCEEDED") as caught:
        admit(held, purpose=purpose, budget=1000, now=NOW)  # type: ignore[arg-type]
    assert type(caught.value) is Postponed
    assert caught.value.not_before == NOW + timedelta(seconds=1)
    admit(held, purpose=purpose, budget=1000, now=NOW + timedelta(seconds=1))  # type: ignore[arg-type]


@given(hours=st.none() | st.integers(-300, 300))
def test_whoever_calls_and_whoever_tells_of_it_go_by_one_rule(hours: int | None) -> None:
    """A wait further ahead than the longest there is was noted by a clock that was ahead: it is none."""
    not_before = None if hours is None else NOW + timedelta(hours=hours)
    until = waits_until(not_before, NOW)
    assert until == (not_before if hours is not None and 0 < hours <= 7 * 24 else None)
    if until is None:
        admit(state(not_before=not_before), purpose="poll", budget=1000, now=NOW)
    else:
        with pytest.raises(Postponed):
            admit(state(not_before=not_before), purpose="poll", budget=1000, now=NOW)


@given(
    calls=st.integers(0, 3000),
    polls=st.integers(0, 400),
    listeners=st.integers(0, 5),
    budget=st.integers(0, 3000),
)
def test_admitted_enrichment_always_leaves_room_for_the_polls(
    calls: int, polls: int, listeners: int, budget: int
) -> None:
    now = state(calls, polls, listeners)
    try:
        admit(now, purpose="enrichment", budget=budget, now=NOW)
    except BudgetSpent:
        assert calls_left_for_enrichment(now, budget) == 0
    else:
        assert calls + 1 + max(0, POLLS_A_DAY * listeners - polls) <= budget


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("3", RATE_LIMIT, RetryAfter(timedelta(seconds=3), "rate limited")),
        ("0", RATE_LIMIT, RetryAfter(timedelta(), "rate limited")),
        (" 1.5 ", RATE_LIMIT, RetryAfter(timedelta(seconds=1.5), "rate limited")),
        ("48925", SPENT, RetryAfter(timedelta(seconds=48925), QUOTA_EXCEEDED)),
        (
            format_datetime(NOW + timedelta(minutes=2), usegmt=True),
            "",
            RetryAfter(timedelta(minutes=2), "rate limited"),
        ),
        ("Sun, 22 Nov 2026 12:00:40 -0000", "", RetryAfter(timedelta(seconds=40), "rate limited")),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), "", RetryAfter(timedelta(), "rate limited")),
        (None, "Too many requests", RetryAfter(timedelta(seconds=30), "rate limited")),
        (None, SPENT, RetryAfter(timedelta(hours=1), QUOTA_EXCEEDED)),
        ("soon", RATE_LIMIT, RetryAfter(timedelta(seconds=30), "rate limited")),
        ("-5", RATE_LIMIT, RetryAfter(timedelta(seconds=30), "rate limited")),
        ("999999999", RATE_LIMIT, RetryAfter(timedelta(days=7), "rate limited")),
    ],
)
def test_retry_after_is_read_in_every_form(header: str | None, body: str, expected: RetryAfter) -> None:
    headers = {} if header is None else {"Retry-After": header}
    assert retry_after(headers, body, NOW) == expected


def test_a_minute_is_short_and_a_second_more_is_not() -> None:
    assert retry_after({"Retry-After": "60"}, RATE_LIMIT, NOW).is_short
    assert not retry_after({"Retry-After": "61"}, RATE_LIMIT, NOW).is_short


def test_a_spent_quota_is_never_short() -> None:
    assert not retry_after({"Retry-After": "2"}, SPENT, NOW).is_short


@given(header=st.text(max_size=40), body=st.text(max_size=80))
def test_no_429_is_beyond_reading(header: str, body: str) -> None:
    asked = retry_after({"Retry-After": header}, body, NOW)
    assert timedelta() <= asked.wait <= timedelta(days=7)
    assert not asked.is_short or asked.wait <= SHORT_WAIT
