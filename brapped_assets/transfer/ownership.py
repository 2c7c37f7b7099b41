"""Whether files to import are the listener's own: signs that they are somebody else's, with figures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from brapped_assets.history.discovery import Found
from brapped_assets.history.errors import HistoryError
from brapped_assets.history.files import HistoryFile, usernames
from brapped_assets.history.model import HistoryPlay
from brapped_assets.history.parsing import parse_row
from brapped_assets.text.formatting import percent
from brapped_assets.text.plain import plain
from brapped_assets.transfer.agreement import ENOUGH_PLAYS, Agreement, Heard, Life, compared
from brapped_assets.transfer.importer import BYTES_PER_ROW
from brapped_assets.warehouse import ownership
from brapped_assets.warehouse.db.connections import Transactions
from brapped_assets.warehouse.merge.rematch import comparable

# Weeks are sampled so that about so many plays are compared; that many tell as much as all.
ENOUGH_TO_COMPARE = 50_000
# How many plays are read before asking whether they agree already.
LOOK_AFTER_PLAYS = 2_000
SHOWN_FROM_MS = 30_000
# Account data tells the minute that an END lies in.
HALF_A_MINUTE = 30.0
MOST_NAMES, LONGEST_NAME, LONGEST_PLACE = 5, 60, 200
EPOCH = date(1970, 1, 1)
# What overrides a doubt, for every way in: the command's flag, the asset's field, the form's field.
OVERRIDE = "even_if_someone_elses"

Sign = Literal["two accounts", "another account", "another listener's file", "another life", "two lives"]


@dataclass(frozen=True)
class Doubt:
    """A sign that something is somebody else's. `text` names accounts, files and people: for the listener alone."""

    sign: Sign
    text: str


@dataclass
class Told:
    """What one file tells of the days that are compared; `shown` are those of its plays that the API shows.

    `usernames` are the accounts that its rows name.
    """

    file: HistoryFile
    plays: list[Heard] = field(default_factory=list)
    shown: list[Heard] = field(default_factory=list)
    usernames: set[str] = field(default_factory=set)


Export = list[Told]
"""Files that belong together."""


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
    found_doubts = [*_two_accounts(files), *_another_account(accounts)]
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
        found_doubts.append(_another_life(strange, sum((agreements[id(told)] for told in strange), Agreement())))
    agreement = Agreement()
    if is_whole:
        plays, shown = [play for told in files for play in told.plays], [play for told in files for play in told.shown]
        agreement = _with_known(warehouse, listener_id, plays, shown)
    return [*found_doubts, *_two_lives(exports)], agreement


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
    both = compared(Life(shown), polled), compared(life, exported)
    return max(both, key=lambda found: (found.is_enough, found.share if found.is_enough else 0, found.told))


def _two_accounts(files: list[Told]) -> Iterator[Doubt]:
    of: dict[str, list[HistoryFile]] = {}
    for told in files:
        for name in sorted(told.usernames):
            of.setdefault(name.lower(), []).append(told.file)
    if len(of) > 1:
        names = [f"{_printable(name)} in {_called(named)}" for name, named in sorted(of.items())]
        yield Doubt("two accounts", f"The files name {len(of)} accounts: {_few(names, '; ')}.")


def _another_account(accounts: dict[str, bool]) -> Iterator[Doubt]:
    if other := [_printable(name) for name, is_known in sorted(accounts.items()) if not is_known]:
        yield Doubt("another account", f"Files name the account {_few(other)}; what was imported before named another.")


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
    for name, same in sorted(people.items()):
        text = f"{_called(same)}: already imported for {_printable(name)} ({len(same)} of {len(files)} files)."
        yield Doubt("another listener's file", text)


def _another_life(strange: list[Told], agreement: Agreement) -> Doubt:
    return Doubt(
        "another life",
        f"{_called([told.file for told in strange])}: in the time that is known already ({agreement.days:,} days), "
        f"{agreement.agreeing:,} of {agreement.told:,} plays agree with the {agreement.known:,} known "
        f"({percent(agreement.agreeing, agreement.told)}).",
    )


def _two_lives(exports: list[Export]) -> Iterator[Doubt]:
    lives = [Life(play for told in export for play in told.plays) for export in exports]
    for (one, life), (other, another) in combinations(zip(exports, lives, strict=True), 2):
        names, others = ({name for told in export for name in told.usernames} for export in (one, other))
        agreement = compared(life, another)
        if agreement.is_another_life and not (names and names == others):
            yield Doubt(
                "two lives",
                f"{_called([told.file for told in one])} and {_called([told.file for told in other])} tell of the same "
                f"time ({agreement.days:,} days): {agreement.agreeing:,} of {agreement.told:,} and "
                f"{agreement.known:,} plays agree ({percent(agreement.agreeing, agreement.told)}).",
            )


def _called(files: Sequence[HistoryFile]) -> str:
    """The first of some files, and how many more there are."""
    file, more = files[0], len(files) - 1
    place = f"{file.archive.name}: {file.name}" if file.member.path is None else str(Path(file.archive, file.name))
    return f"{_printable(place, LONGEST_PLACE)}{f' and {more} more' if more else ''}"


def _few(texts: list[str], between: str = ", ") -> str:
    return between.join(texts[:MOST_NAMES]) + (between + "…" if len(texts) > MOST_NAMES else "")


def _printable(name: str, longest: int = LONGEST_NAME) -> str:
    """Somebody else's text, as it may be shown on a terminal."""
    return plain(name[:longest])
