"""Local days and hours follow the zones a listener lived in, whatever comes first; a change goes year by year."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse import zones
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.play_merge import merge_plays, rebuild_local_time, years_played
from brapped_assets.warehouse.zones import Span, Spans
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.exported_plays import NOON as PLAYED
from brapped_assets_tests.warehouse.exported_plays import Batch, tell
from brapped_assets_tests.warehouse.merge.test_arrival_order import clear, histories
from brapped_assets_tests.warehouse.polled_plays import NOON, Play, fact, newcomer, poll, song

# Whole hours, halves and quarters, half an hour of summer time, a day that never was, summer time in either half year.
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Calcutta", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"),
)
FIRST, LAST = datetime.fromisoformat("2008-01-01"), datetime.fromisoformat("2026-06-01")
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
NEAR_THE_PLAYS = st.integers(-20, 100).map(lambda tens: PLAYED + timedelta(seconds=10 * tens))


def lives(moves: st.SearchStrategy[datetime]) -> st.SearchStrategy[Spans]:
    """The zones of a life, with moves at some of these instants."""

    def of(at: Sequence[datetime]) -> st.SearchStrategy[Spans]:
        names = st.lists(st.sampled_from(ZONES), min_size=len(at) + 1, max_size=len(at) + 1)
        return names.map(lambda names: zones.spans_of(sorted(at), names))

    return st.lists(moves, unique=True, max_size=3).flatmap(of)


def there(spans: Spans, instant: datetime) -> datetime:
    """What a clock showed at this instant where the listener was then."""
    (lived,) = [
        span.time_zone
        for span, following in zip(spans, (*spans[1:], None), strict=True)
        if (span.from_at is None or span.from_at <= instant)
        and (following is None or following.from_at is None or instant < following.from_at)
    ]
    return instant.astimezone(ZoneInfo(lived)).replace(tzinfo=None)


def lived(tx: Connection, listener_id: int, spans: Spans) -> None:
    """The zones as `brapped timezone` changes them."""
    zones.write(tx, listener_id, spans)
    for year in years_played(tx, listener_id):
        rebuild_local_time(tx, listener_id, year)


@examples(40)
@given(histories(), st.lists(lives(NEAR_THE_PLAYS), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_every_play_has_the_local_time_of_where_it_was_played_in_whatever_order_things_come(
    warehouse: Warehouse, history: list[Batch], lives: list[Spans], random: Random
) -> None:
    """Imports, polls and changes of zones; the last change is the one that counts."""
    steps: list[tuple[Batch, None] | tuple[None, Spans]] = [*((batch, None) for batch in history)]
    steps += [(None, spans) for spans in lives]
    random.shuffle(steps)
    with warehouse.transaction() as tx:
        clear(tx)
        me = newcomer(tx, zone="Europe/Lisbon")
        now: Spans = (Span(None, "Europe/Lisbon"),)
        for batch, spans in steps:
            if spans is not None:
                now = spans
                lived(tx, me, now)
            elif batch is not None:
                tell(tx, me, [batch])
        assert zones.spans_of_listener(tx, me) == now
        rows = tx.execute("select played_at, played_at_local, played_on, played_hour from bi.plays").fetchall()
        shown = tx.execute("select time_zone from bi.listeners").fetchall()
    assert [row["played_at_local"] for row in rows] == [there(now, row["played_at"]) for row in rows]
    assert [(row["played_on"], row["played_hour"]) for row in rows] == [
        (row["played_at_local"].date(), row["played_at_local"].hour) for row in rows
    ]
    assert shown == [{"time_zone": now[-1].time_zone}]


@examples(40)
@given(lives(INSTANTS), st.lists(INSTANTS, min_size=1, max_size=30))
def test_the_database_and_python_agree_on_what_the_clocks_showed(
    warehouse: Warehouse, spans: Spans, instants: list[datetime]
) -> None:
    instants += [span.from_at + off for span in spans if span.from_at for off in (timedelta(0), -timedelta.resolution)]
    with warehouse.transaction() as tx:
        rows = tx.execute(
            "select star.local_time(at, %(moves)s::timestamptz[], %(zones)s::text[]) as local"
            " from unnest(%(instants)s::timestamptz[]) with ordinality as i (at, nth) order by nth",
            {**zones.arrays(spans), "instants": instants},
        ).fetchall()
    expected = [there(spans, instant) for instant in instants]
    assert [row["local"] for row in rows] == expected
    assert [zones.local_time(spans, instant).replace(tzinfo=None) for instant in instants] == expected


@examples(100)
@given(st.sampled_from(ZONES), st.dictionaries(INSTANTS, st.sampled_from(ZONES), max_size=5), st.data())
def test_moves_may_be_told_in_any_order(first: str, moves: dict[datetime, str], data: st.DataObject) -> None:
    spans: Spans = (Span(None, first),)
    for at in data.draw(st.permutations(sorted(moves))):
        spans = zones.changed(spans, Span(at, moves[at]))
    assert spans == (Span(None, first), *(Span(at, moves[at]) for at in sorted(moves)))
    for at in data.draw(st.permutations(sorted(moves))):
        if any(span.from_at == at for span in spans):
            spans = zones.without(spans, next(span for span in spans if span.from_at == at))
    assert spans == (Span(None, first),)


@examples(100)
@given(lives(INSTANTS), st.none() | INSTANTS, INSTANTS, st.sampled_from(ZONES), st.lists(INSTANTS))
def test_a_stay_changes_its_own_time_and_no_other(
    spans: Spans, begins: datetime | None, ends: datetime, zone: str, instants: list[datetime]
) -> None:
    if begins is not None:
        begins, ends = min(begins, ends), max(begins, ends) + timedelta.resolution
    after = zones.changed(spans, Span(begins, zone), ends)
    for at in [*instants, ends, ends - timedelta.resolution, *([begins] if begins else [])]:
        is_there = (begins is None or begins <= at) and at < ends
        assert zones.zone_at(after, at) == (zone if is_there else zones.zone_at(spans, at))
    assert zones.changed(spans, Span(None, zone)) == (Span(None, zone),)


@examples(100)
@given(lives(INSTANTS), st.dates(date(2008, 1, 3), date(2026, 5, 30)))
def test_a_day_begins_when_the_days_before_are_over(spans: Spans, day: date) -> None:
    begins = zones.beginning_of(spans, day)
    assert zones.local_time(spans, begins).date() >= day or begins in [span.from_at for span in spans]
    assert all(there(spans, begins + timedelta(hours=hours)).date() >= day for hours in range(1, 72)), (
        "a later moment is of an earlier day"
    )


def _three_years(tx: Connection) -> int:
    me = newcomer(tx, zone="Europe/Berlin")
    # The last one is 2025 in UTC and 2026 in Berlin.
    ends = [(2024, 7, 1, 22), (2025, 1, 1, 0), (2025, 12, 31, 23)]
    poll(tx, me, [Play(datetime(*end, 30, tzinfo=UTC), song("a")) for end in ends])
    merge_plays(tx, me, NOON)
    return me


def _locals(tx: Connection, listener_id: int) -> list[tuple[str, int, str]]:
    rows = fact(tx, listener_id)
    return [(row["played_on"].isoformat(), row["played_hour"], f"{row['played_at_local']:%H:%M}") for row in rows]


def test_local_time_is_computed_by_one_function_wherever_it_is_stored() -> None:
    """A statement that goes by one zone would be wrong for whoever moved."""
    package = Path(str(files("brapped_assets")))
    by_one_zone = [
        f"{path.name}: {name}"
        for path in sorted(package.rglob("*.sql"))
        if path.with_suffix(".py").exists() and path.parent.name != "versions"
        for statements in [Statements(str(path))]
        for name in statements
        if re.search(r"at time zone (%\(time_zone\)s|\w+\.time_zone)", statements[name])
    ]
    # Whether there is such a zone, and what day it is today.
    assert by_one_zone == ["zones.sql: known"]


IN_BERLIN = [("2024-07-02", 0, "00:30"), ("2025-01-01", 1, "01:30"), ("2026-01-01", 0, "00:30")]
IN_NEW_YORK = [("2024-07-01", 18, "18:30"), ("2024-12-31", 19, "19:30"), ("2025-12-31", 18, "18:30")]


def test_a_change_of_zone_goes_year_by_year_and_can_be_repeated(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _three_years(tx)
        assert _locals(tx, me) == IN_BERLIN
        tx.execute("update audit.listener set time_zone = 'America/New_York'")
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025, 2026)] == [1, 2, 0]
        assert _locals(tx, me) == IN_NEW_YORK
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025, 2026)] == [0, 0, 0]


def test_a_change_of_zone_that_was_interrupted_is_finished_by_doing_it_again(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = _three_years(tx)
        tx.execute("update audit.listener set time_zone = 'America/New_York'")
        rebuild_local_time(tx, me, 2024)
    # Killed here. A poll in between has its plays in the new zone already.
    with warehouse.transaction() as tx:
        poll(tx, me, [Play(datetime(2025, 6, 1, 3, tzinfo=UTC), song("b"))])
        merge_plays(tx, me, NOON)
        late = ("2025-05-31", 23, "23:00")
        assert _locals(tx, me) == [IN_NEW_YORK[0], IN_BERLIN[1], late, IN_BERLIN[2]]
        assert [rebuild_local_time(tx, me, year) for year in (2024, 2025)] == [0, 2]
        assert _locals(tx, me) == [*IN_NEW_YORK[:2], late, IN_NEW_YORK[2]]


def test_a_change_of_zone_leaves_other_listeners_alone(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, other = _three_years(tx), newcomer(tx, "other", zone="Europe/Berlin")
        poll(tx, other, [Play(datetime(2025, 6, 1, 3, tzinfo=UTC), song("b"))])
        merge_plays(tx, other, NOON)
        tx.execute("update audit.listener set time_zone = 'America/New_York' where listener_id = %s", (me,))
        assert rebuild_local_time(tx, me, 2025) == 2
        assert rebuild_local_time(tx, other, 2025) == 0
        assert _locals(tx, other) == [("2025-06-01", 5, "05:00")]
