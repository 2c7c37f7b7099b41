"""What imported files vouch for closes gaps, and nothing else does."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import count, product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.insights import viewer
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.merge.encoding import Kind
from brapped_assets_tests.examples import examples
from brapped_assets_tests.warehouse.imported_files import Imported, meet, miss
from brapped_assets_tests.warehouse.polled_plays import at, newcomer

LATER = 100_000
# What pages say of gaps, and the same of the view.
PAGES = Statements(viewer.__file__)
OPEN = """
select star.local_time(g.gap_start, held.moves, held.zones) as gap_start,
       star.local_time(g.gap_end, held.moves, held.zones) as gap_end
from bi.coverage_gaps g cross join audit.zones_of(%(listener_id)s) held
where g.listener_id = %(listener_id)s and g.closed_at is null
order by 1
"""
TOKENS = count()


class Part(NamedTuple):
    """A row of `bi.coverage_gaps`: minutes after noon, and who closed it."""

    start: float
    end: float
    closed_at: datetime | None = None
    closed_by: str | None = None


def _parts(tx: Connection, listener_id: int) -> list[Part]:
    rows = tx.execute(
        "select gap_start, gap_end, closed_at, closed_by from bi.coverage_gaps where listener_id = %s", (listener_id,)
    ).fetchall()
    return sorted(
        (
            Part(
                (row["gap_start"] - at(0)).total_seconds() / 60,
                (row["gap_end"] - at(0)).total_seconds() / 60,
                row["closed_at"],
                row["closed_by"],
            )
            for row in rows
        ),
        key=lambda part: part[:2],
    )


def _open(tx: Connection, listener_id: int) -> list[tuple[float, float]]:
    return [part[:2] for part in _parts(tx, listener_id) if part.closed_at is None]


def test_a_gap_half_covered_is_an_open_and_a_closed_row(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        miss(tx, me, 10, 60)
        meet(tx, me, Imported("a.json", 0, 30), archive="spotify.zip 0123456789ab", when=at(LATER))
        rows = tx.execute("select * from bi.coverage_gaps order by gap_start").fetchall()
    of_both = {"listener_id": me, "reason": "page without overlap"}
    closed = {"closed_at": at(LATER), "closed_by": "a.json in spotify.zip"}
    assert rows == [
        {**of_both, "gap_start": at(10), "gap_end": at(30), **closed},
        {**of_both, "gap_start": at(30), "gap_end": at(60), "closed_at": None, "closed_by": None},
    ]


@pytest.mark.parametrize(
    ("gaps", "holes"),
    [
        ([(10, 30), (20, 50), (25, 28)], [(10, 50)]),
        # At minute 30 a play is known: two holes.
        ([(10, 30), (30, 50)], [(10, 30), (30, 50)]),
        # The newest play of all was stamped after the poll.
        ([(30, 10)], [(10, 30)]),
        ([(30, 30)], []),
    ],
)
def test_overlapping_gaps_are_one_hole(
    warehouse: Warehouse, gaps: list[tuple[float, float]], holes: list[tuple[float, float]]
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        for gap in gaps:
            miss(tx, me, *gap)
        assert _open(tx, me) == holes


ONE, TWO, FOUR = Imported("1", 0, 20), Imported("2", 40, 60), Imported("4", 80, 100)
NOTHING_CLOSED, ALL_CLOSED = [(10.0, 90.0)], list[tuple[float, float]]()


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ([(Imported("of one play", 30, 30), 1)], NOTHING_CLOSED),
        ([(Imported("of offline plays only", None, None), 1)], NOTHING_CLOSED),
        ([(ONE, 1), (TWO, 2)], [(60, 90)]),
        ([(TWO, 2), (ONE, 1)], [(60, 90)]),
        # Minute-stamped, and nothing is made of that.
        ([(Imported("account data", 0, 20, "account"), 0)], [(20, 90)]),
        # The third file of the export is missing.
        ([(ONE, 1), (TWO, 2), (FOUR, 4)], [(60, 80)]),
        ([(ONE, None), (TWO, None)], [(20, 40), (60, 90)]),
        # Numbers of two kinds of export.
        ([(ONE, 1), (Imported("of account data", 40, 60, "account"), 2)], [(20, 40), (60, 90)]),
        # Two exports in one folder.
        ([(ONE, 1), (TWO, 2), (Imported("2 (1)", 80, 95), 2)], [(20, 40), (60, 80)]),
        # A file of one play has neighbours as well.
        ([(ONE, 1), (Imported("2", 50, 50), 2), (FOUR, 3)], ALL_CLOSED),
        # A video file of the same number tells of no play.
        ([(ONE, 1), (TWO, 2), (Imported("video", None, None), 2)], [(60, 90)]),
    ],
)
def test_files_vouch_for_their_own_span_and_for_what_lies_between_neighbours(
    warehouse: Warehouse, files: list[tuple[Imported, int | None]], left: list[tuple[float, float]]
) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        miss(tx, me, 10, 90)
        for file, number in files:
            meet(tx, me, file, number=number, when=at(LATER))
        assert _open(tx, me) == left


def test_a_killed_import_vouches_for_nothing_until_it_is_finished(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        miss(tx, me, 10, 30)
        file = Imported("a.json", 0, 60)
        meet(tx, me, file, when=at(LATER), is_last=False)
        assert _parts(tx, me) == [Part(10, 30)]
        meet(tx, me, file, when=at(LATER + 1))
        assert _parts(tx, me) == [Part(10, 30, at(LATER + 1), "a.json in my_spotify_data.zip")]


def test_of_two_archives_that_overlap_the_first_to_come_closed_it(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me, other = newcomer(tx), newcomer(tx, "other")
        for listener_id in (me, other):
            miss(tx, listener_id, 10, 60)
        meet(tx, me, Imported("b", 20, 40), archive="second.zip", when=at(LATER))
        meet(tx, me, Imported("a", 0, 50), archive="first.zip", when=at(LATER + 1))
        assert _parts(tx, me) == [
            Part(10, 20, at(LATER + 1), "a in first.zip"),
            Part(20, 40, at(LATER), "b in second.zip"),
            Part(40, 50, at(LATER + 1), "a in first.zip"),
            Part(50, 60),
        ]
        assert _parts(tx, other) == [Part(10, 60)]


def test_a_known_file_joins_the_new_one_beside_it_in_the_next_archive(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        miss(tx, me, 10, 60)
        meet(tx, me, ONE, archive="january.zip", number=1, when=at(LATER))
        meet(tx, me, TWO, archive="february.zip", number=2, when=at(LATER + 1))
        assert _open(tx, me) == [(20, 40)]
        meet(tx, me, ONE, archive="february.zip", number=1, when=at(LATER + 2))
        assert _parts(tx, me) == [
            Part(10, 20, at(LATER), "1 in january.zip"),
            Part(20, 40, at(LATER + 2), "1 and 2 in february.zip"),
            Part(40, 60, at(LATER + 1), "2 in february.zip"),
        ]


def test_what_two_files_vouched_for_together_is_not_closed_again_by_a_third(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        miss(tx, me, 20, 40)
        meet(tx, me, ONE, archive="a.zip", number=1, when=at(LATER))
        meet(tx, me, TWO, archive="a.zip", number=2, when=at(LATER + 1))
        meet(tx, me, Imported("3", 25, 30), archive="b.zip", when=at(LATER + 2))
        assert _parts(tx, me) == [Part(20, 40, at(LATER + 1), "1 and 2 in a.zip")]


class Met(NamedTuple):
    """An import meets a file in an archive (both by their numbers here) and, unless it is killed, finishes it."""

    file: int
    archive: int
    number: int | None
    is_last: bool


# Mostly short files of one export with holes between them; some without plays, of the other kind, somebody else's.
KINDS: dict[str, Kind] = {"e": "extended", "a": "account"}
FILES = st.lists(
    st.tuples(
        st.integers(0, 24),
        st.sampled_from([3, 5, 2, 4, 1, 0, None]),
        st.sampled_from("eeea"),
        st.sampled_from([0, 0, 1]),
    ),
    min_size=5,
    max_size=5,
)
GAPS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from([0, 0, 1])), max_size=3)
WIDE = (1, 29, 0)


@st.composite
def met_files(draw: st.DrawFn) -> tuple[list[Imported], list[int], list[Met]]:
    """Files, whose they are (of two people), and in which order they are met; the same again, and also elsewhere."""
    drawn = draw(FILES)
    files = [
        Imported(
            f"file {n}", None if length is None else first, None if length is None else first + length, KINDS[kind]
        )
        for n, (first, length, kind, _) in enumerate(drawn)
    ]
    # Within an archive a file has one number for ever.
    places = [(file, archive) for file in range(len(files)) for archive in (0, 1)]
    numbers = {(file, archive): draw(st.sampled_from([file, file, file + 1, None])) for file, archive in places}
    order = draw(st.permutations([*places, *draw(st.lists(st.sampled_from(places), max_size=3))]))
    order = order[draw(st.integers(0, 4)) :]
    killed = draw(st.sets(st.integers(0, len(order) - 1), max_size=2))
    met = [Met(*place, numbers[place], is_last=moment not in killed) for moment, place in enumerate(order)]
    return files, [of for *_, of in drawn], met


def _obvious(files: Sequence[Imported], met: dict[int, Met], gaps: Sequence[tuple[int, int]]) -> list[Part]:
    """The rows of one listener, minute by minute: for each, the first moment at which an import had told of it."""
    closed: dict[int, tuple[int, str]] = {}
    for moment in met:
        for _, name, minutes in sorted(_vouched(files, met, moment), key=str):
            for minute in minutes:
                closed.setdefault(minute, (moment, name))
    rows: list[Part] = []
    touches: defaultdict[int, set[int]] = defaultdict(set)
    for number, (start, end) in enumerate(gaps):
        for minute in range(start, end):
            touches[minute].add(number)
    for minute in sorted(touches):
        part = Part(minute, minute + 1)
        if minute in closed:
            moment, name = closed[minute]
            part = part._replace(closed_at=at(LATER + moment), closed_by=name)
        if rows and rows[-1].end == minute and rows[-1][2:] == part[2:] and touches[minute - 1] & touches[minute]:
            part = rows.pop()._replace(end=part.end)
        rows.append(part)
    return rows


def _vouched(files: Sequence[Imported], met: dict[int, Met], now: int) -> list[tuple[bool, str, range]]:
    """What is vouched for at a moment: by files themselves, and (True) by two of them."""
    finished = {m.file for moment, m in met.items() if m.is_last and moment <= now}
    places = list(dict.fromkeys((m.file, m.archive, m.number) for m in met.values()))
    vouched = []
    for file in finished:
        archive = next(archive for known, archive, _ in places if known == file)
        vouched.append((False, f"file {file} in {archive}", _minutes([files[file]])))
    # Whether a number is taken twice shows once all of an archive is imported.
    ever_finished = {m.file for m in met.values() if m.is_last and files[m.file].first is not None}
    numbered = [(file, archive, files[file].kind, n) for file, archive, n in places if file in ever_finished]
    there = {(m.file, m.archive) for moment, m in met.items() if moment <= now}
    for (one, archive, kind, n), (other, *place) in product(numbered, numbered):
        is_known = {one, other} <= finished and {(one, archive), (other, archive)} <= there
        if n is not None and place == [archive, kind, n + 1] and is_known:
            taken = Counter(tuple(place) for _, *place in numbered)
            if taken[archive, kind, n] == taken[archive, kind, n + 1] == 1:
                name = f"file {one} and file {other} in {archive}"
                vouched.append((True, name, _minutes([files[one], files[other]])))
    return vouched


def _minutes(files: Sequence[Imported]) -> range:
    """From the first play of these files to the last."""
    ends = [int(end) for file in files for end in (file.first, file.last) if end is not None]
    return range(min(ends), max(ends)) if ends else range(0)


@examples(50)
@given(drawn=met_files(), missed=GAPS.map(lambda gaps: [*gaps, WIDE]))
def test_any_gaps_and_files_in_any_archives_and_order_are_as_minute_by_minute(
    warehouse: Warehouse, drawn: tuple[list[Imported], list[int], list[Met]], missed: list[tuple[int, int, int]]
) -> None:
    files, owners, met = drawn
    with warehouse.transaction() as tx:
        people = [newcomer(tx, f"{next(TOKENS)}") for _ in "12"]
        for start, end, of in missed:
            miss(tx, people[of], start, end)
        for moment, one in enumerate(met):
            meet(
                tx, people[owners[one.file]], files[one.file], archive=str(one.archive), number=one.number,
                when=at(LATER + moment), is_last=one.is_last,
            )  # fmt: skip
        for of, listener_id in enumerate(people):
            gaps = [(min(ends), max(ends)) for *ends, owner in missed if owner == of]
            theirs = {moment: one for moment, one in enumerate(met) if owners[one.file] == of}
            assert _parts(tx, listener_id) == _obvious(files, theirs, gaps)
            told = tx.execute(PAGES.gaps, {"listener_id": listener_id}).fetchall()
            assert told == tx.execute(OPEN, {"listener_id": listener_id}).fetchall()
