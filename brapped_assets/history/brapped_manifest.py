"""Brapped's own export, known by its manifest: a zip or a folder with one file of records for each table beside it.

The format is told in docs/your-data.md.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

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
EXPORT_AGAIN = N_("Make the export again with `brapped export`, and import it whole.")
A_PART = N_("it is a part of an export of Brapped's. Import the whole zip or folder instead.")
LARGEST_MANIFEST = 1024 * 1024


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
        raise Damaged(path.name, N_("its %(file)s is damaged."), EXPORT_AGAIN, file=MANIFEST) from error
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
