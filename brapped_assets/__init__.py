"""Brapped: every play kept for ever in the listener's own PostgreSQL, as Dagster assets."""

__version__ = "0.1.0"
