"""Numbers asked for again while nothing changed: a decade is counted once, not at every look."""

from collections import OrderedDict

from brapped_assets.insights.periods import Period
from brapped_assets.insights.viewer import Viewer
from brapped_assets.insights.wrapped.counting import numbers
from brapped_assets.insights.wrapped.numbers import Numbers
from brapped_assets.warehouse.connections import Connection

# Periods, a few kB each.
MOST = 64


class Memory:
    """Remembers numbers under the snapshot they were counted in.

    PostgreSQL's snapshot names every transaction that may have written: as long as it is the same, nothing was
    committed, and the numbers are what counting again would give. No clock, and never stale.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Numbers] = OrderedDict()

    def numbers(self, tx: Connection, who: Viewer, period: Period) -> Numbers:
        """As `numbers`; `tx` must see one snapshot (repeatable read), as those of `Reading` do."""
        (snapshot,) = tx.execute("select pg_current_snapshot()::text as snapshot").fetchall()
        key = (who.listener_id, period, who.today, snapshot["snapshot"])
        # Two visitors at once count twice at worst.
        found = self._kept.get(key) or numbers(tx, who, period)
        self._kept[key] = found
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found
