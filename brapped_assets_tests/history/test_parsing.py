import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.history.model import HistoryPlay, OddRow, OtherRow, Row, SpokenPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import ADDRESS, AGENT, ID, account, extended, nameless

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NO_MS = "the time played is not a number of milliseconds between 0 and 24 hours"


def parsed(row: Any) -> Row:
    return parse_row(row, now=NOW)


def play(row: Any) -> HistoryPlay:
    found = parsed(row)
    assert isinstance(found, HistoryPlay)
    return found


def odd(row: Any) -> OddRow:
    found = parsed(row)
    assert isinstance(found, OddRow)
    return found


def test_a_row_of_extended_history_is_a_play_with_all_it_measured() -> None:
    assert parsed(extended()) == HistoryPlay(
        kind="extended",
        ended_at=datetime(2025, 4, 28, 21, 4, 35, tzinfo=UTC),
        ms_played=200_000,
        track_id=ID,
        track_uri=f"spotify:track:{ID}",
        title="Rain",
        artist="Asha Rao",
        album="Monsoon",
        platform="android",
        country="IN",
        reason_start="trackdone",
        reason_end="fwdbtn",
        shuffle=False,
        skipped=True,
        offline=False,
        incognito=False,
    )


def test_a_row_of_account_data_is_a_play_that_ended_in_that_minute() -> None:
    ended_at = datetime(2024, 1, 5, 14, 23, tzinfo=UTC)
    assert parsed(account()) == HistoryPlay("account", ended_at, 200_000, None, None, "Rain", "Asha Rao")


@pytest.mark.parametrize(
    ("stamp", "ended_at"),
    [
        # The upload was over a year later: START on the device and the time played tell the END.
        (1679249719, datetime(2023, 3, 19, 18, 15, 22, tzinfo=UTC)),
        # In ms or in s, and whatever the ms: it is the same play.
        (1679249719000, datetime(2023, 3, 19, 18, 15, 22, tzinfo=UTC)),
        (1679249719999, datetime(2023, 3, 19, 18, 15, 22, tzinfo=UTC)),
        ("1679249719", datetime(2023, 3, 19, 18, 15, 22, tzinfo=UTC)),
        (0, None),
        (None, None),
        (86_400, None),
        (10**30, None),
        ("9" * 5000, None),
        (1e300, None),
        (-5, None),
        # Ten minutes and less are no upload.
        (int(datetime(2024, 4, 20, 18, 5, 19, tzinfo=UTC).timestamp()), None),
        (
            int(datetime(2024, 4, 20, 18, 5, 18, tzinfo=UTC).timestamp()),
            datetime(2024, 4, 20, 18, 5, 21, tzinfo=UTC),
        ),
    ],
)
def test_an_offline_play_ended_when_the_device_says(stamp: Any, ended_at: datetime | None) -> None:
    ts = datetime(2024, 4, 20, 18, 15, 22, tzinfo=UTC)
    row = extended(ts="2024-04-20T18:15:22Z", ms_played=3000, offline=True, offline_timestamp=stamp)
    assert play(row).ended_at == (ended_at or ts)
    assert play(row | {"offline": False}).ended_at == ts
    assert play(row | {"offline": None}).ended_at == ts


@pytest.mark.parametrize(
    "ts",
    [
        "2024-04-20T18:15:22Z",
        "2024-04-20T18:15:22+00:00",
        "2024-04-20T20:15:22+02:00",
        "2024-04-20 18:15:22",
        "2024-04-20 18:15:22 UTC",
        "2024-04-20T18:15:22.000Z[UTC]",
    ],
)
def test_an_instant_may_be_written_in_several_ways(ts: str) -> None:
    assert play(extended(ts=ts)).ended_at == datetime(2024, 4, 20, 18, 15, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        (None, "the time is not an instant"),
        (1745874272, "the time is not an instant"),
        ("2024-04-20", "the time is not an instant"),
        ("2024-13-45T99:99:99Z", "the time is not an instant"),
        ("0001-01-01T00:00:00+14:00", "the time is not an instant"),
        ("1970-01-01T00:00:00Z", "the time lies before Spotify existed"),
        ("2026-11-24T12:00:00Z", "the time lies in the future"),
        ("9999-12-31T23:59:59Z", "the time lies in the future"),
    ],
)
def test_a_row_without_a_time_is_odd(ts: Any, reason: str) -> None:
    assert odd(extended(ts=ts)).reason == reason
    assert odd(account(endTime=ts)).reason == reason


@pytest.mark.parametrize(
    ("given_ms", "ms"), [(0, 0), ("1234", 1234), (1234.9, 1234), ("1e3", 1000), (86_400_000, 86_400_000)]
)
def test_a_number_may_be_a_text(given_ms: Any, ms: int) -> None:
    assert play(extended(ms_played=given_ms)).ms_played == ms
    assert play(account(msPlayed=given_ms)).ms_played == ms


@pytest.mark.parametrize("ms", [None, -1, 86_400_001, 1e30, float("nan"), float("inf"), "nan", "", 10**400, "1" * 99])
def test_an_absurd_time_played_makes_a_row_odd(ms: Any) -> None:
    assert odd(extended(ms_played=ms)).reason == NO_MS
    assert odd(account(msPlayed=ms)).reason == NO_MS


@pytest.mark.parametrize("value", [True, [], {}, "soon"])
def test_another_type_makes_a_row_odd(value: Any) -> None:
    assert odd(extended(ms_played=value)).reason == "a number is something else"


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), (None, None), ("TRUE", True), ("false", False), (0, False), ("", None)]
)
def test_a_flag_may_be_null_a_text_or_a_number(value: Any, flag: bool | None) -> None:
    row = play(extended(shuffle=value, skipped=value, offline=value, incognito_mode=value))
    assert (row.shuffle, row.skipped, row.offline, row.incognito) == (flag,) * 4


def test_flags_and_names_of_unknown_types_make_a_row_odd_rather_than_lose_it() -> None:
    assert odd(extended(incognito_mode="perhaps")).reason == "a flag is neither true nor false"
    assert odd(extended(master_metadata_track_name=["Rain"])).reason == "a name or a word is not a text"
    assert odd(account(artistName={})).reason == "a name or a word is not a text"
    assert play(extended(master_metadata_track_name=1979)).title == "1979"


def test_missing_and_new_fields_are_fine() -> None:
    row = {"ts": "2020-01-01T00:00:00Z", "ms_played": 5, "master_metadata_track_name": "Rain", "mood": {"of": ["late"]}}
    assert parsed(row) == HistoryPlay("extended", datetime(2020, 1, 1, tzinfo=UTC), 5, None, None, "Rain", "")


@pytest.mark.parametrize("uri", ["spotify:track:alpha1", "spotify:track:" + "-" * 22, "https://example.com/track"])
def test_a_uri_that_is_no_track_leaves_the_names(uri: str) -> None:
    row = play(extended(spotify_track_uri=uri))
    assert (row.track_id, row.track_uri, row.title) == (None, uri, "Rain")
    assert odd(nameless(spotify_track_uri=uri)).reason == "there is no title, and the uri names no track"


def test_a_local_file_has_only_its_uri() -> None:
    uri = "spotify:local:Asha+Rao:Tape:Rain:180"
    row = play(nameless(spotify_track_uri=uri))
    assert (row.track_id, row.track_uri, row.title, row.artist) == (None, uri, "", "")


def test_a_track_without_names_is_still_that_track() -> None:
    row = play(nameless(spotify_track_uri=f"spotify:track:{ID}"))
    assert (row.track_id, row.title, row.artist, row.album) == (ID, "", "", None)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            nameless(spotify_episode_uri="spotify:episode:x", episode_name="One"),
            ("podcast", "spotify:episode:x", "One", ""),
        ),
        (nameless(episode_show_name="Monday"), ("podcast", None, "", "Monday")),
        (nameless(audiobook_title="Salt", episode_name="Chapter 1"), ("audiobook", None, "Chapter 1", "Salt")),
        (nameless(audiobook_chapter_uri="spotify:episode:x"), ("audiobook", "spotify:episode:x", "", "")),
        (nameless(audiobook_uri="spotify:show:x"), ("audiobook", "spotify:show:x", "", "")),
        (account(trackName=None, podcastName="Monday", episodeName="One"), ("podcast", None, "One", "Monday")),
        (
            {"endTime": "2024-01-05 14:23", "audiobookName": "Salt", "chapterName": "1", "msPlayed": 5},
            ("audiobook", None, "1", "Salt"),
        ),
    ],
)
def test_an_episode_and_a_chapter_are_spoken_plays(row: Any, told: tuple[str, str | None, str, str]) -> None:
    found = parsed(row)
    assert isinstance(found, SpokenPlay)
    assert (found.spoken_kind, found.uri, found.title, found.show) == told


def test_of_a_spoken_play_everything_is_kept_that_is_of_a_song() -> None:
    row = nameless(
        episode_name="One", offline=True, offline_timestamp=1745867070, shuffle=True, incognito_mode=True, skipped=None
    )
    found = parsed(row)
    assert isinstance(found, SpokenPlay)
    assert found[2:4] == (datetime(2025, 4, 28, 19, 7, 50, tzinfo=UTC), 200_000)
    assert found[8:] == (
        *("android", "IN", "trackdone", "fwdbtn", True, None, True, True),
        datetime(2025, 4, 28, 21, 4, 35, tzinfo=UTC),
    )


@pytest.mark.parametrize("ms", [None, -1, 86_400_001, "soon"])
def test_a_spoken_row_of_an_absurd_length_is_kept_aside(ms: Any) -> None:
    assert "number" in odd(nameless(episode_name="One", ms_played=ms)).reason
    assert "number" in odd(account(trackName=None, podcastName="Monday", msPlayed=ms)).reason


@pytest.mark.parametrize(
    "row",
    [
        nameless(),
        account(trackName=None, artistName=None),
        account(trackName="Unknown Track", artistName="Unknown Artist"),
    ],
)
def test_a_row_of_which_spotify_knows_nothing_is_no_play(row: Any) -> None:
    assert parsed(row) == OtherRow("unknown")


@pytest.mark.parametrize("row", [None, 5, "Rain", [], ["x"], {}, {"ts": "2020-01-01T00:00:00Z", "ms_played": 5}])
def test_a_row_nobody_knows_is_kept_whole(row: Any) -> None:
    assert json.loads(odd(row).payload_text) == row


def test_addresses_and_user_agents_are_dropped_at_the_door() -> None:
    fine = extended(ip_addr_decrypted=ADDRESS, user_agent_decrypted=AGENT)
    assert ADDRESS not in repr(parsed(fine))
    assert AGENT not in repr(parsed(fine))
    row = fine | {
        "ts": None,
        "IP-Addr": "x",
        "userAgent": AGENT,
        "ip_adrr": "2001:db8::1",
        "more": [{"ip_addr": ADDRESS}],
    }
    text = odd(row).payload_text
    kept = json.loads(text)
    assert kept == {key: value for key, value in extended(ts=None, more=[{}]).items() if key != "ip_addr"}
    assert odd([{"ip_addr": ADDRESS}]).payload_text == "[{}]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from([10**30, "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KEYS = [*extended(), *account()]


@examples(300)
@given(
    base=st.sampled_from([extended(), account(), nameless()]),
    changes=st.dictionaries(st.sampled_from(KEYS), JSON),
    gone=st.sets(st.sampled_from(KEYS), max_size=4),
)
def test_any_row_is_a_play_another_kind_or_kept_whole(
    base: dict[str, Any], changes: dict[str, Any], gone: set[str]
) -> None:
    row = {key: value for key, value in (base | changes).items() if key not in gone}
    match parsed(row):
        case HistoryPlay() as found:
            assert found.ended_at.tzinfo is UTC
            assert found.ended_at <= NOW + timedelta(days=1)
            assert 0 <= found.ms_played <= 86_400_000
            assert type(found.ms_played) is int
            assert found.title or found.track_uri
            assert ADDRESS not in repr(found) or ADDRESS in repr(changes)
        case OddRow(payload_text, reason):
            assert reason
            kept = json.loads(payload_text)
            assert ADDRESS not in payload_text
            assert kept.keys() >= row.keys() - {"ip_addr"} - {
                key for key, value in changes.items() if isinstance(value, str)
            }
        case OtherRow():
            pass
