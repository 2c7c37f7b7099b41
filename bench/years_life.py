"""A listener collected for as long as a plan says, on a clock that jumps from poll to poll, whatever goes wrong.

A poll here is the two assets' own code, called as Dagster calls it, over real HTTP and SQL; Dagster itself runs for the
plan's sampled stretches only (a second a run: a year of it takes a day). A page that is the same as before is counted
as a call and not asked for, four in five of all.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Self

import dagster as dg
import psutil
import psycopg
import time_machine

from bench import old_schema
from bench.newest_hour import poll_newest_hour
from bench.scene import Scene, environment
from bench.years_plan import DAY, SPOTIFYS, Plan, Trouble
from brapped_assets import partitions
from brapped_assets.assets.listening_rollup import listening_rollup
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.assets.run_history import KEEP_CALLS
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.commands.instance import opened
from brapped_assets.commands.sync import QUIET
from brapped_assets.definitions import defs
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.export import write_export
from brapped_assets.history.finding import find
from brapped_assets.importing import Summary, import_history
from brapped_assets.jobs import daily_upkeep
from brapped_assets.settings import Settings
from brapped_assets.spotify import RECENTLY_PLAYED, AccessTokens, SpotifyClient
from brapped_assets.warehouse import calls, connections
from brapped_assets.warehouse.listeners import listeners

FEED = f"/v1/{RECENTLY_PLAYED}"
# Of its own: Dagster arranges those that have names.
QUIETLY = logging.Logger("years", logging.CRITICAL + 1)
# Dagster keeps the database's time of a run's creation, which no clock here moves; the run's own begin is simulated.
SIMULATED = "update runs set create_timestamp = to_timestamp(start_time) at time zone 'UTC' where start_time is not null"
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
        self._scene, self._plan, self._account, self._clock = scene, plan, account, clock
        self._closed: set[str] = set()
        self._page: list[datetime] = []
        self._met: list[Trouble] = []
        self._resources = ExitStack()
        self._open: Any = None
        self._owned = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()
        self._owned.close()

    def live(self) -> None:
        plan = self._plan
        account = self._account
        os.environ["SPOTIFY_REFRESH_TOKEN"] = account.refresh_token(authorized_at=plan.begin)
        account.tokens.consent_lifetime = plan.consent
        sampled = [(plan.begin + start, plan.begin + start + lasts) for start, lasts in plan.sampled]
        exports = [plan.begin + after for after in plan.exported]
        upgrade: datetime | None = plan.begin + plan.upgraded
        with _sleeping(self._clock):
            today = plan.begin.date()
            for at in plan.polls():
                self._clock.move_to(at)
                self._turn(at)
                if "asleep" in self._kinds:
                    self.told.polls["slept through"] += 1
                    continue
                if at.date() != today and "database_down" not in self._kinds:
                    today = at.date()
                    self._keep_up(at)
                if upgrade and at >= upgrade:
                    upgrade = None
                    self._upgrade()
                if exports and at >= exports[0]:
                    self._import(exports.pop(0))
                sample = next(((start, end) for start, end in sampled if start <= at < end), None)
                if sample:
                    self._poll_by_dagster(at, is_last=at + 2 * timedelta(minutes=20) > sample[1])
                else:
                    self._poll(at)

    @property
    def _kinds(self) -> set[str]:
        return {each.kind for each in self._met}

    def _turn(self, at: datetime) -> None:
        """Begin and end what goes wrong."""
        before, self._met = self._met, self._plan.met_at(at)
        for ended in [each for each in before if each not in self._met]:
            if ended.kind in SPOTIFYS:
                self._account.faults.clear()
            elif ended.kind == "database_down":
                self._allow_connections(True)
            elif ended.kind == "consent_ended":
                self._account.tokens.consent_lifetime = timedelta(days=182)
                os.environ["SPOTIFY_REFRESH_TOKEN"] = self._account.refresh_token(authorized_at=at)
                self._restart()
        for begun in [each for each in self._met if each not in before]:
            self.told.faults[begun.kind] += 1
            if begun.kind == "quota_exceeded":
                seconds = int(begun.lasts.total_seconds())
                self._account.faults.add("quota_exceeded", path=FEED, times=1, retry_after=seconds)
            elif begun.kind in SPOTIFYS:
                # An outage stays; a hiccup is over at the next attempt.
                times = None if begun.kind in {"server_error", "empty_page", "forbidden", "malformed_json"} else 1
                self._account.faults.add(begun.kind, path=FEED, times=times)  # type: ignore[arg-type]
            elif begun.kind == "database_down":
                self._allow_connections(False)
            elif begun.kind == "connection_lost":
                self._hang_up()

    def _poll(self, at: datetime) -> None:
        page, self._page = self._page, [play.played_at for play in self._account.feed()]
        if not self._met and self._page == page and self._closed:
            self._count_poll(at)
            return
        outcome = self._ask(is_killed="killed" in self._kinds)
        if "twice" in self._kinds:
            self._ask(is_killed=False)
        self.told.polls[outcome] += 1
        if outcome == "made":
            self.told.polled.append(at)
        else:
            self._page = []

    def _ask(self, *, is_killed: bool) -> str:
        """One poll as the hourly job makes it."""
        candidates = partitions.look_back(datetime.now(UTC))
        due = partitions.due(candidates, self._closed)
        assert due is not None
        hours = [key for key in candidates if due.first <= partitions.hour_of(key)]
        try:
            if not _run(recently_played_raw, self._held(), hours):
                return "postponed"
            self._closed = {*self._closed, *hours} & set(candidates)
            if is_killed:
                self._restart()
            else:
                _run(streaming_fact, self._held(), hours)
        except dg.Failure:
            return "failed"
        return "made"

    def _count_poll(self, at: datetime) -> None:
        with self._held().neon.transaction() as tx:
            calls.count(tx, RECENTLY_PLAYED, at)
        self.told.polls["counted: the page before"] += 1
        self.told.polled.append(at)

    def _poll_by_dagster(self, at: datetime, *, is_last: bool) -> None:
        page, self._page = self._page, [play.played_at for play in self._account.feed()]
        if self._page == page and not is_last:
            self._count_poll(at)
            return
        history = self._scene.postgres.url("dagster")
        with environment({**os.environ, "DAGSTER_PG_URL": history}), opened(Settings.load()) as instance:
            assert poll_newest_hour(instance).success
            if is_last:
                job = defs.resolve_job_def(daily_upkeep.name)
                assert job.execute_in_process(instance=instance, run_config=QUIET).success
        self.told.polls["made by Dagster"] += 1
        self.told.polled.append(at)
        with psycopg.connect(history, autocommit=True) as connection:
            connection.execute(SIMULATED)
            if is_last:
                runs = connection.execute("select count(*) from runs").fetchone()
                self.told.dagster_runs.append(runs[0] if runs else 0)
                self.told.dagster_bytes.append(self._scene.bytes_of("dagster"))

    def _keep_up(self, at: datetime) -> None:
        """What a day brings: totals counted, ledgers cut; and a new process, which forgets everything else."""
        self._restart()
        listening_rollup.op.compute_fn.decorated_fn(neon=self._held().neon)  # type: ignore[union-attr]
        with self._held().neon.transaction() as tx:
            calls.forget_before(tx, at - KEEP_CALLS)
        self._account.calls.clear()
        self.told.faults["restarted"] += 1
        self.told.rss.append(psutil.Process().memory_info().rss)

    def _upgrade(self) -> None:
        """From now on the warehouse is one that the first version left, brought to today's by the first transaction."""
        self._resources.close()
        name = self._owned.enter_context(self._scene.database(template="template0", is_durable=False))
        new = self._scene.postgres.url(name)
        old_schema.prepare_at(new, old_schema.REVISIONS[0])
        self.told.upgraded_rows = sum(old_schema.fill(new, self.url).values())
        before = self._everything()
        self.url = os.environ["DATABASE_URL"] = new
        self._restart()
        self.told.is_upgrade_whole = self._everything() == before

    def _everything(self) -> Any:
        with connections.Warehouse(self._scene.folder, self.url) as warehouse, warehouse.transaction() as tx:
            return tx.execute(EVERYTHING).fetchone()

    def _import(self, until: datetime) -> None:
        """An export of everything from a month before the first poll on, as Spotify makes it."""
        first = self._plan.begin - 30 * DAY
        path = self._scene.folder / f"export_{until:%Y%m%d}.zip"
        write_export(self._account.listener, path, start=first, end=until)
        with connections.Warehouse(self._scene.folder, self.url) as warehouse:
            with warehouse.transaction() as tx:
                (person,) = listeners(tx)
            import_history(warehouse, person.listener_id, [find(path)], Summary())
        path.unlink()
        self.told.exported = first, until

    def _held(self) -> Any:
        if self._open is None:
            self._open = self._resources.enter_context(dg.build_resources(dict(defs.resources or {})))
        return self._open

    def _restart(self) -> None:
        self._resources.close()
        self._open = None

    def _allow_connections(self, allowed: bool) -> None:
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        with psycopg.connect(self._scene.postgres.url("postgres"), autocommit=True) as admin:
            admin.execute(f"alter database {name} with allow_connections {str(allowed).lower()}")  # type: ignore[arg-type]
        if not allowed:
            self._hang_up()

    def _hang_up(self) -> None:
        name = psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]
        with psycopg.connect(self._scene.postgres.url("postgres"), autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def _run(asset: dg.AssetsDefinition, resources: Any, hours: list[str]) -> bool:
    """An asset's own code as Dagster calls it; whether it materialized anything. Raises dg.Failure."""
    context = SimpleNamespace(
        partition_keys=hours,
        log=QUIETLY,
        run=SimpleNamespace(run_id="a simulated run"),
        add_asset_metadata=lambda *_, **__: None,
    )
    code: Callable[..., Iterator[Any]] = asset.op.compute_fn.decorated_fn  # type: ignore[union-attr]
    return bool(list(code(context, spotify=resources.spotify, neon=resources.neon)))


@contextmanager
def _sleeping(clock: time_machine.Traveller) -> Iterator[None]:
    """Whoever waits moves the clock instead; and nobody waits for a database that is known to be down."""
    waiting: list[Any] = [SpotifyClient.__init__.__kwdefaults__, AccessTokens.__init__.__kwdefaults__]
    before, patience = [each["sleep"] for each in waiting], connections.COLD_START_SECONDS
    for each in waiting:
        each["sleep"] = clock.shift
    connections.COLD_START_SECONDS = 0
    try:
        yield
    finally:
        connections.COLD_START_SECONDS = patience
        for each, sleep in zip(waiting, before, strict=True):
            each["sleep"] = sleep
