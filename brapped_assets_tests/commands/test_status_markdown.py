"""The summary of a scheduled job."""

from datetime import UTC, datetime
from typing import Any

from brapped_assets.commands.status_markdown import summary

LISTENER: dict[str, Any] = {
    "name": "Ann",
    "plays": 12,
    "last_polled_at": datetime(2026, 11, 20, 15, 7, 9, tzinfo=UTC),
    "gaps_open": 0,
    "hours_in_gaps": 0.0,
    "consent_days_left": 170,
}
HEALTHY: dict[str, Any] = {
    "healthy": True,
    "listeners": [LISTENER],
    "calls_left_today": 900,
    "stored_megabytes": 12.3,
    "problems": [],
}


def test_all_is_well_in_a_row_a_listener() -> None:
    assert summary(HEALTHY).splitlines() == [
        "### ✓ Everything is collected",
        "",
        "| listener | plays | last poll | open gaps | consent |",
        "|---|---|---|---|---|",
        "| Ann | 12 | 2026-11-20 15:07 UTC | none | 170 days left |",
        "",
        "900 calls left today; 12.3 MB stored.",
    ]


def test_what_is_wrong_stands_there_with_its_remedy_and_a_name_is_no_markdown() -> None:
    ill = LISTENER | {
        "name": "<b>|*",
        "last_polled_at": None,
        "gaps_open": 2,
        "hours_in_gaps": 3.5,
        "consent_days_left": None,
    }
    state = HEALTHY | {
        "healthy": False,
        "listeners": [ill],
        "problems": [{"problem": "Ann: consent has ended.", "remedy": "brapped login"}],
    }
    lines = summary(state).splitlines()
    assert lines[0] == "### ! Something needs you"
    assert lines[4] == "| &#60;b&#62;&#124;&#42; | 12 | never | 2 (3.5 h) | date unknown |"
    assert lines[-1] == "- Ann: consent has ended. **brapped login**"
