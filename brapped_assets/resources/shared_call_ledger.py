"""The ledger of calls that all processes share: decided by `spotify.quota`, kept by the warehouse."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from brapped_assets.spotify import (
    LONGEST_WAIT,
    RECENTLY_PLAYED,
    Postponed,
    Purpose,
    QuotaState,
    admit,
    calls_left_for_enrichment,
)
from brapped_assets.warehouse import call_ledger
from brapped_assets.warehouse.db.connections import Connection, Transactions


@dataclass
class SharedCallLedger:
    """The `CallLedger` of all processes."""

    warehouse: Transactions
    budget: int
    made: int = 0
    """Calls made through this object, which a run has one of."""
    opened_at: float = field(default_factory=monotonic)
    """When this object was made, in seconds of `time.monotonic`."""

    def reserve(self, endpoint: str, *, purpose: Purpose, now: datetime) -> None:
        with self.warehouse.transaction() as tx:
            admit(self._state(tx, now, lock=True), purpose=purpose, budget=self.budget, now=now)
            call_ledger.count(tx, endpoint, now)
        self.made += 1

    def postpone(self, until: datetime, reason: str, *, now: datetime) -> None:
        with self.warehouse.transaction() as tx:
            call_ledger.postpone(tx, until, reason, latest=now + LONGEST_WAIT)

    def left(self, now: datetime) -> int:
        """Calls that enrichment may still make, the day's remaining polls set aside."""
        with self.warehouse.transaction() as tx:
            return self.left_in(tx, now)

    def left_in(self, tx: Connection, now: datetime) -> int:
        """`left`, inside a transaction that is open anyway."""
        return calls_left_for_enrichment(self._state(tx, now), self.budget)

    def enrichment_waits_until(self, tx: Connection, now: datetime) -> datetime | None:
        """When it is worth looking things up again; None: now."""
        try:
            admit(self._state(tx, now), purpose="enrichment", budget=self.budget, now=now)
        except Postponed as postponed:
            return postponed.not_before
        return None

    @staticmethod
    def _state(tx: Connection, now: datetime, *, lock: bool = False) -> QuotaState:
        spent = call_ledger.spent(tx, poll_endpoint=RECENTLY_PLAYED, now=now, lock=lock)
        # Whoever is about to be met for the first time needs polls too.
        return QuotaState(spent.not_before, spent.reason, spent.calls, spent.polls, max(1, spent.listeners))
