"""Brapped: every play kept for ever in the listener's own PostgreSQL, as Dagster assets."""

__version__ = "0.1.0"

PROJECT = "https://github.com/brapped/brapped"
"""Where the project's maintainers are reached: said to services that ask who is calling."""
