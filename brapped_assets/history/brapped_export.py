"""Brapped's own export, read back: a zip or a folder with a manifest, and one file of records for each table.

The format is told in docs/your-data.md.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import from_json

from brapped_assets.clocks.regions import why_refused
from brapped_assets.history.archive_limits import MOST_DOCUMENTS
from brapped_assets.history.errors import Damaged, NotAnExport
from brapped_assets.history.file_names import base_name
from brapped_assets.history.members import Keep, Member, file_member
from brapped_assets.text.translation import N_

MANIFEST = "brapped.json"
FORMAT, VERSION = "brapped export", 1
RECORDS, HISTORY, PARQUET = "records", "Spotify Extended Streaming History", "parquet"
TABLE_NAME = re.compile(r"(?:raw|star|audit|insights)\.[a-z_]+\.jsonl")
AGAIN = N_("Make the export again with `brapped export`, and import it whole.")
A_PART = N_("it is a part of an export of Brapped's. Import the whole zip or folder instead.")
LARGEST_MANIFEST = 1024 * 1024
# The largest record is a track object of 20 KB, or a row of 256 K characters that nobody understood; and so many bytes
# are restored at once, with one record more.
LONGEST_RECORD, BATCH_BYTES = 8 * 1024**2, 4 * 1024**2


class Lived(BaseModel):
    """A zone a listener lived in, from an instant on; None: from the beginning."""

    model_config = ConfigDict(frozen=True)

    from_at: AwareDatetime | None = None
    time_zone: str


class Person(BaseModel):
    """Whose it is; the fields of `warehouse.listeners.Returning`.

    `zones` in order of time, the last one `time_zone`; empty for somebody who lived in no other.
    """

    model_config = ConfigDict(frozen=True)

    spotify_user_id: str = Field(min_length=1)
    account_id: str | None = None
    display_name: str
    time_zone: str
    zones: tuple[Lived, ...] = ()
    collected_since: AwareDatetime | None = None
    collected_until: AwareDatetime | None = None
    forgotten_before: AwareDatetime | None = None

    @field_validator("zones")
    @classmethod
    def _in_order(cls, zones: tuple[Lived, ...]) -> tuple[Lived, ...]:
        begins = [zone.from_at for zone in zones]
        later = [at for at in begins[1:] if at is not None]
        if begins and (begins[0] is not None or len(later) < len(begins) - 1 or later != sorted(set(later))):
            raise ValueError("the zones are not in order")
        return zones


class Manifest(BaseModel):
    """What an export says of itself; `records` counts those of each table."""

    model_config = ConfigDict(frozen=True)

    format: str
    version: int
    brapped: str
    exported_at: AwareDatetime
    listener: Person
    records: dict[str, int]


@dataclass(frozen=True)
class Archive:
    """An export of ours at `path`, a zip or a folder; `prefix` is the folder inside it that holds the manifest."""

    path: Path
    manifest: Manifest
    prefix: str = ""
    members: Mapping[str, Member] = field(default_factory=dict, repr=False, compare=False)

    def batches(self, table: str, size: int) -> Iterator[list[str]]:
        """The records of one table, in batches of at most `size`; none when the export has no such table.

        Raises:
            HistoryError: they cannot be read, or are not as many as the manifest says.
        """
        expected = self.manifest.records.get(table)
        if expected is None:
            return
        name = f"{self.prefix}{RECORDS}/{table}.jsonl"
        if name not in self.members:
            raise Damaged(name, N_("it is missing."), AGAIN)
        read = 0
        with self.members[name].opened() as stream:
            for batch in _batches(stream, name, size):
                read += len(batch)
                yield _texts(batch, name)
        if read != expected:
            text = N_("it has %(read)s records, and %(expected)s were written.")
            raise Damaged(name, text, AGAIN, read=read, expected=expected)

    def check(self, size: int) -> None:
        """Read everything once. Raises HistoryError, before anybody has written anything."""
        for table in self.manifest.records:
            for lines in self.batches(table, size):
                try:
                    records = from_json(f"[{','.join(lines)}]")
                except ValueError:
                    records = [None]
                if not all(isinstance(record, dict) for record in records):
                    raise Damaged(f"{self.prefix}{RECORDS}/{table}.jsonl", N_("its records are damaged."), AGAIN)


def damaged_records(archive: Archive, table: str, why: Exception) -> Damaged:
    """What to say of records of a table that nobody can restore."""
    return Damaged(f"{archive.path.name}: {table}", N_("its records are damaged (%(why)s)."), AGAIN, why=why)


def archive_among(members: Mapping[str, Member], path: Path) -> Archive | None:
    """The export of ours whose members these are; None when they are something else's.

    Raises:
        HistoryError: it is one, and cannot be read.
    """
    # Packed by hand again, everything lies in a folder.
    for name, member in members.items():
        if name.rpartition("/")[2] == MANIFEST and name.count("/") <= 1:
            manifest = _manifest(path, member)
            return Archive(path, manifest, name.removesuffix(MANIFEST), members) if manifest else None
    return None


def archive_in_folder(folder: Path, keep: Keep) -> Archive | None:
    """The export of ours that this very folder is; None when it is something else. Raises as `archive_among`."""
    if not (folder / MANIFEST).is_file():
        return None
    names = [
        MANIFEST,
        *(f"{RECORDS}/{path.name}" for path in islice((folder / RECORDS).glob("*.jsonl"), MOST_DOCUMENTS)),
    ]
    return archive_among({name: file_member(folder / name, name, keep) for name in names}, folder)


def is_of_ours(name: str) -> bool:
    """Whether a member of a zip may be the manifest or a table of an export of ours."""
    return name.endswith(".jsonl") or name.rpartition("/")[2] == MANIFEST


def is_copied(row: Any) -> bool:
    """Whether a row of a history is a copy that an export of ours holds beside its records."""
    return isinstance(row, dict) and isinstance(row.get("brapped"), dict)


def is_a_part(name: str) -> bool:
    """Whether a file's name is that of the manifest or of a table of an export of ours."""
    base = base_name(name)
    return base == MANIFEST or TABLE_NAME.fullmatch(base) is not None


def _batches(stream: BinaryIO, name: str, size: int) -> Iterator[list[bytes]]:
    """Lines, at most so many at once and about `BATCH_BYTES`: a line may be long, and so may each of them."""
    batch: list[bytes] = []
    held = 0
    while line := stream.readline(LONGEST_RECORD + 1):
        if len(line) > LONGEST_RECORD:
            raise Damaged(name, N_("a record is longer than any real one."), AGAIN)
        batch.append(line)
        held += len(line)
        if len(batch) == size or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _texts(lines: list[bytes], name: str) -> list[str]:
    try:
        return [line.decode() for line in lines]
    except UnicodeDecodeError as error:
        raise Damaged(name, N_("it is no UTF-8 any more."), AGAIN) from error


def _manifest(path: Path, member: Member) -> Manifest | None:
    with member.opened() as stream:
        text = stream.read(LARGEST_MANIFEST)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        return None
    version = told.get("version")
    if isinstance(version, int) and version > VERSION:
        newer = N_("a newer Brapped made this export. Upgrade this one the way it was installed.")
        raise NotAnExport(path.name, newer)
    try:
        manifest = Manifest.model_validate(told)
    except ValidationError as error:
        raise Damaged(path.name, N_("its %(file)s is damaged."), AGAIN, file=MANIFEST) from error
    person = manifest.listener
    for zone in (person.time_zone, *(lived.time_zone for lived in person.zones)):
        if problem := why_refused(zone):
            raise NotAnExport(
                path.name,
                N_("%(problem)s Write it into %(file)s in place of %(zone)s, and import it again."),
                problem=problem,
                file=MANIFEST,
                zone=repr(zone),
            )
    return manifest
