"""Whether files to import are the listener's own: read as little of them as tells, held against what is known."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from brapped_assets.history.discovery import Found
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.history_file import HistoryFile, usernames
from brapped_assets.history.model import HistoryPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets.transfer.importer import BYTES_PER_ROW
from brapped_assets.transfer.ownership_doubts import (
    Doubt,
    Export,
    Told,
    another_account,
    another_life,
    export_of_another,
    files_of_others,
    two_accounts,
    two_lives,
)
from brapped_assets.transfer.ownership_evidence import ENOUGH_PLAYS, Agreement, Heard, Life, compare_lives
from brapped_assets.warehouse import ownership
from brapped_assets.warehouse.db.connections import Transactions
from brapped_assets.warehouse.listeners import has_account, listeners
from brapped_assets.warehouse.merge.rematch import comparable

# Weeks are sampled so that about so many plays are compared; that many tell as much as all.
ENOUGH_TO_COMPARE = 50_000
# How many plays are read before asking whether they agree already.
LOOK_AFTER_PLAYS = 2_000
SHOWN_FROM_MS = 30_000
# Account data tells the minute that an END lies in.
HALF_A_MINUTE = 30.0
EPOCH = date(1970, 1, 1)


def doubts(
    warehouse: Transactions, listener_id: int, found: Sequence[Found], *, is_whole: bool = False
) -> tuple[list[Doubt], Agreement]:
    """The signs that these histories are not this listener's, and how far the whole agrees with what is known.

    Reads no more than it needs, unless the agreement is wanted (`is_whole`): for a listener without plays the first
    rows of each file do, unless they name an account. A file that cannot be read is the import's to tell.
    Writes nothing, and holds no lock while it reads files. Raises a WarehouseError.
    """
    exports = exports_of([document for each in found for document in each.files])
    files = [told for export in exports for told in export]
    with warehouse.transaction() as tx:
        days = _Days(ownership.days(tx, listener_id), exports)
        are_there_others = ownership.are_there_others(tx, listener_id)
    for told in files:
        _read(warehouse, listener_id, told, days, is_whole=is_whole or len(exports) > 1)
    with warehouse.transaction() as tx:
        accounts = ownership.accounts(tx, listener_id, {name for told in files for name in told.usernames})
    found_doubts = [*two_accounts(files), *another_account(accounts)]
    if are_there_others:
        found_doubts += _files_of_others(warehouse, listener_id, files)
    agreements = {id(told): _with_known(warehouse, listener_id, told.plays, told.shown) for told in files}
    strange = [
        told
        for export in exports
        for told in export
        if sum((agreements[id(each)] for each in export), Agreement()).is_another_life
        # Exports up to 2023 spread a life over all their files, and no two agree. There the account tells.
        or (agreements[id(told)].is_another_life and not any(accounts.get(name) for name in told.usernames))
    ]
    if strange:
        found_doubts.append(another_life(strange, sum((agreements[id(told)] for told in strange), Agreement())))
    agreement = Agreement()
    if is_whole:
        plays, shown = [play for told in files for play in told.plays], [play for told in files for play in told.shown]
        agreement = _with_known(warehouse, listener_id, plays, shown)
    return [*found_doubts, *two_lives(exports), *_exports_of_others(warehouse, listener_id, found)], agreement


def exports_of(documents: Sequence[HistoryFile]) -> list[Export]:
    """Documents that come from one export of Spotify's: of one zip or folder, of one kind, each number once.

    Two files of one number in a folder come from two exports; whatever has no number stands alone.
    """
    met: Counter[Any] = Counter()
    found: dict[Any, Export] = {}
    for document in documents:
        number = (document.archive, document.kind, document.is_video, document.running_number)
        met[number] += 1
        alone = document.name if document.running_number is None else ""
        key = (document.archive, document.kind, met[number], alone)
        found.setdefault(key, []).append(Told(document))
    return list(found.values())


class _Days:
    """Which days are compared: all that are stored and, of several exports, all there are; fewer of a long life."""

    def __init__(self, stored: dict[date, int], exports: list[Export]) -> None:
        rows = sum(told.file.size // BYTES_PER_ROW[told.file.kind] for export in exports for told in export)
        self._stored = stored
        self._each_stored = max(1, sum(stored.values()) // ENOUGH_TO_COMPARE)
        self._each = max(1, rows // ENOUGH_TO_COMPARE) if len(exports) > 1 else 0
        self.are_any = bool(stored) or len(exports) > 1
        self.includes = lru_cache(maxsize=2**14)(self._includes)

    def _includes(self, text: str) -> bool:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return False
        # Whole weeks: a day is compared when there is another one near it.
        week = day.toordinal() // 7
        if self._each and week % self._each == 0:
            return True
        return day in self._stored and week % self._each_stored == 0


def _read(warehouse: Transactions, listener_id: int, told: Told, days: _Days, *, is_whole: bool) -> None:
    """Read what is to be compared, and the accounts."""
    now = datetime.now(UTC)
    is_decided, looked = not days.are_any or told.file.is_video, 0
    try:
        with closing(told.file.items_of_days(days.includes)) as batches:
            for batch in batches:
                told.usernames.update(usernames(batch))
                if is_decided and not told.usernames:
                    return
                if is_decided:
                    continue
                for play in _plays_of(batch, days, now):
                    heard = _heard(play)
                    told.plays.append(heard)
                    if play.ms_played >= SHOWN_FROM_MS and not play.incognito:
                        told.shown.append(heard)
                if not is_whole and len(told.plays) - looked >= LOOK_AFTER_PLAYS:
                    looked = len(told.plays)
                    agreement = _with_known(warehouse, listener_id, told.plays, told.shown)
                    is_decided = agreement.agreeing >= ENOUGH_PLAYS and not agreement.is_another_life
    except (HistoryError, RecursionError):
        return


def _plays_of(batch: list[Any], days: _Days, now: datetime) -> Iterator[HistoryPlay]:
    for row in batch:
        if not isinstance(row, dict):
            continue
        at = row.get("ts") or row.get("endTime")
        if not (isinstance(at, str) and days.includes(at[:10])):
            continue
        # An offline play may end long before the first row of its file, where another file tells of the time.
        if isinstance(play := parse_row(row, now=now), HistoryPlay) and not play.offline:
            yield play


def _heard(play: HistoryPlay) -> Heard:
    at = play.ended_at.timestamp() + (HALF_A_MINUTE if play.kind == "account" else 0)
    return Heard(at, play.track_id or play.track_uri, comparable(play.title))


def _with_known(warehouse: Transactions, listener_id: int, plays: list[Heard], shown: list[Heard]) -> Agreement:
    """What is told, against what polls brought and against what exports told; the better of the two."""
    life = Life(plays)
    if not life.days:
        return Agreement()
    with warehouse.transaction() as tx:
        known = ownership.known(tx, listener_id, [EPOCH + timedelta(day) for day in life.days])
    polled = Life(Heard(play.at, play.track_ref, comparable(play.title)) for play in known if play.is_polled)
    exported = Life(
        Heard(
            play.export_at + (HALF_A_MINUTE if play.is_minutely else 0), play.export_ref, comparable(play.export_title)
        )
        for play in known
        if play.export_at is not None and play.export_title is not None
    )
    both = compare_lives(Life(shown), polled), compare_lives(life, exported)
    return max(both, key=lambda found: (found.is_enough, found.share if found.is_enough else 0, found.told))


def _exports_of_others(warehouse: Transactions, listener_id: int, found: Sequence[Found]) -> Iterator[Doubt]:
    """Exports of ours name their listener. One whom nobody here knows may be whoever has no account here."""
    archives = [archive for each in found for archive in each.archives]
    if not archives:
        return
    with warehouse.transaction() as tx:
        people = {one.listener_id: one.spotify_user_id for one in listeners(tx)}
    mine = people.pop(listener_id, None)
    for archive in archives:
        person = archive.manifest.listener
        theirs = person.spotify_user_id
        is_another_account = mine is not None and has_account(mine) and has_account(theirs)
        if theirs != mine and (theirs in people.values() or is_another_account):
            yield export_of_another(archive.path, person.display_name)


def _files_of_others(warehouse: Transactions, listener_id: int, files: list[Told]) -> Iterator[Doubt]:
    hashes: dict[str, HistoryFile] = {}
    for told in files:
        with suppress(HistoryError):
            hashes[told.file.content_hash()] = told.file
    with warehouse.transaction() as tx:
        theirs = ownership.of_others(tx, listener_id, hashes)
    people: dict[str, list[HistoryFile]] = {}
    for content_hash, name in theirs.items():
        people.setdefault(name, []).append(hashes[content_hash])
    return files_of_others(people, len(files))
