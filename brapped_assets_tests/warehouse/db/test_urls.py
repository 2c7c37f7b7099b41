"""Addresses: Neon's two hosts of one database, and what travels readable."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from brapped_assets.warehouse.db.urls import (
    connection_string,
    direct,
    direct_host,
    direct_url,
    host_of,
    is_neon,
    is_readable_on_the_way,
    may_sleep,
)

POOLED = "ep-cool-1-pooler.c-2.eu-central-1.aws.neon.tech"
DIRECT = "ep-cool-1.c-2.eu-central-1.aws.neon.tech"


@pytest.mark.parametrize(
    ("host", "past"),
    [
        (POOLED, DIRECT),
        (DIRECT, DIRECT),
        ("db-pooler.example.com", "db-pooler.example.com"),
        ("ep-cool-1.eu-pooler.aws.neon.tech", "ep-cool-1.eu-pooler.aws.neon.tech"),
        ("neon.tech", "neon.tech"),
        ("localhost", "localhost"),
        ("/var/run/postgresql", "/var/run/postgresql"),
        ("", ""),
    ],
)
def test_only_neons_pooled_host_has_another_behind_it(host: str, past: str) -> None:
    assert direct_host(host) == past


def test_everything_else_of_a_url_stays_as_it_was() -> None:
    url = f"postgresql://me:p%40ss@{POOLED}:5432/db?sslmode=verify-full&channel_binding=require"
    assert direct_url(url) == url.replace(POOLED, DIRECT)
    assert direct_url(url.replace("postgresql:", "postgresql+psycopg2:", 1).replace("me:p%40ss@", "")) == (
        f"postgresql+psycopg2://{DIRECT}:5432/db?sslmode=verify-full&channel_binding=require"
    )
    for other in (f"postgresql://me@{DIRECT}/db", "postgresql:///db?host=/run", "postgresql://me@db-pooler.example/db"):
        assert direct_url(other) == other


def test_what_the_url_says_of_tls_passes_through_to_both_hosts() -> None:
    given = connection_string(f"postgresql://me:secret@{POOLED}/db?channel_binding=require&sslrootcert=system")
    told = {**conninfo_to_dict(given), "host": DIRECT}
    assert conninfo_to_dict(direct(given)) == told
    assert [told[name] for name in ("sslmode", "channel_binding", "sslrootcert", "password")] == [
        "require",
        "require",
        "system",
        "secret",
    ]


@pytest.mark.parametrize(
    ("url", "is_readable"),
    [
        ("postgresql://u@db.example/x?sslmode=disable", True),
        ("postgresql://u@db.example/x?sslmode=prefer", True),
        ("hostaddr=192.0.2.1 sslmode=allow", True),
        ("postgresql://u@db.example/x", False),
        ("postgresql://u@db.example/x?sslmode=verify-full", False),
        ("postgresql://u@127.0.0.1/x?sslmode=disable", False),
        ("postgresql:///x?host=/run&sslmode=disable", False),
    ],
)
def test_a_string_that_lets_things_travel_readable_is_known(url: str, *, is_readable: bool) -> None:
    assert is_readable_on_the_way(connection_string(url)) == is_readable


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"postgresql://u:p@{POOLED}/db", True),
        (f"postgresql://u:p@{DIRECT.upper()}/db", True),
        (f"host={DIRECT} dbname=db", True),
        ("postgresql://u:p@postgres:5432/db", False),
        ("postgresql:///brapped?host=/run/postgresql", False),
        ("postgresql://u:p@elsewhere/db?application_name=x.neon.tech", False),
        ("mysql://x", True),
    ],
)
def test_only_neon_is_left_asleep_by_whoever_looks_every_few_seconds(url: str, expected: bool) -> None:
    assert may_sleep(url) is expected


@pytest.mark.parametrize(
    ("conninfo", "host"),
    [
        (f"postgresql://me:pw@{DIRECT}/db", DIRECT),
        (f"postgresql://me:pw@{DIRECT.upper()}/db", DIRECT),
        (f"postgresql+psycopg2://me:pw@{DIRECT}:5432/db?sslmode=require", DIRECT),
        (f"postgres+asyncpg://me:pw@{DIRECT}/db", DIRECT),
        (f"host={DIRECT} dbname=db user=me password=pw", DIRECT),
        (f"dbname=db HOST={DIRECT}".replace("HOST", "host").replace(DIRECT, DIRECT.title()), DIRECT),
        (f"postgresql://me@/db?host={DIRECT}", DIRECT),
        (f"postgresql://me@{DIRECT},other.example/db", DIRECT),
        ("hostaddr=10.0.0.7 dbname=db", "10.0.0.7"),
        ("postgresql:///db?host=/Var/run", "/Var/run"),
        ("postgresql+psycopg2://nas.local/db?application=none&host_of=x", "nas.local"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_the_host_is_found_in_any_form_an_address_is_told_in(conninfo: str, host: str) -> None:
    assert host_of(conninfo) == host
    assert is_neon(conninfo) == host.endswith(".neon.tech")


@pytest.mark.parametrize("host", [POOLED.upper(), POOLED.title(), POOLED])
def test_neons_pooler_is_passed_in_any_case(host: str) -> None:
    assert direct_host(host) == DIRECT
    assert direct_url(f"postgresql://me:pw@{host}/db") == f"postgresql://me:pw@{DIRECT}/db"
    assert conninfo_to_dict(direct(f"host={host} dbname=db"))["host"] == DIRECT
    assert may_sleep(f"host={host} dbname=db")
