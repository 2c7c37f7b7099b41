"""How things stand with each listener, in a few numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.import_ledger import READER_VERSION

q = Statements(__file__)

# Polls come every 20 minutes, or hourly from a scheduler; three hours without one is a standstill.
STANDSTILL = timedelta(hours=3)
# Whoever renews a consent within so long misses no play.
RENEW_WITHIN = timedelta(days=14)
# A release that understands a new kind of item takes about so long; whoever has not heard by then need not.
NEWS = timedelta(days=14)


@dataclass(frozen=True)
class ListenerOverview:
    """Instants are UTC. `consent_ends_at` None: the date of consent is unknown; `consent_ended_at`: it is over.

    Of the `plays`, `impossible_repeats` are kept and not counted.
    `gaps_open` stretches of `seconds_in_gaps` in all may lack plays, which puts `hours_in_doubt` hours of the clock in
    doubt; exports closed `seconds_closed` of such time, the last one `last_closed_by`.

    Items of polls that are no plays: `rejected` wait for a parser that understands them, `rejected_lately` of a kind
    first met within `NEWS`; `not_music` are episodes and the like, `empty_items` tell nothing of what was played, and
    `impossible_times` ended before 2006 or more than a day after they were served. `clock_skew_ms` is Spotify's clock
    minus this machine's at the last poll. `spoken` are podcasts, audiobooks and videos heard, which are no plays;
    `files_to_read_again` were imported before these were kept.
    """

    listener_id: int
    display_name: str
    time_zone: str
    collected_since: datetime | None
    has_logged_in: bool
    consent_ended_at: datetime | None
    consent_ends_at: datetime | None
    last_polled_at: datetime | None
    polls: int
    plays: int
    impossible_repeats: int
    gaps_open: int
    seconds_in_gaps: float
    hours_in_doubt: int
    seconds_closed: float
    last_closed_at: datetime | None
    last_closed_by: str | None
    rejected: int
    rejected_lately: int
    not_music: int
    empty_items: int
    impossible_times: int
    clock_skew_ms: int | None
    files_to_read_again: int = 0
    spoken: int = 0


def has_consent_ended(ended_at: datetime | None, ends_at: datetime | None, now: datetime) -> bool:
    """Whether it was found to have ended, or its six months are over."""
    return ended_at is not None or (ends_at is not None and ends_at <= now)


def by_listener(tx: Connection, now: datetime) -> list[ListenerOverview]:
    values = {"now": now, "news_since": now - NEWS, "reader_version": READER_VERSION}
    return [ListenerOverview(**row) for row in tx.execute(q.by_listener, values).fetchall()]


@dataclass(frozen=True)
class LatestPoll:
    """By which of Dagster's runs, and when (UTC)."""

    run_id: str
    polled_at: datetime


def latest_poll(tx: Connection, *, since: datetime) -> LatestPoll | None:
    """The newest poll after `since`, of any listener."""
    row = tx.execute(q.latest_poll, {"since": since}).fetchone()
    return LatestPoll(**row) if row else None


def artists_to_come(tx: Connection) -> int:
    """Artists known by name only whose ids the tracks that are still to be looked up will bring."""
    row = one_row(tx, q.artists_to_come)
    return int(row["artists"])
