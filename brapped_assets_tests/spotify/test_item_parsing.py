"""Whatever stands in a page is a play of a track, no music, nothing, at a time that cannot be, or not understood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.clocks.plausible_instants import why_implausible
from brapped_assets.spotify import OtherItem, PlayedItem, parse_item

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ENDED = datetime(2026, 11, 29, 11, 58, 0, 123000, tzinfo=UTC)
ID = "4uLU6hMCjMI75M1A2tKUQC"
TRACK = {"id": ID, "type": "track", "uri": f"spotify:track:{ID}", "name": "Song", "artists": [{"name": "Ann"}]}
SHOW = {"type": "show", "uri": "spotify:show:1"}


def item(track: Any, played_at: Any = "2026-11-29T11:58:00.123Z", context: Any = None) -> dict[str, Any]:
    return {"track": track, "played_at": played_at, "context": context}


def test_a_track_is_a_play() -> None:
    assert parse_item(item(TRACK), NOW) == PlayedItem(ENDED, TRACK, ID, None)


@pytest.mark.parametrize(
    "played_at",
    [
        "2026-11-29T11:58:00.123Z",
        "2026-11-29t11:58:00.123z",
        "2026-11-29 11:58:00.123456Z",
        "2026-11-29T11:58:00.123+00:00",
        "2026-11-29T17:28:00.123+05:30",
        "20261129T115800.123Z",
    ],
)
def test_one_instant_may_be_written_in_any_form_that_names_a_zone(played_at: str) -> None:
    assert parse_item(item(TRACK, played_at), NOW) == PlayedItem(ENDED, TRACK, ID, None)


def test_an_instant_without_milliseconds_is_one() -> None:
    found = parse_item(item(TRACK, "2026-11-29T11:58:00Z"), NOW)
    assert isinstance(found, PlayedItem)
    assert found.played_at == ENDED.replace(microsecond=0)


@pytest.mark.parametrize(
    "track",
    [
        {**TRACK, "id": None},
        {**TRACK, "id": ""},
        {key: value for key, value in TRACK.items() if key != "id"},
        {"uri": None, "id": None, "href": f"https://api.spotify.com/v1/tracks/{ID}", "name": "Song"},
        {"uri": f"https://open.spotify.com/intl-de/track/{ID}?si=1"},
    ],
)
def test_a_track_without_an_id_goes_by_the_id_in_its_address(track: dict[str, Any]) -> None:
    found = parse_item(item(track), NOW)
    assert isinstance(found, PlayedItem)
    assert (found.track_ref, found.track) == (ID, {**track, "id": ID})


def test_a_local_file_goes_by_its_uri() -> None:
    local = {"id": None, "uri": "spotify:local:Ann:Tape:Song:180", "type": "track", "is_local": True}
    found = parse_item(item(local), NOW)
    assert isinstance(found, PlayedItem)
    assert (found.track_ref, found.track) == (local["uri"], local)


def test_music_out_of_a_show_is_music() -> None:
    assert isinstance(parse_item(item(TRACK, context=SHOW), NOW), PlayedItem)
    assert isinstance(parse_item(item({"id": ID, "artists": [{"name": "Ann"}]}, context=SHOW), NOW), PlayedItem)


@pytest.mark.parametrize(
    ("track", "context", "kind"),
    [
        ({"id": "e", "type": "episode", "uri": "spotify:episode:e", "name": "E", "artists": []}, None, "podcast"),
        ({"id": "e", "type": "Episode"}, None, "podcast"),
        ({"id": "e", "uri": "spotify:episode:e"}, None, "podcast"),
        ({"id": "e", "type": "track", "uri": "spotify:episode:e"}, None, "podcast"),
        ({"id": "e", "href": "https://api.spotify.com/v1/episodes/e"}, None, "podcast"),
        ({"id": "e", "show": {"name": "S"}}, None, "podcast"),
        ({"id": "e", "name": "E"}, SHOW, "podcast"),
        ({"id": "c", "type": "chapter", "uri": "spotify:chapter:c"}, None, "audiobook"),
        ({"id": "c", "audiobook": {"name": "B"}}, None, "audiobook"),
        ({"id": "c"}, {"type": "audiobook", "uri": "spotify:audiobook:1"}, "audiobook"),
        ({"id": None, "type": "ad", "uri": "spotify:ad:1"}, None, "advertisement"),
    ],
)
def test_what_is_heard_and_is_no_music_is_known_by_any_of_its_marks(track: Any, context: Any, kind: Any) -> None:
    one = item(track, context=context)
    assert parse_item(one, NOW) == OtherItem(one, "this is no music", kind, ENDED)


def test_an_episode_in_a_key_of_its_own_is_no_music() -> None:
    one = {"track": None, "episode": {"id": "e", "name": "E"}, "played_at": "2026-11-29T11:58:00.123Z"}
    assert parse_item(one, NOW) == OtherItem(one, "this is no music", "podcast", ENDED)


@pytest.mark.parametrize(
    "track",
    [
        None,
        {},
        [],
        "",
        {"id": None, "uri": None, "name": "", "type": "track", "is_local": False, "duration_ms": 0, "artists": []},
        {"album": {"name": None, "album_type": "single", "artists": [{"id": None}], "images": []}, "explicit": False},
    ],
)
def test_what_tells_nothing_of_what_was_played_is_nothing(track: Any) -> None:
    one = item(track)
    assert parse_item(one, NOW) == OtherItem(one, "nothing is told of what was played", "nothing", ENDED)


@pytest.mark.parametrize("one", [None, {}, {"track": None}, {"track": None, "played_at": None, "context": None}])
def test_nothing_without_a_time_is_nothing(one: Any) -> None:
    assert parse_item(one, NOW) == OtherItem(one, "nothing is told of what was played", "nothing", None)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (3, "the item is not an object"),
        (item(TRACK, None), "played_at is not an instant"),
        (item(TRACK, 1764417480123), "played_at is not an instant"),
        (item(TRACK, "2026-11-29T11:58:00.123"), "played_at is not an instant"),
        (item(TRACK, "yesterday"), "played_at is not an instant"),
        (item(TRACK, "0001-01-01T00:00:00+23:00"), "played_at is not an instant"),
    ],
)
def test_without_a_certain_time_a_play_is_not_understood(one: Any, reason: str) -> None:
    assert parse_item(one, NOW) == OtherItem(one, reason, "not_understood", None)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (item("spotify:track:1"), "the track is not an object"),
        # Should Spotify ever rename the key, its plays wait for a parser that knows the new one.
        ({"item": TRACK, "played_at": "2026-11-29T11:58:00.123Z"}, "the track is not an object"),
        (item({"id": None, "name": "Song"}), "the track has neither id nor uri"),
        (item({"id": "a\x00", "uri": "\ud800"}), "the track has neither id nor uri"),
        (item({"type": "hologram", "uri": "spotify:hologram:1"}), "neither a track nor anything else that is known"),
        (item(TRACK, context="spotify:album:1"), "the context is not an object"),
    ],
)  # fmt: skip
def test_any_other_form_is_not_understood_and_tells_when_it_was(one: Any, reason: str) -> None:
    assert parse_item(one, NOW) == OtherItem(one, reason, "not_understood", ENDED)


@pytest.mark.parametrize(
    ("played_at", "reason"),
    [
        ("1970-01-01T00:00:00.000Z", "the time lies before Spotify existed"),
        ("2005-12-31T23:59:59.999Z", "the time lies before Spotify existed"),
        ("2026-11-30T12:00:00.001Z", "the time lies in the future"),
        ("2099-01-01T00:00:00.000Z", "the time lies in the future"),
    ],
)
def test_a_time_that_cannot_be_is_kept_aside(played_at: str, reason: str) -> None:
    one = item(TRACK, played_at)
    assert parse_item(one, NOW) == OtherItem(one, reason, "impossible_time", None)
    # An episode stays one, and tells no time.
    assert parse_item(item({"type": "episode", "id": "e"}, played_at), NOW).__dict__ | {"payload": None} == {
        "payload": None, "reason": "this is no music", "kind": "podcast", "played_at": None,
    }  # fmt: skip


@given(at=st.datetimes(timezones=st.just(UTC)), now=st.datetimes(datetime(2010, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_polls_and_exports_believe_the_same_instants(at: datetime, now: datetime) -> None:
    now = now.replace(tzinfo=UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    found = parse_item(item(TRACK, at.isoformat()), now)
    reason = why_implausible(at, now)
    aside = OtherItem(item(TRACK, at.isoformat()), reason or "", "impossible_time", None)
    assert found == (aside if reason else PlayedItem(at, TRACK, ID, None))


def test_a_day_ahead_and_the_beginning_of_2006_are_the_last_that_can_be() -> None:
    for at in (NOW + timedelta(days=1), datetime(2006, 1, 1, tzinfo=UTC)):
        assert isinstance(parse_item(item(TRACK, at.isoformat()), NOW), PlayedItem)
