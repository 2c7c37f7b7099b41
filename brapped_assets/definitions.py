"""Brapped's own code location, as Dagster loads it. What is in it: `hosting/build.py`.

Loading touches one thing outside: the first hour, which Dagster needs, is read, and written at the first start.
"""

import dagster as dg

from brapped_assets.first_hour import first_hour
from brapped_assets.hosting.build import build_defs

__all__ = ["build_defs", "defs"]

# One process a run: two steps in processes of their own cost three times the CPU (measured: 18.6 s against 5.8 s).
defs = build_defs(first_hour=first_hour(), executor=dg.in_process_executor)
