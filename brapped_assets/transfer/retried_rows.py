"""What an older parser could not read of a file, read again: what becomes of it is what a fresh import makes of it."""

import json
from collections import defaultdict
from datetime import datetime

from brapped_assets.history.chunks import by_kind, spoken_by_kind
from brapped_assets.history.file_names import VIDEO_NAME
from brapped_assets.history.model import OddRow, Row
from brapped_assets.history.parsing import PARSER_VERSION, parse_row
from brapped_assets.history.spoken_rows import as_video
from brapped_assets.warehouse import odd_rows
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.import_ledger import merge_told
from brapped_assets.warehouse.merge.encoding import Names, Occurrences, encode, encode_spoken, spoken_occurrences
from brapped_assets.warehouse.merge.exported_plays import introduce


def retry_odd(tx: Connection, listener_id: int, now: datetime) -> None:
    """Read each row again within the files that have it, as often as they do."""
    understood: dict[str, list[Row]] = defaultdict(list)
    for row in odd_rows.odd_by_older_parser(tx, listener_id, PARSER_VERSION):
        parsed = parse_row(json.loads(row.payload_text), now=now)
        is_odd = isinstance(parsed, OddRow)
        odd_rows.note_retried(tx, listener_id, row, PARSER_VERSION, is_odd=is_odd)
        for content_hash, times in (row.in_files or {"": 1}).items():
            understood[content_hash] += [] if is_odd else [parsed] * times
    for content_hash, rows in understood.items():
        _merge(tx, listener_id, content_hash, rows)


def _merge(tx: Connection, listener_id: int, content_hash: str, rows: list[Row]) -> None:
    """Merge rows of one file, beside those of it that were understood at once."""
    file, names = odd_rows.told_by(tx, listener_id, content_hash), Names()
    if VIDEO_NAME.search(file.name):
        rows = [as_video(row) for row in rows]
    songs, heard = by_kind(rows), spoken_by_kind(rows)
    if not (songs or heard):
        return
    of_songs = {kind: Occurrences(file.told) for kind in songs}
    of_heard = {kind: spoken_occurrences(file.told) for kind in heard}
    plays = {kind: encode(of, of_songs[kind], names) for kind, of in songs.items()}
    spoken = {kind: encode_spoken(of, of_heard[kind]) for kind, of in heard.items()}
    merge_told(tx, introduce(tx, listener_id, list(plays.values())), plays, spoken)
    hashes = b"".join(each.hashes() for each in (*of_songs.values(), *of_heard.values()))
    odd_rows.add_told(tx, listener_id, content_hash, hashes)
