"""Podcasts, audiobooks and videos: the page's numbers are those of the published statements."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights.how_counted.spoken import FORMULAS
from brapped_assets.insights.periods import named
from brapped_assets.insights.spoken import Some, known_until, spoken
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.zones import local_time
from brapped_assets_tests.examples import examples
from brapped_assets_tests.history.export_builders import account, nameless
from brapped_assets_tests.insights.overview_plays import MOMENTS, NOW, ZONES, know, seen
from brapped_assets_tests.insights.test_overview import PERIODS
from brapped_assets_tests.warehouse.heard_episodes import hear

SHOWS = ("Monday", "Salt", None)


@st.composite
def heard(draw: st.DrawFn) -> dict[str, Any]:
    """One row of an export, of either kind."""
    at: datetime = draw(st.sampled_from(MOMENTS)) + timedelta(minutes=draw(st.integers(0, 3_000)))
    ms, number = draw(st.sampled_from([0, 1, 29_999, 3_600_000])), draw(st.integers(1, 3))
    show = draw(st.sampled_from(SHOWS))
    if draw(st.booleans()):
        row = account(endTime=f"{at:%Y-%m-%d %H:%M}", msPlayed=ms, podcastName=show, episodeName=f"Episode {number}")
        return {key: value for key, value in row.items() if key not in ("trackName", "artistName")}
    more = (
        {"audiobook_title": show, "audiobook_chapter_uri": f"spotify:episode:{number}"}
        if draw(st.booleans())
        else {"episode_show_name": show, "spotify_episode_uri": f"spotify:episode:{number}", "episode_name": "Episode"}
    )
    return nameless(
        ts=f"{at:%Y-%m-%dT%H:%M:%SZ}", ms_played=ms, reason_end=draw(st.sampled_from(["trackdone", "endplay", None])),
        incognito_mode=draw(st.sampled_from([False, None, True])), **more,
    )  # fmt: skip


@examples(20)
@given(rows=st.lists(heard(), max_size=12), zone=st.sampled_from(ZONES), name=st.sampled_from(PERIODS))
def test_the_formulas_shown_give_the_numbers_shown(
    warehouse: Warehouse, rows: list[dict[str, Any]], zone: str, name: str
) -> None:
    with warehouse.transaction() as tx, tx.transaction(force_rollback=True):
        me = know(tx, zone)
        hear(tx, me, rows)
        who = seen(tx)
        period = named(name, today=who.today, first_day=who.first_day or who.today)
        found = spoken(tx, who, period)
        first = date(1970, 1, 1) if period.name == "all" else period.first
        values = {"listener_id": me, "first": first, "until": period.until}

        def run(name: str) -> list[tuple[Any, ...]]:
            formula = next(formula for formula in FORMULAS if formula.name == name)
            return [tuple(row.values()) for row in tx.execute(formula.statement, values).fetchall()]

        assert run("Podcasts, audiobooks, videos") == [(one.kind, one.plays, one.ms) for one in found.kinds]
        assert Counter(run("Shows and books")) == Counter(
            (one.kind, one.name, one.plays, one.ms) for one in found.shows
        )
        assert run("Heard to the end") == [
            (sum(one.finished for one in found.kinds), sum(one.told for one in found.kinds))
        ]
        assert run("Podcasts, audiobooks, videos by hour") == [
            (hour, ms) for hour, ms in enumerate(found.hours) if ms or hour in _hours(tx, values)
        ]
        assert found.ms == sum(item.ms for item in found.items)
        # Nothing of a page is on another; whoever asks for one that is not there sees the first.
        apart = [spoken(tx, who, period, Some(after=after, many=1)).items for after in range(len(found.items))]
        assert [*chain(*apart)] == [*found.items]
        assert spoken(tx, who, period, Some(after=100)).items == found.items
        of_monday = spoken(tx, who, period, Some("Monday"))
        assert of_monday.items == tuple(item for item in found.items if item.show_name == "Monday")
        assert of_monday.many("Monday") == len(of_monday.items)


def _hours(tx: Any, values: dict[str, Any]) -> set[int]:
    """The hours in which something was heard, however short."""
    rows = tx.execute(
        "select distinct extract(hour from played_at_local)::int as hour from star.spoken_play"
        " where listener_id = %(listener_id)s and played_on >= %(first)s and played_on < %(until)s"
        " and incognito is not true and not is_told_elsewhere",
        values,
    ).fetchall()
    return {row["hour"] for row in rows}


def test_what_is_complete_is_said_by_the_last_that_an_export_tells(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = know(tx, "Europe/Berlin")
        everything = named("all", today=NOW.date(), first_day=NOW.date())
        assert known_until(tx, seen(tx)) is None
        hear(tx, me)
        found, known = spoken(tx, seen(tx), everything), known_until(tx, seen(tx))
        assert known is not None
        assert local_time(seen(tx).spans, known).replace(tzinfo=None) == datetime(2025, 4, 28, 23, 4, 35)  # noqa: DTZ001
        assert [(item.title, item.is_finished) for item in found.items] == [("One", False)]
