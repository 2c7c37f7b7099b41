"""The cards of Wrapped, pure: from numbers to words and drawings."""

from collections.abc import Callable

from brapped_assets.insights.wrapped import of_music, of_time
from brapped_assets.insights.wrapped.card import Card
from brapped_assets.insights.wrapped.needs import NEEDS, waiting
from brapped_assets.insights.wrapped.numbers import Numbers

STORIES: dict[str, Callable[[Numbers], Card]] = {
    "minutes": of_time.of_minutes,
    "artists": of_music.of_artists,
    "quiz": of_music.of_quiz,
    "songs": of_music.of_songs,
    "album": of_music.of_album,
    "race": of_music.of_race,
    "repeat": of_time.of_repeat,
    "day": of_time.of_day,
    "clock": of_time.of_clock,
    "discoveries": of_music.of_discoveries,
    "comeback": of_music.of_comeback,
    "streak": of_time.of_streak,
    "before": of_time.of_before,
    "age": of_music.of_age,
    "summary": of_time.of_summary,
}


def cards(numbers: Numbers) -> list[Card]:
    """Every card that has enough to tell, in order; those that may still come stand together in a last one."""
    shown = [STORIES[need.card](numbers) for need in NEEDS if need.have(numbers) >= need.least]
    if not numbers.may_grow:
        return shown
    missing = tuple(waiting(need, numbers) for need in NEEDS if need.fits(numbers) and need.have(numbers) < need.least)
    soon = Card("next", "Still to come", numbers.period.label, "Still to come", to_come=missing)
    return [*shown, soon] if missing else shown
