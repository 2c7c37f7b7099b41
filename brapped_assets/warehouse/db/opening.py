"""Opening one connection to PostgreSQL: waiting while it wakes up, and what is said when it does not answer."""

import logging
import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

from brapped_assets.warehouse.errors import MINIMUM_MAJOR, OutOfSpace, TooOld, Unreachable, Untrusted, remedy

log = logging.getLogger(__name__)

# Neon wakes a suspended database within seconds; its documentation asks clients to allow for it.
COLD_START_SECONDS = 30.0
PAUSE_SECONDS = 1.0
# What waiting does not cure. A TLS connection that is cut belongs to a cold start; one that is refused does not.
FINAL_REFUSALS = (
    *("authentication failed", "does not exist", "no such database", "no such user", "no pg_hba.conf entry", "invalid"),
    *("does not support SSL", "SSL required", "SSL off", "SSL on"),
)
# A server on a full disk accepts nobody, and waiting makes no room.
FULL = "No space left on device"
# What libpq says when the other side's certificate proves nothing.
DOUBTS = ("certificate verify failed", "server certificate", "root certificate")


def connect(
    conninfo: str, *, setting: str = "DATABASE_URL", any_version: bool = False
) -> psycopg.Connection[dict[str, Any]]:
    """Open one connection, waiting through a cold start.

    Raises Unreachable, which names `setting`, OutOfSpace, or TooOld, unless any version will do.
    """
    deadline = time.monotonic() + COLD_START_SECONDS
    while True:
        try:
            # No prepared statements: a transaction pooler hands every transaction another session.
            connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, row_factory=dict_row)
            break
        except psycopg.OperationalError as error:
            reason = " ".join(str(error).split()) or "no answer"
            if any(words in reason for words in DOUBTS):
                raise Untrusted(reason, setting) from None
            if FULL in reason:
                raise OutOfSpace from None
            if time.monotonic() > deadline or any(final in reason for final in FINAL_REFUSALS):
                raise Unreachable(f"The database does not answer ({reason}). {remedy(reason, setting)}") from None
            log.warning("The database does not answer yet; it may be waking up. Trying again. (%s)", reason)
            time.sleep(PAUSE_SECONDS)
    version = connection.info.server_version
    if version < MINIMUM_MAJOR * 10000 and not any_version:
        connection.close()
        raise TooOld(version)
    return connection
