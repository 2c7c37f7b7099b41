"""One poll of many listeners by eight run workers at once, a shard each, beside the same by one run.

Each worker is a process that executes a Dagster run, as a pod of the K8sRunLauncher does; Spotify takes 150 ms for an
answer. `BENCH_LISTENERS` for another number.
"""

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psycopg

from bench.figures import Figure
from bench.test_bed import Scene, connected, environment, hurried_account
from brapped_assets.assets.shards import Shard, all_shards
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.listener import ScriptedListener
from brapped_assets.partitions import HOUR, look_back
from brapped_assets.schedules import RAW
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
from brapped_assets.warehouse import listeners, refresh_tokens
from brapped_assets.warehouse.db.connections import Warehouse

LISTENERS, WORKERS = 200, 8
ANSWER_SECONDS = 0.15
KEY = urlsafe_b64encode(b"k" * 32).decode()
CHECKOUT = str(Path(__file__).parents[1])
# A run that asks for its shard, as the daemon would have it executed.
WORKER = """
import sys
from bench.newest_hour import poll_newest_hour
from brapped_assets.assets.shards import Shard
from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.settings import Settings
with open_instance(Settings.load()) as instance:
    assert poll_newest_hour(instance, Shard(*map(int, sys.argv[1:]))).success
"""
TOLD = """
select l.spotify_user_id, count(*)::int, count(distinct f.api_at)::int
from star.streaming_fact f join audit.listener l using (listener_id) group by 1
"""


@dataclass(frozen=True)
class Polled:
    """What became of one poll of everybody."""

    seconds: float
    hours_closed: int
    lost: int
    doubled: int


def measure(scene: Scene) -> list[Figure]:
    many = int(os.environ.get("BENCH_LISTENERS", LISTENERS))
    alone = _poll_everybody(scene, many, [Shard()])
    dealt = _poll_everybody(scene, many, all_shards(WORKERS))
    return [
        Figure(
            f"one poll of {many:,} listeners by {WORKERS} run workers",
            dealt.seconds,
            "s",
            baseline=alone.seconds,
            baseline_is="by one run",
            note=f"from the start of the processes on; Spotify answers after {ANSWER_SECONDS * 1000:.0f} ms",
        ),
        Figure("hours closed by the last shard", dealt.hours_closed, note=f"of 1; by one run {alone.hours_closed}"),
        Figure("plays lost", dealt.lost + alone.lost, budget=0),
        Figure("plays doubled", dealt.doubled + alone.doubled, budget=0),
    ]


def _poll_everybody(scene: Scene, many: int, shards: list[Shard]) -> Polled:
    """Poll everybody once, one process a shard, all at once, in a warehouse where nothing was polled before."""
    first = hurried_account()
    people = [first, *(_another(first, number) for number in range(1, many))]
    for one in people:
        one.faults.add("slow", path="/v1", times=None, seconds=ANSWER_SECONDS)
    with _connected(scene, people) as url:
        started = perf_counter()
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(shard.number), str(shard.count)], stdout=subprocess.DEVNULL
            )
            for shard in shards
        ]
        codes = [worker.wait() for worker in workers]
        seconds = perf_counter() - started
        assert codes == [0] * len(shards)
        with open_instance(Settings.load()) as instance:
            closed = instance.get_materialized_partitions(RAW) & {*look_back(datetime.now(UTC))}
        with psycopg.connect(url) as connection:
            kept = {who: (plays, different) for who, plays, different in connection.execute(TOLD).fetchall()}
    served = Counter({one.listener.user_id: len(one.served) for one in people})
    return Polled(
        seconds,
        len(closed),
        lost=sum(max(0, count - kept.get(who, (0, 0))[1]) for who, count in served.items()),
        doubled=sum(plays - different for plays, different in kept.values()),
    )


def _another(first: SimulatedAccount, number: int) -> SimulatedAccount:
    name = f"listener {number}"
    assert isinstance(first.listener, ScriptedListener)
    person = ScriptedListener(first.listener.plays, seed=name, display_name=name)
    return SimulatedAccount(person, catalogue=first.catalogue, seed=name, client_of=first)


@contextmanager
def _connected(scene: Scene, people: list[SimulatedAccount]) -> Iterator[str]:
    """Settings of somebody to whom the others came, as `brapped login` leaves them; the warehouse's URL."""
    with scene.database() as warehouse, scene.database(template="dagster") as history:
        url = scene.postgres.url(warehouse)
        with (
            connected(people[0], url) as server,
            environment(
                {
                    "DAGSTER_PG_URL": scene.postgres.url(history),
                    "SPOTIFY_DAILY_CALL_BUDGET": "1000000",
                    "BRAPPED_TOKEN_KEY": KEY,
                    "BRAPPED_START": f"{datetime.now(UTC) - 24 * HOUR:%Y-%m-%dT%H:00:00Z}",
                    "PYTHONPATH": CHECKOUT,
                    "PYTHONWARNINGS": "ignore",
                }
            ),
        ):
            server.become(*people)
            with Warehouse(scene.folder / "home", url) as opened:
                for one in people:
                    _log_in(opened, one, is_first=one is people[0])
            with open_instance(Settings.load()):
                pass  # Dagster's tables are made
            yield url


def _log_in(warehouse: Warehouse, account: SimulatedAccount, *, is_first: bool) -> None:
    now = datetime.now(UTC)
    token = os.environ["SPOTIFY_REFRESH_TOKEN"] if is_first else account.refresh_token(authorized_at=now)
    with warehouse.transaction() as tx:
        listener = listeners.save_listener(
            tx,
            refresh_token=token,
            time_zone="UTC",
            now=now,
            spotify_user_id=account.listener.user_id,
            authorized_at=now,
        )
        if not is_first:
            refresh_tokens.keep(tx, listener.listener_id, token, KEY, now)
