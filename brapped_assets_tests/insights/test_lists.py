"""Lists to the end: each is what SQL over the public views says, whole, in every order, and in a file, too."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import weeks_at_number_one
from brapped_assets.insights.columns import sums_by_item
from brapped_assets.insights.completeness import earlier_period
from brapped_assets.insights.list_order import KINDS, Kind, Order, Sort
from brapped_assets.insights.lists import NUMBERS, Listed, Wanted, list_things
from brapped_assets.insights.names import MUSIC
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import KINDS as SELECTED
from brapped_assets.insights.selection import Selection
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.embedded_server import EmbeddedServer
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.databases import database
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.overview_plays import (
    CONTEXT,
    NOW,
    History,
    Told,
    gap,
    histories,
    know,
    play,
    seen,
    vary,
)
from brapped_assets_tests.insights.overview_plays import tell as tell_history
from brapped_assets_tests.insights.test_selection import BY_HAND, GROUPS, selections
from brapped_assets_tests.warehouse.imported_files import vouch
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1:3000"
PERIODS = ("all", "today", "7d", "year", "2025", "2025-10", "2026-03-29", "2024-12-31..2025-10-26")
# What a list is of, and what decides between equals.
OF = {
    "artists": ("r.artist_key", "r.artist_key"),
    "songs": ("r.track_key", "r.track_key"),
    # The oldest release that was played.
    "albums": ("r.release_group", "min(r.album_key) filter (where counts)"),
    "days": ("r.played_on", "r.played_on"),
    "contexts": ("r.context_uri", 'r.context_uri collate "C"'),
}
RANKED = """
with chosen as (
    {chosen}
), r as (
    select c.counts_as_play as counts, p.*, a.release_group,
           (select album_key from star.track_dim t where t.track_key = p.track_key) as album_key
    from chosen c join bi.plays p using (play_key) left join bi.track_albums a on a.track_key = p.track_key
)
select {of} as key, count(*) filter (where counts)::int as plays,
       sum(r.ms_played) filter (where counts)::bigint as ms,
       min(r.played_on) filter (where counts) as first_on,
       max(r.played_on) filter (where counts) as last_on,
       count(*) filter (where r.source in ('export', 'both'))::int as told,
       count(*) filter (where r.skipped)::int as skipped,
       row_number() over (order by {by}, {older})::int as rank
from r
where r.played_on >= %(first)s and r.played_on < %(until)s and {of} is not null
  and not exists (select from star.artist_dim n where n.artist_key = r.artist_key and n.is_nobody and {nobody})
group by {of}
having bool_or(counts)
"""
BY = {
    "plays": "count(*) filter (where counts) desc, sum(r.ms_played) filter (where counts) desc",
    "minutes": "sum(r.ms_played) filter (where counts) desc, count(*) filter (where counts) desc",
}


def by_hand(tx: Connection, kind: Kind, period: Period, by: str, selection: Selection) -> list[dict[str, Any]]:
    """The rows of a list by rank, as the public views have them."""
    of, older = OF[kind]
    chosen = BY_HAND.replace("select p.played_at,", "select p.play_key, p.played_at,").rpartition("order by")[0]
    platforms = [word for word, group in GROUPS.items() if group in selection.device]
    values: dict[str, Any] = {one: list(getattr(selection, one)) for one in SELECTED}
    values |= {
        "rule": selection.rule, "private": selection.private, "first": period.first, "until": period.until,
        "platforms": platforms or (["none"] if selection.device else []),
    }  # fmt: skip
    statement = RANKED.format(chosen=chosen, of=of, by=BY[by], older=older, nobody=str(kind == "artists").lower())
    return tx.execute(statement, values).fetchall()


def ordered(rows: list[dict[str, Any]], order: Order, before: dict[Any, int]) -> list[dict[str, Any]]:
    values: dict[Sort, Callable[[dict[str, Any]], float]] = {
        "plays": lambda row: -row["plays"],
        "minutes": lambda row: -row["ms"],
        "first": lambda row: row["first_on"].toordinal(),
        "last": lambda row: -row["last_on"].toordinal(),
        "skips": lambda row: -row["skipped"] / row["told"],
        "change": lambda row: row["rank"] - before[row["key"]],
    }

    def place(row: dict[str, Any]) -> tuple[bool, float, int]:
        nothing = (order.sort == "skips" and not row["told"]) or (order.sort == "change" and row["key"] not in before)
        return nothing, 0 if nothing else values[order.sort](row) * (-1 if order.is_turned else 1), row["rank"]

    return sorted(rows, key=place)


def told(tx: Connection, found: Listed) -> list[dict[str, Any]]:
    groups = {row["album_key"]: row["release_group"]
              for row in tx.execute("select album_key, release_group from star.album_dim").fetchall()}  # fmt: skip

    def key(row: dict[str, Any]) -> Any:
        match found.kind:
            case "albums":
                return groups[row["album_key"]]
            case "artists":
                return row["artist_key"]
            case "songs":
                return row["track_key"]
            case "days":
                return row["day"]
            case "contexts":
                return row["context_uri"]

    return [{"key": key(row)} | {name: row[name] for name in NUMBERS} for row in found.rows(tx)]


def more_about(tx: Connection) -> None:
    """Ends, countries, lengths and releases, so that every kind of a selection has something to choose from."""
    vary(tx)
    tx.execute("delete from insights.hidden")
    # The same playlist as another payload, and an album.
    for payload in (
        f'{{"uri": "{CONTEXT}", "type": "playlist", "href": null}}',
        '{"uri": "spotify:album:al1", "type": "album"}',
    ):
        tx.execute("insert into raw.context (content_hash, payload) values (gen_random_uuid(), %s)", (payload,))
    tx.execute("update star.streaming_fact set api_context_key = (select min(context_key) from raw.context)"
               " + play_key % 3 where api_context_key is not null")  # fmt: skip


@examples(80)
@given(
    history=histories(), selection=st.one_of(st.just(Selection()), selections()), name=st.sampled_from(PERIODS),
    kind=st.sampled_from(KINDS), order=st.builds(Order, st.sampled_from(get_args(Sort)), st.booleans()),
)  # fmt: skip
def test_a_list_is_what_sql_over_the_views_says(
    warehouse: Warehouse, history: History, selection: Selection, *, name: str, kind: Kind, order: Order
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_history(tx, history)
        more_about(tx)
        whole = seen(tx)
        period = named(name, today=whole.today, first_day=whole.first_day or whole.today)
        who = viewer_of(tx, whole, selection)
        compared = None if kind == "days" else earlier_period(tx, who, period)
        expected = by_hand(tx, kind, period, order.by, selection)
        then = by_hand(tx, kind, compared, order.by, selection) if compared else []
        before = {row["key"]: row["rank"] for row in then}
        of_then = {row["key"]: (row["plays"], row["ms"]) for row in then}
        # Who led each week is told by test_places.py.
        led = Counter[Any]()
        if kind in MUSIC:
            weeks, numbers = weeks_at_number_one.weeks(who, period, kind), sums_by_item.numbering(who.shown, kind)
            led.update(numbers.keys[weeks.number].tolist())
        found = list_things(tx, who, Wanted(kind, period, order, compared=compared))
        assert told(tx, found) == [
            {
                **{one: row[one] for one in ("key", "plays", "ms", "first_on", "last_on")},
                "skip_share": row["skipped"] / row["told"] if row["told"] else None,
                "rank": row["rank"],
                "rank_before": before.get(row["key"]),
                **dict(
                    zip(
                        ("plays_before", "ms_before"),
                        of_then.get(row["key"], (0, 0)) if compared else (None, None),
                        strict=True,
                    )
                ),
                "weeks_led": led[row["key"]] if kind in MUSIC else None,
            }
            for row in ordered(expected, order, before)
        ]


MANY = 250
FORMULA = '=HYPERLINK("http://evil")'


@contextmanager
def at_pages(home: Path, url: str) -> Iterator[TestClient]:
    site = Site(Reading(home, url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE, raise_server_exceptions=False) as browser:
        yield browser


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with at_pages(tmp_path, database_url) as browser:
        yield browser


def listen_to_many(warehouse: Warehouse) -> None:
    """Somebody with 250 songs of 20 artists more, some of them with names that are not only letters, over a year."""
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        for n in range(4, 24):
            tx.execute(
                "insert into star.artist_dim (artist_id, artist_name) values (%s, %s)", (f"ar{n}", f"Artist {n}")
            )
        for n in range(7, MANY + 7):
            tx.execute(
                "insert into star.track_dim (track_ref, track_id, track_name, artist_key) values (%s, %s, %s, %s)",
                (f"t{n}", f"t{n}", f"Song {n}", 4 + n % 20),
            )
        for key, name in enumerate((FORMULA, "Beyoncé", "100% pure", "सितारे", 'a, "b"\nc', "+1"), 7):
            tx.execute("update star.track_dim set track_name = %s where track_key = %s", (name, key))
        play(tx, me, [Told(NOW - timedelta(hours=30 * n), 7 + n % MANY, 60_000 + n, False, False, n % 3 == 0, "android",
                           n % 7 == 0) for n in range(2 * MANY - 100)])  # fmt: skip
        newcomer(tx, "other", zone="UTC")


@pytest.fixture(scope="module")
def of_many(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """At the pages of many songs, over one database, which is only read."""
    home = tmp_path_factory.mktemp("lists")
    with database(postgres) as url:
        with Warehouse(home, url) as warehouse:
            listen_to_many(warehouse)
        with at_pages(home, url) as browser:
            yield browser


def keys(page: str, kind: str = "track") -> list[str]:
    """The keys of a page's rows, from the first to the last."""
    rows = page.partition('<ol class="rows')[2].partition("</ol>")[0]
    return re.findall(rf'title="[^"]*" href="/{kind}/(\d+)', rows)


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.text.split("<main", 1)[1]))


def misread(answer: Any) -> str:
    return "".join(re.findall(r'(?s)misread" dir="ltr" role="alert">(.*?)</p>', answer.text)).replace("&#39;", "'")


@pytest.mark.parametrize("sort", [*get_args(Sort), "-plays", "-first"])
def test_the_pages_put_together_are_the_whole_list_and_so_is_its_file(of_many: TestClient, sort: str) -> None:
    asked = {"range": "all", **({"sort": sort} if sort != "change" else {})}
    pages = [keys(of_many.get("/list/songs", params={**asked, "page": str(n)}).text) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [100, 100, 50]
    listed = [key for page in pages for key in page]
    assert sorted(map(int, listed)) == list(range(7, MANY + 7))
    file = rows_of(of_many.get("/list/songs.csv", params=asked))
    assert [row["track_key"] for row in file] == listed
    assert list(file[0]) == [
        "track_key", "track_id", "track_name", "artist_key", "artist_name", "album_key", "album_name", "plays", "ms",
        "first_on", "last_on", "skip_share", "rank", "rank_before", "plays_before", "ms_before", "weeks_led",
    ]  # fmt: skip


def test_a_file_says_of_a_row_what_its_page_says_and_no_cell_of_it_is_a_formula(of_many: TestClient) -> None:
    answer = of_many.get("/list/songs.csv?range=all&q=beyonce")
    assert answer.headers["content-disposition"] == 'attachment; filename="brapped-songs-all.csv"'
    assert answer.content.endswith(b"\r\n")
    assert rows_of(answer) == [
        {
            "track_key": "8", "track_id": "t8", "track_name": "Beyoncé", "artist_key": "12", "artist_name": "Artist 12",
            "album_key": "", "album_name": "", "plays": "2", "ms": "120252", "first_on": "2025-05-20",
            "last_on": "2026-03-28", "skip_share": "0.0", "rank": "149", "rank_before": "",
            "plays_before": "", "ms_before": "", "weeks_led": "1",
        }
    ]  # fmt: skip
    names = {row["track_key"]: row["track_name"] for row in rows_of(of_many.get("/list/songs.csv?range=all"))}
    assert [names[key] for key in ("7", "11", "12")] == [f"'{FORMULA}", 'a, "b"\nc', "'+1"]


@pytest.mark.parametrize(
    ("kind", "typed", "found"),
    [
        ("songs", "BEYONCE", ["8"]), ("songs", "beyoncé", ["8"]), ("songs", "सित", ["10"]), ("songs", "0%", ["9"]),
        ("songs", "song 25", ["25", *(f"{n}" for n in range(250, 257))]), ("songs", "_", []), ("songs", "artist", []),
        ("artists", "ARTIST 2", ["20", "21", "22", "23"]), ("albums", "album", []),
    ],
)  # fmt: skip
def test_a_box_narrows_by_name_as_search_compares_names(
    of_many: TestClient, kind: str, typed: str, found: list[str]
) -> None:
    page = of_many.get(f"/list/{kind}", params={"range": "all", "q": typed}).text
    assert sorted(keys(page, "artist" if kind == "artists" else "track"), key=int) == found
    # A rank is that among all of them.
    if found == ["8"]:
        assert re.findall(r'<span class="rank">(\d+)', page) == ["149"]


@pytest.mark.parametrize("typed", ["2026-03-2", "28 mar 2026", "Saturday 28 March 2026", "sat 2", "MARCH 2026", "0"])
def test_days_are_found_by_how_a_date_is_written(of_many: TestClient, typed: str) -> None:
    played = {
        (NOW - timedelta(hours=30 * n)).astimezone(ZoneInfo("Europe/Berlin")).date() for n in range(2 * MANY - 100)
    }
    written = {day: f"{day}, {day:%a} {day.day} {day:%b %Y}, {day:%A} {day.day} {day:%B %Y}".lower() for day in played}
    file = rows_of(of_many.get("/list/days.csv", params={"range": "all", "q": typed, "sort": "first"}))
    found = [date.fromisoformat(row["day"]) for row in file]
    assert found == sorted(day for day, text in written.items() if typed.lower() in text)


def test_a_context_leads_to_what_it_is(browser: TestClient, warehouse: Warehouse) -> None:
    listen_to_many(warehouse)
    with warehouse.transaction() as tx:
        tx.execute("insert into raw.context (content_hash, payload) values (gen_random_uuid(),"
                   """ '{"type": "album", "uri": "spotify:album:al1"}')""")  # fmt: skip
        tx.execute("update star.streaming_fact set api_context_key = 2 where api_context_key = 1 and play_key % 2 = 0")
    page = browser.get("/list/contexts?range=all")
    assert 'href="/album/1?range=all"' in page.text
    assert 'href="/?context=spotify%3Aplaylist%3A1&amp;range=all"' in page.text
    file = rows_of(browser.get("/list/contexts.csv?range=all&q=album+1"))
    assert [(row["context_uri"], row["context_name"], row["album_key"]) for row in file] == [
        ("spotify:album:al1", "Album 1", "1")
    ]
    assert 'href="https://open.spotify.com/playlist/1"' in page.text
    assert "plays are not told where they were started from" in words(page)


@pytest.mark.parametrize(
    ("query", "says", "status"),
    [
        ("page=4", "There is no page '4': this list has pages 1 to 3. Shown is page 1.", 404),
        ("page=0", "There is no page '0': this list has pages 1 to 3. Shown is page 1.", 404),
        ("page=-1", "There is no page '-1': this list has pages 1 to 3. Shown is page 1.", 404),
        ("page=" + "9" * 20, f"There is no page '{'9' * 20}': this list has pages 1 to 3. Shown is page 1.", 404),
        ("page=x&q=beyonce", "There is no page 'x': this list has one page. Shown is page 1.", 404),
        (
            "sort=loudest",
            "'loudest' is no order here; say plays, minutes, first, last, skips, change. Sorted by plays.",
            200,
        ),
        ("sort=--plays", "'--plays' is no order here;", 200),
        (
            "sort=change",
            "No time before All time is known as well, so no change of rank is told. Sorted by plays.",
            200,
        ),
        ("q=" + "x" * 10_000, "Names are looked for by 100 characters at most; the others were left out.", 200),
        ("q=%00%f0%9f", "", 200),
        ("page=&sort=&q=", "", 200),
        ("artist=x&page=9", "'x' is no artist; it was left out. There is no page '9':", 404),
    ],
)
def test_what_a_list_does_not_understand_it_says(of_many: TestClient, query: str, says: str, status: int) -> None:
    answer = of_many.get(f"/list/songs?range=all&{query}")
    assert (answer.status_code, misread(answer)[: len(says)]) == (status, says)
    assert bool(misread(answer)) == bool(says)


def test_a_file_of_what_was_not_understood_is_not_made(of_many: TestClient) -> None:
    for query in ("range=garbage", "sort=loudest", "sort=change&range=all", "artist=x", "q=" + "x" * 101):
        answer = of_many.get(f"/list/songs.csv?{query}")
        assert (answer.status_code, "content-disposition" in answer.headers) == (404, False), query
    assert "There are lists of artists, songs, albums, days and contexts." in words(of_many.get("/list/genres"))


def test_an_empty_list_says_what_empties_it_and_links_keep_how_it_is_narrowed_and_sorted(
    of_many: TestClient,
) -> None:
    address = "/list/songs?range=all&q=1&sort=-last"
    whole = of_many.get(address).text
    page = of_many.get(f"{address}&hour=9&country=ZZ").text
    assert "What empties it is <b><bdi>in Unknown Region</bdi></b>" in page
    (drop,) = re.findall(r'href="([^"]*)" data-mark="drop"', page)
    assert dict(parse_qsl(urlsplit(unescape(drop)).query)) == {"range": "all", "hour": "9", "q": "1", "sort": "-last"}
    (everything,) = re.findall(r'href="([^"]*)" data-mark="all"', page)
    assert keys(of_many.get(unescape(everything)).text) == keys(whole)
    # Filters above the list, and other times.
    (bar,) = re.findall(r'(?s)<nav class="filters".*?</nav>', page)
    (periods,) = re.findall(r'(?s)<nav class="periods".*?</nav>', page)
    for link in re.findall(r'href="([^"]*)"', bar + periods):
        assert {("q", "1"), ("sort", "-last")} <= set(parse_qsl(urlsplit(unescape(link)).query)), link
    # Where the text alone leaves nothing, no filter is blamed.
    assert "data-empty" not in of_many.get("/list/songs?range=all&hour=9&q=nothing+like+it").text


def test_ranks_are_held_against_the_time_before(browser: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        # A week of 3, 2 and 1 plays of three songs, then one of 1, 2 and 3, and one more song.
        before, now = NOW - timedelta(days=8), NOW - timedelta(days=1)
        played = [(before, 1, 3), (before, 2, 2), (before, 4, 1), (now, 1, 1), (now, 2, 2), (now, 4, 4), (now, 5, 1)]
        play(tx, me, [Told(at - timedelta(minutes=nth, hours=track), track, 60_000, False, False, False, "ios", False)
                      for at, track, times in played for nth in range(times)])  # fmt: skip
        play(tx, me, [Told(NOW - timedelta(days=n), 6, 10_000, False, False, False, "ios", True) for n in range(20)])
    page = browser.get("/list/songs?range=7d&sort=change")
    moves = re.findall(r'<span class="move ?(\w*)" title="([^"]*)"', page.text)
    assert (keys(page.text), moves) == (
        ["4", "2", "1", "5"],
        [
            ("up", "No. 3 in the 7 days before"), ("", "No. 2 in the 7 days before, too"),
            ("down", "No. 1 in the 7 days before"), ("new", "Not played in the 7 days before"),
        ],
    )  # fmt: skip


def test_a_list_is_held_against_any_time_with_its_numbers_beside(browser: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "UTC")
        vouch(tx, me, datetime(2023, 1, 1, tzinfo=UTC), NOW)
        played = [(2023, 6, 1), (2024, 1, 3), (2024, 2, 2), (2025, 2, 4), (2025, 1, 1), (2025, 4, 1)]
        play(tx, me, [Told(datetime(year, 5, 6, 12, nth, tzinfo=UTC), track, 60_000, False, False, False, "ios", False)
                      for year, track, times in played for nth in range(times)])  # fmt: skip
    page = browser.get("/list/songs?range=2025&against=2024&sort=change").text
    moves = re.findall(r'<span class="move ?(\w*)" title="([^"]*)"', page)
    assert (keys(page), moves) == (
        ["2", "1", "4"], [("up", "No. 2 in 2024"), ("down", "No. 1 in 2024"), ("new", "Not played in 2024")],
    )  # fmt: skip
    assert re.findall(r"(\d+) then", page) == ["2", "2", "3", "3", "0", "0"]
    assert re.findall(r">(\d+ weeks? at number one)<", page) == ["1 week at number one"]
    rows = rows_of(browser.get("/list/songs.csv?range=2025&against=2024&sort=change"))
    assert [
        (row["track_key"], row["rank"], row["rank_before"], row["plays_before"], row["ms_before"], row["weeks_led"])
        for row in rows
    ] == [("2", "1", "2", "2", "120000", "1"), ("1", "2", "1", "3", "180000", "0"), ("4", "3", "", "0", "0", "0")]
    # What it is held against stays chosen: in other orders, times, kinds of a change and in the box.
    for link in ('href="/list/songs?against=2024&amp;range=2025"', 'href="/changes/songs?against=2024&amp;range=2025"',
                 'name="against" value="2024"', "range=2024&amp;against=2024"):  # fmt: skip
        assert link in page, link
    assert "&amp;against=year-before" not in page.partition('class="periods against"')[0]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("against=garbage", "'garbage' is no period;"),
        ("against=2019", "Not all of 2019 is known, so nothing is held against it."),
        ("against=2019&sort=change", "Not all of 2019 is known, so nothing is held against it. No time before"),
    ],
)  # fmt: skip
def test_what_a_list_cannot_be_held_against_it_says(of_many: TestClient, query: str, says: str) -> None:
    answer = of_many.get(f"/list/songs?range=2025&{query}")
    assert (answer.status_code, misread(answer)[: len(says)]) == (200, says)
    assert of_many.get(f"/list/songs.csv?range=2025&{query}").status_code == 404


def test_what_is_listed_is_added_up_and_what_is_not_is_told(browser: TestClient, warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        tx.execute("update star.artist_dim set artist_id = null, artist_name = 'Unknown artist' where artist_key = 3")
        play(
            tx,
            me,
            [Told(NOW - timedelta(hours=n), 1 + n % 6, 60_000, True, False, False, None, False) for n in range(12)],
        )
    artists, albums = browser.get("/list/artists?range=all"), browser.get("/list/albums?range=all")
    assert "All time: 2 artists, 8 plays, ≈8 minutes." in words(artists)
    assert "4 plays are of songs whose artist is not known yet." in words(artists)
    assert "4 plays are of songs whose album is not known." in words(albums)
    with warehouse.transaction() as tx:
        gap(tx, me, NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    artists = browser.get("/list/artists?range=all")
    assert "All time: 2 artists, at least 8 plays, at least ≈8 minutes." in words(artists)
    assert "so the numbers are lower bounds" in words(artists)


def test_lists_are_a_click_away_from_where_their_beginnings_are(of_many: TestClient) -> None:
    overview = of_many.get("/?range=all&device=Phone&by=minutes").text
    for kind, what in (("artists", "All 20 artists"), ("songs", "All 250 songs")):
        (link,) = re.findall(rf'href="(/list/{kind}\?[^"]*)">{what} →', overview)
        assert sorted(link.replace("&amp;", "&").partition("?")[2].split("&")) == [
            "by=minutes",
            "device=Phone",
            "range=all",
        ]
        page = of_many.get(link.replace("&amp;", "&"))
        assert what.removeprefix("All ") in words(page)
    artist = of_many.get("/artist/12?range=all").text
    (link,) = re.findall(r'href="(/list/songs\?[^"]*)">All 13 songs →', artist)
    assert "artist=12" in link
    assert "range=all" in link
    of_artist = rows_of(of_many.get(link.replace("&amp;", "&").replace("songs?", "songs.csv?")))
    assert {row["artist_key"] for row in of_artist} == {"12"}
