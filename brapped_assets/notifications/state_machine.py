"""What is to be told: each thing once, that it is over once, and nothing lost when a delivery fails. Pure.

What is found now is held against what is known (`audit.notice`). A row is *claimed* before its message leaves and
*settled* once the message arrived; a claim that was never settled is taken up again, later each time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

# After the first failed delivery; each further one doubles it. Nothing is given up: in the end it is one try a day.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(days=1)
MOST_DOUBLINGS = 8


@dataclass(frozen=True)
class Condition:
    """Something that is so right now. Told when it has been so for `patience`, and anew when `level` is higher.

    Level 0 keeps what is open from being over, and opens nothing: so nothing flutters at a threshold.
    """

    kind: str
    listener_id: int | None
    level: int = 1
    text: str = ""
    patience: timedelta = timedelta(0)


@dataclass(frozen=True)
class Notice:
    """A row of `audit.notice`; see the comments there."""

    kind: str
    listener_id: int | None
    opened_at: datetime
    level: int
    told_level: int = 0
    told_at: datetime | None = None
    closed_at: datetime | None = None
    tries: int = 0
    tried_at: datetime | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        return self.kind, self.listener_id


@dataclass(frozen=True)
class Verdict:
    """What to do: rows to write, rows to remove, and messages that are due, each of the row as it was judged.

    `due` has the text of its condition; None where it is over.
    """

    save: list[Notice] = field(default_factory=list)
    remove: list[Notice] = field(default_factory=list)
    due: list[tuple[Notice, str | None]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.save or self.remove or self.due)


def judge(known: Iterable[Notice], found: Iterable[Condition], looked_for: Collection[str], now: datetime) -> Verdict:
    """Hold what is found against what is known. Only kinds in `looked_for` can be over by not being found."""
    rows = {notice.key: notice for notice in known}
    verdict = Verdict()
    for condition in found:
        old = rows.pop((condition.kind, condition.listener_id), None)
        if old is None and condition.level == 0:
            continue
        new = _seen(old, condition, now)
        if new.level > new.told_level and now - new.opened_at >= condition.patience and _may_try(new, now):
            verdict.due.append((new, condition.text))
        if new != old:
            verdict.save.append(new)
    for old in rows.values():
        if old.kind not in looked_for:
            continue
        if old.told_level == 0:
            # Over before anybody heard of it: nothing to take back.
            verdict.remove.append(old)
            continue
        new = old if old.closed_at is not None else replace(old, closed_at=now, tries=0, tried_at=None)
        if _may_try(new, now):
            verdict.due.append((new, None))
        if new != old:
            verdict.save.append(new)
    return verdict


def claimed(notice: Notice, now: datetime) -> Notice:
    """As it is written before its message leaves: whoever looks meanwhile leaves it alone."""
    return replace(notice, tries=notice.tries + 1, tried_at=now)


def settled(current: Notice | None, delivered: Notice, now: datetime) -> Notice | None:
    """The row once `delivered` arrived, when it is `current` by now; None: it is over and done with.

    Somebody else may have looked while the message was on its way: then what was told counts, and they tell the rest.
    """
    if delivered.closed_at is None:
        row = current or delivered
        return replace(row, told_level=delivered.level, told_at=now, tries=0, tried_at=None)
    if current is None or current.closed_at is not None:
        return None
    return replace(current, told_level=0, told_at=None, tries=0, tried_at=None)


def _seen(old: Notice | None, condition: Condition, now: datetime) -> Notice:
    if old is None:
        return Notice(condition.kind, condition.listener_id, now, condition.level)
    if old.closed_at is not None:
        # Back before "recovered" was delivered: for its owner it was never over.
        old = replace(old, closed_at=None, tries=0, tried_at=None)
    if condition.level in (0, old.level):
        return old
    # What has grown is another message; what has shrunk is no news.
    return replace(old, level=condition.level, tries=0, tried_at=None)


def _may_try(notice: Notice, now: datetime) -> bool:
    if notice.tried_at is None:
        return True
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(notice.tries - 1, MOST_DOUBLINGS))
    # A claim by a clock that was ahead must not silence it.
    return not notice.tried_at <= now < notice.tried_at + wait
