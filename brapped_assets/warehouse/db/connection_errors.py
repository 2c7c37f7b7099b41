"""What is said of a connection to the database that cannot be had, or of a server that Brapped cannot work with."""

import re

from psycopg import ConnectionInfo

from brapped_assets.warehouse.errors import TooOld, Unfit, Unreachable, Untrusted, WarehouseError

NO_ANSWER_YET = "The database does not answer yet. Check DATABASE_URL, or try again."
MINIMUM_MAJOR = 15
# What a server, a database or a role may set otherwise, how it has to begin, and as what PostgreSQL knows it; it is
# told at each connection. The encoding of the client we choose ourselves.
FIT = {"DateStyle": "ISO", "IntervalStyle": "postgres", "standard_conforming_strings": "on"}
# What waiting does not cure. A TLS connection that is cut belongs to a cold start; one that is refused does not.
FINAL_REFUSALS = (
    *("authentication failed", "does not exist", "no such database", "no such user", "no pg_hba.conf entry", "invalid"),
    *("does not support SSL", "SSL required", "SSL off", "SSL on"),
)
# What libpq says when the other side's certificate proves nothing.
DOUBTS = ("certificate verify failed", "server certificate", "root certificate")
# What libpq says, and what that means: nobody has asked for a password yet.
UNANSWERED = {
    r"[Rr]efused|No such file|closed the connection|shutting down": "The server is not running, or was stopped: start "
    "PostgreSQL there. If it does run, it listens elsewhere. Check {setting}: host and port.",
    r"translate host name|not known|servname|failed to resolve": "No host of that name is known: this machine has no "
    "network at the moment, or the name is wrong. Check {setting}: host.",
    r"time(out expired|d out)|No route|unreachable": "The way there leads nowhere at the moment: a network that is "
    "down, a firewall, a machine that is off. Check {setting}: host and port.",
    r"too many (clients|connections)|connection slots|no more connections": "All connections that the server allows "
    "are taken: end programs that hold some, or raise max_connections there, or the limit of the role or database.",
    r"starting up|recovery|not yet accepting": "The server is starting: try again in a minute.",
}


def final(reason: str, setting: str, *, is_late: bool) -> Unreachable | None:
    """What to raise, by what libpq says; None where trying again may help, unless it `is_late`.

    `setting` is where the address is from.
    """
    if any(words in reason for words in DOUBTS):
        # libpq goes on with advice of its own: to do without.
        doubt = reason.partition(" Either provide")[0]
        return Untrusted(
            f"The database could not prove who it is, so no password was sent ({doubt}). Put into {setting} the "
            "authority that signed its certificate: sslrootcert=system for Neon and other public ones, or the path of "
            "its file."
        )
    if is_late or any(words in reason for words in FINAL_REFUSALS):
        return Unreachable(f"The database does not answer ({reason}). {remedy(reason, setting)}")
    return None


def remedy(reason: str, setting: str) -> str:
    """What mends a connection that cannot be had, by what libpq says of it; `setting` is where the address is from."""
    for words, mended_by in UNANSWERED.items():
        if re.search(words, reason):
            return mended_by.format(setting=setting)
    return (
        f"Check {setting}: host, database, user, password; on Neon, that the project exists and its compute may start."
    )


def unfit(info: ConnectionInfo) -> WarehouseError | None:
    """What to raise of a server that answers, and that Brapped cannot work with; None of any other."""
    if info.server_version < MINIMUM_MAJOR * 10000:
        return TooOld(
            f"The database is PostgreSQL {info.server_version // 10000}; Brapped needs {MINIMUM_MAJOR} or newer. "
            "Upgrade it, or take DATABASE_URL out of the settings to use the embedded one."
        )
    encoding = info.parameter_status("server_encoding") or "UTF8"
    if encoding != "UTF8":
        return Unfit(
            f"The database {info.dbname} keeps text as {encoding}, which has not every letter of the world's names. "
            f"Make another (create database brapped encoding 'UTF8' template template0), and name it in DATABASE_URL."
        )
    for name, begins in FIT.items():
        found = info.parameter_status(name) or begins
        if not found.startswith(begins):
            return Unfit(
                f"The server, the database or the role has {name} set to {found}, and Brapped reads {begins} alone. "
                f"Set it for Brapped's role: alter role {info.user} set {name} = '{begins}'."
            )
    return None
