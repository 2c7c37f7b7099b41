"""What can be wrong with the database. The words are where it is raised; what many raise, in `db/`.

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
├── Unfit                  it cannot hold every name, or its settings change what statements mean
├── NameTaken              somebody else's schema or table has a name of ours
├── NewerSchema            a newer Brapped migrated this database
├── OlderSchema            it was left by a version before the first schema
├── ViewInUse              somebody's own view stands on one that changes its columns
└── EmbeddedUnusable       the embedded server cannot run here (version, path, system user)
"""


class WarehouseError(Exception):
    """Base: its text is meant for the person at the keyboard."""


class Unreachable(WarehouseError):
    pass


class NotAUrl(Unreachable):
    pass


class Untrusted(Unreachable):
    pass


class Waking(Unreachable):
    pass


class Interrupted(WarehouseError):
    pass


class Busy(WarehouseError):
    pass


class TooSlow(WarehouseError):
    pass


class Gone(WarehouseError):
    pass


class TooManyTokens(WarehouseError):
    pass


class TokenUnreadable(WarehouseError):
    """A stored refresh token that no key of BRAPPED_TOKEN_KEY opens; the text says what to set, and no secret."""


class OutOfSpace(WarehouseError):
    pass


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
    pass


class Unfit(WarehouseError):
    pass


class NameTaken(WarehouseError):
    pass


class NewerSchema(WarehouseError):
    pass


class OlderSchema(WarehouseError):
    pass


class ViewInUse(WarehouseError):
    pass


class EmbeddedUnusable(WarehouseError):
    pass
