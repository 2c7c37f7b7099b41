"""Addresses of databases: what is a URL, who needs TLS, and the two hosts of one Neon database, pooled and direct."""

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


def host_of(url: str) -> str:
    """Host of a PostgreSQL URL, SQLAlchemy's with a driver in the scheme included; a folder for a Unix socket."""
    parts = urlsplit(url)
    return parts.hostname or dict(parse_qsl(parts.query)).get("host", "")


def is_this_machine(host: str) -> bool:
    """Whether a connection to `host` stays here: a loopback name, or the folder of a Unix socket."""
    return host in LOCAL_HOSTS or host.startswith("/")


def has_password(url: str) -> bool:
    """Whether there is a password in it, as far as can be seen."""
    try:
        return "password" in conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeDecodeError):
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
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        # The driver's message repeats the URL, password and all.
        raise not_a_url from None
    host = str(given.get("host") or given.get("hostaddr") or "")
    # Half a password that was not encoded ends up as host, port or database, which the driver's messages repeat.
    if "@" in f"{host}{given.get('dbname')}" or not set(str(given.get("port", ""))) <= set("0123456789,"):
        raise not_a_url
    if not is_this_machine(host):
        given.setdefault("sslmode", "require")
    given.setdefault("application_name", "brapped")
    for name, seconds in {"connect_timeout": CONNECT_TIMEOUT_SECONDS, **KEEPALIVES}.items():
        given.setdefault(name, seconds)
    return make_conninfo("", **given)


def is_readable_on_the_way(conninfo: str) -> bool:
    """Whether passwords and plays may leave this machine without TLS, because the string asks for it."""
    given = conninfo_to_dict(conninfo)
    host = str(given.get("host") or given.get("hostaddr") or "")
    return given.get("sslmode") in UNENCRYPTED and not is_this_machine(host)


def without_driver(url: str) -> str:
    """A URL as libpq reads it; SQLAlchemy's may name a driver in the scheme."""
    return url.replace("postgresql+psycopg2:", "postgresql:", 1)


def may_sleep(url: str) -> bool:
    """Whether nobody but people should wake it: Neon bills while it is awake. What is no URL is nobody's to wake."""
    try:
        return str(conninfo_to_dict(url).get("host") or "").lower().endswith(NEON)
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        return True


def direct_host(host: str) -> str:
    """The host behind Neon's pooler, which has the same name but for `-pooler` in its first label; others as they are.

    The pool hands each transaction another session, so whatever needs a session of its own goes there.
    """
    endpoint, dot, region = host.partition(".")
    return f"{endpoint.removesuffix(POOLED)}{dot}{region}" if host.endswith(NEON) else host


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
