"""What an import would do, found out by doing it where nothing is kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from brapped_assets.history.discovery import Found
from brapped_assets.history.model import HistoryPlay
from brapped_assets.text import formatting
from brapped_assets.text.translation import _, ngettext
from brapped_assets.transfer import stays_abroad
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import PIECE_ROWS, Progress, import_history
from brapped_assets.transfer.ownership import doubts
from brapped_assets.transfer.ownership_doubts import Doubt
from brapped_assets.transfer.ownership_evidence import Agreement
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.listeners import Listener
from brapped_assets.warehouse.merge.dry_run import months, rehearsal
from brapped_assets.warehouse.zones import Spans, local_time, spans_of_listener


@dataclass
class Preview:
    """What an import of some files would do now; `summary` is what it would say of itself.

    `told` are the plays in files that are not imported yet by local month (its first day), from `first_at` to `last_at`
    (UTC), and `new` by how many plays each month would grow. `doubts` are signs that the files are somebody else's, and
    `agreement` how far they agree with what is known. `stays` are sentences on stays in other time zones, as after an
    import.
    """

    listener: Listener
    spans: Spans
    summary: Summary = field(default_factory=Summary)
    doubts: list[Doubt] = field(default_factory=list)
    agreement: Agreement = field(default_factory=Agreement)
    stays: list[str] = field(default_factory=list)
    told: Counter[date] = field(default_factory=Counter)
    new: dict[date, int] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None

    def remarks(self) -> list[str]:
        """Sentences on what the files tell of, how far that is known already, and stays in other time zones."""
        said = []
        if self.first_at is not None and self.last_at is not None:
            first, last = (formatting.day(local_time(self.spans, at).date()) for at in (self.first_at, self.last_at))
            span = first if first == last else _("%(first)s to %(last)s", first=first, last=last)
            plays = _plays(self.told.total())
            said.append(_("The files not imported yet tell of %(plays)s, %(span)s.", plays=plays, span=span))
        agreement = self.agreement
        if agreement.told and agreement.known:
            text = ngettext(
                "Compared on %(num)s day that both cover: of %(plays)s they tell of, %(agreeing)s are among the "
                "%(known)s known, %(share)s.",
                "Compared on %(num)s days that both cover: of %(plays)s they tell of, %(agreeing)s are among the "
                "%(known)s known, %(share)s.",
                agreement.days,
                plays=_plays(agreement.told),
                agreeing=agreement.agreeing,
                known=agreement.known,
                share=formatting.percent(agreement.agreeing, agreement.told),
            )
            said.append(text)
        return [*said, *self.stays]

    def by_month(self) -> list[tuple[date, int, int]]:
        """Each month's first day, the plays told of it, and how many more it would have; in order."""
        return [(month, self.told[month], self.new.get(month, 0)) for month in sorted({*self.told, *self.new})]

    def see(self, plays: Sequence[HistoryPlay]) -> None:
        """Count these plays by month."""
        ends = [play.ended_at for play in plays]
        self.first_at = min([*ends, *filter(None, [self.first_at])])
        self.last_at = max([*ends, *filter(None, [self.last_at])])
        self.told.update(local_time(self.spans, end).date().replace(day=1) for end in ends)


def preview(
    warehouse: Warehouse,
    whose: Callable[[Connection], Listener],
    found: Sequence[Found],
    *,
    progress: Progress = lambda _done, _expected: None,
    piece_rows: int = PIECE_ROWS,
) -> Preview:
    """Import these histories for whoever `whose` says, on copies that are gone afterwards; see `merge.dry_run`.

    Nothing is stored, nobody waits for it, and what it says is what the import does, as long as nothing else comes
    meanwhile. Raises what `whose` raises, and a WarehouseError.
    """
    with rehearsal(warehouse) as rehearsed:
        with rehearsed.transaction() as tx:
            person = whose(tx)
            spans = spans_of_listener(tx, person.listener_id)
            before = months(tx, person.listener_id)
        rehearsed.about(person.listener_id)
        shown = Preview(person, spans)
        shown.doubts, shown.agreement = doubts(rehearsed, person.listener_id, found, is_whole=True)
        import_history(
            rehearsed,
            person.listener_id,
            found,
            shown.summary,
            progress=progress,
            piece_rows=piece_rows,
            see=shown.see,
        )
        with rehearsed.transaction() as tx:
            after = months(tx, person.listener_id)
            shown.stays = stays_abroad.remarks(tx, person.listener_id, datetime.now(UTC))
    changed = {month: after.get(month, 0) - before.get(month, 0) for month in sorted(before.keys() | after.keys())}
    shown.new = {month: plays for month, plays in changed.items() if plays}
    return shown


def _plays(count: int) -> str:
    return ngettext("%(num)s play", "%(num)s plays", count)
