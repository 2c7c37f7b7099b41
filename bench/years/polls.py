"""Polls of a simulated life: the two assets' own code, called as Dagster calls it, or Dagster itself."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import dagster as dg
import psycopg
import time_machine

from bench.newest_hour import poll_newest_hour
from bench.test_bed import Scene, environment
from brapped_assets import partitions
from brapped_assets.assets.daily_retention import KEEP_CALLS
from brapped_assets.assets.recently_played_raw import recently_played_raw
from brapped_assets.assets.streaming_fact import streaming_fact
from brapped_assets.commands.sync import QUIET
from brapped_assets.definitions import defs
from brapped_assets.jobs import daily_upkeep
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets.spotify import RECENTLY_PLAYED, AccessTokens, SpotifyClient
from brapped_assets.warehouse import call_ledger
from brapped_assets.warehouse.db import connections

# Of its own: Dagster arranges those that have names.
QUIETLY = logging.Logger("years", logging.CRITICAL + 1)  # noqa: LOG001
# Dagster keeps the database's time of a run's creation, which no clock here moves; the run's own begin is simulated.
SIMULATED = (
    "update runs set create_timestamp = to_timestamp(start_time) at time zone 'UTC' where start_time is not null"
)


class Collector:
    """One process of the program after another; what it remembers of hours is all that outlives them."""

    def __init__(self) -> None:
        self._closed: set[str] = set()
        self._counted: list[datetime] = []
        self._resources = ExitStack()
        self._open: Any = None
        # Nothing is stored in it: made once, because making it costs as much as a poll.
        self._instance = dg.DagsterInstance.ephemeral()

    def restart(self) -> None:
        """Another process, which remembers nothing: no token, no connection."""
        self.settle()
        self._resources.close()
        self._open = None

    def poll(self, *, is_killed: bool = False) -> str:
        """One poll as the hourly job makes it: made, postponed or failed; when killed, what landed is not merged."""
        self.settle()
        candidates = partitions.look_back(datetime.now(UTC))
        due = partitions.due(candidates, self._closed)
        assert due is not None
        hours = [key for key in candidates if due.first <= partitions.hour_of(key)]
        try:
            if not _run(recently_played_raw, self._held(), hours):
                return "postponed"
            self._closed = {*self._closed, *hours} & set(candidates)
            if is_killed:
                self.restart()
            else:
                _run(streaming_fact, self._held(), hours)
        except dg.Failure:
            return "failed"
        return "made"

    def count_poll(self, at: datetime) -> None:
        """As if polled, for a page that is known to be the one before; in the ledger from `settle` on."""
        self._counted.append(at)

    def settle(self) -> None:
        """Write down the polls that were counted: in one transaction, before whatever may read the ledger or fail."""
        counted, self._counted = self._counted, []
        if counted:
            # What `call_ledger.count` does, without a round trip for each.
            with self._held().neon.transaction() as tx, tx.cursor() as cursor:
                cursor.executemany(call_ledger.q.count, [{"endpoint": RECENTLY_PLAYED, "now": at} for at in counted])

    def keep_up(self, at: datetime) -> None:
        """What a day brings: ledgers cut."""
        self.settle()
        with self._held().neon.transaction() as tx:
            call_ledger.forget_before(tx, at - KEEP_CALLS)

    def _held(self) -> Any:
        if self._open is None:
            self._open = self._resources.enter_context(dg.build_resources(dict(defs.resources or {}), self._instance))
        return self._open


def poll_by_dagster(now: datetime, settings: dict[str, str], history_url: str, is_kept_up: bool) -> None:  # noqa: FBT001
    """The newest hour through Dagster, whose history is at this URL; and the day's upkeep, if so. In any process."""
    with (
        time_machine.travel(now, tick=False),
        environment({**settings, "DAGSTER_PG_URL": history_url}),
        open_instance(Settings.load()) as instance,
    ):
        assert poll_newest_hour(instance).success
        if is_kept_up:
            job = defs.resolve_job_def(daily_upkeep.name)
            assert job.execute_in_process(instance=instance, run_config=QUIET).success
    with psycopg.connect(history_url, autocommit=True) as connection:
        connection.execute(SIMULATED)


def hang_up(scene: Scene, name: str) -> None:
    """The database's end of every connection to it is closed."""
    with psycopg.connect(scene.postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def allow_connections(scene: Scene, name: str, *, allowed: bool) -> None:
    """Let a database be down, or up again."""
    with psycopg.connect(scene.postgres.url("postgres"), autocommit=True) as admin:
        admin.execute("update pg_database set datallowconn = %s where datname = %s", [allowed, name])
    if not allowed:
        hang_up(scene, name)


def _run(asset: dg.AssetsDefinition, resources: Any, hours: list[str]) -> bool:
    """An asset's own code as Dagster calls it; whether it materialized anything. Raises dg.Failure."""
    context = SimpleNamespace(
        partition_keys=hours,
        log=QUIETLY,
        run=SimpleNamespace(run_id="a simulated run", tags=partitions.range_tags(hours[0], hours[-1])),
        # Asked only about hours that no poll can close any more.
        instance=None,
        assets_def=asset,
        add_asset_metadata=lambda *_, **__: None,
        log_event=lambda _event: None,
        asset_key=asset.key,
    )
    code: Callable[..., Iterator[Any]] = asset.op.compute_fn.decorated_fn  # type: ignore[union-attr]
    return bool(list(code(context, spotify=resources.spotify, neon=resources.neon)))


@contextmanager
def sleeping(wait: Callable[[float], None]) -> Iterator[None]:
    """Whoever waits calls this instead; and nobody waits for a database that is known to be down."""
    waiting: list[Any] = [SpotifyClient.__init__.__kwdefaults__, AccessTokens.__init__.__kwdefaults__]
    before, patience = [each["sleep"] for each in waiting], connections.COLD_START_SECONDS
    for each in waiting:
        each["sleep"] = wait
    connections.COLD_START_SECONDS = 0
    try:
        yield
    finally:
        connections.COLD_START_SECONDS = patience
        for each, sleep in zip(waiting, before, strict=True):
            each["sleep"] = sleep
