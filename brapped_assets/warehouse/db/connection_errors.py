"""What is said of a connection to the database that cannot be had."""

import re

from brapped_assets.warehouse.errors import Unreachable, Untrusted

NO_ANSWER_YET = "The database does not answer yet. Check DATABASE_URL, or try again."
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
