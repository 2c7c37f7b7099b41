"""Genres, countries and years of artists, against the real database and the simulated MusicBrainz over HTTP."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.assets.musicbrainz_lookup import AFTER_FAILURES, SHORTEST_REST
from brapped_assets.assets.tag_level import DUE, NEXT_DUE_AT
from brapped_assets.assets.tag_lookup import TagLookup
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.backgrounds import GENRES
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.faults import Kind
from brapped_assets.demo.musicbrainz import SimulatedMusicBrainz
from brapped_assets.demo.names import script_of
from brapped_assets.resources.musicbrainz import open_clients
from brapped_assets.sensors.artist_tags import TAG_LEVEL_WRITERS
from brapped_assets.sensors.dimensions import is_due, newest_level
from brapped_assets.settings import Settings
from brapped_assets.warehouse.artist_tags import ASK_AGAIN_AFTER
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import calls, metadata_of, poll, rows, run, value, warnings
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of

IDS = "select artist_id from star.artist_dim where artist_id is not null order by artist_id"


@pytest.fixture
def polled(connected: Connected, instance: dg.DagsterInstance) -> Connected:
    assert poll(instance).success
    return connected


def requests(connected: Connected) -> Counter[str]:
    """Requests by kind: addresses, artists, Wikidata."""
    paths = [path for path in calls(connected) if path.startswith(("/ws/2", "/sparql"))]
    return Counter(path.removeprefix("/ws/2").split("/")[1] for path in paths)


def looked(connected: Connected, instance: dg.DagsterInstance) -> dict[str, int]:
    result = run("refresh_tags", instance)
    assert result.success
    return metadata_of(result, "artist_tags")[None]


def level(instance: dg.DagsterInstance) -> bool:
    return is_due(newest_level(instance, writers=TAG_LEVEL_WRITERS), datetime.now(UTC), DUE, NEXT_DUE_AT)


def truth(simulated: SimulatedMusicBrainz, artist_id: str) -> tuple[list[str], str | None]:
    """Genres by weight, and the country, as either service tells them."""
    number = simulated.number(artist_id)
    assert number is not None
    told, fate = simulated.artist(number), simulated.fate(number)
    if fate in {"nobody", "deleted", "shared"} and fate != "shared":
        return [], None
    if fate in {"wikidata", "bare"}:
        return sorted(GENRES[script_of(number)][0][:2]), told["country"]
    return [genre["name"] for genre in told["genres"]], told["country"]


def test_each_artist_has_what_is_told_in_as_few_requests_as_it_takes(
    polled: Connected, instance: dg.DagsterInstance
) -> None:
    ids = [row["artist_id"] for row in rows(polled, IDS)]
    simulated = polled.account.musicbrainz
    told = looked(polled, instance)
    fates = Counter(simulated.fate(simulated.number(one) or 0) for one in ids)
    read = len(ids) - fates["nobody"] - fates["wikidata"]
    assert requests(polled)["url"] == -(-len(ids) // 100)
    assert requests(polled)["artist"] == read
    assert requests(polled)["sparql"] <= 2
    assert told[DUE] == 0
    spotifys = {
        row["artist_id"] for row in rows(polled, "select artist_id from star.artist_dim where genres is not null")
    }
    found = {
        row["artist_id"]: ((row["genres"] or "").split(", ") if row["genres"] else [], row["country"])
        for row in rows(polled, "select artist_id, genres, country from bi.artists where artist_id is not null")
    }
    assert {one: found[one] for one in ids if one not in spotifys} == {
        one: truth(simulated, one) for one in ids if one not in spotifys
    }
    weights = "select sum(weight) as sum from bi.artist_genres group by artist_key"
    assert {round(row["sum"], 9) for row in rows(polled, weights)} == {1}
    assert simulated.agents == {f"Brapped/0.1.0 ( {Settings.load().musicbrainz_contact} )"}


def test_nothing_is_asked_again_before_a_year_is_over(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller
) -> None:
    looked(polled, instance)
    first = requests(polled)
    assert not level(instance)
    clock.shift(timedelta(days=89))
    looked(polled, instance)
    assert requests(polled) == first
    # Who was unknown may be known after three months; all others are asked about after a year.
    clock.move_to(NOW + ASK_AGAIN_AFTER)
    assert level(instance)
    looked(polled, instance)
    assert requests(polled)["artist"] == 2 * first["artist"]


@pytest.mark.slow
def test_a_run_is_over_in_a_minute_at_a_request_a_second_and_the_next_goes_on(
    polled: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    monkeypatch.setenv("MUSICBRAINZ_CALLS_A_SECOND", "1")
    polled.account.musicbrainz.least_gap = timedelta(seconds=1)
    with polled.warehouse.transaction() as tx:
        tx.execute(
            "insert into star.artist_dim (artist_id, artist_name) select unnest(%s::text[]), 'more'"
            " on conflict do nothing",
            [[polled.account.catalogue.artist_at(n).id for n in range(200, 300)]],
        )
    many = len(rows(polled, IDS))
    began = datetime.now(UTC)
    told = looked(polled, instance)
    assert datetime.now(UTC) - began <= timedelta(seconds=65)
    assert 50 <= told["artists_told"] <= 60
    assert level(instance)
    while level(instance):
        looked(polled, instance)
    assert polled.account.musicbrainz.refused == 0
    assert value(polled, "select count(*) from star.artist_tags where asked_at is not null") == many
    assert requests(polled)["url"] == -(-many // 100)
    assert set(slept) <= {1.0} | {s for s in slept if s < 1}


def test_the_most_played_are_asked_about_first(
    polled: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(polled, instance)
    asked = [path.rsplit("/", 1)[1] for path in calls(polled) if path.startswith("/ws/2/artist/")]
    played = rows(
        polled,
        "select t.mbid::text as mbid, count(p.play_key) as plays from star.artist_tags t join star.artist_dim a using"
        " (artist_key) left join bi.plays p using (artist_key) where t.mbid is not null group by 1 order by 2 desc",
    )
    simulated = polled.account.musicbrainz
    plays = {row["mbid"]: row["plays"] for row in played}
    of = [plays[simulated.mbid(simulated._by_mbid[one])] for one in asked if one in simulated._by_mbid]
    assert of == sorted(of, reverse=True)


@pytest.mark.parametrize("kind", quick_of(1, ["server_error", "web_page"]))
def test_a_service_that_is_away_is_left_alone_for_a_while_and_nothing_is_red(
    polled: Connected, instance: dg.DagsterInstance, clock: Traveller, kind: Kind
) -> None:
    polled.account.faults.add(kind, path="/ws/2", status=200 if kind == "web_page" else 503, times=None)
    told = looked(polled, instance)
    assert (told["artists_told"], told[DUE]) == (0, 0)
    asked = requests(polled)
    looked(polled, instance)
    assert requests(polled) == asked
    assert not level(instance)
    assert poll(instance).success
    polled.account.faults.clear()
    clock.shift(max(SHORTEST_REST, AFTER_FAILURES) + timedelta(days=1))
    assert level(instance)
    assert looked(polled, instance)["artists_told"] > 0


def test_one_artist_whose_answer_is_broken_holds_up_nobody_else(
    polled: Connected, instance: dg.DagsterInstance
) -> None:
    simulated = polled.account.musicbrainz
    ids = [row["artist_id"] for row in rows(polled, IDS)]
    number = next(n for one in ids if (n := simulated.number(one)) is not None and simulated.fate(n) == "known")
    polled.account.faults.add("web_page", status=200, path=f"/ws/2/artist/{simulated.mbid(number)}", times=None)
    result = run("refresh_tags", instance)
    told = metadata_of(result, "artist_tags")[None]
    assert (told["artists_failed"], told[DUE]) == (1, 0)
    assert warnings(result, instance) == ["MusicBrainz: an answer is no JSON; perhaps this network wants a login first"]


def test_wikidata_away_marks_nobody_as_unknown(polled: Connected, instance: dg.DagsterInstance) -> None:
    polled.account.faults.add("server_error", path="/sparql", times=None)
    looked(polled, instance)
    unknown = "select count(*) from star.artist_tags where asked_at is not null and mbid is null"
    assert value(polled, unknown) == 0


def test_switched_off_nobody_is_asked_and_nothing_is_due(
    polled: Connected, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAPPED_GENRES", "off")
    told = looked(polled, instance)
    assert (told["artists_told"], told[DUE], requests(polled)) == (0, 0, Counter())
    assert not level(instance)


def test_what_the_homes_file_says_goes_before_all_else(polled: Connected, instance: dg.DagsterInstance) -> None:
    looked(polled, instance)
    one, other = rows(
        polled, "select artist_key, artist_id, artist_name from bi.artists where country is not null limit 2"
    )
    home = Settings.load().brapped_home
    home.mkdir(exist_ok=True)
    (home / "genres.csv").write_text(
        f'artist,genres,country,began\n{one["artist_id"]},Zeuhl;Jazz,FR,1969\n"{other["artist_name"]}",none,,\n',
        encoding="utf-8",
    )
    assert looked(polled, instance)["overrides"] == 2
    of = (
        "select genre, round(weight::numeric, 3)::text as weight, source from bi.artist_genres"
        " where artist_key = %(key)s order by 2 desc"
    )
    assert rows(polled, of, key=one["artist_key"]) == [
        {"genre": "zeuhl", "weight": "0.667", "source": "listener"},
        {"genre": "jazz", "weight": "0.333", "source": "listener"},
    ]
    assert rows(polled, of, key=other["artist_key"]) == []
    origin = "select genres, country, began from bi.artists where artist_key = %(key)s"
    assert rows(polled, origin, key=one["artist_key"]) == [{"genres": "zeuhl, jazz", "country": "FR", "began": 1969}]
    (home / "genres.csv").write_text("artist,genres,country,began\n", encoding="utf-8")
    looked(polled, instance)
    assert "listener" not in {row["source"] for row in rows(polled, "select source from bi.artist_genres")}


@pytest.mark.slow
@pytest.mark.parametrize("many", quick_of(1, [250, 5_000]))
def test_so_many_artists_are_a_request_a_hundred_and_one_each(connected: Connected, many: int) -> None:
    catalogue = Catalogue("many", artists=many)
    account = SimulatedAccount(catalogue=catalogue, seed="many")
    connected.server.become(account)
    with connected.warehouse.transaction() as tx:
        tx.execute(
            "insert into star.artist_dim (artist_id, artist_name) select * from unnest(%s::text[], %s::text[])",
            ([catalogue.artist_at(n).id for n in range(many)], [catalogue.artist_at(n).name for n in range(many)]),
        )
    with open_clients(Settings.load(), connected.warehouse) as (musicbrainz, wikidata):
        lookup = TagLookup(connected.warehouse, musicbrainz, wikidata, seconds=9_999)
        lookup.run()
    fates = Counter(account.musicbrainz.fate(number) for number in range(many))
    paths = Counter(call.path.removeprefix("/ws/2").split("/")[1] for call in account.calls)
    read = many - fates["nobody"] - fates["wikidata"]
    assert (paths["url"], paths["artist"]) == (-(-many // 100), read)
    assert paths["sparql"] <= 2 * paths["url"]
    assert (lookup.failed, lookup.unknown) == (0, fates["nobody"] + fates["deleted"])
    assert value(connected, "select sum(calls)::int from audit.tag_call") == sum(paths.values())
