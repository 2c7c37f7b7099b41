"""What is said of a machine's clock that is wrong."""

from datetime import timedelta

SET_IT = "Let it be set by the network (Linux: timedatectl set-ntp true)"
# Beyond this a clock is wrong: answers take seconds.
TOLERATED_SKEW = timedelta(seconds=60)
# The largest unit of which there are two or more is near enough.
_UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))


def describe_skew(skew: timedelta) -> str:
    """A wrong clock in words; `skew` is the right time minus the clock's."""
    return f"This machine's clock is {_amount(abs(skew))} {'behind' if skew > timedelta() else 'ahead of'} Spotify's."


def _amount(time: timedelta) -> str:
    for name, unit in _UNITS:
        if (number := round(time / unit)) > 1:
            return f"{number:,} {name}"
    return f"{time.total_seconds():.0f} s"
