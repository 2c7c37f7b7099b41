"""Look how things stand, and tell what is due: after runs, which have woken the database anyway; never on a timer.

Notices are the owner's, and in the language that the first listener chose; a recap is in that of its listener.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from brapped_assets.notifications import recap, stopped_parts, store
from brapped_assets.notifications.conditions import (
    AND_MORE,
    INBOX,
    LOOKED_FOR,
    PARTS,
    RECAPS,
    WELL,
    Failed,
    conditions,
    headline,
    of_database,
    of_inbox,
    of_part,
    over,
)
from brapped_assets.notifications.delivery import Attached, deliver, was_delivered
from brapped_assets.notifications.state_machine import Condition, Notice, Verdict, claimed, judge, settled
from brapped_assets.notifications.store import Book
from brapped_assets.settings import Settings
from brapped_assets.text.language import display_of, written_as
from brapped_assets.text.translation import _
from brapped_assets.transfer import refused_inbox
from brapped_assets.warehouse import notifications
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import Busy, Gone, Interrupted, TooSlow, WarehouseError
from brapped_assets.warehouse.notifications import State

FILE = "notifications.json"
Due = tuple[Notice, str | None]


@dataclass
class Looked:
    """Notices (recaps among them) that arrived, and those that did not and are tried again later."""

    told: int = 0
    undelivered: int = 0


@dataclass(frozen=True)
class Message:
    about: list[Notice]
    title: str
    body: str
    attached: Attached | None = None


@dataclass
class Look:
    """One look at one moment, `now` (UTC)."""

    settings: Settings
    now: datetime
    looked: Looked = field(default_factory=Looked)

    def at_warehouse(self, warehouse: Warehouse, failed: Failed | None) -> None:
        """Everything but whether it answers. Nothing is written while there is nothing new."""
        state = notifications.state(warehouse)
        owners = display_of(*state.owners_display)
        store.note_display(self.settings.brapped_home, owners)
        with written_as(owners):
            self._at_warehouse(warehouse, state, failed)

    def _at_warehouse(self, warehouse: Warehouse, state: State, failed: Failed | None) -> None:
        found = self._found(state, failed)
        if judge([Notice(**row) for row in state.known], found, LOOKED_FOR, self.now).is_empty:
            return
        compose = partial(self._composed, warehouse, is_only_one=len(state.people) == 1)
        self._tell(partial(store.in_warehouse, warehouse), found, LOOKED_FOR, compose)

    def in_owners_words(self) -> AbstractContextManager[None]:
        """What is said without the warehouse, is said as the owner had it written when that last answered."""
        return written_as(store.known_display(self.settings.brapped_home))

    def at_database(self, *, answers: bool) -> None:
        """Whether it answers at all, which it cannot remember itself."""
        self._by_file([] if answers else [of_database()], frozenset({"database"}))

    def at_parts(self) -> None:
        """Whether every part of the `up` of this home runs; the database may be away with them."""
        self._by_file([of_part(down) for down in stopped_parts.read(self.settings.brapped_home)], PARTS)

    def at_inbox(self) -> None:
        """Whether what lies in the inbox of this home was refused."""
        home = self.settings.brapped_home
        refused = refused_inbox.read(home)
        self._by_file([of_inbox(refused, home)] if refused else [], frozenset({INBOX}))

    def _by_file(self, found: Sequence[Condition], looked_for: frozenset[str]) -> None:
        file = self.settings.brapped_home / FILE
        if not found and not file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        self._tell(partial(store.in_file, file), found, looked_for, _in_one)

    def _found(self, state: State, failed: Failed | None) -> list[Condition]:
        found = conditions(state, failed, limit_bytes=self.settings.storage_limit_bytes, now=self.now)
        if self.settings.brapped_recap in {"monthly", "both"}:
            found += [recap.of_month(person, self.now) for person in state.people]
        if self.settings.brapped_recap in {"weekly", "both"}:
            found += [recap.of_week(person, self.now) for person in state.people]
        return found

    def _tell(
        self,
        opened: Callable[[], AbstractContextManager[Book]],
        found: Sequence[Condition],
        looked_for: frozenset[str],
        compose: Callable[[Sequence[Due]], Iterable[Message]],
    ) -> None:
        """Claim what is due, send it, and write down what arrived: three steps, so that no delivery holds a lock."""
        with opened() as book:
            verdict: Verdict = judge(book.known, found, looked_for, self.now)
            due = [(claimed(notice, self.now), text) for notice, text in verdict.due]
            taken = {notice.key: notice for notice, _text in due}
            changed = {notice.key: notice for notice in verdict.save} | taken
            book.write(list(changed.values()), verdict.remove)
        for message in compose(due):
            # Nothing to say is said at once.
            arrived = not message.body or was_delivered(
                deliver(self.settings, message.title, message.body, message.attached)
            )
            if not arrived:
                self.looked.undelivered += len(message.about)
                continue
            self.looked.told += len(message.about) if message.body else 0
            with opened() as book:
                rows = {notice.key: notice for notice in book.known}
                after = {one.key: settled(rows.get(one.key), one, self.now) for one in message.about}
                over = [one for one in message.about if after[one.key] is None]
                book.write([row for row in after.values() if row is not None], over)

    def _composed(self, warehouse: Warehouse, due: Sequence[Due], *, is_only_one: bool) -> Iterable[Message]:
        yield from _in_one([(notice, text) for notice, text in due if notice.kind not in RECAPS])
        for notice, _text in due:
            if notice.kind not in RECAPS or notice.listener_id is None:
                continue
            with warehouse.transaction() as tx:
                name = recap.period_name(notice.kind, notice.level)
                built = recap.build(tx, notice.listener_id, name, self.now, is_only_one=is_only_one)
            if built is None:
                yield Message([notice], "", "")
            else:
                # Some services refuse a file: then it goes without.
                page = built.page if notice.tries == 1 else None
                yield Message([notice], built.title, built.body, page)


def notify(settings: Settings, now: datetime, failed: Failed | None = None) -> Looked:
    """Tell what is due at `now` (UTC); nothing at all, and nobody is asked, without BRAPPED_NOTIFY.

    `failed` is the newest run if it failed. Raises SettingsError when BRAPPED_NOTIFY is not understood, OSError when
    the home cannot be written.
    """
    at = Look(settings, now)
    if settings.brapped_notify is None:
        return at.looked
    with at.in_owners_words():
        at.at_parts()
        at.at_inbox()
    try:
        with settings.warehouse() as warehouse:
            at.at_warehouse(warehouse, failed)
    except (Busy, TooSlow, Gone, Interrupted):
        # It answers; the next look finds it at leisure.
        return at.looked
    except WarehouseError:
        answers = False
    else:
        answers = True
    with at.in_owners_words():
        at.at_database(answers=answers)
    return at.looked


def look_at_parts(settings: Settings, now: datetime) -> Looked:
    """Tell which parts of `up` stay down, and that they run again; asks no database. Raises what `notify` does."""
    at = Look(settings, now)
    if settings.brapped_notify is not None:
        with at.in_owners_words():
            at.at_parts()
    return at.looked


def no_database(settings: Settings, now: datetime) -> Looked:
    """Tell, once it has been so for a while, that a database does not answer; for whoever got no further."""
    at = Look(settings, now)
    if settings.brapped_notify is not None:
        with at.in_owners_words():
            at.at_database(answers=False)
    return at.looked


def _in_one(due: Sequence[Due]) -> Iterable[Message]:
    """What is due at the same moment is one message."""
    if not due:
        return
    about = [notice for notice, _text in due]
    texts = [text or over(notice.kind) for notice, text in due]
    if all(text is None for _notice, text in due):
        title = _(WELL)
    else:
        first = headline(next(notice for notice, text in due if text is not None).kind)
        title = first if len(due) == 1 else _(AND_MORE, what=first)
    yield Message(about, f"Brapped: {title}", "\n\n".join(texts))
