"""Offers for hiding: a song many times in a row, a night without a touch; none of what the listener did away with."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.doubtful_stretches import (
    Kind,
    Stretches,
    find_again,
    nights,
    songs_in_a_row,
    stretches,
)
from brapped_assets.insights.columns.life import Kept, Life
from brapped_assets.insights.columns.play_mask import PlayMask
from brapped_assets.insights.columns.plays import Flag, Plays
from brapped_assets.insights.columns.result_cache import Earlier
from brapped_assets.insights.columns.shown_plays import ShownPlays, shown
from brapped_assets.insights.hiding_offers import offered
from brapped_assets.warehouse.db.connections import Connection, Warehouse, Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.site import Site
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import NOW, Told, know, play, seen
from brapped_assets_tests.insights.test_hidden_time import HERE, counted, fields
from brapped_assets_tests.warehouse.polled_plays import newcomer

MINUTE_US = 60_000_000
DONE, SKIPPED_BY_HAND = 7, 8


class One(NamedTuple):
    """A play: minutes of silence before it, its own minutes, recording, reason; skipped, hidden."""

    pause: int
    minutes: int
    recording: int
    reason: int
    is_skipped: bool
    is_hidden: bool


def lives() -> st.SearchStrategy[list[One]]:
    """Runs of plays alike, so that nights and rows happen, and are just missed."""
    alike = st.builds(
        lambda one, times: [one] * times,
        st.builds(
            One, st.sampled_from((0, 0, 10, 11, 600)), st.sampled_from((0, 3, 60)), st.integers(0, 1),
            st.sampled_from((DONE, DONE, DONE, SKIPPED_BY_HAND, 0)), st.sampled_from((False, False, False, True)),
            st.sampled_from((False, False, False, True)),
        ),
        st.sampled_from((1, 2, 10, 20, 21)),
    )  # fmt: skip
    return st.lists(alike, max_size=8).map(lambda runs: [one for run in runs for one in run])


def columns(life: list[One]) -> Plays:
    silent, ms = (np.array(of, np.int64) for of in ([one.pause for one in life], [one.minutes for one in life]))
    ended_at = np.cumsum((silent + ms) * MINUTE_US)
    none = np.zeros(len(life), np.int32)
    flags = [Flag.EXTENDED | (Flag.SKIPPED if one.is_skipped else 0) for one in life]
    return Plays(
        ended_at, (ended_at // (24 * 60 * MINUTE_US)).astype(np.uint16),
        (ended_at // (60 * MINUTE_US) % 24).astype(np.uint8), np.array([one.recording for one in life], np.int32),
        (ms * 60_000).astype(np.int32), np.array(flags, np.uint16), none, none,
        np.array([one.reason for one in life], np.int32), none,
    )  # fmt: skip


def defined(life: list[One]) -> dict[str, list[tuple[int, int]]]:
    """What is offered, said again play by play."""
    ends, at = [], 0
    for one in life:
        at += one.pause + one.minutes
        ends.append(at)
    left = [one.minutes > 0 and not one.is_hidden for one in life]

    def runs(goes_on: list[bool]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for nth, is_same_run in enumerate(goes_on):
            found = [*found[:-1], (found[-1][0], nth)] if is_same_run else [*found, (nth, nth)]
        return found

    def is_night(first: int, last: int) -> bool:
        of_run = life[first : last + 1]
        return (
            all(one.reason == DONE and not one.is_skipped for one in of_run)
            and ends[last] - (ends[first] - life[first].minutes) >= 240
            and not 8 <= ends[first] // 60 % 24 < 22
            and any(left[first : last + 1])
        )

    def alone(nth: int) -> bool:
        return life[nth].reason == DONE and not life[nth].is_skipped

    same = [nth > 0 and life[nth].recording == life[nth - 1].recording for nth in range(len(life))]
    going = [nth > 0 and alone(nth) and alone(nth - 1) and life[nth].pause <= 10 for nth in range(len(life))]
    songs = [run for run in runs(same) if sum(left[run[0] : run[1] + 1]) > 20]
    of_nights = [run for run in runs(going) if is_night(*run)]
    of_nights = [run for run in of_nights if not any(a <= run[0] and run[1] <= b for a, b in songs)]
    songs = [run for run in songs if not any(a <= run[0] and run[1] <= b for a, b in of_nights)]
    return {"song": songs, "night": of_nights}


def seen_of(life: list[One]) -> ShownPlays:
    of = shown(Life(columns(life), Catalogue(recording=np.arange(2, dtype=np.int32)), ""), Kept())
    return replace(of, rows=PlayMask.of(np.array([not one.is_hidden for one in life], np.bool_)))


def ends(found: dict[Kind, Stretches]) -> dict[str, list[tuple[int, int]]]:
    return {kind: list(zip(*map(np.ndarray.tolist, one), strict=True)) for kind, one in found.items()}


@examples(60)
@given(life=lives())
def test_what_is_offered_is_what_the_definition_says(life: list[One]) -> None:
    assert ends(stretches(seen_of(life), [DONE])) == defined(life)


@examples(60)
@given(same=lives(), was=lives(), is_now=lives(), looked_back=st.sampled_from((1, 30, 2_000)))
def test_what_is_offered_after_some_days_changed_is_what_is_offered_of_all_plays(
    same: list[One], was: list[One], is_now: list[One], looked_back: int
) -> None:
    before, after = seen_of([*same, *was]), seen_of([*same, *is_now])
    days = np.unique(np.concatenate([of.life.plays.day[len(same) :] for of in (before, after)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("brapped_assets.insights.columns.doubtful_stretches.LOOKED_BACK", looked_back)
        found = find_again(after, [DONE], Earlier(find_again(before, [DONE], None), days))
    assert ends(found.of) == ends(stretches(after, [DONE]))


@pytest.mark.parametrize(("plays", "offered"), [(20, []), (21, [(2, 22)])])
def test_twenty_in_a_row_are_not_asked_about_and_one_more_is(plays: int, offered: list[tuple[int, int]]) -> None:
    recording = np.array([1, 2, *[1] * plays, 2], np.int32)
    found = songs_in_a_row(recording, np.ones(len(recording), np.bool_))
    assert list(zip(found.first, found.last, strict=True)) == offered


@pytest.mark.parametrize(
    ("pause", "hour", "plays", "offered"),
    [(0, 22, 4, 1), (10, 7, 4, 1), (11, 22, 4, 0), (0, 21, 4, 0), (0, 8, 4, 0), (0, 22, 3, 0)],
)
def test_a_night_begins_at_night_and_goes_on_for_four_hours(pause: int, hour: int, plays: int, offered: int) -> None:
    ended_at = np.arange(plays, dtype=np.int64) * (60 + pause) * MINUTE_US
    ms = np.full(plays, 3_600_000, np.int32)
    found = nights(ended_at, ms, np.full(plays, hour, np.uint8), np.ones(plays, np.bool_))
    assert len(found.first) == offered


EVENING = NOW.replace(hour=21) - timedelta(days=3)
NIGHT = "A night without a touch 50 plays · 5 h 0 min · Thu 26 Mar 2026 , 22:04 to Fri 27 Mar 2026, 03:04"
ROW = "Track 4 25 times in a row · 2 h 30 min · Tue 24 Mar 2026 , 22:04 to Wed 25 Mar 2026, 00:34"


def listen(tx: Connection) -> int:
    """On 26 March in Berlin from 22:04 on 50 plays of 6 minutes without a touch; two days before, 25 times one song."""
    me = know(tx, "Europe/Berlin")
    play(tx, me, [told(EVENING + timedelta(minutes=6 * n), 1 + n % 2) for n in range(50)])
    play(tx, me, [told(EVENING + timedelta(minutes=6 * n) - timedelta(days=2), 4) for n in range(25)])
    tx.execute("insert into star.play_label (label) values ('trackdone') on conflict do nothing")
    tx.execute("update star.streaming_fact set reason_end_key = (select label_key from star.play_label"
               " where label = 'trackdone') where track_key < 4")  # fmt: skip
    return me


def told(at: datetime, track: int) -> Told:
    return Told(at, track, 360_000, False, False, False, "ios", False)


@pytest.fixture
def browser(database_url: str, tmp_path: Path, warehouse: Warehouse) -> Iterator[TestClient]:
    with warehouse.transaction() as tx:
        listen(tx)
    site = Site(Reading(tmp_path, database_url), writing=Writing(tmp_path, database_url), clock=lambda: NOW)
    with TestClient(create_app(site), HERE) as browser:
        browser.headers["origin"] = HERE
        yield browser


def asked(browser: TestClient) -> list[str]:
    """What is offered, as somebody reads it."""
    page = browser.get("/hidden").text
    rows = re.findall(
        r'(?s)<li><span class="what">((?:(?!</li>).)*?)</span>\s*<form method="post" action="/hide-offered"', page
    )
    return [" ".join(re.sub("<[^>]*>", " ", row).split()).replace("\N{NO-BREAK SPACE}", " ") for row in rows]


def test_an_offer_is_taken_with_its_reason_and_taken_back(browser: TestClient) -> None:
    assert asked(browser) == [NIGHT, ROW]
    assert "2 stretches of time may have been somebody else" in browser.get("/").text
    given = fields(browser.get("/hidden").text, "offer")
    assert given["why"] == "A night without a touch"
    answer = browser.post("/hide-offered", data=given, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/hidden")
    assert (counted(browser), asked(browser)) == (25, [ROW])
    page = browser.get("/hidden").text
    assert re.search(r'· 50 plays · since [^<]* · <span dir="auto">A night without a touch</span>', page)
    assert "One stretch of time may have been somebody else" in browser.get("/").text
    browser.post("/show-again", data=fields(page, "hidden_time_id"))
    assert (counted(browser), asked(browser)) == (75, [NIGHT, ROW])


def test_what_was_me_is_not_asked_again_until_that_is_taken_back(browser: TestClient) -> None:
    browser.post("/was-me", data=fields(browser.get("/hidden").text, "offer"))
    assert (counted(browser), asked(browser)) == (75, [ROW])
    page = browser.get("/hidden").text
    assert "you said so" in page
    browser.post("/was-not-me", data=fields(page, "heard_time_id"))
    assert asked(browser) == [NIGHT, ROW]


@pytest.mark.parametrize("path", quick_of(1, ["/hide-offered", "/was-me"]))
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"offer": "1_2"}, "not offered any more"),
        ({"offer": "9" * 300}, "not offered any more"),
        ({"offer": ""}, "not offered any more"),
        ({"listener": "99"}, "not offered any more"),
        ({"listener": "x"}, "lacks something"),
    ],
)
def test_what_is_no_offer_is_said(browser: TestClient, path: str, change: dict[str, str], says: str) -> None:
    answer = browser.post(path, data={**fields(browser.get("/hidden").text, "offer"), **change})
    assert (answer.status_code, says in answer.text) == (400, True)
    assert (counted(browser), asked(browser)) == (75, [NIGHT, ROW])


def test_another_s_word_and_another_s_time_are_left_alone(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        other = str(newcomer(tx, "other"))
    given = fields(browser.get("/hidden").text, "offer")
    assert browser.post("/hide-offered", data={**given, "listener": other}).status_code == 400
    browser.post("/was-me", data=given)
    word = fields(browser.get("/hidden").text, "heard_time_id")
    browser.post("/was-not-me", data={**word, "listener": other})
    assert browser.post("/was-not-me", data={**word, "heard_time_id": "x"}).status_code == 400
    assert asked(browser) == [ROW]


def test_twenty_are_asked_about_the_newest_first(warehouse: Warehouse, browser: TestClient) -> None:
    with warehouse.transaction() as tx:
        tx.execute("update star.streaming_fact set track_key = 5 where track_key = 4")
        for days in range(3, 24):
            at = EVENING - timedelta(days=days)
            play(tx, 1, [told(at, 3), *(told(at + timedelta(minutes=6 * n), 4) for n in range(1, 22))])
        newest = offered(tx, seen(tx))
    assert [one.from_at.date() for one in newest[2:]] == [
        (EVENING - timedelta(days=days)).date() for days in range(3, 21)
    ]
    assert len(asked(browser)) == 20
