"""The import itself, in a process of its own, so that its memory and its processor seconds are its own."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import psutil
import psycopg

from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.warehouse import import_ledger
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.merge import account_data, exported_plays, play_merge, rematch, repeats, spoken_plays
from brapped_assets.warehouse.merge.play_merge import MergeOutcome

STAGES: dict[str, list[str]] = {
    "names": [exported_plays.q.add_names],
    "stored": [
        exported_plays.q.stored,
        exported_plays.q.uploads,
        exported_plays.q.known_extended,
        exported_plays.q.left,
    ],
    "account data": [account_data.q.told, account_data.q.candidates, account_data.q.rows],
    "insert": [exported_plays.q.added],
    "match": [rematch.q.spans, rematch.q.observations, rematch.q.move, play_merge.q.settle, play_merge.q.estimates],
    "repeats": [repeats.q.suspects, repeats.q.mark],
    "spoken": [
        spoken_plays.q[name] for name in ("stage", "unstage", "labels", "items", "plays", "span", "unsure", "settle")
    ],
}


@dataclass
class Imported:
    """What an import took: seconds by stage, CPU seconds of the process and of its PostgreSQL backend, peak bytes."""

    seconds: float
    by_stage: dict[str, float]
    own_cpu: float
    database_cpu: float
    peak_bytes: int
    rows: int
    plays: MergeOutcome


@dataclass
class Timed:
    """The warehouse, with a clock: how long transactions, merges and single statements took."""

    warehouse: Warehouse
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def clock(self, what: str) -> Iterator[None]:
        before = perf_counter()
        yield
        self.seconds[what] += perf_counter() - before

    @contextmanager
    def transaction(self, *, lock_seconds: int = 10) -> Iterator[Connection]:
        with self.clock("transactions"), self.warehouse.transaction(lock_seconds=lock_seconds) as tx:
            yield tx


def imported(folder: Path, url: str, listener_id: int) -> Imported:
    """Import every history file under the folder, as the command does."""
    with Warehouse(folder, url) as warehouse:
        with warehouse.transaction() as tx:
            backend = psutil.Process(tx.info.backend_pid)
        timed, summary = Timed(warehouse), Summary()
        cpu, own, started = cpu_seconds(backend), process_time(), perf_counter()
        with _statements_timed(timed):
            import_history(timed, listener_id, [find_histories(folder)], summary)
        seconds = perf_counter() - started
        return Imported(
            seconds,
            _by_stage(seconds, timed.seconds),
            process_time() - own,
            cpu_seconds(backend) - cpu,
            _peak_bytes(),
            summary.rows,
            summary.plays,
        )


def _peak_bytes() -> int:
    """Of this process since it began (Linux); getrusage would tell that of its parent, were it more."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _by_stage(seconds: float, timed: dict[str, float]) -> dict[str, float]:
    stages = {stage: timed.get(stage, 0.0) for stage in STAGES}
    return {
        # Read ahead while the database works: only what was left to wait for.
        "waiting for rows": seconds - timed["transactions"],
        "copy": timed["merge"] - sum(stages.values()),
        **stages,
        "commit": timed["transactions"] - timed["merge"],
    }


@contextmanager
def _statements_timed(timed: Timed) -> Iterator[None]:
    stage_of = {statement: stage for stage, statements in STAGES.items() for statement in statements}
    execute: Any = psycopg.Connection.execute
    merge_pieces: Any = import_ledger.merge_pieces

    def execute_timed(connection: Any, query: Any, *args: Any, **options: Any) -> Any:
        with timed.clock(stage_of.get(query, "other statements")):
            return execute(connection, query, *args, **options)

    def merge_timed(*args: Any, **options: Any) -> Any:
        with timed.clock("merge"):
            return merge_pieces(*args, **options)

    with ExitStack() as patches:
        patches.enter_context(patch.object(psycopg.Connection, "execute", execute_timed))
        patches.enter_context(patch.object(import_ledger, "merge_pieces", merge_timed))
        yield


def cpu_seconds(process: psutil.Process) -> float:
    """Since it began."""
    times = process.cpu_times()
    return float(times.user + times.system)
