"""An export of our own, back into a warehouse: an empty one is then as the first was, any other has both."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import reduce
from typing import BinaryIO

from pydantic_core import from_json

from brapped_assets.history.brapped_manifest import EXPORT_AGAIN, RECORDS, Archive, Person
from brapped_assets.history.errors import Damaged
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse import exported_records, restored_records, zones
from brapped_assets.warehouse.db.connections import Connection, Transactions, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.forgetting import remove_unreferenced
from brapped_assets.warehouse.listeners import Returning
from brapped_assets.warehouse.merge.encoding import Kind
from brapped_assets.warehouse.merge.play_merge import MergeOutcome

# A record is a few hundred bytes; a batch is one statement's parameter.
BATCH_RECORDS = 10_000
LOCK_SECONDS = 60
# The largest record is a track object of 20 KB, or a row of 256 K characters that nobody understood; and so many bytes
# are restored at once, with one record more.
LONGEST_RECORD, BATCH_BYTES = 8 * 1024**2, 4 * 1024**2
TOLD_OF_PLAYS = (
    exported_records.PLAYS,
    exported_records.OLD_PLAYS,
    exported_records.FACT,
    exported_records.ACCOUNT_PLAYS,
)

Progress = Callable[[int, int], None]
"""Plays told so far, and how many there will be in all."""


def returning_listener(person: Person) -> Returning:
    """The person of a manifest, as the warehouse takes them."""
    spans = tuple(zones.Span(lived.from_at, lived.time_zone) for lived in person.zones)
    return Returning(**person.model_dump(exclude={"zones"}), spans=spans)


def counted_otherwise(tx: Connection, listener_id: int, person: Person) -> str | None:
    """A sentence on the zones by which an export counts days, with the commands for them; None when they hold here."""
    here, who = zones.spans_of_listener(tx, listener_id), returning_listener(person)
    there = zones.remembered(tx, listener_id, who.spans or (zones.Span(None, who.time_zone),))
    if there == here:
        return None
    first, *moves = there
    commands = [f"brapped timezone {first.time_zone}"]
    commands += [f"brapped timezone {span.time_zone} --from {zones.began(span)}" for span in moves]
    return _(
        "The export counts days in %(there)s; here they are counted in %(here)s. To count them as the export does: "
        "%(commands)s",
        there=_named(there),
        here=_named(here),
        commands=reduce(lambda done, one: _("%(first)s, then %(next)s", first=done, next=one), commands),
    )


def _named(spans: zones.Spans) -> str:
    first, *moves = spans
    later = (_("from %(day)s on in %(zone)s", day=str(zones.began(span)), zone=span.time_zone) for span in moves)
    return ", ".join([first.time_zone, *later])


def restore(
    warehouse: Transactions,
    listener_id: int,
    archive: Archive,
    *,
    progress: Progress = lambda _done, _expected: None,
    batch_records: int = BATCH_RECORDS,
) -> MergeOutcome:
    """Bring every record back and merge the plays, a transaction a batch; what became of what each source told.

    Stopped at any moment, what is merged stays, and doing it again completes it. An export that cannot be read whole
    leaves nothing behind. Raises HistoryError, and a WarehouseError.
    """
    check_records(archive, batch_records)
    who = returning_listener(archive.manifest.listener)
    expected = sum(archive.manifest.records.get(table, 0) for table in TOLD_OF_PLAYS)
    done, became = 0, MergeOutcome()
    if who.spans:
        # What is here already may have the local time of one zone still.
        zones.rebuild(warehouse, listener_id)
    for table, kind in _passes(archive):
        try:
            for lines in _record_batches(archive, table, batch_records):
                with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
                    restored = restored_records.restore_batch(
                        tx, listener_id, table, lines, datetime.now(UTC), kind=kind
                    )
                became += restored.plays
                if table in TOLD_OF_PLAYS and kind == "extended":
                    done += restored.records
                    progress(done, expected)
        except restored_records.BadRecords as error:
            text = N_("its records are damaged (%(why)s).")
            raise Damaged(f"{archive.path.name}: {table}", text, EXPORT_AGAIN, why=error) from error
        if table == exported_records.POLLS:
            with warehouse.transaction() as tx:
                restored_records.note_hole(tx, listener_id, who)
    with warehouse.transaction(lock_seconds=LOCK_SECONDS) as tx:
        tells_forgotten = restored_records.finish_restore(tx, listener_id, who)
    while True:
        with warehouse.transaction() as tx:
            if not apply_payloads(tx):
                break
    # A rehearsal keeps nothing anyhow.
    if tells_forgotten and isinstance(warehouse, Warehouse):
        remove_unreferenced(warehouse)
    return became


def check_records(archive: Archive, size: int) -> None:
    """Read every record once, so many at a time. Raises HistoryError, before anybody has written anything."""
    for table in archive.manifest.records:
        for lines in _record_batches(archive, table, size):
            try:
                records = from_json(f"[{','.join(lines)}]")
            except ValueError:
                records = [None]
            if not all(isinstance(record, dict) for record in records):
                raise Damaged(_name(archive, table), N_("its records are damaged."), EXPORT_AGAIN)


def _record_batches(archive: Archive, table: str, size: int) -> Iterator[list[str]]:
    """The records of one table, in batches of at most `size`; none when the export has no such table.

    Raises:
        HistoryError: they cannot be read, or are not as many as the manifest says.
    """
    expected = archive.manifest.records.get(table)
    if expected is None:
        return
    name = _name(archive, table)
    if name not in archive.members:
        raise Damaged(name, N_("it is missing."), EXPORT_AGAIN)
    read = 0
    with archive.members[name].opened() as stream:
        for batch in _line_batches(stream, name, size):
            read += len(batch)
            try:
                yield [line.decode() for line in batch]
            except UnicodeDecodeError as error:
                raise Damaged(name, N_("it is no UTF-8 any more."), EXPORT_AGAIN) from error
    if read != expected:
        text = N_("it has %(read)s records, and %(expected)s were written.")
        raise Damaged(name, text, EXPORT_AGAIN, read=read, expected=expected)


def _line_batches(stream: BinaryIO, name: str, size: int) -> Iterator[list[bytes]]:
    """Lines, at most so many at once and about `BATCH_BYTES`: a line may be long, and so may each of them."""
    batch: list[bytes] = []
    held = 0
    while line := stream.readline(LONGEST_RECORD + 1):
        if len(line) > LONGEST_RECORD:
            raise Damaged(name, N_("a record is longer than any real one."), EXPORT_AGAIN)
        batch.append(line)
        held += len(line)
        if len(batch) == size or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _name(archive: Archive, table: str) -> str:
    return f"{archive.prefix}{RECORDS}/{table}.jsonl"


def _passes(archive: Archive) -> Iterator[tuple[str, Kind]]:
    """Each table once; an older export tells of account data among the exports' halves, which so come twice."""
    for table in exported_records.PORTABLE:
        yield table, "extended"
        if table == exported_records.FACT and exported_records.ACCOUNT_PLAYS not in archive.manifest.records:
            yield table, "account"
