"""One JSON document of an export, in a zip or in a folder, opened only while it is read."""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from brapped_assets.history.archive_limits import CHUNK_BYTES
from brapped_assets.history.common_rows import days_and_accounts, usual_rows
from brapped_assets.history.file_names import base_name
from brapped_assets.history.json_stream import as_it_is, batches, decode_all, texts
from brapped_assets.history.members import Member
from brapped_assets.history.model import Kind, Row
from brapped_assets.history.parsing import parse_row
from brapped_assets.history.spoken_rows import as_video

Item = TypeVar("Item")
# `Streaming_History_Audio_2019-2020_3.json`, `StreamingHistory_music_0.json`, `StreamingHistory0.json`,
# `endsong_3.json`, each as a browser saves it the second time, `endsong_3 (1).json`, and as others do: `….json.txt`.
NUMBERED = re.compile(
    r"(?:endsong_?|endvideo_?|StreamingHistory(?:_[a-z]+_)?|Streaming_History_[a-z]+_\d{4}(?:-\d{4})?_)"
    r"(\d{1,4})(?: ?\(\d+\))?(?:\.json)?(?:\.txt)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A document that is a listening history of either kind.

    `name` is as in the archive, never a path to write to; `archive` is the zip, or the folder that holds the file; a
    zip within a zip is told as a path through both. `running_number` is Spotify's own within one archive and kind, None
    where the name has none. `size` is in bytes, unpacked. The rows of a video file look like those of any other; only
    its name tells.
    """

    name: str
    archive: Path
    kind: Kind
    size: int
    is_video: bool
    member: Member = field(repr=False, compare=False)

    @property
    def running_number(self) -> int | None:
        found = NUMBERED.fullmatch(base_name(self.name))
        return int(found[1]) if found else None

    def content_hash(self) -> str:
        """SHA-256 of the unpacked bytes, in hexadecimal digits: the same for a file in a zip and beside it.

        Raises:
            HistoryError: it cannot be read, or no longer.
        """
        digest = hashlib.sha256()
        with self.member.opened() as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    def read(self) -> Iterator[Row]:
        """Every row of the file in its order, none left out: plays, what is spoken, odd rows and others.

        An error may come after any number of rows. Then the file counts as not read: the caller takes back what
        it wrote of it.

        Raises:
            Damaged: the file cannot be read to its end.
            HistoryError: it cannot be read at all.
        """
        return chain.from_iterable(rows for rows, _ in self.batches())

    def batches(self) -> Iterator[tuple[list[Row], int]]:
        """The same, some rows at once, with about the bytes they take. Raises HistoryError as `read` does."""
        now = datetime.now(UTC)

        def one(row: Any) -> Row:
            parsed = parse_row(row, now=now)
            return as_video(parsed) if self.is_video else parsed

        def whole(text: str) -> list[Row] | None:
            found = None if self.is_video else usual_rows(text, now)
            if found is None and (decoded := decode_all(text)) is not None:
                found = [one(row) for row in decoded]
            return found

        yield from self._decoded(one, whole)

    def username(self) -> str | None:
        """The account that the first rows name, as exports up to 2023 do. Raises as `read` does."""
        with closing(self.items()) as found:
            return next(usernames(next(found, ())), None)

    def items(self) -> Generator[list[Any], None, None]:
        """The same rows as they stand in the file, as many at once as are decoded together. Raises as `read` does."""
        with closing(self._decoded(as_it_is, decode_all)) as found:
            for batch, _ in found:
                yield batch

    def items_of_days(self, includes: Callable[[str], bool]) -> Generator[list[Any], None, None]:
        """The same, but for rows of other days that lie together: of these only the accounts they name.

        `includes` is asked about a day as the file writes it. Raises as `read` does.
        """

        def whole(text: str) -> list[Any] | None:
            found = days_and_accounts(text)
            if found is None or any(map(includes, found[0])):
                return decode_all(text)
            return [{"username": name} for name in found[1]]

        with closing(self._decoded(as_it_is, whole)) as found:
            for batch, _ in found:
                yield batch

    def _decoded(
        self, one: Callable[[Any], Item], whole: Callable[[str], list[Item] | None]
    ) -> Generator[tuple[list[Item], int], None, None]:
        with self.member.opened() as stream:
            yield from batches(texts(stream, self.name), self.name, one, whole)


def usernames(items: Iterable[Any]) -> Iterator[str]:
    """The accounts that rows of extended history name."""
    for row in items:
        if type(row) is dict and (name := row.get("username")) and isinstance(name, str):
            yield name
