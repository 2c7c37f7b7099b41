"""What the warehouse and the wall clock are to the client, small enough to look through."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from brapped_assets.spotify import RECENTLY_PLAYED, Purpose, QuotaState, admit, waits_until


@dataclass
class MovableClock:
    """Stands still but for `sleep` and `forward`."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class MemoryLedger:
    """The real rules over a list; what the warehouse keeps in two tables."""

    budget: int = 1000
    listeners: int = 1
    calls: list[tuple[datetime, str]] = field(default_factory=list)
    not_before: datetime | None = None
    reason: str | None = None

    @property
    def endpoints(self) -> list[str]:
        return [endpoint for _, endpoint in self.calls]

    def reserve(self, endpoint: str, *, purpose: Purpose, now: datetime) -> None:
        today = [name for at, name in self.calls if at > now - timedelta(days=1)]
        polls = today.count(RECENTLY_PLAYED)
        state = QuotaState(self.not_before, self.reason, len(today), polls, self.listeners)
        admit(state, purpose=purpose, budget=self.budget, now=now)
        self.calls.append((now, endpoint))

    def postpone(self, until: datetime, reason: str, *, now: datetime) -> None:
        if self.not_before is None or self.not_before < until or waits_until(self.not_before, now) is None:
            self.not_before, self.reason = until, reason
