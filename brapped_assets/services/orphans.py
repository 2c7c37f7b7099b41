"""What a supervisor, or a part of it, left running when it was killed: recognised by its environment, and ended."""

from contextlib import suppress
from pathlib import Path

import psutil

from brapped_assets.services.parts import Part

# In the environment of everything a supervisor starts, and of nothing else: the instance it works for, and which part.
MARK, PART = "SUPERVISED_BY_BRAPPED", "SUPERVISED_PART"
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
