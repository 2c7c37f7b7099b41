"""What every answer is made of, and what each says of itself: by which rule, as of when, and where plays may lack."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from brapped_assets.insights import overview
from brapped_assets.insights.periods import Period
from brapped_assets.insights.selection import Rule, Selection
from brapped_assets.insights.viewer import Gap, Viewer
from brapped_assets.warehouse.zones import instant_of


class Model(BaseModel):
    """An answer or a part of one. Milliseconds are whole numbers, days local dates, instants UTC."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="forbid")


Row = dict[str, Any]
"""A row of a long list, with the fields of the model that describes it: thousands of models would be slow."""


class Listener(Model):
    """Whose listening an answer tells of."""

    key: int
    """The listener's key, as in `/of/KEY` of the pages."""
    name: str
    """The listener's name."""


class Stretch(Model):
    """A stretch of time in which plays may be missing (instants in UTC)."""

    since: datetime
    """Its first instant."""
    until: datetime
    """The first instant after it."""


class PeriodOf(Model):
    """The local days that an answer tells of."""

    name: str
    """As an address names it, such as `2025`, `30d` or `2025-03-01..2025-04-15`."""
    label: str
    """In English words."""
    first: date
    """The first local day."""
    last: date
    """The last local day; of a period that still runs it may lie ahead."""


class About(Model):
    """What an answer says of its numbers."""

    listener: Listener
    """Whose they are."""
    time_zone: str
    """IANA region by which days and hours are counted now."""
    rule: Rule
    """What counts as a play: `spotify` 30 s and more; `lastfm` half of the song or 4 minutes; `finished`; `all`."""
    private_sessions: bool
    """Whether plays of private sessions are among them."""
    selection: dict[str, list[str]]
    """What else the plays were narrowed by: values by filter, as an address has them."""
    period: PeriodOf
    """The days they tell of."""
    as_of: datetime | None
    """END of the newest play known (UTC); null: nothing was ever played."""
    last_polled_at: datetime | None
    """When Spotify was last asked (UTC); null: never."""
    collected_since: datetime | None
    """Since when plays are polled (UTC); null: never."""
    estimated_share: float
    """The share of the milliseconds that is estimated, 0 to 1: polled plays tell no milliseconds."""
    is_at_least: bool
    """Whether a gap reaches into the period: then numbers are least numbers."""
    gaps: list[Stretch]
    """The open gaps that reach into the period."""
    hidden: int
    """How many artists, songs, contexts and stretches of time the listener keeps out of statistics."""


def about(who: Viewer, selection: Selection, period: Period) -> About:
    """Of what a viewer sees of a period; `who` sees what the selection leaves."""
    found: dict[str, list[str]] = {}
    for kind, value in selection.asked():
        if kind not in {"rule", "private"}:
            found.setdefault(kind, []).append(value)
    gaps = who.gaps_in(period)
    return About(
        listener=Listener(key=who.listener_id, name=who.name),
        time_zone=who.time_zone,
        rule=selection.rule,
        private_sessions=selection.private,
        selection=found,
        period=period_of(period),
        as_of=who.data_as_of,
        last_polled_at=who.last_polled_at,
        collected_since=who.collected_since,
        estimated_share=round(overview.totals(overview.days(who, period)).estimated_share, 6),
        is_at_least=bool(gaps),
        gaps=[stretch_of(who, gap) for gap in gaps],
        hidden=who.hidden,
    )


def period_of(period: Period) -> PeriodOf:
    return PeriodOf(name=period.name, label=period.label, first=period.first, last=period.last)


def stretch_of(who: Viewer, gap: Gap) -> Stretch:
    """A stretch of the listener's local time as instants."""
    return Stretch(since=instant_of(who.spans, gap.gap_start), until=instant_of(who.spans, gap.gap_end))
