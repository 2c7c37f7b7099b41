"""Housemates of the demo: each hears something else, and each of them the same whenever it is asked."""

from collections import Counter
from datetime import UTC, datetime
from itertools import combinations, pairwise

import pytest

from brapped_assets.demo.backgrounds import genre_of
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.housemates import HOUSEMATES
from brapped_assets.demo.listener import Listener, Play
from brapped_assets.demo.taste import LIKE_EVERYBODY

FIRST = "Simulated Listener"
QUARTER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def heard(catalogue: Catalogue) -> dict[str, list[Play]]:
    everybody = {FIRST: Listener(catalogue)} | {
        name: Listener(catalogue, name, leaning.plays_per_day, leaning=leaning) for name, leaning in HOUSEMATES.items()
    }
    return {name: one.plays_between(*QUARTER) for name, one in everybody.items()}


def artists(plays: list[Play]) -> Counter[str]:
    return Counter(play.track.artists[0].id for play in plays if play.track.artists[0].id is not None)


def genres(catalogue: Catalogue, plays: list[Play]) -> Counter[str]:
    number = {catalogue.artist_at(n).id: n for n in range(catalogue.size)}
    counted: Counter[str] = Counter()
    for artist, many in artists(plays).items():
        counted[genre_of(catalogue.seed, number[artist])] += many
    return counted


def test_each_hears_mostly_what_they_lean_to_and_some_of_everything(
    catalogue: Catalogue, heard: dict[str, list[Play]]
) -> None:
    for name, leaning in HOUSEMATES.items():
        found = genres(catalogue, heard[name])
        mine = sum(many for genre, many in found.items() if genre in leaning.genres)
        assert 0.6 < mine / found.total() < 1, name


def test_no_two_have_the_same_top_ten_and_any_two_have_some_artists_in_common(heard: dict[str, list[Play]]) -> None:
    of = {name: artists(plays) for name, plays in heard.items()}
    for one, other in combinations(of, 2):
        tops = [{artist for artist, _ in of[name].most_common(10)} for name in (one, other)]
        assert len(tops[0] & tops[1]) <= 4, (one, other)
        assert of[one].keys() & of[other].keys(), (one, other)


def test_habits_differ_too(heard: dict[str, list[Play]]) -> None:
    """Ben plays albums, Chidi the same song again, Yuki at night and what nobody knows."""

    def share(name: str, kind: str) -> float:
        plays = heard[name]
        return sum(play.context is not None and play.context["type"] == kind for play in plays) / len(plays)

    def at_night(name: str) -> float:
        hours = [(play.played_at.hour + 5.5) % 24 for play in heard[name]]
        return sum(hour < 5 for hour in hours) / len(hours)

    def again(name: str) -> float:
        plays = heard[name]
        return sum(one.track == other.track for one, other in pairwise(plays)) / len(plays)

    def most(of: dict[str, float]) -> str:
        return max(of, key=lambda name: of[name])

    assert most({name: share(name, "album") for name in heard}) == "Ben"
    assert most({name: again(name) for name in heard}) == "Chidi"
    assert most({name: at_night(name) for name in heard}) == "Yuki"
    assert most({name: len(artists(heard[name])) / len(heard[name]) for name in HOUSEMATES}) == "Yuki"


def test_whoever_leans_to_nothing_hears_what_they_always_heard(catalogue: Catalogue) -> None:
    week = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))
    assert Listener(catalogue, leaning=LIKE_EVERYBODY).plays_between(*week) == Listener(catalogue).plays_between(*week)
    ben = [Listener(Catalogue(), "Ben", leaning=HOUSEMATES["Ben"]).plays_between(*week) for _ in range(2)]
    assert ben[0] == ben[1] != Listener(catalogue, "Ben").plays_between(*week)
