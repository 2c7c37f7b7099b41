"""What both services tell, over HTTP: from the simulated ones, from shapes that others send, and from broken ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.faults import Kind
from brapped_assets.demo.musicbrainz import SimulatedMusicBrainz
from brapped_assets.demo.releases import Fate
from brapped_assets.demo.server import RunningServer, serve
from brapped_assets.musicbrainz import (
    ArtistTags,
    Away,
    Genre,
    Malformed,
    Match,
    MusicBrainzClient,
    ReleaseGroup,
    Service,
    WikidataClient,
    user_agent,
)
from brapped_assets.musicbrainz import client as shapes
from brapped_assets.musicbrainz.models import MOST_VOTES, country_code, weightiest, year_of
from brapped_assets_tests.spotify.stand_ins import MovableClock

AGENT = user_agent("somebody@example.org")
MBID = "a74b1b7f-71a5-4011-9441-d0b5e4122711"


@pytest.fixture(scope="module")
def running(catalogue: Catalogue) -> Iterator[RunningServer]:
    with serve(SimulatedAccount(catalogue=catalogue)) as running:
        yield running


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulated(running: RunningServer, catalogue: Catalogue, clock: MovableClock) -> SimulatedMusicBrainz:
    account = SimulatedAccount(catalogue=catalogue, clock=clock)
    running.become(account)
    return account.musicbrainz


def service(url: str, clock: MovableClock, pace: Callable[[], None] = lambda: None) -> Service:
    return Service("MusicBrainz", url, AGENT, pace=pace, sleep=clock.sleep, clock=clock)


@pytest.fixture
def asked(running: RunningServer, simulated: SimulatedMusicBrainz, clock: MovableClock) -> MusicBrainzClient:
    return MusicBrainzClient(service(running.musicbrainz_url, clock))


def spotify_id(catalogue: Catalogue, number: int) -> str:
    return str(catalogue.artist_at(number).id)


def of_fate(simulated: SimulatedMusicBrainz, fate: Fate) -> int:
    return next(number for number in range(40) if simulated.fate(number) == fate)


def paths(running: RunningServer) -> list[str]:
    return [call.path for call in running.account.calls]


def test_a_hundred_addresses_are_one_request_that_says_who_asks(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, running: RunningServer, catalogue: Catalogue
) -> None:
    found = asked.matches([spotify_id(catalogue, number) for number in range(100)])
    assert paths(running) == ["/ws/2/url"]
    assert simulated.agents == {AGENT}
    assert AGENT.startswith("Brapped/")
    assert "somebody@example.org" in AGENT
    known = [n for n in range(100) if simulated.fate(n) not in {"nobody", "wikidata", "shared"}]
    assert [found[spotify_id(catalogue, n)] for n in known] == [
        [Match(simulated.address_mbid(n), catalogue.artist_at(n).name)] for n in known
    ]
    shared = of_fate(simulated, "shared")
    assert len(found[spotify_id(catalogue, shared)]) == 2
    assert spotify_id(catalogue, of_fate(simulated, "nobody")) not in found


def test_one_address_alone_is_answered_in_another_shape_and_one_that_nobody_added_with_404(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, catalogue: Catalogue
) -> None:
    assert asked.matches([spotify_id(catalogue, 0)]) == {
        spotify_id(catalogue, 0): [Match(simulated.mbid(0), catalogue.artist_at(0).name)]
    }
    assert asked.matches([spotify_id(catalogue, of_fate(simulated, "nobody"))]) == {}


def test_addresses_of_albums_lead_to_releases_and_these_to_their_groups(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, running: RunningServer, catalogue: Catalogue
) -> None:
    of = simulated.releases
    albums = [str(album.id) for number in range(catalogue.size) for album, _ in catalogue.discography(number)]
    ids = sorted(albums, key=lambda one: of.fate(one) == "known")[:100]
    found = asked.releases(ids)
    assert paths(running) == ["/ws/2/url"]
    known = [one for one in ids if of.fate(one) == "known"]
    assert [found[one][0].mbid for one in known] == [of.release_mbid(one) for one in known]
    nobody, merged, deleted = (next(one for one in ids if of.fate(one) == fate)
                               for fate in ("nobody", "merged", "deleted"))  # fmt: skip
    assert nobody not in found
    told = asked.release_group(found[merged][0].mbid)
    album = catalogue.album(merged)
    assert album is not None
    group = ReleaseGroup(of.release_mbid(merged), of.group_mbid(merged), album.name.strip(), album.release_date)
    assert told == replace(group, title=told.title if told else "")
    assert asked.release_group(found[deleted][0].mbid) is None


@pytest.mark.parametrize("redirected_to", [None, "", "https://musicbrainz.org"])
def test_an_id_that_was_merged_is_followed_and_a_deleted_one_is_nobodys(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, redirected_to: str | None
) -> None:
    simulated.redirects, simulated.redirected_to = redirected_to is not None, redirected_to or ""
    merged = of_fate(simulated, "merged")
    told = asked.tags(simulated.mbid(merged, "old"))
    assert told is not None
    assert told.mbid == simulated.mbid(merged)
    assert told.genres
    assert asked.tags(simulated.mbid(of_fate(simulated, "deleted"))) is None


def test_every_request_waits_for_its_turn(
    running: RunningServer, simulated: SimulatedMusicBrainz, clock: MovableClock
) -> None:
    simulated.least_gap = timedelta(seconds=1)
    paced = MusicBrainzClient(service(running.musicbrainz_url, clock, pace=lambda: clock.sleep(1)))
    for number in range(4):
        paced.tags(simulated.mbid(number))
    assert (simulated.refused, clock.naps) == (0, [1] * 4)


def test_who_asks_too_fast_is_told_so_and_comes_back(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, clock: MovableClock
) -> None:
    simulated.least_gap = timedelta(seconds=1)
    assert [asked.tags(simulated.mbid(number)) is not None for number in range(3)] == [True] * 3
    assert (simulated.refused, clock.naps) == (2, [2.0, 2.0])


def test_a_stated_wait_is_kept_and_a_long_one_is_the_callers(
    asked: MusicBrainzClient, simulated: SimulatedMusicBrainz, running: RunningServer, clock: MovableClock
) -> None:
    running.account.faults.add("rate_limited", path="/ws/2", retry_after=7)
    assert asked.tags(simulated.mbid(0)) is not None
    assert clock.naps == [7.0]
    running.account.faults.add("rate_limited", path="/ws/2", retry_after=1800)
    with pytest.raises(Away) as raised:
        asked.tags(simulated.mbid(0))
    assert (raised.value.wait, clock.naps) == (timedelta(minutes=30), [7.0])


@pytest.mark.parametrize(
    "case",
    [("server_error", 503, Away, 3), ("server_error", 502, Away, 2), ("web_page", 200, Malformed, 1),
     ("malformed_json", 200, Malformed, 1), ("cut_off", 200, Away, 2), ("forbidden", 403, Away, 1)],
)  # fmt: skip
def test_what_is_no_answer_is_never_taken_for_one(
    asked: MusicBrainzClient,
    simulated: SimulatedMusicBrainz,
    running: RunningServer,
    case: tuple[Kind, int, type[Exception], int],
) -> None:
    kind, status, error, requests = case
    running.account.faults.add(kind, path="/ws/2", status=status, times=None)
    with pytest.raises(error):
        asked.tags(simulated.mbid(0))
    assert len(paths(running)) == requests
    with pytest.raises(error):
        asked.matches([str(simulated.catalogue.artist_at(0).id), str(simulated.catalogue.artist_at(1).id)])


def test_nobody_there_is_said_in_words(clock: MovableClock) -> None:
    with pytest.raises(Away, match="MusicBrainz does not answer"):
        MusicBrainzClient(service("http://127.0.0.1:9", clock)).tags("x")
    assert clock.naps == [2.0]


def test_wikidata_is_asked_about_a_hundred_at_once_and_tells_of_few(
    running: RunningServer, simulated: SimulatedMusicBrainz, clock: MovableClock, catalogue: Catalogue
) -> None:
    client = WikidataClient(service(running.wikidata_url, clock))
    found = client.tags([spotify_id(catalogue, number) for number in range(40)])
    assert paths(running) == ["/sparql"]
    assert set(found) == {spotify_id(catalogue, of_fate(simulated, fate)) for fate in ("wikidata", "bare")}
    (one, *_) = found.values()
    assert len(one.genres) == 2
    assert all(genre.name == genre.name.lower() and genre.votes == 1 for genre in one.genres)
    assert one.country
    running.account.faults.add("web_page", status=200, path="/sparql")
    with pytest.raises(Malformed):
        client.tags([spotify_id(catalogue, 0)])


@pytest.mark.parametrize(
    ("told", "tags"),
    [
        ({}, ArtistTags()),
        ({"genres": None, "area": None, "life-span": None, "type": None, "country": None}, ArtistTags()),
        (
            {"type": "Group", "country": "XW", "area": {"name": "England", "iso-3166-2-codes": ["GB-ENG"]},
             "life-span": {"begin": "1985-10", "end": "1992", "ended": True},
             "genres": [{"name": "Art Rock", "count": 21}, {"name": "rock", "count": 21}, {"name": "noise", "count": 0},
                        {"name": "pop", "count": -3}, {"count": 4}, "house", {"name": "  Dream   Pop ", "count": 2}]},
            ArtistTags((Genre("art rock", 21), Genre("rock", 21), Genre("dream pop", 2)), "GB", "England", "group",
                       1985, 1992),
        ),
    ],
)  # fmt: skip
def test_any_key_may_be_missing_or_strange(told: dict[str, Any], tags: ArtistTags) -> None:
    found = shapes._tags({"id": MBID.upper(), **told})
    assert found == ArtistTags(**{**tags.__dict__, "mbid": MBID})


def test_an_answer_without_an_id_is_none() -> None:
    for told in ({}, {"id": 7}, {"id": "../x"}):
        with pytest.raises(Malformed):
            shapes._tags(told)


@pytest.mark.parametrize(
    "told",
    [{}, {"id": 7}, {"id": MBID}, {"id": MBID, "release-group": []}, {"id": MBID, "release-group": {"id": MBID}},
     {"id": MBID, "release-group": {"id": "x", "title": "A"}}],
)  # fmt: skip
def test_a_release_without_a_group_is_no_answer(told: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        shapes._release_group(told)


@pytest.mark.parametrize(
    ("date", "kept"), [("1994", "1994"), ("1994-05-10", "1994-05-10"), ("", None), (7, None), ("soon", None)]
)
def test_a_release_group_may_have_no_date_and_a_strange_title(date: Any, kept: str | None) -> None:
    told = {"id": MBID.upper(), "release-group": {"id": MBID, "title": "A\x00 B", "first-release-date": date}}
    assert shapes._release_group(told) == ReleaseGroup(MBID, MBID, "A\ufffd B", kept)


def test_only_the_five_with_the_most_votes_stay_and_codes_that_are_no_country_are_none() -> None:
    genres = [Genre(f"genre {n}", n) for n in range(10)]
    assert [genre.votes for genre in weightiest(genres)] == [9, 8, 7, 6, 5]
    assert weightiest([Genre("rock", 10**12)]) == (Genre("rock", MOST_VOTES),)
    assert [country_code(code) for code in ("gb", "US-CA", "XE", "XK", "", None, 5, "QA", "England")] == [
        "GB", "US", None, "XK", None, None, None, "QA", None,
    ]  # fmt: skip
    assert [year_of(text) for text in ("1985", "1985-02-30", "198", "0001", "", None, "19855")] == [
        1985, 1985, None, None, None, None, None,
    ]  # fmt: skip
