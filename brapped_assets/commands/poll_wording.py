"""What is said of a poll: what it brought besides plays, why there was none, and whether anything can be lost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# 50 plays of 30 s take 25 minutes; most people need hours for them.
LOSS = (
    "Spotify keeps your last 50 plays: nothing is lost unless more than 50 come together before the next poll that "
    "succeeds. Should that happen, a gap shows it, and a data export closes it."
)


def describe_kept_aside(numbers: Mapping[str, Any]) -> str:
    """What polls brought besides plays; empty when that is nothing."""
    told = (
        ("items_not_music", "not music (podcasts, audiobooks)"),
        ("items_empty", "of which Spotify told nothing"),
        ("items_with_impossible_time", "at a time that cannot be"),
        ("items_rejected", "not understood (yet)"),
    )
    return ", ".join(f"{numbers[name]} {words}" for name, words in told if numbers.get(name))


def describe_postponed(until: datetime, reason: str, asked: int) -> str:
    """Spotify's wish not to be called, and what that means. `asked`: how often it was, this time."""
    by = "wants to be left alone" if asked else "had asked to be left alone"
    calls = {0: "it was not asked", 1: "asked once"}.get(asked, f"asked {asked} times")
    return (
        f"Spotify {by} until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC ({reason}; {calls}). {LOSS} "
        "Nothing to do: the next sync after that goes on."
    )
