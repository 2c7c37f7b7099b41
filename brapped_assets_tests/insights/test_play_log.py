"""The history of a selection, a period and a text: its pages and its file are what SQL over the public views lists."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import play_log, play_log_file
from brapped_assets.insights.periods import Period, named
from brapped_assets.insights.play_log import Played, place_named
from brapped_assets.insights.play_log_selection import Asked, Listing, list_plays, other_years, totals, ways_out
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import EVERYTHING, Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, gap, histories, know, play, seen, tell, vary
from brapped_assets_tests.insights.test_selection import COUNTS, LEFT, PLAYS, selections, values_of

# While nothing narrows, what is private, hidden or an impossible repeat is listed and does not count.
BY_HAND = f"""
select * from (
    select p.*, {COUNTS} and not coalesce(p.ms_played >= 30000 and not p.counts_as_play, false) as counts,
           p.ms_played >= 30000 and not p.counts_as_play as is_repeat, {LEFT} as left_by_selection,
           exists (select from insights.hidden h
                    where h.listener_id = p.listener_id
                      and (h.artist_key = p.artist_key or h.track_key = p.track_key or h.context_uri = p.context_uri))
               as hidden
    {PLAYS}
) p
where (not %(narrows)s or (left_by_selection and not hidden and not is_repeat))
  and played_on >= %(first)s and played_on < %(until)s
  and (%(text)s = '' or position(btrim(star.searchable(%(text)s)) in star.searchable(track_name)) > 0
       or position(btrim(star.searchable(%(text)s)) in star.searchable(artist_name)) > 0
       or position(btrim(star.searchable(%(text)s)) in star.searchable(album_name)) > 0)
order by played_at, play_key
"""
TEXTS = ("", "", "tráck 1", "ARTIST 2", "album", "Remäster", "k 3", "%", "_", "zzz")
PERIODS = (None, None, "2025", "2025-10-25..2025-10-26", "2026-03-29", "2019")


@contextmanager
def told(warehouse: Warehouse, told: Any) -> Iterator[Connection]:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell(tx, told)
        vary(tx)
        # As merges mark what nobody can have heard.
        tx.execute("update star.streaming_fact f set repeat_of = (select max(o.play_key) from star.streaming_fact o"
                   " where o.play_key < f.play_key) where play_key %% 5 = 0 and ms_played >= 30000", {})  # fmt: skip
        yield tx


def by_hand(tx: Connection, asked: Asked) -> list[dict[str, Any]]:
    selection, period, text = asked
    values = {
        **values_of(selection), "narrows": selection.narrows, "text": text,
        "first": period.first if period else date.min, "until": period.until if period else date.max,
    }  # fmt: skip
    return tx.execute(BY_HAND, values).fetchall()


def period_of(who: Viewer, name: str | None) -> Period | None:
    return named(name, today=who.today, first_day=who.first_day or who.today) if name else None


def pages(tx: Connection, of: Listing, many: int = play_log.PAGE) -> list[Played]:
    """All pages from the newest to the last, and back up: the same plays."""
    page = play_log.page(tx, of.who, None, of, many=many)
    down = [[one for _, of_day in page.days for one in of_day if isinstance(one, Played)]]
    while page.older:
        page = play_log.page(tx, of.who, place_named(str(page.older)), of, many=many)
        down.append([one for _, of_day in page.days for one in of_day if isinstance(one, Played)])
    up = [one.play_key for one in down[-1]]
    while page.newer:
        page = play_log.page(tx, of.who, page.newer, of, many=many)
        up = [one.play_key for _, of_day in page.days for one in of_day if isinstance(one, Played)] + up
    found = [one for of_page in down for one in of_page]
    assert list(dict.fromkeys(up)) == [one.play_key for one in found]
    return found


SHOWN = ("play_key", "played_at", "played_at_local", "played_on", "track_key", "track_name", "artist_name",
         "album_name", "ms_played", "counts", "is_repeat", "hidden", "incognito", "skipped", "source",
         "context_uri")  # fmt: skip


@examples(60)
@given(
    history_told=histories(),
    selection=st.one_of(selections(), st.just(EVERYTHING)),
    text_and_period=st.tuples(st.sampled_from(TEXTS), st.sampled_from(PERIODS)),
    size=st.integers(1, 7),
)
def test_the_pages_put_together_and_the_file_are_what_sql_over_the_views_lists(
    warehouse: Warehouse, history_told: Any, selection: Selection, text_and_period: tuple[str, str | None], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, told(warehouse, history_told) as tx:
        patch.setattr(play_log_file, "PIECE", size)
        whole, (text, name) = seen(tx), text_and_period
        asked = Asked(selection, period_of(whole, name), text)
        of = list_plays(tx, viewer_of(tx, whole, selection), asked)
        expected = by_hand(tx, asked)
        assert [{name: getattr(one, name) for name in SHOWN} for one in pages(tx, of, size)] == [
            {name: row[name] for name in SHOWN} for row in reversed(expected)
        ]
        counting = [
            row
            for row in expected
            if row["counts"] and not row["hidden"] and (selection.private or not row["incognito"])
        ]
        assert (len(of.counting), of.counting.total_ms, of.is_estimated) == (
            len(counting),
            sum(row["ms_played"] for row in counting),
            any(row["ms_played_basis"] == "estimated" for row in counting),
        )
        by_day: dict[date, tuple[int, int, bool]] = {}
        for row in counting:
            plays, ms, is_estimated = by_day.get(row["played_on"], (0, 0, False))
            is_estimated |= row["ms_played_basis"] == "estimated"
            by_day[row["played_on"]] = (plays + 1, ms + row["ms_played"], is_estimated)
        if asked.period:
            assert totals(of, asked.period.first, asked.period.last) == by_day
        assert in_file(tx, of) == [as_in_file(row) for row in expected]
        if not expected:
            ways = {way.kind: way.plays for way in ways_out(tx, whole, asked)}
            assert ways == {
                kind: len(found)
                for kind, other in (
                    *((kind, asked._replace(selection=selection.without(kind))) for kind in (*values_of(EVERYTHING),)
                      if kind not in {"rule", "platforms"} and getattr(selection, kind)),
                    *((("text", asked._replace(text="")),) if text else ()),
                    *((("period", asked._replace(period=None)),) if asked.period else ()),
                )
                if (found := by_hand(tx, other))
            }  # fmt: skip


def in_file(tx: Connection, of: Listing) -> list[dict[str, str]]:
    content = b"".join(play_log_file.pieces(of, lambda: nullcontext(tx)))
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def as_in_file(row: dict[str, Any]) -> dict[str, str]:
    def yes(value: object) -> str:
        return "yes" if value else ""

    return {
        "ended_at_utc": f"{row['played_at'].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "ended_at_local": f"{row['played_at_local']:%Y-%m-%d %H:%M:%S}",
        "song": row["track_name"],
        "artist": row["artist_name"],
        "album": row["album_name"] or "",
        "ms_played": str(row["ms_played"]),
        "counts": yes(row["counts"]),
        "estimated": yes(row["ms_played_basis"] == "estimated"),
        "skipped": yes(row["skipped"]),
        "shuffle": yes(row["shuffle"]),
        "offline": yes(row["offline"]),
        "private": yes(row["incognito"]),
        "hidden": yes(row["hidden"]),
        "impossible_repeat": yes(row["is_repeat"]),
        "source": row["source"],
        "device": row["platform"] or "",
        "country": row["country"] or "",
        "reason_end": row["reason_end"] or "",
        "context": row["context_uri"] or "",
        "track_uri": f"spotify:track:{row['track_id']}",
    }


@examples(20)
@given(history_told=histories(), selection=selections())
def test_the_same_day_in_other_years_is_told_by_its_plays(
    warehouse: Warehouse, history_told: Any, selection: Selection
) -> None:
    with told(warehouse, history_told) as tx:
        of = list_plays(tx, viewer_of(tx, seen(tx), selection), Asked(selection))
        rows = [row for row in by_hand(tx, Asked(selection)) if row["counts"]]
        shown = [row for row in rows if not row["hidden"] and (selection.private or not row["incognito"])]
        for day in (date(2025, 3, 29), date(2024, 2, 29), date(2024, 12, 31), date(2026, 3, 28)):
            expected: dict[date, list[int]] = {}
            for row in shown:
                on = row["played_on"]
                if (on.month, on.day) == (day.month, day.day) and on.year != day.year:
                    expected.setdefault(on, []).append(row["ms_played"])
            found = [(year.day, year.plays, year.ms) for year in other_years(tx, of, day)]
            assert found == [(on, len(ms), sum(ms)) for on, ms in sorted(expected.items(), reverse=True)]


def listen(tx: Connection) -> int:
    me = know(tx, "Europe/Berlin")
    play(tx, me, [Told(NOW - timedelta(days=3 * n), 1 + n % 6, 60_000 if n % 4 else 20_000, n % 3 == 0, n % 5 == 4,
                       False, None if n % 3 == 0 else "android", False) for n in range(300)])  # fmt: skip
    return me


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), "http://127.0.0.1") as browser:
        yield browser


def test_a_page_stays_the_same_while_plays_arrive(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        me = listen(tx)
    (older,) = [link for link in browser.get("/history?device=phone").text.split('"') if "before=" in link]

    def listed() -> str:
        page: str = browser.get(older.replace("&amp;", "&")).text
        return page.split('class="day"', 1)[1].split('class="pager"', maxsplit=1)[0]

    before = listed()
    with warehouse.transaction() as tx:
        play(tx, me, [Told(NOW - timedelta(minutes=n), 1, 60_000, False, False, False, "android", False)
                      for n in range(1, 9)])  # fmt: skip
    assert listed() == before


def test_what_leads_on_from_a_page_keeps_the_text_the_filters_and_the_period(
    warehouse: Warehouse, browser: TestClient
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    page = browser.get("/history?q=track&range=all&artist=1").text
    assert "/history.csv?q=track&amp;range=all&amp;artist=1" in page
    assert page.count("&amp;q=track&amp;range=all&amp;artist=1") >= 1
    # A day says when by itself.
    assert 'href="/history?on=2026-03-29&amp;q=track&amp;artist=1"' in page
    assert 'href="/history?range=all&amp;q=track"' in page


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    quick_of(
        4,
        [
            ("q=x", 200, "One letter is in most names; two are looked for."),
            ("q=zzzz", 200, "Nothing you played is all of this."),
            ("artist=1&decade=1990", 200, "Without <bdi>1990s</bdi>"),
            ("q=artist+3&artist=1", 200, "Without <bdi>Artist 1</bdi>"),
            ("artist=x", 200, "&#39;x&#39; is no artist; it was left out."),
            ("artist=x&range=never", 404, "&#39;x&#39; is no artist; it was left out. &#39;never&#39; is no period;"),
            ("artist=1&on=1999-01-01", 200, "Nothing of it was played until"),
            ("artist=1&before=x", 404, "This address names no day;"),
            ("rule=mine", 200, "is no rule of counting"),
            ("range=2019", 200, "Without <bdi>2019</bdi>"),
            ("q=%00%F0%9F", 200, "Nothing you played is all of this."),
        ],
    ),
)
def test_what_is_not_understood_or_leaves_nothing_is_said(
    warehouse: Warehouse, browser: TestClient, asked: str, status: int, says: str
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    answer = browser.get(f"/history?{asked}")
    assert answer.status_code == status
    assert says in answer.text


def test_the_file_is_one_that_spreadsheets_open_and_no_name_is_a_formula(
    warehouse: Warehouse, browser: TestClient
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
        names = ('=1+1,"x"', "+1", "-1\r\nx", "@sum", "\t=1", "Ünï")
        for key, name in enumerate(names, 1):
            tx.execute("update star.track_dim set track_name = %s where track_key = %s", (name, key))
    answer = browser.get("/history.csv?range=2025")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="brapped-history-2025.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfended_at_utc,")
    assert answer.content.endswith(b"\r\n")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert {row["song"] for row in rows} == {*(f"'{name}" for name in names[:5]), "Ünï"}
    assert {row["ended_at_local"][:4] for row in rows} == {"2025"}
    assert browser.get("/history.csv?range=never").status_code == 404
    assert "is no period" in browser.get("/history.csv?range=never").text


def test_before_anything_is_played_there_is_no_file(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        know(tx, "UTC")
    answer = browser.get("/history.csv")
    assert (answer.status_code, "nothing to save" in answer.text) == (404, True)


def test_a_list_of_a_past_time_tells_no_gap_after_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = listen(tx)
        gap(tx, me, datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC))
        gap(tx, me, datetime(2025, 6, 10, tzinfo=UTC), datetime(2025, 6, 11, tzinfo=UTC))
        who = seen(tx)
        of = list_plays(tx, who, Asked(period=period_of(who, "2025")))
        page = play_log.page(tx, who, None, of)
    missing = [one for _, of_day in page.days for one in of_day if not isinstance(one, Played)]
    assert [one.starts_local.date() for one in missing] == [date(2025, 6, 10)]
