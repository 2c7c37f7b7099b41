"""Tracks that only an export names, looked up by the real job against the account over HTTP."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.assets import spotify_lookup
from brapped_assets.assets.backlog_level import DUE, NEXT_DUE_AT
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.music import Track
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.spotify import Malformed, SpotifyClient
from brapped_assets.warehouse import landed_plays
from brapped_assets.warehouse.listeners import get_or_create_placeholder, listeners
from brapped_assets.warehouse.lookup_queue import ASK_FAILED_AFTER, LEASE, REST
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import backlog, calls, metadata_of, poll, rows, run, value
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.warehouse.exported_plays import Told, tell

DAY = timedelta(days=1)
NEITHER_ASKED_NOR_FAILED = {"tracks_asked": 0, "tracks_unknown": 0, "tracks_failed": 0}


@pytest.fixture(scope="module")
def tracks(catalogue: Catalogue) -> list[Track]:
    """Thirty tracks of sixteen artists; the first is known by another id, the second is gone."""
    everything = list(
        chain.from_iterable(tracks for number in range(100) for _, tracks in catalogue.discography(number))
    )
    relinked = next(track for track in everything if track.relinked_from)
    gone = next(track for track in everything if track.gone)
    plain = [catalogue.discography(number)[0][1][place] for number in range(14) for place in range(2)]
    return [relinked, gone, *(one for one in plain if one not in (relinked, gone) and not one.gone)]


def exported_id(track: Track) -> str:
    return str(track.gone or track.relinked_from or track.id)


def imported(connected: Connected, tracks: list[Track]) -> list[str]:
    """Ten plays of the first track, nine of the second, …, at least one; returns the ids as exported, in that order."""
    with connected.warehouse.transaction() as tx:
        me = next(iter(listeners(tx)), None) or get_or_create_placeholder(tx, time_zone="UTC", now=NOW)
        told = [
            Told(
                NOW - DAY * (number + 1) - timedelta(hours=again), 60_000, exported_id(track), track.name,
                track.album.artists[0].name, album=track.album.name,
            )
            for number, track in enumerate(tracks)
            for again in range(max(1, 10 - number))
        ]  # fmt: skip
        tell(tx, me.listener_id, [("extended", told)])
    return [exported_id(track) for track in tracks]


def asked(connected: Connected, kind: str = "tracks") -> list[str]:
    return [path.rsplit("/", 1)[1] for path in calls(connected) if path.startswith(f"/v1/{kind}/")]


def refresh(instance: dg.DagsterInstance) -> tuple[int, int, int]:
    """One run; tracks asked, unknown and failed."""
    told = metadata_of(run("refresh_dimensions", instance), "track_dim")[None]
    return told["tracks_asked"], told["tracks_unknown"], told["tracks_failed"]


def test_exported_tracks_are_looked_up_most_played_first_and_are_what_the_catalogue_says(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, tracks: list[Track]
) -> None:
    ids = imported(connected, tracks)
    assert refresh(instance) == (len(ids), 1, 0)
    # From the tenth on, each was played once.
    assert asked(connected)[:9] == ids[:9]
    assert sorted(asked(connected)) == sorted(ids)
    found = rows(connected, "select track_id, track_name, artist_id, album_id, isrc from bi.tracks order by track_id")
    # Of what is gone, the artist is known by others of their tracks.
    assert found == [
        {
            "track_id": exported_id(track),
            "track_name": track.name,
            "artist_id": track.artists[0].id,
            "album_id": None if track.gone else track.album.id,
            "isrc": None if track.gone else track.isrc,
        }
        for track in sorted(tracks, key=exported_id)
    ]
    # No id twice: only what Spotify did not know, a month later.
    clock.shift(29 * DAY)
    assert refresh(instance) == (0, 0, 0)
    clock.shift(DAY)
    assert refresh(instance) == (1, 1, 0)
    assert asked(connected)[len(ids) :] == [ids[1]]


@pytest.mark.slow
def test_tracks_and_artists_share_the_calls_of_a_run_and_the_one_takes_what_the_other_leaves(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tracks: list[Track]
) -> None:
    monkeypatch.setattr(spotify_lookup, "CALLS_A_RUN", 12)
    imported(connected, tracks)
    connected.account.page_size = 0
    assert poll(instance).success
    shares = []
    while is_due(newest_level(instance), NOW):
        before = len(asked(connected)), len(asked(connected, "artists"))
        result = run("refresh_dimensions", instance)
        shares.append((len(asked(connected)) - before[0], len(asked(connected, "artists")) - before[1]))
        assert metadata_of(result, "artist_dim")[None]["calls_used"] == sum(shares[-1])
    *whole, last = shares
    # No artist is known yet by id; then both; at last some artists are left.
    assert shares[:3] == [(12, 0), (6, 6), (6, 6)]
    assert [sum(share) for share in whole] == [12] * len(whole)
    assert 0 < sum(last) <= 12
    assert (sum(tracks for tracks, _ in shares), len(set(asked(connected)))) == (len(asked(connected)),) * 2


@pytest.mark.parametrize(("artists_due", "share"), [(0, 1), (1, 0.99), (30, 0.7), (50, 0.5), (51, 0.5), (10_000, 0.5)])
def test_half_of_a_run_is_the_tracks_and_all_that_fewer_artists_leave(artists_due: int, share: float) -> None:
    assert spotify_lookup.share_of_tracks(artists_due) == pytest.approx(share)


def test_the_days_budget_is_never_exceeded_and_shared_too(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch,
    tracks: list[Track],
) -> None:  # fmt: skip
    connected.account.page_size = 20
    assert poll(instance).success
    imported(connected, tracks)
    # The day's 72 polls, the question whose token it is, and ten; a run sees 50 artists and tracks due at most.
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "83")
    monkeypatch.setattr(spotify_lookup, "CALLS_A_RUN", 20)
    for _ in range(3):
        assert run("refresh_dimensions", instance).success
    assert (len(asked(connected)), len(asked(connected, "artists"))) == (5, 5)
    assert backlog(instance) == {DUE: 0, NEXT_DUE_AT: (NOW + timedelta(hours=1)).timestamp()}
    clock.shift(timedelta(hours=25))
    assert run("refresh_dimensions", instance).success
    made = value(connected, "select max(made)::int from (select sum(calls) over (order by minute range between"
                            " '1 day' preceding and current row) as made from audit.api_call) day")  # fmt: skip
    assert made <= 83


def test_a_run_killed_between_asking_and_saving_costs_one_call_and_nothing_else(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, monkeypatch: pytest.MonkeyPatch,
    tracks: list[Track],
) -> None:  # fmt: skip
    ids = imported(connected, tracks[2:5])
    with monkeypatch.context() as broken:
        broken.delattr(landed_plays, "land_tracks")
        assert not run("refresh_dimensions", instance).success
    assert asked(connected) == ids[:1]
    # It is leased: the next run leaves it alone, and then it is asked for once more.
    assert refresh(instance) == (2, 0, 0)
    assert newest_level(instance)[NEXT_DUE_AT] == (NOW + LEASE).timestamp()
    clock.shift(LEASE)
    assert refresh(instance) == (1, 0, 0)
    assert asked(connected) == [*ids, ids[0]]
    assert value(connected, "select count(*) from bi.tracks where album_id is null") == 0


def test_three_failures_in_a_row_let_the_tracks_rest_and_the_artists_go_on(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, tracks: list[Track]
) -> None:
    connected.account.page_size = 20
    assert poll(instance).success
    imported(connected, tracks)
    connected.account.faults.add("forbidden", path="/v1/tracks/", times=None)
    result = run("refresh_dimensions", instance)
    assert result.success
    assert metadata_of(result, "track_dim")[None]["tracks_failed"] == 3
    assert metadata_of(result, "artist_dim")[None]["artists_asked"] > 5
    assert backlog(instance) == {DUE: 0, NEXT_DUE_AT: (NOW + REST).timestamp()}
    # A poll in between brings the level anew, and no other end of the rest.
    clock.shift(timedelta(minutes=20))
    connected.account.page_size = 0
    assert run("refresh_dimensions", instance).success
    assert len(asked(connected)) == 3
    connected.account.faults.clear()
    clock.move_to(NOW + REST)
    assert is_due(newest_level(instance), datetime.now(UTC))
    assert refresh(instance)[0] == len(tracks) - 3
    clock.move_to(NOW + ASK_FAILED_AFTER)
    assert refresh(instance)[0] == 3


def test_an_answer_that_is_no_track_is_set_aside(
    connected: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tracks: list[Track]
) -> None:
    first, *_ = imported(connected, tracks[2:5])
    ask = SpotifyClient.track

    def track(client: SpotifyClient, track_id: str) -> object:
        if track_id == first:
            raise Malformed("a track came without an id")
        return ask(client, track_id)

    monkeypatch.setattr(SpotifyClient, "track", track)
    assert refresh(instance) == (2, 0, 1)


@pytest.fixture
def without_login(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> Connected:
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    return connected


def test_without_a_login_nothing_is_asked_nothing_fails_and_nothing_is_due(
    without_login: Connected, instance: dg.DagsterInstance, tracks: list[Track]
) -> None:
    imported(without_login, tracks)
    result = run("refresh_dimensions", instance)
    assert result.success
    assert metadata_of(result, "track_dim")[None].items() >= NEITHER_ASKED_NOR_FAILED.items()
    assert backlog(instance) == {DUE: 0}
    assert calls(without_login) == []
    # Names and albums are there all the same.
    assert value(without_login, "select count(*) from bi.plays where album_name is null or artist_name is null") == 0


def test_after_an_import_by_the_command_the_next_poll_tells_the_sensor(
    connected: Connected, instance: dg.DagsterInstance, tracks: list[Track]
) -> None:
    connected.account.page_size = 1
    assert poll(instance).success
    assert run("refresh_dimensions", instance).success
    assert not is_due(newest_level(instance), NOW)
    ids = imported(connected, tracks)
    assert poll(instance).success
    assert newest_level(instance)[DUE] == len(ids)
