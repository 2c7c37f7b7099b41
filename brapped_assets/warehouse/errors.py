"""What can be wrong with the database, each in words that say what to do.

WarehouseError
├── Unreachable            nobody answers, or the name or password is wrong
│   ├── NotAUrl            the setting is no PostgreSQL URL at all
│   ├── Untrusted          who answers cannot prove to be the host that was asked for
│   └── Waking             it has not answered within a moment; somebody goes on asking it
├── Interrupted            the connection was lost on the way; what was not committed is not there
├── Busy                   another run held the same rows for too long
├── TooSlow                a statement took longer than it may
├── Gone                   the listener was removed by `brapped forget`
├── TooManyTokens          so many read tokens as there may be
├── TokenUnreadable        BRAPPED_TOKEN_KEY is missing, or opens a listener's token not
├── OutOfSpace             disk or quota full
├── ReadOnly               a standby, or a role that may not write
├── NotAllowed             the role lacks a privilege
├── NoOldTables            the old scripts' tables are not where they were said to be
├── UnknownZone            the database's server is older than a time zone's name
├── RoleUnusable           a name no reading role can have, or somebody else's
├── TooOld                 PostgreSQL before 15
├── NewerSchema            a newer Brapped migrated this database
├── OlderSchema            it was left by a version before the first schema
├── ViewInUse              somebody's own view stands on one that changes its columns
└── EmbeddedUnusable       the embedded server cannot run here (version, path, system user)
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

MINIMUM_MAJOR = 15


class WarehouseError(Exception):
    """Base: its text is meant for the person at the keyboard."""


class Unreachable(WarehouseError):
    pass


class NotAUrl(Unreachable):
    pass


class Untrusted(Unreachable):
    def __init__(self, reason: str, setting: str) -> None:
        # libpq goes on with advice of its own: to do without.
        reason = reason.partition(" Either provide")[0]
        super().__init__(
            f"The database could not prove who it is, so no password was sent ({reason}). Put into {setting} the "
            "authority that signed its certificate: sslrootcert=system for Neon and other public ones, or the path of "
            "its file."
        )


class Waking(Unreachable):
    def __init__(self) -> None:
        super().__init__("The database does not answer yet. Check DATABASE_URL, or try again.")


class Interrupted(WarehouseError):
    pass


class TooManyTokens(WarehouseError):
    pass


class TokenUnreadable(WarehouseError):
    """A stored refresh token that no key of BRAPPED_TOKEN_KEY opens; the text says what to set, and no secret."""


class Busy(WarehouseError):
    pass


class TooSlow(WarehouseError):
    def __init__(self) -> None:
        super().__init__(
            "The database took too long over one statement, and it was stopped. Nothing was lost: what was under way "
            "is undone, and the next run does it again. If it stays so, the database is overloaded or too small."
        )


class Gone(WarehouseError):
    def __init__(self) -> None:
        super().__init__("The listener was removed by `brapped forget` a moment ago; nothing was kept of this run.")


class OutOfSpace(WarehouseError):
    def __init__(self) -> None:
        super().__init__(
            "The database is out of space. Nothing was lost: what was under way was rolled back. Free some disk (or "
            "raise the plan's storage), then run the same command again; polls go on by themselves."
        )


class ReadOnly(WarehouseError):
    pass


class NotAllowed(WarehouseError):
    pass


class NoOldTables(WarehouseError):
    pass


class UnknownZone(WarehouseError):
    pass


class RoleUnusable(WarehouseError):
    pass


class TooOld(WarehouseError):
    def __init__(self, server_version: int) -> None:
        super().__init__(
            f"The database is PostgreSQL {server_version // 10000}; Brapped needs {MINIMUM_MAJOR} or newer. "
            "Upgrade it, or take DATABASE_URL out of the settings to use the embedded one."
        )


class NewerSchema(WarehouseError):
    pass


class OlderSchema(WarehouseError):
    pass


class ViewInUse(WarehouseError):
    def __init__(self, detail: str) -> None:
        super().__init__(
            f"A view of this version has other columns than before, and something of yours stands on it ({detail}). "
            "Nothing was changed. Drop that, run `brapped status` once, and make it again."
        )


class EmbeddedUnusable(WarehouseError):
    pass


# What libpq says, and what that means: nobody has asked for a password yet.
UNANSWERED = {
    r"[Rr]efused|No such file|closed the connection|shutting down": "The server is not running, or was stopped: start "
    "PostgreSQL there. If it does run, it listens elsewhere. Check {setting}: host and port.",
    r"translate host name|not known|servname|failed to resolve": "No host of that name is known: this machine has no "
    "network at the moment, or the name is wrong. Check {setting}: host.",
    r"time(out expired|d out)|No route|unreachable": "The way there leads nowhere at the moment: a network that is "
    "down, a firewall, a machine that is off. Check {setting}: host and port.",
    r"starting up|recovery|not yet accepting": "The server is starting: try again in a minute.",
}


def remedy(reason: str, setting: str) -> str:
    """What mends a connection that cannot be had, by what libpq says of it; `setting` is where the address is from."""
    for words, mended_by in UNANSWERED.items():
        if re.search(words, reason):
            return mended_by.format(setting=setting)
    return (
        f"Check {setting}: host, database, user, password; on Neon, that the project exists and its compute may start."
    )


@contextmanager
def explained() -> Iterator[None]:
    """Turn the driver's errors that a user can cause or mend into a WarehouseError; others pass unchanged.

    The driver's own text is dropped where it could carry the connection string.
    """
    try:
        yield
    except pg.DiskFull as error:
        raise OutOfSpace from error
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
        raise TooSlow from error
    except (pg.LockNotAvailable, pg.DeadlockDetected) as error:
        raise Busy(
            "Another run is working on the same listener. Nothing was lost: what is not merged yet stays marked "
            "for the next run."
        ) from error
    except pg.ForeignKeyViolation as error:
        if not (error.diag.constraint_name or "").endswith("_listener_id_fkey"):
            raise
        raise Gone from error
    except pg.AdminShutdown as error:
        raise Interrupted("The database was shut down on the way; the next run does the work again.") from error
    except psycopg.OperationalError as error:
        # An insufficient resource other than disk, a crash, or a cut connection: all cured by trying later.
        raise Interrupted(
            f"The connection to the database was lost ({type(error).__name__}); the next run does the work again."
        ) from error
