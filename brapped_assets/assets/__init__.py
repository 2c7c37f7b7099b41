"""One asset a file, and what they share."""

import warnings

# Single-run backfills are beta in Dagster 1.13: tried, relied on, and nothing a user could do about.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy`")
