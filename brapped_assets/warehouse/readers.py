"""Roles that read the schema `bi` and nothing else: what a BI tool signs in as."""

import re

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Composed, Identifier, Literal

from brapped_assets.warehouse.connections import Connection, Warehouse
from brapped_assets.warehouse.errors import NotAllowed, RoleUnusable
from brapped_assets.warehouse.statements import sql

# How a role made here is known again. Another one would lose its password, and the right to write by default.
MARK = "Made by Brapped: reads the schema bi."
# Needs no quotes anywhere: in SQL, in a connection string, in a BI tool's form. `pg_` is PostgreSQL's own.
NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")


def let_read(warehouse: Warehouse, name: str, password: str) -> bool:
    """Make the role `name`, or renew its password and rights; True when it is new.

    It may sign in and select from every view of `bi`, those of later versions included, read-only and 10 minutes a
    statement. The password travels as it is: Neon refuses a hashed one ("only supports being given plaintext
    passwords"), so the connection's TLS protects it.
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
            known = tx.execute(sql("readers/known"), {"name": name}).fetchone()
            if known is not None and known["mark"] != MARK:
                raise RoleUnusable(f"There is a role {name} already, which Brapped did not make. Take another name.")
            by_hand = _script(tx, name, "choose a long one", is_new=known is None).as_string(tx)
            try:
                # Of its own, so that a refusal can still be told by name.
                with tx.transaction():
                    tx.execute(_script(tx, name, password, is_new=known is None))
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


def _script(tx: Connection, name: str, password: str, *, is_new: bool) -> Composed:
    where = tx.execute(sql("readers/where")).fetchone()
    assert where is not None
    values = {
        "name": Identifier(name),
        "password": Literal(password),
        "mark": Literal(MARK),
        "database": Identifier(where["database"]),
        "owner": Identifier(where["owner"]),
    }
    first = SQL(sql("readers/create" if is_new else "readers/renew")).format(**values)
    return first + SQL(sql("readers/rights")).format(**values)
