"""No secret reaches an event, a log, the screen or the database, whatever goes wrong."""

import logging
from collections.abc import Callable
from datetime import timedelta

import dagster as dg
import psycopg
import pytest
from dagster._serdes import serialize_value
from psycopg.conninfo import conninfo_to_dict
from time_machine import Traveller

from brapped_assets.demo.tokens import Tokens
from brapped_assets_tests.assets.runs import poll, run
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.examples import quick_of
from brapped_assets_tests.household import ANOTHER_KEY, KEY, add, housemate
from brapped_assets_tests.warehouse.whole_rows import rows_of

PASSWORD = "canary-of-the-database"
Break = Callable[[Connected, pytest.MonkeyPatch], None]


def nothing(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    """A healthy run tells nothing either."""


def rotation(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.account.tokens.rotate = True
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", connected.account.refresh_token(pkce=True))


def fault(kind: str, path: str = "/v1/me/player") -> Break:
    def add(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
        connected.account.faults.add(kind, path=path, times=None)  # type: ignore[arg-type]

    add.__name__ = f"{kind} at {path}"
    return add


def revoked(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.account.tokens.revoke()


def wrong_secret(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connected.account, "client_secret", "another")


def nobody_answers(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/v1")


def token_with_a_line_break(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET", f"{connected.account.client_secret}\n\u20ac")


def no_such_database(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", with_password(connected.database_url, dbname="nowhere"))


def a_url_that_is_none(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://user:{PASSWORD}@[host/db")


def a_schema_that_lost_a_table(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(connected.database_url) as connection:
        connection.execute("alter table audit.poll rename to gone")


def a_key_that_opens_nothing(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    add(connected, housemate(connected.account))
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", ANOTHER_KEY)


def a_broken_setting(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_DAILY_CALL_BUDGET", "many")


BREAKS: list[Break] = [
    nothing,
    rotation,
    *(
        fault(kind)
        for kind in ("quota_exceeded", "server_error", "cut_off", "malformed_json", "unauthorized", "not_on_user_list")
    ),
    fault("server_error", "/api/token"),
    fault("malformed_json", "/api/token"),
    fault("cut_off", "/api/token"),
    revoked,
    wrong_secret,
    nobody_answers,
    token_with_a_line_break,
    a_key_that_opens_nothing,
    no_such_database,
    a_url_that_is_none,
    a_schema_that_lost_a_table,
    a_broken_setting,
]
# Of each kind one.
TELLING: list[Break] = [
    nothing,
    rotation,
    fault("malformed_json"),
    fault("cut_off", "/api/token"),
    revoked,
    wrong_secret,
    a_key_that_opens_nothing,
    a_url_that_is_none,
    a_schema_that_lost_a_table,
]


def with_password(url: str, **changes: str) -> str:
    """The same database, by a URL with a password in it (which the embedded server does not ask for)."""
    given = conninfo_to_dict(url) | changes
    return f"postgresql://{given['user']}:{PASSWORD}@/{given['dbname']}?host={given['host']}"


@pytest.mark.slow
@pytest.mark.parametrize("breaks", quick_of(1, [TELLING, BREAKS]), ids=len)
def test_no_secret_shows_whatever_goes_wrong(
    connected: Connected,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    *,
    breaks: list[Break],
) -> None:
    """One test for all of it: every run adds to what is searched."""
    issued: set[str] = {PASSWORD, connected.account.client_secret, KEY, ANOTHER_KEY}
    sign = Tokens._sign

    def noted(self: Tokens, kind: str, **claims: object) -> str:
        token = sign(self, kind, **claims)
        issued.add(token)
        return token

    monkeypatch.setattr(Tokens, "_sign", noted)
    monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", connected.account.refresh_token())
    monkeypatch.setenv("DATABASE_URL", with_password(connected.database_url))
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    failures = 0
    for spoil in breaks:
        with monkeypatch.context() as spoiled, dg.DagsterInstance.ephemeral() as instance:
            spoil(connected, spoiled)
            result = poll(instance, job="hourly_plays" if spoil is nothing else "poll_only")
            failures += not result.success
            if spoil in (nothing, revoked):
                run("refresh_dimensions", instance)
                run("daily_upkeep", instance)
            logged = [
                entry for record in instance.get_run_records() for entry in instance.all_logs(record.dagster_run.run_id)
            ]
            shown += [serialize_value(entry) for entry in logged] + [entry.message for entry in logged]
            shown += [str(record.dagster_run.tags) for record in instance.get_run_records()]
        connected.account.faults.clear()
        clock.shift(timedelta(hours=10))
        if spoil is revoked:
            monkeypatch.setenv("SPOTIFY_REFRESH_TOKEN", connected.account.refresh_token())
    shown += [record.getMessage() + str(record.exc_text) for record in caplog.records]
    with psycopg.connect(connected.database_url) as connection:
        connection.execute("alter table audit.gone rename to poll")
    shown.append(rows_of(connected.database_url))
    captured = capfd.readouterr()
    shown += [captured.out, captured.err]
    everything = "\n".join(shown)
    assert failures >= len(breaks) - 4
    assert len(issued) > min(15, len(breaks))
    assert len(everything) > 100_000
    assert [secret[:6] for secret in issued if secret in everything] == []
