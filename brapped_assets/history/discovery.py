"""What a path holds: a zip or another archive, a folder (also one of downloads) or a single file, known by content."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from brapped_assets.history.archive_limits import (
    CHUNK_BYTES,
    DEEPEST_ARCHIVE,
    MOST_DOCUMENTS,
    PACKED_OFTEN,
    UNPACK,
    check_claims,
    too_large,
)
from brapped_assets.history.archives import Spool, form_of, tar_members, unpacked, whole, zip_members
from brapped_assets.history.brapped_manifest import Archive, archive_among, archive_in_folder, is_of_ours
from brapped_assets.history.errors import Forbidden, HistoryError, Missing, Wrapped
from brapped_assets.history.file_errors import explained
from brapped_assets.history.file_names import (
    VIDEO_NAME,
    base_name,
    is_in_the_cloud,
    is_looked_at,
    is_unfinished,
    is_wanted,
    unlikelihood,
    unpacked_name,
)
from brapped_assets.history.folders import files_below, nothing_in_folder
from brapped_assets.history.history_file import HistoryFile
from brapped_assets.history.members import Keep, Member, always, file_member
from brapped_assets.history.not_a_history import IN_THE_CLOUD, STILL_DOWNLOADING, foreign, nothing_in_archive
from brapped_assets.history.recognition import recognise
from brapped_assets.text.translation import N_

NO_SUCH_FILE = N_("there is no such file or folder. Check the path.")
# Of the names in a folder and below those that are opened.
MOST_LOOKED_INTO = 5000
# Archives with a history in them, which stay open until they are imported. macOS lets a program open 256 files.
MOST_OPEN = 64


class Unusable(NamedTuple):
    """Something that was looked at and is not read; `reason` is in words, often the same for many."""

    name: str
    reason: str


@dataclass(frozen=True)
class Found:
    """The histories in an order that does not depend on the machine, what else lay there, and exports of our own.

    Archives with something in them are open, each since its only opening, until this is closed.
    """

    files: list[HistoryFile]
    unusable: list[Unusable]
    archives: list[Archive]
    held: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archives: what they hold cannot be read any more."""
        self.held.close()


def find_histories(path: Path, *, keep: Keep = always) -> Found:
    """Every listening history in an archive, in a folder at any depth (its archives included), or at this very path.

    In a folder names that end as those of histories and archives do are looked at, and what is none is reported;
    other names tell no history, but for some that are looked at in silence. What is named directly is looked at
    whatever its name, and raises. `keep` is asked before each chunk that is read, here and later.

    Raises:
        HistoryError: There is nothing to import, with the reason.
    """
    path = Path(path).expanduser()
    with explained(str(path)):
        try:
            path.stat()
        except (FileNotFoundError, ValueError) as error:
            # A path with a NUL in it is none.
            raise Missing(str(path), NO_SUCH_FILE) from error
    with ExitStack() as held:
        search = _Search(keep)
        held.callback(search.spool.close)
        found = (
            search.in_folder(path) if path.is_dir() else search.at(file_member(path, path.name, keep), path.parent, 0)
        )
        found.held.push(held.pop_all())
    found.files.sort(key=lambda file: (str(file.archive), file.kind, file.running_number or 0, file.name))
    return found


class _Place(NamedTuple):
    """A member, what it is called in a report, and the zip or folder it is in."""

    label: str
    member: Member
    archive: Path


class _Search:
    """One look at a path, with what may be read and kept open for it in all."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self.spool = Spool()
        self._looked_into = self._open = 0

    def in_folder(self, folder: Path) -> Found:
        found, problems = Found([], [], []), list[HistoryError]()

        def enter(place: Path) -> bool:
            try:
                ours = archive_in_folder(place, self._keep)
            except HistoryError as error:
                problems.append(error)
                return False
            if ours is not None:
                found.archives.append(ours)
            return ours is None

        places = []
        for path in files_below(folder, enter, problems.append):
            if is_looked_at(path.name) and path.is_file():
                with _kept(problems):
                    places.append(
                        _Place(str(path.relative_to(folder)), file_member(path, path.name, self._keep), path.parent)
                    )
        self._each(places, found, problems, 0)
        if not found.files and not found.archives:
            found.close()
            raise nothing_in_folder(str(folder), problems)
        return found

    def at(self, member: Member, archive: Path, depth: int) -> Found:
        """What one member is; `depth` counts what it is packed in. Raises HistoryError when that is no history."""
        self._looked_into += 1
        if self._looked_into > MOST_LOOKED_INTO:
            text = N_("%(many)s files were looked into before it. Import it by its own path.")
            raise Wrapped(member.name, text, many=MOST_LOOKED_INTO)
        try:
            return self._at(member, archive, archive / base_name(member.name), depth)
        except HistoryError as error:
            if is_unfinished(member.name) and not isinstance(error, Forbidden):
                raise Wrapped(member.name, STILL_DOWNLOADING) from error
            raise

    def _at(self, member: Member, archive: Path, path: Path, depth: int) -> Found:
        """The same; `path` is the member's own, also where it is the tar in a tgz."""
        if is_in_the_cloud(member.name):
            raise Wrapped(member.name, IN_THE_CLOUD)
        with member.opened() as stream:
            head = stream.read(CHUNK_BYTES)
        if (form := form_of(head)) is None:
            if (error := foreign(member.name, head)) is not None:
                raise error
            return Found([self._history(member, archive)], [], [])
        if depth == DEEPEST_ARCHIVE:
            raise Wrapped(member.name, PACKED_OFTEN, UNPACK, many=DEEPEST_ARCHIVE)
        before = self.spool.end
        try:
            with ExitStack() as held:
                if form in {"zip", "tar"}:
                    found = self._in_archive(member, form, path, depth, held)
                else:
                    inner = unpacked(member, form, unpacked_name(member.name), self.spool)
                    found = self._at(inner, archive, path, depth + 1)
                found.held.push(held.pop_all())
        except HistoryError:
            self.spool.forget_from(before)
            raise
        return found

    def _history(self, member: Member, archive: Path) -> HistoryFile:
        if member.size > member.most:
            raise too_large(member)
        kind = recognise(member)
        return HistoryFile(member.name, archive, kind, member.size, bool(VIDEO_NAME.search(member.name)), member)

    def _in_archive(self, member: Member, form: str, path: Path, depth: int, held: ExitStack) -> Found:
        if self._open == MOST_OPEN:
            text = N_("%(many)s archives with a history come before it. Import it by its own path.")
            raise Wrapped(member.name, text, many=MOST_OPEN)
        view = whole(member, self.spool, held)
        members = zip_members(view, member, held) if form == "zip" else tar_members(view, member)
        wanted = [one for one in members if is_wanted(base_name(one.name))]
        ours = [one for one in members if is_of_ours(one.name)]
        check_claims([*wanted, *(one for one in ours if one not in wanted)], member.name, view.size)
        if (archive := archive_among({one.name: one for one in ours}, path)) is not None:
            self._open += member.path is not None
            return Found([], [], [archive])
        found, problems = Found([], [], []), list[HistoryError]()
        places = [_Place(one.name, one, path) for one in members if is_looked_at(one.name)]
        self._each(places[: len(wanted) + MOST_DOCUMENTS], found, problems, depth + 1)
        if not found.files and not found.archives:
            found.close()
            raise nothing_in_archive(member.name, form, [one.name for one in members], problems)
        self._open += member.path is not None
        return found

    def _each(self, places: Sequence[_Place], found: Found, problems: list[HistoryError], depth: int) -> None:
        """All that is found in these, likely names first; what is none is reported, with `problems` there were."""
        silent: list[HistoryError] = []
        for place in sorted(places, key=lambda place: unlikelihood(place.label)):
            try:
                inside = self.at(place.member, place.archive, depth)
            except HistoryError as error:
                told = error.called(place.label)
                (problems if _is_told(told) else silent).append(told)
            else:
                found.files.extend(inside.files)
                found.archives.extend(inside.archives)
                found.unusable.extend(Unusable(f"{place.label}: {name}", why) for name, why in inside.unusable)
                found.held.push(inside.held.pop_all())
        found.unusable.extend(Unusable(error.name, error.reason) for error in problems)
        if not found.files and not found.archives:
            problems.extend(silent)


@contextmanager
def _kept(problems: list[HistoryError]) -> Iterator[None]:
    try:
        yield
    except HistoryError as error:
        problems.append(error)


def _is_told(error: HistoryError) -> bool:
    """Whether somebody expects to read of it beside what was found."""
    return isinstance(error, Wrapped) or is_wanted(base_name(error.name))
