"""Who is looking, and what every page must say of its numbers: as of when, from when on, and where plays may lack."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from brapped_assets.insights.columns.life_cache import LifeCache, alone
from brapped_assets.insights.columns.shown_plays import ShownPlays
from brapped_assets.insights.periods import Period
from brapped_assets.insights.preference import USUAL, Preference
from brapped_assets.insights.selection import Rule
from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.listener_status import RENEW_WITHIN
from brapped_assets.warehouse.zones import Spans, spans_of

q = Statements(__file__)


@dataclass(frozen=True)
class Gap:
    """A stretch of the listener's local time in which plays may be missing."""

    gap_start: datetime
    gap_end: datetime


@dataclass(frozen=True)
class Person:
    """One of those whose pages there are."""

    listener_id: int
    name: str


@dataclass(frozen=True)
class Viewer:
    """One listener at one moment. Days and `now` are local to their zone; instants with a zone are UTC.

    `time_zone` holds now; `spans` has the earlier ones, too. `shown` are the plays that statistics speak of.
    `first_day` and `last_day` None: nothing was ever played.
    `everybody` is whoever has pages here, the first first. `usual_rule` is what the listener chose; `rule` is what the
    plays `shown` count by. `has_spoken`: there are podcasts, audiobooks or videos, which are no plays.
    """

    listener_id: int
    name: str
    time_zone: str
    collected_since: datetime | None
    consent_ended: bool
    last_polled_at: datetime | None
    first_day: date | None
    last_day: date | None
    data_as_of: datetime | None
    hidden: int
    gaps: tuple[Gap, ...]
    now: datetime
    shown: ShownPlays
    consent_ends_at: datetime | None = None
    everybody: tuple[Person, ...] = ()
    spans: Spans = ()
    usual_rule: Rule = "spotify"
    rule: Rule = "spotify"
    preference: Preference = USUAL
    has_spoken: bool = False

    @property
    def consent_ends_in(self) -> int | None:
        """Days of the listener until Spotify's consent ends, once they are few; negative: it has ended."""
        if self.consent_ended:
            return -1
        if self.consent_ends_at is None:
            return None
        days = (self.local(self.consent_ends_at).date() - self.today).days
        return max(days, -1) if days <= RENEW_WITHIN.days else None

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def known_until(self) -> datetime | None:
        """Until when today's plays are known, local: the newest poll or play; None when neither is of today."""
        newest = max((at for at in (self.last_polled_at, self.data_as_of) if at is not None), default=None)
        if newest is None or self.local(newest).date() != self.today:
            return None
        return min(self.local(newest), self.now)

    def gaps_in(self, period: Period) -> list[Gap]:
        """The gaps that reach into a period: its numbers are at-least numbers."""
        return [gap for gap in self.gaps if gap.gap_start.date() < period.until and gap.gap_end.date() >= period.first]

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.time_zone))


def viewer(
    tx: Connection, now: datetime, listener_id: int | None = None, *, lives: LifeCache | None = None
) -> Viewer | None:
    """The listener asked for, else the first; None when there is nobody yet. `now` is UTC.

    Plays are those that `lives` keeps, else loaded for this transaction.
    """
    row = tx.execute(q.viewer, {"listener_id": listener_id}).fetchone()
    if row is None:
        return None
    gaps = tx.execute(q.gaps, {"listener_id": row["listener_id"]}).fetchall()
    spans = spans_of(row.pop("moves"), row.pop("zones"))
    preference = Preference(**(row.pop("preference") or {}))
    local_now = now.astimezone(ZoneInfo(row["time_zone"]))
    everybody = tuple(Person(**one) for one in row.pop("everybody"))
    found = tuple(Gap(**gap) for gap in gaps)
    shown = lives.shown(tx, row["listener_id"]) if lives else alone(tx, row["listener_id"])
    return Viewer(
        **row, spans=spans, gaps=found, now=local_now, shown=shown, everybody=everybody, preference=preference
    )
