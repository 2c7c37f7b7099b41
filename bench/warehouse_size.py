"""Bytes a play: 50,000 polled plays, all in (payloads, dimensions, every poll's row, the ledger's last 90 days)."""

from datetime import UTC, datetime, timedelta

from bench.figures import Figure
from bench.landed_plays import land_plays, shown
from bench.test_bed import Scene
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.warehouse import dimensions
from brapped_assets.warehouse.db.connections import Connection, Warehouse

PLAYS = 50_000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
# Merging leaves dead rows, which autovacuum clears as they come; too rarely for a year in a minute.
PLAYS_A_VACUUM = 2_500
ENOUGH_DAYS = 1_100  # at some 53 plays a day that are shown: a keen year has 20,000
QUIET_POLLS = """
insert into audit.poll (listener_id, run_id, polled_at, items, landed, rejected, oldest_at, newest_at, overlapped,
                        clock_skew_ms, keys_missing, keys_new)
select p.listener_id, gen_random_uuid()::text, at, 50, 0, 0, p.oldest_at, p.newest_at, true, 200, '{}', '{}'
from (select * from audit.poll order by poll_id limit 1) p,
     generate_series(%(begin)s::timestamptz, %(end)s::timestamptz, interval '20 minutes') at
"""
LEDGER = """
insert into audit.api_call (minute, endpoint, calls)
select at, 'me/player/recently-played', 1
from generate_series(%(end)s::timestamptz - interval '90 days', %(end)s::timestamptz, interval '20 minutes') at
"""
SIZES = """
select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid) as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('raw', 'star', 'audit') order by bytes desc limit 5
"""


def measure(scene: Scene) -> list[Figure]:
    listener = Listener(Catalogue(artists=4_000), plays_per_day=62)
    plays = shown(listener, BEGIN, BEGIN + timedelta(days=ENOUGH_DAYS))[:PLAYS]
    span = {"begin": BEGIN, "end": plays[-1].played_at}
    with scene.database(is_durable=False) as name:
        empty = scene.bytes_of(name)
        with Warehouse(scene.folder, scene.postgres.url(name)) as warehouse:
            for first in range(0, PLAYS, PLAYS_A_VACUUM):
                land_plays(warehouse, plays[first : first + PLAYS_A_VACUUM], is_merged=True)
                scene.bytes_of(name)
            with warehouse.transaction() as tx:
                while dimensions.apply_payloads(tx):
                    pass
            with warehouse.transaction() as tx:
                # The polls that brought nothing new: most of 72 a day.
                tx.execute(QUIET_POLLS, span)
                tx.execute(LEDGER, span)
            full = scene.bytes_of(name) - empty
            with warehouse.transaction() as tx:
                largest = [(row["name"], row["bytes"] / PLAYS) for row in tx.execute(SIZES).fetchall()]
                floor = _bytes_of_bare_plays(tx)
    return [
        Figure(
            f"warehouse, {PLAYS:,} polled plays: a play, all in",
            full / PLAYS,
            "B",
            baseline=floor / PLAYS,
            baseline_is="listener, instant and track alone, with a primary key",
            note=f"{(span['end'] - BEGIN).days} days; "
            + ", ".join(f"{table} {size:.0f}" for table, size in largest)
            + ". The budget is of 1,000,000 plays, of which 950,000 come with an export: bench import",
        )
    ]


def _bytes_of_bare_plays(tx: Connection) -> int:
    tx.execute(
        "create table bare (listener_id int, played_at timestamptz, track_key int,"
        " primary key (listener_id, played_at, track_key))"
    )
    tx.execute("insert into bare select listener_id, played_at, track_key from star.streaming_fact order by played_at")
    row = tx.execute("select pg_total_relation_size('bare') as bytes").fetchone()
    assert row is not None
    return int(row["bytes"])
