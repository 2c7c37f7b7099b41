"""Which albums are one, by MusicBrainz: against the real database and the simulated service over HTTP."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.assets.album_lookup import ALBUMS_A_BATCH, chosen
from brapped_assets.assets.musicbrainz_lookup import AFTER_FAILURES
from brapped_assets.assets.tag_level import DUE
from brapped_assets.demo import faults
from brapped_assets.demo.editions import Kind
from brapped_assets.demo.music import Album
from brapped_assets.demo.releases import Fate, Releases
from brapped_assets.musicbrainz import Match
from brapped_assets.warehouse.album_groups import DueAlbum, tie
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import calls, metadata_of, rows, run, value, warnings
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.demo.editions import pairs_of

ARTISTS = 60


@pytest.fixture
def known(connected: Connected) -> Connected:
    """Albums of one artist, none in doubt or an edition of another, and no artist to ask about."""
    catalogue = connected.account.catalogue
    albums = (album for number in range(ARTISTS) for album, _ in catalogue.discography(number))
    ids = [album.id for album in albums if album.edition_of is None]
    with connected.warehouse.transaction() as tx:
        tx.execute(
            "insert into star.album_dim (album_ref, album_id, album_name, artist_name, album_type)"
            " select id, id, id, 'Somebody', 'album' from unnest(%s::text[]) id",
            [ids],
        )
    return connected


def releases(connected: Connected) -> Releases:
    return connected.account.musicbrainz.releases


def of_fate(connected: Connected, many: int, fate: Fate = "known") -> list[str]:
    """Spotify ids of albums that are here."""
    albums = rows(connected, "select album_id from star.album_dim where album_id is not null order by album_key")
    found = [row["album_id"] for row in albums if releases(connected).fate(row["album_id"]) == fate]
    assert len(found) >= many
    return found[:many]


def insert(connected: Connected, *albums: Album) -> None:
    """Have these albums here, as they are called."""
    with connected.warehouse.transaction() as tx:
        for album in albums:
            tx.execute(
                "insert into star.album_dim (album_ref, album_id, album_name, artist_name, album_type)"
                " values (%(id)s, %(id)s, %(name)s, %(artist)s, 'album')",
                {"id": album.id, "name": album.name, "artist": album.artists[0].name},
            )


def call(connected: Connected, **titles: str) -> None:
    """Give albums (by Spotify id) titles."""
    with connected.warehouse.transaction() as tx:
        for album_id, title in titles.items():
            tx.execute("update star.album_dim set album_name = %s where album_id = %s", (title, album_id))


def numbers(connected: Connected, *album_ids: str) -> list[int]:
    found = rows(connected, "select album_id, release_group from star.album_dim")
    by_id = {row["album_id"]: row["release_group"] for row in found}
    return [by_id[one] for one in album_ids]


def looked(connected: Connected, instance: dg.DagsterInstance) -> dict[str, int]:
    result = run("refresh_tags", instance)
    assert result.success
    return metadata_of(result, "album_groups")[None]


def requests(connected: Connected) -> Counter[str]:
    return Counter(path.split("/")[3] for path in calls(connected) if path.startswith("/ws/2"))


def test_two_albums_of_one_title_come_apart(known: Connected, instance: dg.DagsterInstance) -> None:
    one, other = of_fate(known, 2)
    call(known, **{one: "Weezer", other: "Weezer (Deluxe Edition)"})
    assert len(set(numbers(known, one, other))) == 1
    told = looked(known, instance)
    assert (told["albums_told"], told["albums_changed"], told[DUE]) == (2, 2, 0)
    assert len(set(numbers(known, one, other))) == 2


def test_an_edition_that_its_title_does_not_tell_is_the_album(known: Connected, instance: dg.DagsterInstance) -> None:
    plain, edition, live = of_fate(known, 3)
    call(known, **{plain: "Piano Man", edition: "Piano Man (Legacy Edition)", live: "Piano Man - Live"})
    releases(known).editions[edition] = plain
    before = numbers(known, plain, edition, live)
    assert len(set(before)) == 3
    looked(known, instance)
    after = numbers(known, plain, edition, live)
    assert after == [before[0], before[0], before[2]]


def test_of_the_simulated_account_come_together_and_apart_what_titles_do_not_tell(
    connected: Connected, instance: dg.DagsterInstance
) -> None:
    pairs: dict[Kind, tuple[str, str]] = {}
    for kind, *both in pairs_of(connected.account.catalogue):
        first, other = (str(album.id) for album, _ in both)
        if releases(connected).fate(first) == releases(connected).fate(other) == "known":
            pairs[kind] = first, other
            insert(connected, *(album for album, _ in both))

    def are_one() -> dict[Kind, bool]:
        return {kind: len({*numbers(connected, *pair)}) == 1 for kind, pair in pairs.items()}

    assert are_one() == {"deluxe": True, "legacy": False, "namesake": True, "live": False}
    looked(connected, instance)
    assert are_one() == {"deluxe": True, "legacy": True, "namesake": False, "live": False}


def test_only_albums_in_doubt_are_asked_about_and_these_in_as_few_requests_as_it_takes(
    known: Connected, instance: dg.DagsterInstance
) -> None:
    alone, *albums = of_fate(known, 4)
    (merged,) = of_fate(known, 1, "merged")
    (unknown,) = of_fate(known, 1, "nobody")
    call(known, **{one: f"Same ({one})" for one in [*albums, merged, unknown]}, **{alone: "Other (Live)"})
    told = looked(known, instance)
    assert (told["albums_told"], told["albums_unknown"], told["albums_failed"]) == (4, 1, 0)
    assert requests(known) == {"url": 1, "release": 4}
    found = rows(known, "select a.album_id, g.release_mbid::text as mbid from star.album_group g"
                         " join star.album_dim a using (album_key)")  # fmt: skip
    of = releases(known)
    assert {row["album_id"]: row["mbid"] for row in found} == {
        **{one: of.release_mbid(one) for one in [*albums, merged]}, unknown: None,
    }  # fmt: skip


def test_singles_alone_are_not_in_doubt(known: Connected, instance: dg.DagsterInstance) -> None:
    one, other = of_fate(known, 2)
    call(known, **{one: "Solo", other: "Solo (Remix)"})
    with known.warehouse.transaction() as tx:
        tx.execute("update star.album_dim set album_type = 'single'")
    looked(known, instance)
    assert requests(known) == {}


def test_an_album_that_nobody_tells_of_stays_with_those_of_its_title(
    known: Connected, instance: dg.DagsterInstance
) -> None:
    plain, edition, other = of_fate(known, 3)
    (unknown,) = of_fate(known, 1, "nobody")
    titles = {plain: "Fleetwood Mac", edition: "Fleetwood Mac (Blue Vinyl)", other: "Fleetwood Mac"}
    call(known, **titles, **{unknown: "Fleetwood Mac (2017 Remaster)"})
    releases(known).editions[edition] = plain
    looked(known, instance)
    # The group with more albums here has the title; the other one goes.
    one, two, gone, stays = numbers(known, plain, edition, other, unknown)
    assert one == two == stays != gone


def test_nothing_is_asked_again_before_a_year_is_over(
    known: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    call(known, **dict.fromkeys(of_fate(known, 3), "Same"))
    looked(known, instance)
    first = requests(known)
    clock.shift(timedelta(days=364))
    looked(known, instance)
    assert requests(known)["release"] == first["release"] == 3
    clock.move_to(NOW + timedelta(days=365, minutes=1))
    looked(known, instance)
    assert requests(known)["release"] == 6


@pytest.mark.slow
def test_a_run_is_over_in_a_minute_and_the_next_goes_on(
    known: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICBRAINZ_CALLS_A_SECOND", "1")
    ids = [row["album_id"] for row in rows(known, "select album_id from star.album_dim")]
    call(known, **dict.fromkeys(ids, "Same"))
    many, runs = value(known, "select count(*) from star.album_in_doubt"), 0
    told: dict[str, int] = {DUE: 1}
    while told[DUE]:
        began = datetime.now(UTC)
        told, runs = looked(known, instance), runs + 1
        assert datetime.now(UTC) - began <= timedelta(seconds=65)
    assert value(known, "select count(*) from star.album_group") == many
    read = value(known, "select count(*) from star.album_group where release_mbid is not null")
    deleted = len([one for one in ids if releases(known).fate(one) == "deleted"])
    assert requests(known)["release"] == read + deleted
    assert requests(known)["url"] <= runs + -(-many // ALBUMS_A_BATCH)


def test_of_several_releases_that_of_the_title_is_asked_about_or_any_where_they_have_one_title() -> None:
    one, other, third = (
        Match(mbid, f"Don\u2019t Look {way}") for mbid, way in (("1", "Up"), ("2", "Back"), ("3", "Back"))
    )
    album = DueAlbum(1, "id", "Don't Look Back")
    # MusicBrainz tells editions apart beside the title, Spotify in it.
    edition = DueAlbum(2, "id", "Don't Look Back (Deluxe Edition)")
    assert chosen([one, other, third], album) == other
    assert chosen([other, third], edition) == other
    assert chosen([one, other], edition) is None
    assert chosen([one], edition) == one
    assert chosen([], album) is None


@pytest.mark.parametrize("kind", ["server_error", "web_page"])
def test_a_service_that_is_away_changes_nothing_and_is_left_alone(
    known: Connected, instance: dg.DagsterInstance, clock: Traveller, kind: faults.Kind
) -> None:
    call(known, **dict.fromkeys(of_fate(known, 2), "Same"))
    known.account.faults.add(kind, path="/ws/2", status=200 if kind == "web_page" else 503, times=None)
    told = looked(known, instance)
    assert (told["albums_told"], told["albums_unknown"], told[DUE]) == (0, 0, 0)
    asked = requests(known)
    looked(known, instance)
    assert requests(known) == asked
    known.account.faults.clear()
    clock.shift(AFTER_FAILURES + timedelta(days=1))
    assert looked(known, instance)["albums_told"] == 2


def test_one_album_whose_answer_is_broken_holds_up_no_other(known: Connected, instance: dg.DagsterInstance) -> None:
    one, *others = of_fate(known, 3)
    call(known, **dict.fromkeys([one, *others], "Same"))
    path = f"/ws/2/release/{releases(known).release_mbid(one)}"
    known.account.faults.add("web_page", status=200, path=path, times=None)
    result = run("refresh_tags", instance)
    told = metadata_of(result, "album_groups")[None]
    assert (told["albums_told"], told["albums_failed"], told[DUE]) == (2, 1, 0)
    assert warnings(result, instance) == ["MusicBrainz: an answer is no JSON; perhaps this network wants a login first"]


def test_switched_off_nobody_is_asked(
    known: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_GENRES", "off")
    call(known, **dict.fromkeys(of_fate(known, 2), "Same"))
    assert looked(known, instance)[DUE] == 0
    assert requests(known) == {}


def test_numbers_are_the_same_however_often_they_are_found(known: Connected, instance: dg.DagsterInstance) -> None:
    one, other, third = of_fate(known, 3)
    call(known, **{one: "Weezer", other: "Weezer", third: "Weezer (Live)"})
    looked(known, instance)
    with known.warehouse.transaction() as tx:
        assert tie(tx) == 0
    # A title that changes does not move an album whose group is known.
    before = numbers(known, one, other, third)
    call(known, **{other: "Weezer (Blue Album)"})
    assert numbers(known, one, other, third) == before
