"""Addresses of databases: what is a URL, who needs TLS, and the two hosts of one Neon database, pooled and direct."""

import re
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from brapped_assets.warehouse.errors import NotAUrl

CONNECT_TIMEOUT_SECONDS = 10
# A network that went silent is noticed within a minute; the system's own default is two hours.
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
# What libpq does with these may end without TLS.
UNENCRYPTED = {"disable", "allow", "prefer"}
LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
NEON = ".neon.tech"
POOLED = "-pooler"


def host_of(conninfo: str) -> str:
    """Host of a database in any form it may be told in: a URL, one with SQLAlchemy's driver, `host=... dbname=...`.

    In lower case, for host names know none; a folder for a Unix socket; empty where there is none, or it is no address.
    Of several hosts the first.
    """
    try:
        given = conninfo_to_dict(without_driver(conninfo))
        host = str(given.get("host") or given.get("hostaddr") or "")
    except (psycopg.ProgrammingError, UnicodeError):
        host = _host_of_url(conninfo)
    host = host.partition(",")[0]
    return host if host.startswith("/") else host.lower()


def _host_of_url(url: str) -> str:
    """Of a URL with parameters that are not libpq's."""
    try:
        parts = urlsplit(url)
        return (parts.hostname if parts.scheme.startswith("postgres") else None) or dict(parse_qsl(parts.query)).get(
            "host", ""
        )
    except ValueError:
        return ""


def is_neon(conninfo: str) -> bool:
    """Whether the database is one of Neon's."""
    return host_of(conninfo).endswith(NEON)


def is_this_machine(host: str) -> bool:
    """Whether a connection to `host` stays here: a loopback name, or the folder of a Unix socket."""
    return host.lower() in LOCAL_HOSTS or host.startswith("/")


def has_password(url: str) -> bool:
    """Whether there is a password in it, as far as can be seen."""
    try:
        return "password" in conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeError):
        return "@" in url


def connection_string(url: str, *, setting: str = "DATABASE_URL") -> str:
    """`url` with our name, a timeout, and TLS for any host but this machine's, unless it says otherwise.

    Raises NotAUrl when it is none; `setting` is where it comes from.
    """
    not_a_url = NotAUrl(
        f"{setting} is not a PostgreSQL URL. It looks like postgresql://user:password@host/database, where signs "
        "like @ : / # in the password are percent-encoded (%40 %3A %2F %23)."
    )
    try:
        given = conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeError):
        # The driver's message repeats the URL, password and all.
        raise not_a_url from None
    host = str(given.get("host") or given.get("hostaddr") or "")
    # Half a password that was not encoded ends up as host, port or database, which the driver's messages repeat.
    if "@" in f"{host}{given.get('dbname')}" or not set(str(given.get("port", ""))) <= set("0123456789,"):
        raise not_a_url
    if not is_this_machine(host):
        given.setdefault("sslmode", "require")
    given.setdefault("application_name", "brapped")
    # Whatever the role, the database or PGCLIENTENCODING say.
    given["client_encoding"] = "UTF8"
    for name, seconds in {"connect_timeout": CONNECT_TIMEOUT_SECONDS, **KEEPALIVES}.items():
        given.setdefault(name, seconds)
    return make_conninfo("", **given)


def is_readable_on_the_way(conninfo: str) -> bool:
    """Whether passwords and plays may leave this machine without TLS, because the string asks for it."""
    given = conninfo_to_dict(conninfo)
    return given.get("sslmode") in UNENCRYPTED and not is_this_machine(host_of(conninfo))


def without_driver(url: str) -> str:
    """A URL as libpq reads it; SQLAlchemy's may name a driver in the scheme."""
    return re.sub(r"^(postgres(?:ql)?)\+\w+:", r"\1:", url, count=1, flags=re.IGNORECASE)


def may_sleep(url: str) -> bool:
    """Whether nobody but people should wake it: Neon bills while it is awake. What is no URL is nobody's to wake."""
    try:
        conninfo_to_dict(without_driver(url))
    except (psycopg.ProgrammingError, UnicodeError):
        return True
    return is_neon(url)


def direct_host(host: str) -> str:
    """The host behind Neon's pooler, which has the same name but for `-pooler` in its first label; others as they are.

    The pool hands each transaction another session, so whatever needs a session of its own goes there.
    """
    endpoint, dot, region = host.lower().partition(".")
    if not host.lower().endswith(NEON) or not endpoint.endswith(POOLED):
        return host
    return f"{endpoint.removesuffix(POOLED)}{dot}{region}"


def direct(conninfo: str) -> str:
    """The same connection string, past Neon's pooler; any other unchanged, to the letter."""
    given = conninfo_to_dict(conninfo)
    host = str(given.get("host") or "")
    past = direct_host(host)
    return conninfo if past == host else make_conninfo("", **{**given, "host": past})


def direct_url(url: str) -> str:
    """The same for a URL that has to stay one, SQLAlchemy's with a driver in the scheme included."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    past = direct_host(host)
    if past == host:
        return url
    user, at, place = parts.netloc.rpartition("@")
    # Host names know no case; the port stays.
    return urlunsplit(parts._replace(netloc=f"{user}{at}{past}{place[len(host) :]}"))
