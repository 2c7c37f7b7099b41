"""The time zones a listener has lived in: which one held when, and what another one would change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.errors import InvalidParameterValue

from brapped_assets.warehouse.db.connections import Connection, Transactions
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import UnknownZone
from brapped_assets.warehouse.merge.play_merge import rebuild_local_time, years_played, zones_of

q = Statements(__file__)


@dataclass(frozen=True)
class Span:
    """A stretch of time in one zone: from an instant (UTC), None for the first one, until the next span begins."""

    from_at: datetime | None
    time_zone: str


Spans = tuple[Span, ...]
"""In order of time, the first from the beginning."""


@dataclass(frozen=True)
class Change:
    """What other zones would change: of all `plays` those with another local time, hour or day.

    `first_at` and `last_at` are the ENDs (UTC) of the first and the last of them; None when there are none.
    """

    plays: int
    changed: int
    hours: int
    days: int
    first_at: datetime | None
    last_at: datetime | None


def spans_of_listener(tx: Connection, listener_id: int) -> Spans:
    """The zones a listener has lived in."""
    row = zones_of(tx, listener_id)
    return spans_of(row["moves"], row["zones"])


def spans_of(moves: Sequence[datetime], names: Sequence[str]) -> Spans:
    """Spans of zones and the instants (UTC) at which each but the first began, as `audit.zones_of` tells them."""
    return tuple(Span(*one) for one in zip((None, *moves), names, strict=True))


def remembered(tx: Connection, listener_id: int, spans: Spans) -> Spans:
    """Of these spans those since what the listener forgot, as `brapped forget` keeps them."""
    since = one_row(tx, q.forgotten_before, {"listener_id": listener_id})["forgotten_before"]
    if since is None:
        return spans
    return (Span(None, zone_at(spans, since)), *(span for span in spans if _begins(span) > since))


def arrays(spans: Spans) -> dict[str, list[Any]]:
    """Spans as the statements take them, for `star.local_time`."""
    return {"moves": [span.from_at for span in spans[1:]], "zones": [span.time_zone for span in spans]}


def write(tx: Connection, listener_id: int, spans: Spans) -> None:
    """Let these zones hold from now on. The listener's row must be locked; plays keep their local time until rebuilt.

    Raises UnknownZone when the database's server has no such zone.
    """
    values: dict[str, Any] = {"listener_id": listener_id, "time_zone": spans[-1].time_zone}
    for name in {span.time_zone for span in spans}:
        make_sure(tx, name)
    tx.execute(q.clear, values)
    if len(spans) > 1:
        froms, names = [span.from_at for span in spans], [span.time_zone for span in spans]
        tx.execute(q.write, {**values, "froms": froms, "zones": names})
    tx.execute(q.move, values)


def make_sure(tx: Connection, time_zone: str) -> None:
    """Raise UnknownZone when the database's server has no such zone: its list may be older than ours."""
    try:
        with tx.transaction():
            tx.execute(q.known, {"time_zone": time_zone})
    except InvalidParameterValue:
        raise UnknownZone(
            f"The database's server does not know the time zone {time_zone}: its list of zones is older. Take another "
            "region with the same time, or an older name of this one."
        ) from None


def rebuild(warehouse: Transactions, listener_id: int) -> int:
    """Write the local time of all plays anew, a year a transaction: polls merge in between. How many changed.

    Interrupted, it is done by doing it again.
    """
    with warehouse.transaction() as tx:
        years = years_played(tx, listener_id)
    count = 0
    for year in years:
        with warehouse.transaction() as tx:
            count += rebuild_local_time(tx, listener_id, year)
    return count


def preview(tx: Connection, listener_id: int, spans: Spans) -> Change:
    """What these zones would change of what is stored."""
    row = one_row(tx, q.preview, {"listener_id": listener_id, **arrays(spans)})
    return Change(**row)


def changed(spans: Spans, new: Span, until: datetime | None = None) -> Spans:
    """The spans with a new one: until an instant (UTC), from which on the zone that held there holds again.

    Without `until` it ends where the next span begins; from the beginning without `until`, it is the only one.
    """
    if new.from_at is None and until is None:
        return (new,)
    before = [span for span in spans if new.from_at is not None and _begins(span) < new.from_at]
    if until is None:
        after = [span for span in spans if new.from_at is None or _begins(span) > new.from_at]
    else:
        after = [Span(until, zone_at(spans, until)), *(span for span in spans if _begins(span) > until)]
    return (*before, new, *after)


def without(spans: Spans, gone: Span) -> Spans:
    """The spans without one of them, in whose time the zone before it goes on; the first gives way to the second."""
    left = [span for span in spans if span != gone]
    return _joined([Span(None, left[0].time_zone), *left[1:]])


def zone_at(spans: Spans, instant: datetime) -> str:
    """The zone that held at an instant."""
    return next(span.time_zone for span in reversed(spans) if _begins(span) <= instant)


def began(span: Span) -> str:
    """When a later span began, as `brapped timezone` takes it: the date, or the instant where it was no midnight."""
    assert span.from_at is not None
    there = span.from_at.astimezone(ZoneInfo(span.time_zone))
    is_midnight = midnight_of(there.date(), span.time_zone) == span.from_at
    return f"{there:%Y-%m-%d}" if is_midnight else there.isoformat()


def local_time(spans: Spans, instant: datetime) -> datetime:
    """The instant in the zone that held then."""
    return instant.astimezone(ZoneInfo(zone_at(spans, instant)))


def instant_of(spans: Spans, told: datetime) -> datetime:
    """The instant (UTC) of a local time in the zone that held then; of one that a move left out, the move."""
    ends: datetime | None = None
    for span in reversed(spans):
        at = at_local(told, span.time_zone)
        if span.from_at is None or at >= span.from_at:
            return at if ends is None else min(at, ends)
        ends = span.from_at
    raise AssertionError(spans)


def beginning_of(spans: Spans, day: date) -> datetime:
    """The instant (UTC) after the last moment of the days before: midnight in the zone that held then.

    A move may leave out a part of a day, or bring it twice; then it is the move itself.
    """
    ends: datetime | None = None
    for span in reversed(spans):
        midnight = midnight_of(day, span.time_zone)
        if span.from_at is None or midnight > span.from_at:
            return midnight if ends is None else min(midnight, ends)
        ends = span.from_at
    raise AssertionError(spans)


def midnight_of(day: date, time_zone: str) -> datetime:
    """The instant (UTC) at which a day of a zone begins."""
    return at_local(datetime.combine(day, time()), time_zone)


def at_local(told: datetime, time_zone: str) -> datetime:
    """The instant (UTC) of a local time in a zone; the first one where a clock shows it twice."""
    return told.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _begins(span: Span) -> datetime:
    return span.from_at or datetime.min.replace(tzinfo=UTC)


def _joined(spans: Iterable[Span]) -> Spans:
    found: list[Span] = []
    for span in spans:
        if not found or found[-1].time_zone != span.time_zone:
            found.append(span)
    return tuple(found)
