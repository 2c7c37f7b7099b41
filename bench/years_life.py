"""A listener collected for as long as a plan says, on a clock that jumps from poll to poll, whatever goes wrong.

A poll here is the two assets' own code, called as Dagster calls it, over real HTTP and SQL; Dagster itself runs for the
plan's sampled stretches only (a second a run: a year of it takes most of a day). A page that is the same as before is
counted as a call and not asked for, four in five of all, unless something is wrong just then.
"""

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import psutil
import time_machine
from psycopg.conninfo import conninfo_to_dict

from bench import old_schema
from bench.scene import Scene
from bench.years_plan import DAY, SPOTIFYS, STAYING, TICK, Plan, Trouble
from bench.years_polls import Collector, allow_connections, hang_up, poll_by_dagster, runs_kept, sleeping
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.export import write_export
from brapped_assets.history.finding import find
from brapped_assets.importing import Summary, import_history
from brapped_assets.spotify import RECENTLY_PLAYED
from brapped_assets.warehouse.connections import Warehouse
from brapped_assets.warehouse.listeners import listeners

FEED = f"/v1/{RECENTLY_PLAYED}"
CONSENT = timedelta(days=182)
EVERYTHING = "select md5(string_agg(p::text, '|' order by play_key)) as digest, count(*) as plays from bi.plays p"


@dataclass
class Told:
    """What happened: polls by what came of them, faults by kind, and sizes along the way."""

    polls: Counter[str] = field(default_factory=Counter)
    polled: list[datetime] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    rss: list[int] = field(default_factory=list)
    dagster_bytes: list[int] = field(default_factory=list)
    dagster_runs: list[int] = field(default_factory=list)
    upgraded_rows: int = 0
    is_upgrade_whole: bool = False
    exported: tuple[datetime, datetime] | None = None


class Life:
    """Lives a plan; `url` is the warehouse's now: after the upgrade it is another database."""

    def __init__(
        self, scene: Scene, plan: Plan, account: SimulatedAccount, url: str, clock: time_machine.Traveller
    ) -> None:
        self.told = Told()
        self.url = url
        self.account = account
        self._scene, self._plan, self._clock = scene, plan, clock
        self._collector = Collector()
        self._page: list[datetime] = []
        self._met: list[Trouble] = []
        self._owned = ExitStack()
        self._history_url: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._collector.restart()
        self._owned.close()

    def live(self) -> None:
        plan = self._plan
        os.environ["SPOTIFY_REFRESH_TOKEN"] = self.account.refresh_token(authorized_at=plan.begin)
        self.account.tokens.consent_lifetime = plan.consent
        sampled = [(plan.begin + start, plan.begin + start + lasts) for start, lasts in plan.sampled]
        exports = [plan.begin + after for after in plan.exported]
        upgrades = [plan.begin + plan.upgraded]
        today = plan.begin.date()
        with sleeping(self._clock):
            for at in plan.polls():
                self._clock.move_to(at)
                self._turn(at)
                if "asleep" in self._kinds:
                    self.told.polls["slept through"] += 1
                    continue
                if at.date() != today and "database_down" not in self._kinds:
                    today = at.date()
                    self._keep_up(at)
                if upgrades and at >= upgrades[0]:
                    upgrades.clear()
                    self._upgrade()
                if exports and at >= exports[0]:
                    self._import(exports.pop(0))
                sample = next(((start, end) for start, end in sampled if start <= at < end), None)
                self._poll(at, sample[1] if sample else None)

    @property
    def _kinds(self) -> set[str]:
        return {each.kind for each in self._met}

    @property
    def _database(self) -> str:
        return str(conninfo_to_dict(self.url)["dbname"])

    def _turn(self, at: datetime) -> None:
        """Begin and end what goes wrong."""
        before, self._met = self._met, self._plan.met_at(at)
        for ended in [each for each in before if each not in self._met]:
            if ended.kind in SPOTIFYS:
                self.account.faults.clear()
            elif ended.kind == "database_down":
                allow_connections(self._scene, self._database, allowed=True)
            elif ended.kind == "consent_ended":
                self.account.tokens.consent_lifetime = CONSENT
                os.environ["SPOTIFY_REFRESH_TOKEN"] = self.account.refresh_token(authorized_at=at)
                self._collector.restart()
        for begun in [each for each in self._met if each not in before]:
            self.told.faults[begun.kind] += 1
            if begun.kind in SPOTIFYS:
                # An outage stays; a hiccup is over at the next attempt.
                times = None if begun.kind in STAYING else 1
                wait = int(begun.lasts.total_seconds()) if begun.kind == "quota_exceeded" else None
                self.account.faults.add(begun.kind, path=FEED, times=times, retry_after=wait)  # type: ignore[arg-type]
            elif begun.kind == "database_down":
                allow_connections(self._scene, self._database, allowed=False)
            elif begun.kind == "connection_lost":
                hang_up(self._scene, self._database)

    def _poll(self, at: datetime, sampled_until: datetime | None) -> None:
        page, self._page = self._page, [play.played_at for play in self.account.feed()]
        is_last = sampled_until is not None and at + TICK >= sampled_until
        if not self._met and not is_last and self._page == page:
            self._collector.count_poll(at)
            outcome = "counted: the page before"
        elif sampled_until is not None:
            self._poll_by_dagster(is_last=is_last)
            outcome = "made by Dagster"
        else:
            outcome = self._collector.poll(is_killed="killed" in self._kinds)
            if "twice" in self._kinds:
                self._collector.poll()
        self.told.polls[outcome] += 1
        if outcome in {"postponed", "failed"}:
            self._page = []
        else:
            self.told.polled.append(at)

    def _poll_by_dagster(self, *, is_last: bool) -> None:
        if self._history_url is None:
            name = self._owned.enter_context(self._scene.database(template="template0", is_durable=False))
            self._history_url = self._scene.postgres.url(name)
        poll_by_dagster(self._history_url, is_kept_up=is_last)
        if is_last:
            self.told.dagster_runs.append(runs_kept(self._history_url))
            self.told.dagster_bytes.append(self._scene.bytes_of(str(conninfo_to_dict(self._history_url)["dbname"])))

    def _keep_up(self, at: datetime) -> None:
        """A day's work, by a new process."""
        self._collector.restart()
        self._collector.keep_up(at)
        self.account.calls.clear()
        self.told.faults["restarted"] += 1
        self.told.rss.append(psutil.Process().memory_info().rss)

    def _upgrade(self) -> None:
        """From now on the warehouse is one that the first version left, brought to today's by the first transaction."""
        self._collector.restart()
        name = self._owned.enter_context(self._scene.database(template="template0", is_durable=False))
        new = self._scene.postgres.url(name)
        old_schema.prepare_at(new, old_schema.REVISIONS[0])
        self.told.upgraded_rows = sum(old_schema.fill(new, self.url).values())
        before = self._everything()
        self.url = os.environ["DATABASE_URL"] = new
        self.told.is_upgrade_whole = self._everything() == before

    def _everything(self) -> Any:
        with Warehouse(self._scene.folder, self.url) as warehouse, warehouse.transaction() as tx:
            return tx.execute(EVERYTHING).fetchone()

    def _import(self, until: datetime) -> None:
        """An export of everything from a month before the first poll on, as Spotify makes it."""
        first = self._plan.begin - 30 * DAY
        path = write_export(
            self.account.listener, self._scene.folder / f"export_{until:%Y%m%d}.zip", start=first, end=until
        )
        with Warehouse(self._scene.folder, self.url) as warehouse:
            with warehouse.transaction() as tx:
                (person,) = listeners(tx)
            import_history(warehouse, person.listener_id, [find(path)], Summary())
        path.unlink()
        self.told.exported = first, until
