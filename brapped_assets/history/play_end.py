"""The instant at which a play of Spotify's extended history ended: its END, by which it is known in every dialect."""

from datetime import UTC, datetime, timedelta
from typing import Any

from brapped_assets.clocks.plausible_instants import FIRST_INSTANT
from brapped_assets.history.field_validation import number

EPOCH = datetime.fromtimestamp(0, UTC)
# As seconds this is the year 5138, as milliseconds 1973: a stamp below it is in seconds.
LARGEST_SECONDS = 10**11
UPLOADED_AFTER = timedelta(minutes=10)


def end_and_upload(
    ts: datetime, ms_played: int, stamp: Any, *, is_offline: bool | None
) -> tuple[datetime, datetime | None]:
    """The END of a play of extended history and, where that is long before it or not told, when it was uploaded."""
    if ts.microsecond:
        ts = ts.replace(microsecond=0)
    ended = _ended_at(ts, ms_played, stamp) if is_offline else ts
    return ended or ts, None if ended is ts else ts


def _ended_at(ts: datetime, ms_played: int, stamp: Any) -> datetime | None:
    """The END of an offline play of extended history; `ts` is in whole seconds. None: nothing tells it.

    `ts`, unless that is the time of the upload: over 10 minutes after `offline_timestamp`, the START on the device
    (facts, section 6.3: seconds in new files, ms in old ones), plus the time played. A stamp in ms is cut to its
    second, so that both forms of one row have the same END. Null, 0 and what lies before 2006, of a device without a
    clock, tell nothing.
    """
    told = stamp if type(stamp) is int else number(stamp)
    if told is None:
        return None
    started = told if told < LARGEST_SECONDS else told // 1000
    try:
        end = EPOCH + timedelta(seconds=int(started), milliseconds=ms_played)
    except (OverflowError, ValueError):
        return None
    if end < FIRST_INSTANT:
        return None
    return end if ts - end > UPLOADED_AFTER else ts
