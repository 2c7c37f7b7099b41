"""Whoever is nobody is in no ranking, count, search or comparison of artists; their songs and plays are counted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import items, overview, today
from brapped_assets.insights.item_rank import standing_of
from brapped_assets.insights.listener_comparison import compare
from brapped_assets.insights.milestones import milestones
from brapped_assets.insights.most_played import heard
from brapped_assets.insights.name_search import search
from brapped_assets.insights.periods import named
from brapped_assets.insights.power_bi.measures import MEASURES
from brapped_assets.insights.viewer import viewer
from brapped_assets.insights.wrapped import cards, numbers
from brapped_assets.notifications import recap
from brapped_assets.rendering import report
from brapped_assets.rendering.environment import environment
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer
from brapped_assets_tests.warehouse.test_nobody import NOBODIES

NOW = datetime(2025, 6, 20, 12, tzinfo=UTC)
SOMEBODIES = ("Alice", "Bob", "Carol", "群星會", "The Various Artists Band")
WORDS = "whose artist is not known yet."

names = st.one_of(st.sampled_from(NOBODIES), st.sampled_from(SOMEBODIES))
plays = st.tuples(st.integers(0, 500), st.integers(0, 11))
libraries = st.tuples(st.lists(names, min_size=12, max_size=12), st.lists(plays, min_size=1, max_size=20))


def life(library: tuple[list[str], list[tuple[int, int]]]) -> list[Told]:
    """Twelve songs and when they were played, a day apart at least, of which an export tells."""
    artists, played = library
    return [
        Told(
            NOW - timedelta(days=day, minutes=n),
            60_000,
            f"{song} {artists[song]}",
            f"Song {song}",
            artists[song],
            album="Hits",
        )
        for n, (day, song) in enumerate(played)
    ]


def artists_told(tx: Connection, who: Any, other: Any, asked: str) -> dict[str, set[str]]:
    """The names of artists in everything that ranks, counts, finds or compares them."""
    period = named(asked, today=who.today, first_day=who.first_day)
    of, n = heard(tx, who, period, "plays", 50), numbers(tx, who, period)
    both = compare(tx, who, other, period, 50)
    return {
        "top": {row["artist_name"] for row in overview.top(tx, who, period, "artists", "minutes", limit=50)},
        "heard": {row["artist_name"] for row in [*of.top_artists, *of.top_new_artists]},
        "wrapped": {one.name for one in [*n.artists, *n.discoveries.top]}
        | ({n.comeback.artist.name} if n.comeback else set())
        | ({n.big_day.artist.name} if n.big_day and n.big_day.artist else set()),
        "cards": {row.name for card in cards(n) for row in (*card.rows, *card.more) if row.kind == "artist"},
        "both": {row["artist_name"] for row in both.top_artists},
        "found": {hit.name for name in (*NOBODIES, "unknown", "various", "artist") for hit in search(tx, who, name, 9)
                  if hit.kind == "artist"},
        "on this day": {row["artist_name"] for row in today.on_this_day(tx, who) if row["artist_name"]},
        "milestones": {one.name for one in milestones(tx, who, None) if one.kind == "artist"},
        "near": {near.name for row in of.top_artists
                 if (artist := items.find(tx, who, "artist", row["artist_key"]))
                 and (place := standing_of(tx, who, "artist", artist, period))
                 for near in place.near},
    }  # fmt: skip


class Undo(Exception):
    """The example is over."""


@examples(10)
@given(mine=libraries, theirs=libraries, asked=st.sampled_from(["2025", "2024", "all"]))
def test_no_ranking_or_count_of_artists_has_nobody(warehouse: Warehouse, mine: Any, theirs: Any, asked: str) -> None:
    try:
        with warehouse.transaction() as tx:
            me, them = newcomer(tx, "me", zone="UTC"), newcomer(tx, "them", zone="UTC")
            tell(tx, me, [("extended", life(mine))])
            tell(tx, them, [("extended", life(theirs))])
            for _ in ("touched", "rebuilt"):
                who, other = viewer(tx, NOW, me), viewer(tx, NOW, them)
                assert who is not None
                assert other is not None
                for what, told in artists_told(tx, who, other, asked).items():
                    assert told <= set(SOMEBODIES), what
                period = named(asked, today=who.today, first_day=who.first_day or who.today)
                within = [play for play in life(mine) if period.first <= play.ended_at.date() < period.until]
                of, n = heard(tx, who, period, "plays", 50), numbers(tx, who, period)
                known = Counter(play.artist for play in within if play.artist in SOMEBODIES)
                assert {row["artist_name"]: row["plays"] for row in of.top_artists} == known
                assert (of.artists, n.of_artists) == (len(known), len(known))
                # Songs and plays are all of them.
                assert of.songs == n.of_songs == len({play.track_id for play in within})
                assert (n.total.plays, n.total.ms) == (len(within), 60_000 * len(within))
                unknown = len(within) - known.total()
                assert (n.unknown_plays, overview.unknown_plays(who, period)) == (unknown, unknown)
                both = compare(tx, who, other, period, 50)
                assert (both.my_artists, both.my_plays) == (len(known), len(within))
            everybody = {play.artist for play in [*life(mine), *life(theirs)]} & set(SOMEBODIES)
            measured = {m.name: tx.execute(m.sql).fetchall()[0]["value"] for m in MEASURES if "rtists" in m.name}
            assert measured == {"Artists": len(everybody), "New artists": len(everybody)}
            raise Undo  # noqa: TRY301  (leaving is how a transaction is undone)
    except Undo:
        pass


def _compilation(tx: Connection, days: int = 4) -> int:
    """A song of a compilation a day, and another two of Alice on the first of them."""
    me = newcomer(tx, zone="UTC")
    of_nobody = [Told(NOW - timedelta(days=n), 60_000, f"n{n % 2}", f"Song {n % 2}", "群星") for n in range(days)]
    of_alice = [Told(NOW - timedelta(hours=n), 60_000, "a", "Song a", "Alice") for n in (1, 2)]
    tell(tx, me, [("extended", [*of_nobody, *of_alice])])
    return me


def test_pages_say_how_many_plays_are_of_songs_whose_artist_is_not_known(
    warehouse: Warehouse, database_url: str, tmp_path: Any
) -> None:
    with warehouse.transaction() as tx:
        me = _compilation(tx)
        unknown = tx.execute("select artist_key from star.artist_dim where is_nobody").fetchall()[0]["artist_key"]
        who = viewer(tx, NOW, me)
        assert who is not None
        period = named("2025", today=who.today, first_day=who.first_day or who.today)
        built = report.build(environment(), tx, who, period).html.decode()
        month = recap.build(tx, me, "2025-06", NOW, is_only_one=True)
        artists = next(card for card in cards(numbers(tx, who, period)) if card.key == "minutes")
    assert artists.aside == "That is 6\N{NO-BREAK SPACE}min: 6 plays of 3 songs by 1 artist."
    assert f"4 plays are of songs {WORDS}" in built
    assert month is not None
    # Of as many plays the songs known longer come first.
    assert month.body.splitlines()[2:10] == [
        "Most played artists:", "1. Alice (2)", f"4 plays are of songs {WORDS}", "", "Most played songs:",
        "1. Song a, Alice (2)", "2. Song 0, Unknown artist (2)", "3. Song 1, Unknown artist (2)",
    ]  # fmt: skip
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1") as browser:
        page = browser.get("/?range=2025").text
        assert f"4 plays are of songs {WORDS}" in page
        assert "Unknown artist" in page
        assert "Various" not in page
        assert f'href="/artist/{unknown}"' not in page
        # One day of nobody alone.
        alone = browser.get("/?range=2025-06-18").text
        assert f"1 play is of a song {WORDS}" in alone
        assert "went to one artist" not in alone
        for address in ("/wrapped?range=2025", "/wrapped?range=2025-06-18", "/today", "/search?q=unknown"):
            assert browser.get(address).status_code == 200, address
        songs = browser.get(f"/artist/{unknown}").text
        assert "Songs whose artist is not known yet" in songs
        assert "<small>No.</small>" not in songs
        assert "Hide this artist" not in songs
    site.close()


def test_a_day_of_nobody_has_no_artist(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _compilation(tx, days=1)
        tell(tx, me, [("extended", [Told(datetime(2024, 6, 20, hour, tzinfo=UTC), 60_000, "n0", "Song 0", "Various")
                                    for hour in (9, 10)])])  # fmt: skip
        who = viewer(tx, NOW, me)
        assert who is not None
        (past,) = today.on_this_day(tx, who)
        assert (past["day"], past["track_artist_name"], past["artist_key"], past["artist_name"]) == (
            date(2024, 6, 20), "Unknown artist", None, None,
        )  # fmt: skip
        n = numbers(tx, who, named("2024", today=who.today, first_day=who.first_day or who.today))
        assert n.big_day is not None
        assert (n.big_day.artist, n.artists, n.of_artists, n.unknown_plays) == (None, (), 0, 2)
        assert n.total.plays == 2
