"""What is said of what the database refuses, or breaks off."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

from brapped_assets.warehouse.db import connection_errors
from brapped_assets.warehouse.errors import (
    Busy,
    Gone,
    Interrupted,
    NameTaken,
    NotAllowed,
    OutOfSpace,
    ReadOnly,
    TooSlow,
    ViewInUse,
)

NO_LISTENER = "The listener was removed by `brapped forget` a moment ago; nothing was kept of this run."
NO_SPACE = (
    "The database is out of space. Nothing was lost: what was under way was rolled back. Free some disk (or raise the "
    "plan's storage), then run the same command again; polls go on by themselves."
)
# By a setting of the server's, the database's or the role's; the driver counts them among the server's own mistakes.
ENDED_FOR_ITS_TIME = (pg.IdleInTransactionSessionTimeout, pg.TransactionTimeout)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's errors that a user can cause or mend into a WarehouseError; others pass unchanged.

    The driver's own text is dropped where it could carry the connection string.
    """
    try:
        yield
    except pg.DiskFull as error:
        raise OutOfSpace(NO_SPACE) from error
    except pg.ReadOnlySqlTransaction as error:
        raise ReadOnly(
            "The database, or this transaction, accepts no writes. Point DATABASE_URL at the primary, with a role that "
            "may write. An asset of your own reads in `neon.snapshot()` and writes in `neon.transaction()`."
        ) from error
    except pg.InsufficientPrivilege as error:
        raise NotAllowed(
            f"The database role lacks a privilege ({error.diag.message_primary}). "
            "Use the role that owns the database in DATABASE_URL."
        ) from error
    except pg.QueryCanceled as error:
        # By statement_timeout; who waits for a lock is told by the lock's own time limit, long before.
        raise TooSlow(
            "The database took too long over one statement, and it was stopped. Nothing was lost: what was under way "
            "is undone, and the next run does it again. If it stays so, the database is overloaded or too small."
        ) from error
    except (pg.LockNotAvailable, pg.DeadlockDetected) as error:
        raise Busy(
            "Another run is working on the same listener. Nothing was lost: what is not merged yet stays marked "
            "for the next run."
        ) from error
    except pg.ForeignKeyViolation as error:
        if not (error.diag.constraint_name or "").endswith("_listener_id_fkey"):
            raise
        raise Gone(NO_LISTENER) from error
    except (psycopg.OperationalError, *ENDED_FOR_ITS_TIME) as error:
        raise Interrupted(_why_interrupted(error)) from error


def _why_interrupted(error: psycopg.Error) -> str:
    """Of what trying later cures."""
    if isinstance(error, pg.AdminShutdown):
        return "The database was shut down on the way; the next run does the work again."
    if isinstance(error, ENDED_FOR_ITS_TIME):
        return (
            f"The server ended the session ({error.diag.message_primary}); the next run does the work again. If it "
            "stays so, give Brapped's role more time: idle_in_transaction_session_timeout, transaction_timeout."
        )
    if error.diag.message_primary:
        # A limit of the server's that was met (memory, temporary files), or two who wrote the same at once.
        return f"The database broke off the work ({error.diag.message_primary}); the next run does it again."
    # A crash, or a cut connection: what the driver says of it could carry the connection string.
    return f"The connection to the database was lost ({type(error).__name__}); the next run does the work again."


def schema_refused(error: BaseException, user: str) -> BaseException:
    """What keeps the schema from being brought up to date: a WarehouseError, or the driver's own `error`."""
    if isinstance(error, pg.InsufficientPrivilege):
        return NotAllowed(
            f"The tables of this database are not this Brapped's, or not yet, and the role {user} may not change them "
            f"({error.diag.message_primary}). Run `brapped status` once with the URL of the owner."
        )
    if isinstance(error, pg.DuplicateSchema | pg.DuplicateTable | pg.DuplicateObject):
        return NameTaken(
            f"Somebody else has made something in this database that is named as Brapped's are "
            f"({error.diag.message_primary}). Nothing was changed. Name a database of Brapped's own in DATABASE_URL, "
            "or give that another name."
        )
    if isinstance(error, psycopg.OperationalError) and str(error).startswith("connection failed"):
        return connection_errors.final(" ".join(str(error).split()), "DATABASE_URL", is_late=True) or error
    if isinstance(error, pg.DependentObjectsStillExist):
        detail = (error.diag.message_detail or "no name told").replace("\n", "; ")
        return ViewInUse(
            f"A view of this version has other columns than before, and something of yours stands on it ({detail}). "
            "Nothing was changed. Drop that, run `brapped status` once, and make it again."
        )
    return error
