"""What a killed process left: programs that still run, and runs that nobody makes any more; both are ended."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from brapped_assets.services.parts import Part

if TYPE_CHECKING:
    import dagster as dg

# In the environment of everything a supervisor starts, and of nothing else: the instance it works for, and which part.
MARK, PART = "SUPERVISED_BY_BRAPPED", "SUPERVISED_PART"
# On runs made by `brapped sync`, which no daemon watches: whether they are alive is asked of their process.
PROCESS_TAG = "brapped/process"
# From being asked to end to being killed.
GRACE_SECONDS = 5


def stop_leftovers(dagster_home: Path, part: Part | None = None) -> int:
    """End what a killed supervisor, or a part that ended, left running for this instance; returns how many it were."""
    leftovers = []
    for process in psutil.process_iter():
        try:
            its = process.environ()
            if its.get(MARK) == str(dagster_home) and (part is None or its.get(PART) == part.value):
                process.terminate()
                leftovers.append(process)
        except psutil.Error:
            # Somebody else's process, or gone already.
            continue
    _, alive = psutil.wait_procs(leftovers, timeout=GRACE_SECONDS)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return len(leftovers)


def fail_leftover_runs(instance: "dg.DagsterInstance", *, daemon_is_up: bool = False) -> int:
    """Declare dead what a crash left as running, so that it blocks no poll; returns how many.

    The runs of a daemon carry no process to ask for: while it is up they are left to its own monitoring.
    """
    import dagster as dg  # noqa: PLC0415

    unfinished = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    leftover = [
        run
        for run in instance.get_runs(dg.RunsFilter(statuses=unfinished))
        if not _is_alive(run.tags.get(PROCESS_TAG), daemon_is_up=daemon_is_up)
    ]
    for run in leftover:
        instance.report_run_failed(run, "The process of this run is gone; its work is done again by the next poll.")
    return len(leftover)


def this_process() -> str:
    """Host and process id, as the tag has them."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_alive(process: str | None, *, daemon_is_up: bool) -> bool:
    if process is None:
        return daemon_is_up
    host, _, pid = process.rpartition(":")
    # Another machine's process cannot be seen from here; its run is left alone.
    return host != socket.gethostname() or (int(pid) != os.getpid() and psutil.pid_exists(int(pid)))
