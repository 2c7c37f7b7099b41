"""Signs that files to import are somebody else's, in words with figures: pure, of what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Literal

from brapped_assets.history.history_file import HistoryFile
from brapped_assets.text.formatting import percent
from brapped_assets.text.plain import plain
from brapped_assets.text.translation import _
from brapped_assets.transfer.ownership_evidence import Agreement, Heard, Life, compare_lives

MOST_NAMES, LONGEST_NAME, LONGEST_PLACE = 5, 60, 200

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


def two_accounts(files: Sequence[Told]) -> Iterator[Doubt]:
    """The files name more than one account."""
    of: dict[str, list[HistoryFile]] = {}
    for told in files:
        for name in sorted(told.usernames):
            of.setdefault(name.lower(), []).append(told.file)
    if len(of) > 1:
        names = [
            _("%(name)s in %(files)s", name=_printable(name), files=_called(named))
            for name, named in sorted(of.items())
        ]
        text = _("The files name %(many)s accounts: %(accounts)s.", many=len(of), accounts=_few(names, "; "))
        yield Doubt("two accounts", text)


def another_account(accounts: Mapping[str, bool]) -> Iterator[Doubt]:
    """`accounts` that the files name, and whether what was imported before named them."""
    if other := [_printable(name) for name, is_known in sorted(accounts.items()) if not is_known]:
        text = _("Files name the account %(account)s; what was imported before named another.", account=_few(other))
        yield Doubt("another account", text)


def files_of_others(people: Mapping[str, list[HistoryFile]], files: int) -> Iterator[Doubt]:
    """`people` are the files, of so many, that were imported for somebody else, by name."""
    for name, same in sorted(people.items()):
        text = _(
            "%(files)s: already imported for %(name)s (%(same)s of %(many)s files).",
            files=_called(same),
            name=_printable(name),
            same=len(same),
            many=files,
        )
        yield Doubt("another listener's file", text)


def export_of_another(path: Path, name: str) -> Doubt:
    """An export of ours says that it is of somebody else."""
    text = _(
        "%(file)s: an export of %(name)s, made by Brapped.",
        file=_printable(str(path), LONGEST_PLACE),
        name=_printable(name),
    )
    return Doubt("another listener's file", text)


def another_life(strange: Sequence[Told], agreement: Agreement) -> Doubt:
    """What these files tell does not agree with what is known."""
    return Doubt(
        "another life",
        _(
            "%(files)s: in the time that is known already (%(days)s days), %(agreeing)s of %(plays)s plays agree "
            "with the %(known)s known (%(share)s).",
            files=_called([told.file for told in strange]),
            days=agreement.days,
            agreeing=agreement.agreeing,
            plays=agreement.told,
            known=agreement.known,
            share=percent(agreement.agreeing, agreement.told),
        ),
    )


def two_lives(exports: Sequence[Export]) -> Iterator[Doubt]:
    """Two exports of different accounts tell of the same time, and not the same."""
    lives = [Life(play for told in export for play in told.plays) for export in exports]
    for (one, life), (other, another) in combinations(zip(exports, lives, strict=True), 2):
        names, others = ({name for told in export for name in told.usernames} for export in (one, other))
        agreement = compare_lives(life, another)
        if agreement.is_another_life and not (names and names == others):
            yield Doubt(
                "two lives",
                _(
                    "%(files)s and %(others)s tell of the same time (%(days)s days): %(agreeing)s of %(plays)s and "
                    "%(known)s plays agree (%(share)s).",
                    files=_called([told.file for told in one]),
                    others=_called([told.file for told in other]),
                    days=agreement.days,
                    agreeing=agreement.agreeing,
                    plays=agreement.told,
                    known=agreement.known,
                    share=percent(agreement.agreeing, agreement.told),
                ),
            )


def _called(files: Sequence[HistoryFile]) -> str:
    """The first of some files, and how many more there are."""
    file, more = files[0], len(files) - 1
    place = f"{file.archive.name}: {file.name}" if file.member.path is None else str(Path(file.archive, file.name))
    shown = _printable(place, LONGEST_PLACE)
    return _("%(first)s and %(more)s more", first=shown, more=more) if more else shown


def _few(texts: list[str], between: str = ", ") -> str:
    return between.join(texts[:MOST_NAMES]) + (between + "…" if len(texts) > MOST_NAMES else "")


def _printable(name: str, longest: int = LONGEST_NAME) -> str:
    """Somebody else's text, as it may be shown on a terminal."""
    return plain(name[:longest])
