"""An import in the background, one at a time: what the pages hand an upload to."""

import logging
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread

from brapped_assets.history.discovery import Found, Unusable, find_histories
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.members import Keep
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.text import formatting
from brapped_assets.text.translation import _
from brapped_assets.transfer.dry_run import Preview, preview
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.transfer.listener_choice import resolve_listener
from brapped_assets.transfer.stays_abroad import remarks
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.listeners import Listener, listeners
from brapped_assets.web.import_progress import (
    CANCELLED,
    CANCELLED_IN_PART,
    STOPPED,
    UNANSWERED,
    UNFORESEEN,
    Progress,
    Proposal,
    troubles,
)

# Whoever stops the program waits no longer for the piece under way; the database takes it back then.
FAREWELL_SECONDS = 2
# An upload that nobody says yes to goes.
PATIENCE_SECONDS = 30 * 60
log = logging.getLogger(__name__)


class Occupied(Exception):
    """Another import is under way."""


class NotAsked(Exception):
    """An answer to a question that nobody asked, or no longer."""


class Doubted(Exception):
    """Nothing is stored that may be somebody else's, unless the answer says that it is meant."""


class Cancelled(Exception):
    """Whoever added the file no longer wants it added."""


class Ended(Exception):
    """The program ends, or nobody said whether to store what was looked at: the text tells."""


class BackgroundImport:
    """Uploads lie in `uploads` under the home while they are imported, private, and at no other time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.brapped_home / "uploads"
        self._lock = Lock()
        self._progress = Progress()
        self._began = 0.0
        self._stopping = Event()
        self._cancelled = Event()
        self._answered = Event()
        self._uploads = 0
        self._thread: Thread | None = None
        # Of a program that was killed.
        shutil.rmtree(self._folder, ignore_errors=True)

    def progress(self) -> Progress:
        told = self._progress
        is_stopping = self._cancelled.is_set() and told.state in {"receiving", "looking", "reading"}
        return replace(told, state="stopping") if is_stopping else told

    def reserve(self) -> Path:
        """An empty folder for the files of an upload. Raises Occupied or OSError."""
        with self._lock:
            if self._progress.is_occupied or self._stopping.is_set():
                raise Occupied
            before, self._progress = self._progress, Progress("receiving")
            self._cancelled.clear()
            self._answered.clear()
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, mode=0o700)
        except OSError:
            self._progress = before
            raise
        return self._folder

    def start(self, listener_id: int | None) -> None:
        """Look at what lies in the folder, for this listener or, with None, for the only one there is; then ask."""
        self._began = time.monotonic()
        self._progress = Progress("looking")
        # What is told of it is in the language of whoever began it.
        self._thread = Thread(target=copy_context().run, args=(self._run, listener_id), name="import", daemon=True)
        self._thread.start()

    def store(self, number: int, *, even_if_someone_elses: bool = False) -> None:
        """Import what the proposal of this number told of. Raises NotAsked or Doubted."""
        with self._lock:
            asked = self._progress.proposal
            if self._progress.state != "asking" or asked is None or asked.number != number:
                raise NotAsked
            if asked.doubts and not even_if_someone_elses:
                raise Doubted
            self._begun()
            self._answered.set()

    def cancel(self) -> None:
        """Stop what is under way after the piece in hand, or asked: what is merged stays, and the place is free."""
        with self._lock:
            if self._progress.is_occupied:
                self._cancelled.set()
                self._answered.set()

    def go_on(self) -> None:
        """Raises Cancelled when what is under way is no longer wanted."""
        if self._cancelled.is_set():
            raise Cancelled

    def release(self) -> None:
        """The upload came to nothing: away with its files."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._progress = Progress()

    def close(self) -> None:
        """Stop: what is merged stays."""
        self._stopping.set()
        self._answered.set()
        if self._thread is not None:
            self._thread.join(FAREWELL_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, listener_id: int | None) -> None:
        try:
            ended = self._import(listener_id)
        except (Ended, HistoryError, SettingsError, WarehouseError, OSError) as error:
            ended = replace(self._progress, state="failed", error=str(error))
        except Cancelled:
            is_in_part = self._progress.state == "reading" and self._progress.rows
            reason = CANCELLED_IN_PART if is_in_part else CANCELLED
            ended = Progress("failed", self._progress.rows, error=_(reason))
        except Exception:
            log.exception("ERROR an import ended in a way nobody foresaw")
            ended = replace(self._progress, state="failed", error=_(UNFORESEEN))
        shutil.rmtree(self._folder, ignore_errors=True)
        with self._lock:
            self._progress = ended
            self._cancelled.clear()

    def _import(self, listener_id: int | None) -> Progress:
        """Look, ask, store. Raises HistoryError when nothing in the folder is a history, before anything is written."""
        with ExitStack() as held:
            found, refused = _look(self._folder, held, self._keep)
            if not found and refused:
                raise refused[0]
            left_out = [Unusable(error.name, error.reason) for error in refused]

            def person_of(tx: Connection) -> Listener:
                return _person(tx, self._settings, listener_id, found)

            with self._settings.warehouse(is_bulky=True) as warehouse:
                shown = preview(warehouse, person_of, found, progress=self._note)
            shown.summary.ignored.extend(left_out)
            self._ask(shown)
            return self._store(person_of, found, Summary(ignored=left_out))

    def _ask(self, shown: Preview) -> None:
        """Wait until somebody has seen what would be stored, and says yes. Raises Cancelled or Ended."""
        self._uploads += 1
        # Where an upload lies is nobody's business.
        doubts = tuple(doubt.text.replace(f"{self._folder}/", "") for doubt in shown.doubts)
        months = tuple((formatting.month(month), told, new) for month, told, new in shown.by_month())
        with self._lock:
            self._progress = replace(
                self._progress,
                state="asking",
                listener=shown.listener.display_name,
                told=tuple(shown.summary.told()),
                troubles=tuple(troubles(shown.summary)),
                proposal=Proposal(self._uploads, tuple(shown.remarks()), doubts, months),
            )
        is_answered = self._answered.wait(PATIENCE_SECONDS)
        with self._lock:
            if not is_answered and not self._answered.is_set():
                self._progress = Progress("stopping")
                raise Ended(_(UNANSWERED))
        self._keep()

    def _begun(self) -> None:
        self._began = time.monotonic()
        self._progress = Progress("reading", listener=self._progress.listener)

    def _store(self, person_of: Callable[[Connection], Listener], found: list[Found], summary: Summary) -> Progress:
        with self._settings.warehouse(is_bulky=True) as warehouse:
            with warehouse.transaction() as tx:
                person = person_of(tx)
            self._progress = replace(self._progress, listener=person.display_name)
            import_history(warehouse, person.listener_id, found, summary, progress=self._note)
            with warehouse.transaction() as tx:
                stays = remarks(tx, person.listener_id, datetime.now(UTC), found)
        left_out, told = tuple(troubles(summary)), tuple(summary.told())
        return replace(self._progress, state="done", told=told, troubles=left_out, remarks=tuple(stays))

    def _keep(self) -> None:
        """Asked before each chunk that is read."""
        if self._stopping.is_set():
            raise Ended(_(STOPPED))
        self.go_on()

    def _note(self, rows: int, expected: int) -> None:
        seconds = time.monotonic() - self._began
        self._progress = replace(self._progress, rows=rows, expected=expected, seconds=seconds)
        if rows < expected:
            self._keep()


def _look(folder: Path, held: ExitStack, keep: Keep) -> tuple[list[Found], list[HistoryError]]:
    found, refused = [], []
    for path in sorted(folder.iterdir()):
        try:
            found.append(held.enter_context(find_histories(path, keep=keep)))
        except HistoryError as error:
            refused.append(error)
    return found, refused


def _person(tx: Connection, settings: Settings, listener_id: int | None, found: list[Found]) -> Listener:
    """Raises SettingsError when it could be several people's."""
    for one in listeners(tx):
        if one.listener_id == listener_id:
            return one
    return resolve_listener(tx, settings, None, datetime.now(UTC), found)
