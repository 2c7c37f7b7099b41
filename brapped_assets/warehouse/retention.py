"""What grows without end though nothing is played: old proofs and rankings, thinned out where nothing hangs on them.

Measured a year and listener: 26,280 polls, 5.9 MB, as much as the plays of a keen listener; 109,500 ranks, 16.6 MB.
"""

from datetime import date, datetime

from brapped_assets.warehouse.db.connections import Connection
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__)


def thin_polls(tx: Connection, before: datetime, at_most: int) -> int:
    """Drop quiet polls from before an instant (UTC) but the last of each day; returns how many.

    Whatever landed a play, found a gap or saw something odd stays for ever: gaps, the hours vouched for and the verdict
    on the next page are the same with and without them. `at_most`, because each costs a look at what may point at it.
    """
    return tx.execute(q.quiet_polls, {"before": before, "at_most": at_most}).rowcount


def forget_changes(tx: Connection, before: datetime) -> int:
    """Drop the notes of what changed before an instant (UTC); returns how many. Pages look every few days at least."""
    row = one_row(tx, q.changes, {"before": before})
    return int(row["gone"])


def thin_rankings(tx: Connection, before: date) -> int:
    """Keep one of Spotify's rankings a week from before a day; returns how many rows went."""
    return tx.execute(q.rankings, {"before": before}).rowcount
