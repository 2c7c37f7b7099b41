"""A listener collected for as long as a plan says, on a clock that jumps from poll to poll, whatever goes wrong.

A poll here is the two assets' own code, called as Dagster calls it, over real HTTP and SQL; Dagster itself runs for the
plan's sampled stretches only (a second a run: a year of it takes most of a day). A page that is the same as before is
counted as a call and not asked for, four in five of all, unless something is wrong just then.
"""

import os
import subprocess
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import time_machine
from psycopg.conninfo import conninfo_to_dict

from bench.test_bed import Scene
from bench.years.account import Account
from bench.years.plan import DAY, SPOTIFYS, TICK, Plan, Trouble
from bench.years.polls import Collector, allow_connections, hang_up, poll_by_dagster, sleeping
from bench.years.quarters import Quarter, quarter
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests import old_schema

CHECKOUT = str(Path(__file__).parents[1])
EVERYTHING = "select md5(string_agg(p::text, '|' order by play_key)) as digest, count(*) as plays from bi.plays p"


@dataclass
class Told:
    """What happened: polls by what came of them, the first and the last page read, faults by kind, sizes by quarter."""

    polls: Counter[str] = field(default_factory=Counter)
    polled: tuple[datetime, datetime] | None = None
    faults: Counter[str] = field(default_factory=Counter)
    quarters: list[Quarter] = field(default_factory=list)
    upgraded_rows: int = 0
    is_upgrade_whole: bool = False
    exported: tuple[datetime, datetime] | None = None


class Life:
    """Lives a plan; `url` is the warehouse's now: after the upgrade it is another database."""

    def __init__(self, scene: Scene, plan: Plan, account: Account, url: str, clock: time_machine.Traveller) -> None:
        self.told = Told()
        self.url = url
        self.account = account
        self._scene, self._plan, self._clock = scene, plan, clock
        self._collector = Collector()
        self._is_page_known = False
        self._met: list[Trouble] = []
        self._owned = ExitStack()
        self._history_url: str | None = None
        # Its runs are processes of their own in life, too. Its warnings are of betas that are known.
        self._dagster = self._owned.enter_context(
            ProcessPoolExecutor(1, get_context("spawn"), initializer=warnings.simplefilter, initargs=("ignore",))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._collector.restart()
        self._owned.close()

    def live(self) -> None:
        plan = self._plan
        sampled = [(plan.begin + start, plan.begin + start + lasts) for start, lasts in plan.sampled]
        exports = [plan.begin + after for after in plan.exported]
        upgrades = [plan.begin + plan.upgraded]
        quarters = [plan.begin + after for after in plan.quarters]
        today = plan.begin.date()
        with sleeping(self._wait):
            for at in plan.polls():
                if quarters and at >= quarters[0]:
                    quarters.pop(0)
                    self._measure()
                self._move_to(at)
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
            if quarters:
                self._measure()

    def _move_to(self, at: datetime) -> None:
        self._clock.move_to(at)
        if self.account.move_to(at):
            self._is_page_known = False

    def _wait(self, seconds: float) -> None:
        self._clock.shift(seconds)
        if self.account.move_to(datetime.now(UTC)):
            self._is_page_known = False

    def _measure(self) -> None:
        """A quarter's end."""
        self._collector.restart()
        history = _name_of(self._history_url) if self._history_url else None
        self.told.quarters.append(quarter(self._scene, self._database, history))

    @property
    def _kinds(self) -> set[str]:
        return {each.kind for each in self._met}

    @property
    def _database(self) -> str:
        return _name_of(self.url)

    def _turn(self, at: datetime) -> None:
        """Begin and end what goes wrong."""
        before, self._met = self._met, self._plan.met_at(at)
        for ended in [each for each in before if each not in self._met]:
            if ended.kind in SPOTIFYS:
                self.account.end()
            elif ended.kind == "database_down":
                allow_connections(self._scene, self._database, allowed=True)
            elif ended.kind == "consent_ended":
                os.environ["SPOTIFY_REFRESH_TOKEN"] = self.account.consent_again()
                self._collector.restart()
        if self._met:
            self._collector.settle()
        for begun in [each for each in self._met if each not in before]:
            self.told.faults[begun.kind] += 1
            if begun.kind in SPOTIFYS:
                self.account.begin(begun)
            elif begun.kind == "database_down":
                allow_connections(self._scene, self._database, allowed=False)
            elif begun.kind == "connection_lost":
                hang_up(self._scene, self._database)

    def _poll(self, at: datetime, sampled_until: datetime | None) -> None:
        is_last = sampled_until is not None and at + TICK >= sampled_until
        if not self._met and not is_last and self._is_page_known:
            self._collector.count_poll(at)
            outcome = "counted: the page before"
        elif sampled_until is not None:
            self._collector.settle()
            self._poll_by_dagster(is_last=is_last)
            outcome = "made by Dagster"
        else:
            outcome = self._collector.poll(is_killed="killed" in self._kinds)
            if "twice" in self._kinds:
                self._collector.poll()
        self.told.polls[outcome] += 1
        self._is_page_known = outcome not in {"postponed", "failed"}
        if self._is_page_known:
            self.told.polled = self.told.polled[0] if self.told.polled else at, at

    def _poll_by_dagster(self, *, is_last: bool) -> None:
        if self._history_url is None:
            name = self._owned.enter_context(self._scene.database(template="template0", is_durable=False))
            self._history_url = self._scene.postgres.url(name)
        polled = self._dagster.submit(poll_by_dagster, datetime.now(UTC), dict(os.environ), self._history_url, is_last)
        polled.result()

    def _keep_up(self, at: datetime) -> None:
        """A day's work, by a new process."""
        self._collector.restart()
        self._collector.keep_up(at)
        self.told.faults["restarted"] += 1

    def _upgrade(self) -> None:
        """From now on the warehouse is one that the first version left, brought to today's by the first transaction."""
        self._collector.restart()
        name = self._owned.enter_context(self._scene.database(template="template0", is_durable=False))
        new = self._scene.postgres.url(name)
        old_schema.prepare(new)
        self.told.upgraded_rows = sum(old_schema.fill(new, self.url).values())
        before = self._everything()
        self.url = os.environ["DATABASE_URL"] = new
        self.told.is_upgrade_whole = self._everything() == before

    def _everything(self) -> Any:
        with Warehouse(self._scene.folder, self.url) as warehouse, warehouse.transaction() as tx:
            return tx.execute(EVERYTHING).fetchone()

    def _import(self, until: datetime) -> None:
        """An export of everything from a month before the first poll on, by the command: no collector imports."""
        first = self._plan.begin - 30 * DAY
        path = self._scene.folder / f"export_{until:%Y%m%d}.zip"
        self.account.export(path, first, until)
        command = [sys.executable, "-W", "ignore", "-m", "brapped_assets", "import", str(path)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": CHECKOUT})
        path.unlink()
        self.told.exported = first, until


def _name_of(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])
