"""Each thing is told once, and that it is over once; nothing is lost, whatever deliveries fail, in any order."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.notifications.state_machine import Condition, Notice, claimed, judge, settled

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
KINDS = ("consent", "gap", "no_poll")
PATIENCE = timedelta(minutes=30)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class World:
    """What is so, what is remembered, and what the owner has heard: (kind, level), level 0 for *over*."""

    now: datetime = NOW
    so: dict[str, int] = field(default_factory=dict)
    book: dict[tuple[str, int | None], Notice] = field(default_factory=dict)
    heard: list[tuple[str, int]] = field(default_factory=list)

    def found(self) -> list[Condition]:
        patience = {"no_poll": PATIENCE}
        return [
            Condition(kind, 1, level, f"{kind} {level}", patience.get(kind, timedelta(0)))
            for kind, level in self.so.items()
        ]

    def claim(self) -> list[tuple[Notice, str | None]]:
        verdict = judge(self.book.values(), self.found(), set(KINDS), self.now)
        for gone in verdict.remove:
            del self.book[gone.key]
        self.book |= {row.key: row for row in verdict.save}
        due = [(claimed(row, self.now), text) for row, text in verdict.due]
        self.book |= {row.key: row for row, _ in due}
        return due

    def settle(self, due: list[tuple[Notice, str | None]]) -> None:
        for notice, text in due:
            self.heard.append((notice.kind, notice.level if text else 0))
            after = settled(self.book.get(notice.key), notice, self.now)
            if after is None:
                self.book.pop(notice.key, None)
            else:
                self.book[notice.key] = after

    def look(self, *, arrives: bool) -> None:
        due = self.claim()
        # Whoever looks meanwhile finds it claimed.
        assert [row for row, _ in self.claim()] == []
        if arrives:
            self.settle(due)


def episodes(heard: list[tuple[str, int]], kind: str) -> list[list[int]]:
    """The levels told of a kind, cut after each *over*."""
    cut: list[list[int]] = [[]]
    for _, level in (each for each in heard if each[0] == kind):
        cut[-1].append(level)
        if level == 0:
            cut.append([])
    return [each for each in cut if each]


changes = st.dictionaries(st.sampled_from(KINDS), st.integers(0, 4) | st.none(), max_size=3)
steps = st.tuples(changes, st.integers(0, 3 * 24 * 60).map(lambda minutes: minutes * MINUTE), st.booleans())


@given(st.lists(steps, max_size=30))
def test_each_is_told_once_its_end_once_and_none_is_lost(
    history: list[tuple[dict[str, int | None], timedelta, bool]],
) -> None:
    world = World()
    for change, passes, arrives in history:
        world.so |= {kind: level for kind, level in change.items() if level is not None}
        world.so = {kind: level for kind, level in world.so.items() if change.get(kind, level) is not None}
        world.now += passes
        world.look(arrives=arrives)
    world.look(arrives=False)
    world.now += 2 * DAY
    world.look(arrives=True)
    for kind in KINDS:
        told = episodes(world.heard, kind)
        for levels in told:
            # Opened before it is over, ever higher, and never the same twice.
            rising = levels[:-1] if levels[-1] == 0 else levels
            assert rising
            assert rising == sorted(set(rising))
            assert 0 not in rising
        is_open = bool(told) and told[-1][-1] != 0
        if kind not in world.so:
            assert not is_open
            assert (kind, 1) not in world.book
        elif world.so[kind] > 0:
            assert is_open
            assert told[-1][-1] >= world.so[kind]
    # All is told: another look has nothing to say.
    before = list(world.heard)
    world.now += 2 * DAY
    world.look(arrives=True)
    assert world.heard == before


@given(st.lists(st.tuples(st.sampled_from(["is so", "is over", "claim", "arrive"]), st.integers(0, 60)), max_size=40))
def test_two_who_look_at_once_leave_nobody_believing_what_is_not_so(order: list[tuple[str, int]]) -> None:
    world, under_way = World(), list[list[tuple[Notice, str | None]]]()
    for what, minutes in order:
        world.now += minutes * MINUTE
        match what:
            case "is so":
                world.so = {"gap": 1}
            case "is over":
                world.so = {}
            case "claim":
                under_way.append(world.claim())
            case "arrive" if under_way:
                world.settle(under_way.pop())
    while under_way:
        world.settle(under_way.pop())
    for _ in range(3):
        world.now += 2 * DAY
        world.look(arrives=True)
    if world.heard:
        assert (world.heard[-1][1] > 0) == bool(world.so)
    elif world.so:
        raise AssertionError("never told")


def test_what_passes_before_its_patience_is_over_is_never_told() -> None:
    world = World(so={"no_poll": 1})
    world.look(arrives=True)
    world.now += PATIENCE - MINUTE
    world.look(arrives=True)
    world.so = {}
    world.look(arrives=True)
    assert (world.heard, world.book) == ([], {})


def test_a_delivery_that_fails_is_tried_again_later_each_time_and_once_a_day_in_the_end() -> None:
    world = World(so={"gap": 1})
    tried: list[datetime] = []
    while len(tried) < 14:
        if world.claim():
            tried.append(world.now)
        world.now += 5 * MINUTE
    waits = [(later - earlier) / MINUTE for earlier, later in pairwise(tried)]
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440, 1440, 1440]


def test_a_claim_by_a_clock_that_was_ahead_silences_nothing() -> None:
    row = Notice("gap", 1, NOW, 5, tries=1, tried_at=NOW + DAY)
    verdict = judge([row], [Condition("gap", 1, 5, "a gap")], {"gap"}, NOW)
    assert verdict.due == [(row, "a gap")]


def test_what_was_not_looked_for_is_not_over() -> None:
    row = Notice("run_failure", None, NOW, 1, told_level=1, told_at=NOW)
    assert judge([row], [], {"gap"}, NOW + DAY).is_empty
    over = judge([row], [], {"run_failure"}, NOW + DAY)
    closed = replace(row, closed_at=NOW + DAY)
    assert (over.save, over.due) == ([closed], [(closed, None)])


def test_level_0_opens_nothing_and_keeps_what_is_open() -> None:
    world = World()
    for level, heard in [(0, 0), (1, 1), (0, 1), (1, 1), (2, 2), (1, 2)]:
        world.so = {"consent": level}
        world.now += DAY
        world.look(arrives=True)
        assert len(world.heard) == heard
