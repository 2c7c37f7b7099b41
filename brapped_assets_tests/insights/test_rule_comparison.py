"""Four rules of counting side by side: the numbers and the statements of the page are those of the rule that is on."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights import habits, overview
from brapped_assets.insights.how_counted.habits import FORMULAS as HABITS
from brapped_assets.insights.how_counted.overview import FORMULAS as OVERVIEW
from brapped_assets.insights.most_played import heard
from brapped_assets.insights.periods import named
from brapped_assets.insights.rule_comparison import side_by_side
from brapped_assets.insights.selected_viewer import viewer_of
from brapped_assets.insights.selection import Rule, Selection
from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.how_counted import SECTIONS
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples
from brapped_assets_tests.insights.corrections import corrections, say_all
from brapped_assets_tests.insights.overview_plays import NOW, Told, histories, know, play, seen, tell, vary
from brapped_assets_tests.insights.test_selection import COUNTS, LEFT, PLAYS, selections, values_of
from brapped_assets_tests.warehouse.polled_plays import newcomer

HERE = "http://127.0.0.1"
PERIODS = ("all", "2025", "2025-10-25..2025-10-26", "2026-03-29", "2019")
USUAL = COUNTS.replace("%(rule)s", "'spotify'")
BY_HAND = f"""
select count(*) filter (where counts) as plays,
       coalesce(sum(ms_played) filter (where counts), 0)::bigint as ms,
       count(*) filter (where counts and not usual) as added, count(*) filter (where usual and not counts) as missing
from (select p.ms_played, {COUNTS} as counts, {USUAL} as usual
      {PLAYS}
      where {LEFT} and p.played_on >= %(first)s and p.played_on < %(until)s
        -- What is long enough and does not count is an impossible repeat.
        and (p.counts_as_play or p.ms_played < 30000)
        and not exists (select from insights.hidden h
                         where h.listener_id = p.listener_id
                           and (h.artist_key = p.artist_key or h.track_key = p.track_key
                                or h.context_uri = p.context_uri))) p
"""


def tell_with_repeats(tx: Connection, history: Any) -> int:
    me = tell(tx, history)
    vary(tx)
    tx.execute("update star.streaming_fact f set repeat_of = (select max(o.play_key) from star.streaming_fact o"
               " where o.play_key < f.play_key) where play_key % 5 = 0 and ms_played >= 30000")  # fmt: skip
    return me


@examples(40)
@given(history=histories(), selection=selections(), name=st.sampled_from(PERIODS))
def test_each_rule_counts_what_sql_over_the_views_counts(
    warehouse: Warehouse, history: Any, selection: Selection, name: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        tell_with_repeats(tx, history)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        values = {**values_of(selection), "first": period.first, "until": period.until}
        expected = [
            {"rule": rule, **(tx.execute(BY_HAND, {**values, "rule": rule}).fetchone() or {})}
            for rule in get_args(Rule)
        ]
        assert [one._asdict() for one in side_by_side(viewer_of(tx, who, selection), period)] == expected


@examples(20)
@given(history=histories(), said=corrections(), rule=st.sampled_from(get_args(Rule)), name=st.sampled_from(PERIODS))
def test_the_statements_shown_give_the_numbers_of_the_rule_that_is_on(
    warehouse: Warehouse, history: Any, said: list[tuple[str, int]], *, rule: Rule, name: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = tell_with_repeats(tx, history)
        say_all(tx, me, said)
        whole = seen(tx)
        who = viewer_of(tx, whole, Selection(rule=rule))
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        values = {
            "listener_id": me, "other_id": me, "first": period.first, "until": period.until, "today": who.today,
            "key": 1, "before_first": date(2024, 1, 1), "before_until": date(2025, 1, 1),
        }  # fmt: skip

        def run(name: str) -> list[tuple[Any, ...]]:
            formula = next(formula for formula in [*OVERVIEW, *HABITS] if formula.name == name).by(rule)
            return [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]

        of_period, days = heard(tx, who, period, "plays", 10), overview.days(who, period)
        total = overview.totals(days)
        assert run("Plays") == [(total.plays,)]
        assert run("Minutes") == [(total.ms,)]
        assert run("Days with music") == [(total.active_days,)]
        assert run("Artists") == [(row["artist_key"], row["plays"], row["ms"]) for row in of_period.top_artists]
        assert run("Songs") == [(row["track_key"], row["plays"], row["ms"]) for row in of_period.top_tracks]
        assert run("New songs") == [(of_period.new_songs, of_period.new_plays, of_period.new_ms)]
        assert run("Calendar, and minutes by day") == [(day.day, day.plays, day.ms) for day in days if day.plays]
        session = habits.longest_session(who, period)
        assert run("Longest session") == (
            [(session.day, session.started_at, session.ended_at, session.plays)] if session else []
        )
        for formula in (one for formulas in SECTIONS.values() for one in formulas):
            tx.execute(formula.by(rule).statement, values)


@pytest.fixture
def browser(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    site = Site(Reading(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        yield browser


def listen(tx: Connection) -> int:
    me = know(tx, "Europe/Berlin")
    play(tx, me, [Told(NOW - timedelta(days=n), 1 + n % 6, 60_000 if n % 4 else 20_000, False, False, False, "android",
                       False) for n in range(80)])  # fmt: skip
    vary(tx)
    return me


def plays_on(page: str) -> list[int]:
    return [int(plays) for plays in re.findall(r'<p class="number"><span><b>(\d+)</b> plays?</span>', page)]


def test_a_statement_of_the_page_with_the_values_it_names_gives_its_number(
    warehouse: Warehouse, browser: TestClient
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    for nth, rule in enumerate(get_args(Rule)):
        page = browser.get(f"/counted?rule={rule}&range=2026-03").text
        said = dict(re.findall(r"<code>(:\w+)</code> is <code>([^<]*)</code>", unescape(page)))
        (statement,) = re.findall(r"(?s)<h3>Plays</h3>.*?<code>(select.*?)</code>", page)[:1]
        for name, value in said.items():
            statement = unescape(statement).replace(name, value)
        with warehouse.transaction() as tx:
            (row,) = tx.execute(statement).fetchall()
        assert row["plays"] == plays_on(page)[nth]


def test_each_rule_is_a_link_and_the_one_chosen_goes_along(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    page = browser.get("/counted?artist=1&range=2026").text
    links = [unescape(link) for link in re.findall(r'class="button" href="([^"]*)"', page)]
    assert links == [f"/counted?rule={rule}&range=2026&artist=1" for rule in ("lastfm", "finished", "all")]
    for link in links:
        chosen = browser.get(link).text
        # Whatever is on: the four numbers are the same, and the way back is there.
        assert plays_on(chosen) == plays_on(page)
        assert 'href="/counted?rule=spotify&amp;range=2026&amp;artist=1"' in chosen
        assert f'href="/?range=2026&amp;{link.split("?")[1].split("&")[0]}&amp;artist=1"' in chosen
        assert "Filters are not in it" in chosen
    assert "Filters are not in it" not in browser.get("/counted?rule=all").text


def test_what_is_no_rule_or_no_period_is_said(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    assert "is no rule of counting; say spotify, lastfm, finished, all." in browser.get("/counted?rule=mine").text
    assert browser.get("/counted?range=never").status_code == 404


def test_the_rule_a_listener_chooses_holds_everywhere_until_an_address_names_another(
    warehouse: Warehouse, database_url: str, tmp_path: Path
) -> None:
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    with warehouse.transaction() as tx:
        me = listen(tx)
        friend = newcomer(tx, "friend")
        play(tx, friend, [Told(NOW, 1, 60_000, False, False, False, "android", False)])
        period = named("all", today=NOW.date(), first_day=date(2020, 1, 1))
        by_rule: dict[str, int] = {one.rule: one.plays for one in side_by_side(seen(tx), period)}
    assert len(set(by_rule.values())) == len(by_rule)
    with TestClient(create_app(site), HERE) as browser:

        def choose(rule: str, listener: int = me) -> int:
            form = {"token": site.token, "listener": f"{listener}", "rule": rule, "back": "/counted?range=all"}
            answer = browser.post("/count-by", data=form, headers={"Origin": HERE})
            return int(answer.status_code)

        def plays(address: str) -> int:
            return int(re.findall(r'data-plays="(\d+)"', browser.get(address).text)[0])

        def so_far() -> str:
            """What Today counts; what stands above it may end with a look at Wrapped."""
            (found,) = re.findall(r'(?s)<section class="hero .*?</section>', browser.get("/today").text)
            return str(found)

        usual = so_far()
        assert (choose("mine"), choose("lastfm", 0), choose("lastfm", 9_999), choose("lastfm")) == (400, 400, 200, 200)
        said = "counted: half of the song, or 4 minutes"
        for page in ("/", "/explore", "/wrapped", "/list/songs", "/history", "/artist/1", "/counted", "/today"):
            answer = browser.get(page)
            assert (answer.status_code, said in answer.text) == (200, True), page
            # It goes without saying.
            assert "rule=lastfm" not in re.sub(r"(?s)<main.*</main>", "", answer.text), page
        assert so_far() != usual
        assert "counted:" not in browser.get(f"/of/{friend}/").text
        assert [plays(f"/explore?range=all{rest}") for rest in ("", "&rule=spotify", "&rule=all")] == [
            by_rule["lastfm"], by_rule["spotify"], by_rule["all"],
        ]  # fmt: skip
        # The one that is always on cannot be dropped; one that is on for now can.
        assert 'title="By which rule?"' in browser.get("/explore").text
        assert 'href="/explore?range=all&amp;rule=spotify"' in browser.get("/explore?range=all").text
        assert "counted: 30 seconds and more" in browser.get("/explore?rule=spotify").text
        report = browser.get("/export.html?range=all")
        assert "Counted: half of the song, or 4 minutes." in report.text
        assert 'filename="brapped-all.html"' in report.headers["content-disposition"]
        assert ", half or 4 minutes</span>" in browser.get("/wrapped?range=all").text
        # And back.
        assert choose("spotify") == 200
        assert plays("/explore?range=all") == by_rule["spotify"]
        assert so_far() == usual


def test_rules_are_a_facet_whose_numbers_are_those_of_the_pages_they_lead_to(
    warehouse: Warehouse, browser: TestClient
) -> None:
    with warehouse.transaction() as tx:
        listen(tx)
    page = browser.get("/explore?range=all&artist=1").text
    rows = re.findall(r'href="([^"]*)" data-mark="rule=(\w+)".*?<b>(\d+)</b>', page)
    assert [rule for _, rule, _ in rows] == list(get_args(Rule))
    for href, _, plays in rows:
        assert f'data-plays="{plays}"' in browser.get(unescape(href)).text
