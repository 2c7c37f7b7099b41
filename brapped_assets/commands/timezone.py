"""`brapped timezone`: the zones a listener lived in, shown and changed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.console import Console
from rich.prompt import Confirm
from rich.table import Table

from brapped_assets.clocks.regions import why_refused
from brapped_assets.console import exit_codes
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.transfer.listener_choice import choose_listener
from brapped_assets.warehouse import zones
from brapped_assets.warehouse.merge.play_merge import lock_listener
from brapped_assets.warehouse.zones import Change, Span, Spans

# Nobody listened to Spotify before.
FIRST_YEAR = 1970
LIKE = "It looks like 2024-03-01 or 2024-03-01T14:30+01:00."


@dataclass(frozen=True)
class Wanted:
    """What was asked for: a region for all time, or between two dates or instants; or a move to be taken back.

    Nothing at all asks for the zones so far.
    """

    zone: str | None = None
    begins: str | None = None
    ends: str | None = None
    back: str | None = None

    def applied(self, spans: Spans, now: datetime) -> Spans:
        """The spans as they are wanted. Raises SettingsError for what cannot be understood or lies ahead."""
        if self.back is not None:
            return zones.without(spans, _named(self.back, spans))
        assert self.zone is not None
        begins = _past(self.begins, self.zone, now) if self.begins is not None else None
        if self.ends is None:
            return zones.changed(spans, Span(begins, self.zone))
        # It ends with the day in the zone that holds again.
        then = zones.zone_at(spans, _past(self.ends, self.zone, now))
        ends = _past(self.ends, then, now)
        if begins is not None and ends <= begins:
            raise SettingsError(f"--until {self.ends} is not after --from {self.begins}.")
        return zones.changed(spans, Span(begins, self.zone), ends)


def time_zones(
    settings: Settings, console: Console, wanted: Wanted, *, listener: str | None = None, confirmed: bool = False
) -> int:
    """Show the zones; or show what others change, ask, and write local time anew, a year a transaction.

    Interrupted, it is done by running it again; until then the daily check `local_time_agrees_with_the_zone` tells.
    Raises SettingsError for a zone or a date that is none, when it is not clear whose, or when nobody can be asked.
    """
    _make_sure(wanted)
    now = datetime.now(UTC)
    with settings.warehouse() as warehouse:
        with warehouse.transaction() as tx:
            person = choose_listener(tx, listener)
            if person is None:
                raise SettingsError("Nobody is connected yet; `brapped login` sets the zone of a new listener.")
            before = zones.spans_of_listener(tx, person.listener_id)
            if wanted == Wanted():
                _show(console, before)
                return exit_codes.DONE
            after = wanted.applied(before, now)
            for span in after:
                zones.make_sure(tx, span.time_zone)
            change = zones.preview(tx, person.listener_id, after)
        _show(console, after)
        if change.changed:
            _tell(console, change, after)
            if wanted == Wanted(wanted.zone):
                console.print("That is all your life. To move from a day on: --from 2024-03-01", soft_wrap=True)
            if not confirmed and not _agreed(console):
                console.print("Nothing was changed.")
                return exit_codes.FAILED
        with warehouse.transaction() as tx:
            lock_listener(tx, person.listener_id)
            after = wanted.applied(zones.spans_of_listener(tx, person.listener_id), now)
            zones.write(tx, person.listener_id, after)
        changed = zones.rebuild(warehouse, person.listener_id)
    plays = f"{changed:,} {'play has its' if changed == 1 else 'plays have their'} new local time"
    console.print(f"{after[-1].time_zone} holds now. {plays}.")
    return exit_codes.DONE


def _make_sure(wanted: Wanted) -> None:
    if wanted.back is not None and wanted != Wanted(back=wanted.back):
        raise SettingsError("--take-back goes alone: it undoes a move, and the zone before it holds on.")
    if wanted.zone is None and (wanted.begins or wanted.ends):
        raise SettingsError("Name the region, too: brapped timezone Europe/Berlin --from 2024-03-01")
    if wanted.zone is not None and (problem := why_refused(wanted.zone)):
        raise SettingsError(problem)


def _past(text: str, zone: str, now: datetime) -> datetime:
    """The instant (UTC) of a date, at midnight in this zone, or of a time."""
    instant = _instant(text, zone)
    if instant > now:
        raise SettingsError(f"{text} lies ahead in {zone}. Say it once you are there.")
    return instant


def _instant(text: str, zone: str) -> datetime:
    try:
        # A date alone is at midnight.
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(f"{text!r} is no date. {LIKE}") from None
    if not FIRST_YEAR <= told.year <= date.max.year - 1:
        raise SettingsError(f"{text!r} lies outside of what can be. {LIKE}")
    return told.astimezone(UTC) if told.tzinfo else zones.at_local(told, zone)


def _named(text: str, spans: Spans) -> Span:
    """The span that began on this day, as it was there, or at this instant."""
    moves = [span for span in spans if span.from_at is not None]
    found = [span for span in moves if _instant(text, span.time_zone) == span.from_at]
    found = found or [span for span in moves if text.strip() == f"{zones.local_time(spans, _begins(span)):%Y-%m-%d}"]
    if len(found) == 1:
        return found[0]
    names = ", ".join(zones.began(span) for span in moves) or "none"
    problem = "Two moves are of" if found else "There is no move of"
    raise SettingsError(f"{problem} {text}. The moves are: {names}.")


def _begins(span: Span) -> datetime:
    assert span.from_at is not None
    return span.from_at


def _show(console: Console, spans: Spans) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for span in spans:
        table.add_row(
            "from the beginning" if span.from_at is None else f"from {zones.began(span)}",
            span.time_zone,
            "holds now" if span == spans[-1] else "",
        )
    console.print(table)


def _tell(console: Console, change: Change, after: Spans) -> None:
    assert change.first_at is not None
    assert change.last_at is not None
    first, last = (zones.local_time(after, at) for at in (change.first_at, change.last_at))
    console.print(
        f"{change.changed:,} of {change.plays:,} plays get another local time: {change.hours:,} another hour, "
        f"{change.days:,} another day. They ended between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M}.",
        soft_wrap=True,
    )


def _agreed(console: Console) -> bool:
    if not console.is_terminal:
        raise SettingsError("Nothing was changed. Run this in a terminal, which asks you, or add --yes.")
    return Confirm.ask("Write them anew?", console=console, default=False)
