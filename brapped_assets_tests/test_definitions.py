"""What Dagster sees."""

import dagster as dg

from brapped_assets.definitions import defs


def test_the_definitions_load_and_hold_together() -> None:
    dg.Definitions.validate_loadable(defs)
