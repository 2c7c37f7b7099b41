"""Dagster's code server under `brapped up`: `python -m brapped_assets.services.dagster_code_server OPTION…`."""

import runpy
import sys
from contextlib import suppress

from brapped_assets.services.dagster_instance import open_instance
from brapped_assets.services.dagster_program import keep_settings_ours
from brapped_assets.services.orphans import fail_leftover_runs
from brapped_assets.settings import Settings
from brapped_assets.warehouse.errors import WarehouseError

MODULE = "dagster"


def main() -> None:
    """Declare dead the runs of the one before, which were its children; then listen, as `dagster api grpc` does."""
    # Without its database run monitoring does it, some minutes later.
    with suppress(WarehouseError), open_instance(Settings.load()) as instance:
        fail_leftover_runs(instance)
    keep_settings_ours()
    sys.argv = [MODULE, *sys.argv[1:]]
    runpy.run_module(MODULE, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
