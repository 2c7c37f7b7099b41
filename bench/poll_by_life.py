"""A poll, and a look at what is to be looked up, beside 10,000 plays and a million (BENCH_ROWS): they cost the same.

A twentieth of each life was polled, a page of which every 20 minutes of the last half year has its row.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import dagster as dg

from bench.figures import Figure
from bench.sql_life import live
from bench.test_bed import Scene, connected, hurried_account
from brapped_assets import partitions
from brapped_assets.definitions import defs
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.lookup_queue import ARTISTS, TRACKS, backlog

FEW, MANY = 10_000, 1_000_000
SIZES = [FEW, int(os.environ.get("BENCH_ROWS", str(MANY)))]
POLLS, PAUSE = 9, 1.0
LOOKS = 9
ASKED = 100
ASSETS = ("recently_played_raw", "streaming_fact")
# The live(…) of a life fills the fact; what of it was polled has landed once.
LANDED = """
insert into raw.track_payload (content_hash, track_ref, payload, is_applied, first_seen_at)
select md5(track_ref)::uuid, track_ref, jsonb_build_object('id', track_ref, 'name', track_name), true, now()
from star.track_dim;
update star.track_dim t set payload_key = p.payload_key from raw.track_payload p
where p.track_ref = t.track_ref and t.track_key % 4 > 0;
insert into raw.recently_played (listener_id, played_at, track_ref, payload_key, poll_id, is_merged)
select f.listener_id, f.api_at, t.track_ref, p.payload_key, (select min(poll_id) from audit.poll), true
from star.streaming_fact f join star.track_dim t on t.track_key = f.api_track_key
join raw.track_payload p using (track_ref) where f.api_at is not null
on conflict do nothing
"""


@dataclass(frozen=True)
class Cost:
    """Milliseconds, medians: a poll inside its two assets, the backlog's numbers, what is due in both queues."""

    poll: float
    backlog: float
    due: float


def measure(scene: Scene) -> list[Figure]:
    few, many = (_cost(scene, plays) for plays in SIZES)
    beside = f"beside {FEW:,} plays"
    return [
        Figure(
            f"beside {SIZES[1]:,} plays: {what}",
            getattr(many, name),
            "ms",
            baseline=getattr(few, name),
            baseline_is=beside,
            ratio_budget=1.5,
            note=note,
        )
        for name, what, note in (
            ("poll", "a poll, inside the assets that land and merge it", f"median of {POLLS}"),
            ("backlog", "what waits to be looked up, counted with each poll", "a quarter of 60,000 tracks wait"),
            ("due", f"the {ASKED} tracks and artists to look up next", "most played first, counted as they come"),
        )
    ]


def _cost(scene: Scene, plays: int) -> Cost:
    now = datetime.now(UTC)
    account = hurried_account()
    with (
        scene.database(is_durable=False) as name,
        dg.DagsterInstance.ephemeral() as instance,
        Warehouse(scene.folder, scene.postgres.url(name)) as warehouse,
    ):
        with warehouse.transaction(statement_seconds=3600) as tx:
            live(tx, plays, now - timedelta(hours=1))
            for statement in LANDED.split(";\n"):
                tx.execute(statement)
        scene.bytes_of(name)
        with warehouse.transaction(statement_seconds=3600) as tx:
            tx.execute("analyze")
            _due(tx, now)
        with connected(account, scene.postgres.url(name)):
            _poll(instance)  # the first asks whose token it is
            polls = []
            for _ in range(POLLS):
                time.sleep(PAUSE)
                polls.append(_poll(instance))
        with warehouse.transaction(statement_seconds=600) as tx:
            counted = [_milliseconds(lambda: backlog(tx, now)) for _ in range(LOOKS)]
            looked = [_milliseconds(lambda: _due(tx, now)) for _ in range(LOOKS)]
    return Cost(median(polls), median(counted), median(looked))


def _poll(instance: dg.DagsterInstance) -> float:
    """Milliseconds that the assets of one poll of the newest hour say they took."""
    job = dg.define_asset_job("poll_alone", dg.AssetSelection.assets(*ASSETS).without_checks())
    newest = partitions.hour_of(partitions.look_back(datetime.now(UTC))[-1])
    polled = (
        dg.Definitions.merge(defs, dg.Definitions(jobs=[job]))
        .resolve_job_def("poll_alone")
        .execute_in_process(instance=instance, tags=partitions.HourRange(newest, newest).tags)
    )
    told = [event.materialization.metadata for event in polled.get_asset_materialization_events()]
    return 1000 * sum(float(str(metadata["seconds"].value)) for metadata in told if "seconds" in metadata)


def _due(tx: Connection, now: datetime) -> None:
    assert len(TRACKS.due(tx, now, ASKED)) == len(ARTISTS.due(tx, now, ASKED)) == ASKED


def _milliseconds(work: object) -> float:
    assert callable(work)
    started = perf_counter()
    work()
    return 1000 * (perf_counter() - started)
