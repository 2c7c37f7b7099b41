import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.spotify import Malformed, OtherItem, PlayedItem, parse_item, parse_recently_played
from brapped_assets.spotify.models import Artist, Profile, TopArtist, TopTrack
from brapped_assets.spotify.parsing import (
    parse_artist,
    parse_profile,
    parse_top_artists,
    parse_top_tracks,
    parse_track,
)

FIXTURES = Path(__file__).parents[2] / ".." / "shared" / "fixtures"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
instants = st.datetimes(timezones=st.timezones(), allow_imaginary=False).map(datetime.isoformat)
items = json_values | st.fixed_dictionaries(
    {},
    optional={
        "played_at": json_values | instants | st.just("2026-02-25T20:15:20.497Z"),
        "track": json_values | st.fixed_dictionaries({}, optional={"id": json_values, "uri": json_values}),
        "context": json_values,
    },
)


def item(**changes: Any) -> dict[str, Any]:
    """The least that is a play."""
    return {"played_at": "2026-02-25T20:15:20.497Z", "track": {"id": "a1"}, "context": None} | changes


def real_page() -> dict[str, Any]:
    path = FIXTURES / "recently_played_2026-02_limit48.json"
    if not path.exists():
        pytest.skip(f"the shared fixtures are not here: {FIXTURES}")
    page: dict[str, Any] = json.loads(path.read_text())
    return page


@given(payload=json_values | st.fixed_dictionaries({"items": st.lists(items)}))
def test_no_json_value_breaks_the_page_and_no_item_is_dropped(payload: Any) -> None:
    try:
        page = parse_recently_played(payload)
    except Malformed:
        assert not isinstance(payload, dict) or not isinstance(payload.get("items"), list)
        return
    assert len(page.items) == len(payload["items"])
    for received, parsed in zip(payload["items"], page.items, strict=True):
        if isinstance(parsed, OtherItem):
            assert parsed.payload is received
            assert parsed.reason
        else:
            assert isinstance(parsed, PlayedItem)
            assert parsed.track is received["track"]
            assert parsed.played_at.tzinfo is UTC
            assert parsed.played_at.microsecond % 1000 == 0


def test_a_real_page_is_understood_whole() -> None:
    payload = real_page()
    answered_at = datetime(2026, 2, 25, 20, 20, tzinfo=UTC)
    page = parse_recently_played(payload, answered_at=answered_at)
    assert len(page.items) == 48
    assert all(isinstance(play, PlayedItem) for play in page.items)
    assert page.keys_missing == frozenset()
    assert page.keys_new == frozenset()
    assert page.answered_at == answered_at
    newest = page.items[0]
    assert isinstance(newest, PlayedItem)
    assert newest.played_at == datetime.fromisoformat(payload["items"][0]["played_at"])
    assert newest.track == payload["items"][0]["track"]
    assert newest.track_ref == payload["items"][0]["track"]["id"]
    assert newest.context == payload["items"][0]["context"]


def test_what_development_apps_lost_is_no_news() -> None:
    payload = real_page()
    for played in payload["items"]:
        for key in ("available_markets", "linked_from", "popularity"):
            played["track"].pop(key, None)
        for key in ("album_group", "available_markets", "label", "popularity"):
            played["track"]["album"].pop(key, None)
    page = parse_recently_played(payload)
    assert page.keys_missing == page.keys_new == frozenset()


def test_a_lost_or_new_key_is_told_by_its_path_even_if_one_item_has_it() -> None:
    payload = real_page()
    del payload["items"][3]["track"]["album"]["artists"][0]["id"]
    del payload["cursors"]["before"]
    payload["items"][5]["track"]["mood"] = {"valence": 0.3}
    payload["news"] = []
    page = parse_recently_played(payload)
    assert page.keys_missing == {"items.track.album.artists.id", "cursors.before"}
    assert page.keys_new == {"items.track.mood", "news"}


def test_a_key_that_looks_like_a_path_is_new_and_not_followed() -> None:
    page = parse_recently_played({"items": [], "items.track": {"mood": "x"}, "": {"": 1}})
    assert page.keys_new == {"items.track", ""}


def test_an_empty_page_is_a_page() -> None:
    page = parse_recently_played({"items": [], "next": None, "cursors": None, "limit": 50, "href": "x"})
    assert page.items == []
    assert page.keys_missing == page.keys_new == frozenset()


@pytest.mark.parametrize("payload", [None, [], "text", 3, {}, {"items": None}, {"items": {}}])
def test_a_page_without_a_list_of_items_is_a_failed_read(payload: Any) -> None:
    with pytest.raises(Malformed):
        parse_recently_played(payload)


def test_an_item_that_cannot_be_understood_is_kept_whole_between_others() -> None:
    odd = item(context="spotify:album:1")
    page = parse_recently_played({"items": [item(), odd, item()]})
    assert isinstance(page.items[0], PlayedItem)
    assert page.items[1] == parse_item(odd)
    assert isinstance(page.items[1], OtherItem)
    assert page.items[1].payload is odd
    assert isinstance(page.items[2], PlayedItem)


def test_instants_are_judged_by_the_answers_own_date() -> None:
    """A machine whose clock is years behind, or ahead, believes the same plays."""
    payload = {"items": [item(played_at="2026-02-25T20:15:20.497Z")]}
    answered_at = datetime(2026, 2, 25, 20, 20, tzinfo=UTC)
    for now in (datetime(1970, 1, 1, tzinfo=UTC), answered_at, datetime(2099, 1, 1, tzinfo=UTC)):
        assert isinstance(parse_recently_played(payload, answered_at=answered_at, now=now).items[0], PlayedItem)
    assert isinstance(parse_recently_played(payload, now=datetime(2020, 1, 1, tzinfo=UTC)).items[0], OtherItem)


def test_played_at_keeps_milliseconds_and_becomes_utc() -> None:
    page = parse_recently_played({"items": [item(played_at="2026-02-25T22:15:20.497999+02:00")]})
    assert page.items == [PlayedItem(datetime(2026, 2, 25, 20, 15, 20, 497000, tzinfo=UTC), {"id": "a1"}, "a1", None)]


def test_a_real_artist_is_read() -> None:
    path = FIXTURES / "artist_2026-03.json"
    if not path.exists():
        pytest.skip(f"the shared fixtures are not here: {FIXTURES}")
    assert parse_artist(json.loads(path.read_text())) == Artist(
        artist_id="0TnOYISbd1XYRBk9myaseg",
        name="Pitbull",
        genres=(),
        image_url="https://i.scdn.co/image/ab6761610000e5eb8d8ac7290d0fe2d12fb6e4d9",
    )


def test_an_artist_needs_no_more_than_an_id() -> None:
    assert parse_artist({"id": "a"}) == Artist("a", None, (), None)
    odd = {"id": "a", "name": 3, "genres": ["pop", None, ""], "images": [None, {"url": "u", "width": None}]}
    assert parse_artist(odd) == Artist("a", None, ("pop",), "u")


@given(payload=json_values)
def test_no_json_value_breaks_the_other_answers(payload: Any) -> None:
    for parse in (parse_artist, parse_track, parse_profile, parse_top_artists, parse_top_tracks):
        with suppress(Malformed):
            parse(payload)


def test_an_answer_without_an_id_is_a_failed_read() -> None:
    for parse in (parse_artist, parse_track, parse_profile):
        with pytest.raises(Malformed):
            parse({})


def test_a_profile_may_lack_all_but_one_id() -> None:
    assert parse_profile({"id": "u"}) == Profile("u", None, None)
    assert parse_profile({"account_id": "acc"}) == Profile("acc", "acc", None)


def test_ranks_survive_an_unreadable_place() -> None:
    assert parse_top_artists({"items": [{"id": "a"}, None, {"id": "c", "name": "C"}]}) == [
        TopArtist(1, Artist("a", None, (), None)),
        TopArtist(3, Artist("c", "C", (), None)),
    ]
    assert parse_top_tracks({"items": [{}, {"uri": "spotify:local:x", "name": "X"}]}) == [
        TopTrack(2, "spotify:local:x", {"uri": "spotify:local:x", "name": "X"})
    ]
