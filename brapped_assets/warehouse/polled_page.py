"""What one poll brought: a page of plays, and of items that are none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Played(Protocol):
    """One play of a page, understood: END (UTC), the track's id or uri, track and context as received."""

    @property
    def played_at(self) -> datetime: ...
    @property
    def track_ref(self) -> str: ...
    @property
    def track(self) -> dict[str, Any]: ...
    @property
    def context(self) -> dict[str, Any] | None: ...


class Other(Protocol):
    """One item of a page that is no play of a track, as received: why, what it is, its END (UTC) as far as known."""

    @property
    def payload(self) -> Any: ...
    @property
    def reason(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def played_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Page:
    """What one poll of one listener brought, and what is known about the answer itself.

    `polled_at` is Spotify's time where this machine's clock is wrong. `clock_skew_ms` is Spotify's clock minus ours;
    None: the answer had no date.
    """

    listener_id: int
    run_id: str
    polled_at: datetime
    played: Sequence[Played]
    others: Sequence[Other]
    parser_version: int
    clock_skew_ms: int | None = None
    keys_missing: Collection[str] = ()
    keys_new: Collection[str] = ()

    def ends(self) -> list[datetime]:
        """The END (UTC) of every item that has one, in no order."""
        told = [item.played_at for item in self.others if item.played_at is not None]
        return [*(item.played_at for item in self.played), *told]
