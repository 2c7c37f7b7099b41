"""Roles that may do less than the owner: one that reads the schema `bi` alone, and one that collects and shows."""

import re
from collections.abc import Sequence
from typing import LiteralString

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Composed, Identifier, Literal

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.db.rows import one_row
from brapped_assets.warehouse.db.statements import Statements
from brapped_assets.warehouse.errors import NotAllowed, RoleUnusable

q = Statements(__file__)

# How a role made here is known again. Another one would lose its password, and the right to write by default.
READS = "Made by Brapped: reads the schema bi."
WRITES = "Made by Brapped: collects plays and serves the pages; changes no table."
# MAINTAIN, for VACUUM and ANALYZE of tables that are another's, came with PostgreSQL 17.
MAINTAINS = 170000
# Needs no quotes anywhere: in SQL, in a connection string, in a BI tool's form. `pg_` is PostgreSQL's own.
NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")


def let_read(warehouse: Warehouse, name: str, password: str) -> bool:
    """Make the role `name`, or renew its password and rights; True when it is new.

    It may sign in and select from every view of `bi`, those of later versions included, read-only and 10 minutes a
    statement. Raises what `_let` does.
    """
    return _let(warehouse, name, password, READS, [q.reader])


def let_write(warehouse: Warehouse, name: str, password: str) -> bool:
    """Make the role `name`, or renew its password and rights; True when it is new.

    It may read and write the rows of every table of Brapped's, those of later versions included, and make none: tables
    are made and changed by the owner. Raises what `_let` does.
    """
    with warehouse.transaction() as tx:
        can_maintain = tx.info.server_version >= MAINTAINS
    return _let(warehouse, name, password, WRITES, [q.writer, *([q.maintain] if can_maintain else [])])


def _let(warehouse: Warehouse, name: str, password: str, mark: str, rights: Sequence[LiteralString]) -> bool:
    """Make or renew a role with these rights.

    The password travels as it is: Neon refuses a hashed one ("only supports being given plaintext passwords"), so the
    connection's TLS protects it.
    Raises RoleUnusable for a name that cannot be one or is somebody else's, NotAllowed, with the SQL for whoever may,
    when the user of the connection may not make roles.
    """
    if not NAME.fullmatch(name):
        raise RoleUnusable(
            f"{name!r} cannot be the role's name. Take small letters, digits and _, like brapped_reader, "
            "not beginning with a digit or pg_."
        )
    try:
        with warehouse.transaction() as tx:
            known = tx.execute(q.known, {"name": name}).fetchone()
            if known is not None and known["mark"] != mark:
                raise RoleUnusable(f"There is a role {name} already, which Brapped did not make. Take another name.")
            by_hand = _script(tx, name, "choose a long one", mark, rights, is_new=known is None).as_string(tx)
            try:
                # Of its own, so that a refusal can still be told by name.
                with tx.transaction():
                    tx.execute(_script(tx, name, password, mark, rights, is_new=known is None))
            except pg.InsufficientPrivilege as error:
                raise NotAllowed(
                    f"The user of DATABASE_URL may not make this role ({error.diag.message_primary}). "
                    f"Whoever may can run this:\n{by_hand}"
                ) from None
    except psycopg.InternalError as error:
        # Neon's own objections arrive so, at the commit; a password too easy to guess is one.
        told = (error.diag.message_primary or "no reason told").replace(password, "…")
        raise RoleUnusable(f"The database refused the role ({told}). Try another password.") from None
    return known is None


def _script(
    tx: Connection, name: str, password: str, mark: str, rights: Sequence[LiteralString], *, is_new: bool
) -> Composed:
    where = one_row(tx, q.where)
    values = {
        "name": Identifier(name),
        "password": Literal(password),
        "mark": Literal(mark),
        "database": Identifier(where["database"]),
        "owner": Identifier(where["owner"]),
    }
    parts = (q.create if is_new else q.renew, *rights)
    return SQL("").join(SQL(part).format(**values) for part in parts)
