"""Instants at which a play can have ended, whoever tells of it: exports and polls alike."""

from datetime import UTC, datetime, timedelta

from brapped_assets.text.translation import N_

# Spotify was founded in 2006. What claims to be older is a device whose clock was never set.
FIRST_INSTANT = datetime(2006, 1, 1, tzinfo=UTC)
# A device's clock may be ahead of ours, by a time zone at most.
AHEAD = timedelta(days=1)


def why_implausible(at: datetime, now: datetime) -> str | None:
    """Why nothing can have ended at `at`; None for an instant that can be."""
    if at < FIRST_INSTANT:
        return N_("the time lies before Spotify existed")
    if at > now and at - now > AHEAD:
        return N_("the time lies in the future")
    return None
