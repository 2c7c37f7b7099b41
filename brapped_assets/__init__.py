"""Brapped: every play kept for ever in the listener's own PostgreSQL, as Dagster assets."""

__version__ = "0.1.0"

PROJECT = "https://github.com/brapped/brapped"
"""Where the maintainers are reached, for services that ask who is calling; MUSICBRAINZ_CONTACT is another one."""
