import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, Play, ScriptedListener, nonstop
from brapped_assets_tests.examples import examples

LISTENER = Listener(Catalogue())
YEAR = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def year() -> list[Play]:
    return LISTENER.plays_between(*YEAR)


def started(play: Play) -> datetime:
    return play.played_at - timedelta(milliseconds=play.ms_played)


def test_two_listeners_of_one_seed_agree_and_others_do_not(catalogue: Catalogue) -> None:
    week = (datetime(2031, 5, 1, tzinfo=UTC), datetime(2031, 5, 8, tzinfo=UTC))
    assert Listener(catalogue).plays_between(*week) == LISTENER.plays_between(*week) != []
    assert Listener(catalogue, "another").plays_between(*week) != LISTENER.plays_between(*week)


@pytest.mark.slow
def test_two_processes_agree() -> None:
    code = (
        "from datetime import UTC, datetime; from hashlib import sha256;"
        "from brapped_assets.demo.catalogue import Catalogue; from brapped_assets.demo.listener import Listener;"
        "week = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC);"
        "plays = Listener(Catalogue()).plays_between(*week);"
        "print(sha256(repr(plays).encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env={"PYTHONHASHSEED": hash_seed}
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(answers) == 1


@examples(25)
@given(
    start=st.datetimes(datetime(2008, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis wants bare bounds
    hours=st.floats(0, 60),
    before=st.floats(0, 30),
    after=st.floats(0, 30),
)
def test_a_part_of_a_range_is_that_slice_of_the_whole(
    start: datetime, hours: float, before: float, after: float
) -> None:
    end = start + timedelta(hours=hours)
    whole = LISTENER.plays_between(start - timedelta(hours=before), end + timedelta(hours=after))
    assert LISTENER.plays_between(start, end) == [play for play in whole if start <= play.played_at < end]


@examples(20)
@given(day=st.dates(date(2007, 1, 1), date(2045, 1, 1)), rate=st.sampled_from([1, 60, 400]))
def test_plays_never_overlap_and_are_served_only_after_their_end(day: date, rate: float) -> None:
    listener = Listener(LISTENER.catalogue, "any", rate)
    start = datetime.combine(day, datetime.min.time(), UTC)
    plays = listener.plays_between(start, start + timedelta(days=3))
    assert all(started(later) >= earlier.played_at for earlier, later in pairwise(plays))
    for play in plays:
        assert play.served_from > play.played_at
        assert 0 < play.ms_played <= play.track.duration_ms
        assert play.played_at.microsecond % 1000 == 0
        assert play.played_at.tzinfo is UTC
        assert play.track.album.released.year <= day.year + 1


def test_a_year_has_about_the_plays_a_day_asked_for(year: list[Play]) -> None:
    assert 45 * 365 < len(year) < 75 * 365


def test_nights_are_quiet_and_weekends_are_not(year: list[Play]) -> None:
    local = [play.played_at.astimezone(LISTENER.time_zone) for play in year]
    hours = Counter(at.hour for at in local)
    assert sum(hours[hour] for hour in (3, 4, 5)) < 0.1 * sum(hours[hour] for hour in (18, 19, 20))
    days = Counter(at.weekday() for at in local)
    assert days[5] + days[6] > 1.15 * (days[1] + days[2])


def test_some_days_are_silent_and_plays_come_in_sessions(year: list[Play]) -> None:
    days = {play.played_at.date() for play in year}
    assert 330 < len(days) < 365
    together = sum(started(later) - earlier.played_at < timedelta(seconds=10) for earlier, later in pairwise(year))
    assert together > 0.6 * len(year)


def test_favourites_come_and_go() -> None:
    def best(month: int) -> set[str]:
        start = datetime(2025, month, 1, tzinfo=UTC)
        plays = LISTENER.plays_between(start, start + timedelta(days=28))
        return {name for name, _ in Counter(play.track.artists[0].name for play in plays).most_common(10)}

    january, february, november = best(1), best(2), best(11)
    assert january & february
    assert january & november
    assert january - november


def test_a_song_is_played_on_repeat(year: list[Play]) -> None:
    assert max(len(list(run)) for _, run in groupby(year, key=lambda play: play.track.uri)) >= 6


def test_an_album_is_played_through(year: list[Play]) -> None:
    runs = [
        [play.track.track_number for play in run]
        for context, run in groupby(year, key=lambda play: (play.context or {}).get("uri", ""))
        if context.startswith("spotify:album:")
    ]
    assert any(run[:8] == list(range(1, 9)) for run in runs)


def test_every_oddity_of_a_real_history_occurs_within_a_year(year: list[Play]) -> None:
    heard = {play.track for play in year}
    assert any(play.ms_played < 30_000 and play.skipped for play in year)
    assert any(play.ms_played >= 30_000 and play.skipped for play in year)
    assert any(play.private for play in year)
    assert any(play.shuffle for play in year)
    assert any(play.track.is_local for play in year)
    assert any(len(track.artists) > 1 for track in heard)
    assert any(track.relinked_from for track in heard)
    assert any(len(track.name) > 200 for track in heard)
    isrcs = Counter(track.isrc for track in heard if track.isrc)
    assert max(isrcs.values()) > 1
    assert {(play.context or {"type": "none"})["type"] for play in year} == {"album", "artist", "playlist", "none"}
    assert len({play.country for play in year}) > 1
    assert {"trackdone", "fwdbtn", "logout", "endplay", "unexpected-exit"} <= {play.reason_end for play in year}
    assert {"clickrow", "playbtn", "appload", "trackdone", "fwdbtn"} <= {play.reason_start for play in year}
    for letters in ("ऀॿ", "가힣", "\u0600\u06ff", "\U0001f300\U0001faff"):
        assert any(letters[0] <= letter <= letters[1] for track in heard for letter in track.name)


def test_a_pause_inside_a_play_pushes_its_end_later(year: list[Play]) -> None:
    gaps = [
        started(later) - earlier.played_at
        for earlier, later in pairwise(year)
        if later.reason_start == "trackdone" and later.ms_played == later.track.duration_ms
    ]
    assert any(gap > timedelta(minutes=5) for gap in gaps)


def test_offline_plays_are_uploaded_hours_later_and_among_newer_ones(year: list[Play]) -> None:
    offline = [play for play in year if play.offline]
    assert all(play.served_from - play.played_at >= timedelta(hours=2) for play in offline)
    assert all(play.served_from - play.played_at < timedelta(minutes=1) for play in year if not play.offline)
    assert any(
        late.played_at < play.played_at and play.served_from < late.served_from for late in offline for play in year
    )


def test_a_script_is_played_as_written(catalogue: Catalogue) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    listener = nonstop(catalogue, start, seconds=45, count=100)
    plays = listener.plays
    assert len(plays) == 100
    assert [play.played_at for play in plays[:2]] == [start + timedelta(seconds=45), start + timedelta(seconds=90)]
    assert all(started(later) == earlier.played_at for earlier, later in pairwise(plays))
    assert all(play.ms_played == 45_000 <= play.track.duration_ms for play in plays)
    assert listener.plays_between(plays[3].played_at, plays[5].played_at) == plays[3:5]
    assert ScriptedListener(plays[::-1]).plays == plays


def test_nobody_plays_an_hour_long_track_nonstop(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="300 seconds"):
        nonstop(catalogue, YEAR[0], seconds=3600, count=1)
