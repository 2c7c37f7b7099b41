"""The cards of Wrapped, pure: from numbers to words and drawings."""

from collections.abc import Callable

from brapped_assets.insights.wrapped import habit_cards, music_cards, origin_cards, spoken_card, time_cards
from brapped_assets.insights.wrapped.card import Card
from brapped_assets.insights.wrapped.model import Numbers
from brapped_assets.insights.wrapped.thresholds import NEEDS, waiting
from brapped_assets.text.translation import _

STORIES: dict[str, Callable[[Numbers], Card]] = {
    "minutes": time_cards.of_minutes,
    "first": habit_cards.of_first,
    "artists": music_cards.of_artists,
    "quiz": music_cards.of_quiz,
    "songs": music_cards.of_songs,
    "months": habit_cards.of_favourites,
    "album": music_cards.of_album,
    "race": music_cards.of_race,
    "genres": origin_cards.of_genres,
    "origins": origin_cards.of_origins,
    "loyal": habit_cards.of_loyal,
    "run": habit_cards.of_run,
    "repeat": time_cards.of_repeat,
    "day": time_cards.of_day,
    "clock": time_cards.of_clock,
    "places": origin_cards.of_places,
    "traits": habit_cards.of_traits,
    "finished": habit_cards.of_finished,
    "spoken": spoken_card.of_spoken,
    "discoveries": music_cards.of_discoveries,
    "onehits": habit_cards.of_one_hits,
    "comeback": music_cards.of_comeback,
    "streak": time_cards.of_streak,
    "before": time_cards.of_before,
    "age": music_cards.of_age,
    "covers": music_cards.of_covers,
    "summary": time_cards.of_summary,
}


def cards(numbers: Numbers) -> list[Card]:
    """Every card that has enough to tell, in order; those that may still come stand together in a last one."""
    shown = [STORIES[need.card](numbers) for need in NEEDS if need.have(numbers) >= need.least]
    if not numbers.may_grow:
        return shown
    missing = tuple(waiting(need, numbers) for need in NEEDS if need.fits(numbers) and need.have(numbers) < need.least)
    soon = Card("next", _("Still to come"), numbers.period.label, _("Still to come"), to_come=missing)
    return [*shown, soon] if missing else shown
