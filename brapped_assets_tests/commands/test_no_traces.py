"""One life among canaries: login, an import with a password, `up` on the network, a good poll and a failing one, pages.

All of it as processes, with a umask of 000 and a home that others could read. Afterwards every secret is looked for
wherever something stays or shows, and every file is asked who may read it.
"""

import os
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener, ScriptedListener
from brapped_assets.demo.server import serve
from brapped_assets.demo.tokens import Tokens
from brapped_assets.services import network
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db import embedded_server
from brapped_assets.warehouse.read_tokens import is_token
from brapped_assets_tests.commands.subprocess_user import Dagster, User, free_port, processes_of, wait_until
from brapped_assets_tests.commands.watched_secrets import (
    LOOKED_FOR,
    Life,
    be_up,
    everybody_watching,
    log_in,
    umask,
    with_password,
)
from brapped_assets_tests.transfer.test_legacy_importer import lived
from brapped_assets_tests.warehouse.whole_rows import rows_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

DATABASE, ENGINE, OLD = "canary-of-the-database", "canary-of-dagsters-database", "canary-of-the-old-database"
HEARTBEAT = "canary-of-the-heartbeat"
# Settings that hold secrets, where there are such.
MORE = {
    "brapped_notify": "json://127.0.0.1:9/canary-of-the-notice",
    "brapped_token_key": "Y2FuYXJ5LW9mLXRoZS1rZXktb2YtdGhlLXRva2Vuc18=",
}


@pytest.fixture(scope="module")
def secrets_issued() -> Iterator[set[str]]:
    """Every code and token that the simulated account gives out in this process."""
    issued: set[str] = set()
    sign = Tokens._sign

    def noted(self: Tokens, kind: str, **claims: object) -> str:
        token = sign(self, kind, **claims)
        issued.add(token)
        return token

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tokens, "_sign", noted)
        yield issued


@pytest.fixture(scope="module")
def databases(postgres: embedded_server.EmbeddedServer, dagster_template: str) -> Iterator[list[str]]:
    """A warehouse, Dagster's storage and the scripts' old database."""
    made = {"traces": "brapped", "traces_dagster": dagster_template, "traces_old": "template1"}
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        for name, template in made.items():
            admin.execute(f"create database {name} template {template} strategy file_copy".encode())
        yield [postgres.url(name) for name in made]
        for name in made:
            admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture(scope="module")
def life(user: User, catalogue: Catalogue, databases: list[str], secrets_issued: set[str]) -> Life:
    """The whole of it, once."""
    warehouse, storage, old = databases
    lived(old)
    now = datetime.now(UTC)
    heard = Listener(catalogue, plays_per_day=200).plays_between(now - timedelta(days=2), now - timedelta(hours=1))
    shown = [play for play in heard if play.ms_played >= 30_000 and not play.private and not play.offline][-10:]
    account = SimulatedAccount(ScriptedListener(shown), catalogue=catalogue)
    life = Life(user, Dagster(user.home / "running.json"), databases)
    seen: set[str] = set()
    more = {name.upper(): value for name, value in MORE.items() if name in Settings.model_fields}
    with serve(account) as server, umask(0), everybody_watching(seen):
        for folder in (user.home, user.home / "dagster", user.home / "logs", user.home / "reports"):
            folder.mkdir()
        settings = {
            "SPOTIFY_API_URL": server.api_url,
            "SPOTIFY_ACCOUNTS_URL": server.url,
            "SPOTIFY_CLIENT_ID": account.client_id,
            "SPOTIFY_CLIENT_SECRET": account.client_secret,
            "SPOTIFY_REDIRECT_URI": f"http://127.0.0.1:{free_port()}/callback",
            "DATABASE_URL": with_password(warehouse, DATABASE),
            "BRAPPED_HEARTBEAT_URL": f"http://127.0.0.1:9/{HEARTBEAT}",
        }
        # As `cp .env.example .env` leaves it.
        (user.home / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        in_environment = {"DAGSTER_PG_URL": with_password(storage, ENGINE), **more}
        life.shown["login"] = log_in(user)
        said = user.run("import", "--legacy", "env:OLD", OLD=with_password(old, OLD), **in_environment)
        assert said.code == 0, said
        life.shown["import"] = said.output + said.errors
        # Printed once, to whoever makes it.
        life.secrets["read token"] = user.run(
            "token", "--make", "watched", "--opens", "totals", **in_environment
        ).output
        assert is_token(life.secrets["read token"])
        life.shown["token"] = user.run("token", **in_environment).output
        lan = ["--lan"] if network.addresses() else []
        with user.started("up", "--port", str(free_port()), *lan, **in_environment) as started:
            be_up(life, account, started)
            # The key of the network is told to its owner, here and nowhere else.
            life.shown["up"] = started.says().replace(life.secrets.get("key of the network", "-"), "")
            assert "The heartbeat URL did not answer" in life.shown["up"]
            assert started.stop() == 0, started.says()
        wait_until(lambda: not processes_of(user.folder), "everything has stopped")
    life.shown["arguments of all processes"] = "\n".join(seen)
    life.secrets |= {
        "client secret": account.client_secret,
        "password of the database": DATABASE,
        "password of Dagster's database": ENGINE,
        "password of the old database": OLD,
        "heartbeat": HEARTBEAT,
        **{name: value.rpartition("/")[2] for name, value in more.items()},
        **{f"token {number}": token for number, token in enumerate(sorted(secrets_issued))},
    }
    return life


def test_no_secret_is_anywhere_but_in_the_settings_file(life: Life, postgres: embedded_server.EmbeddedServer) -> None:
    places: dict[str, str] = dict(life.shown)
    files = [path for path in life.user.home.rglob("*") if path.is_file() and path.name != ".env"]
    places |= {str(path.relative_to(life.user.home)): path.read_bytes().decode(errors="replace") for path in files}
    places |= {url.split("?")[0]: rows_of(url) for url in life.databases}
    assert {"logs/brapped.log", "dagster/dagster.yaml", "dagster/workspace.yaml"} <= set(places)
    assert any(name.startswith("covers/") for name in places)
    assert "Scripted Listener" in places["the page as one file"]
    assert "brapped_assets.services.dagster_webserver" in places["arguments of all processes"]
    assert "hourly_plays" in places["graphql"]
    assert "'name': 'spotify'" in places["graphql"]
    places["the server's log"] = (Path(postgres.url("postgres").rpartition("host=")[2]) / "log").read_text()
    # A login's code and token, the polls' access tokens.
    assert len(life.secrets) > 8
    found = {(place, what) for place, text in places.items() for what, secret in life.secrets.items() if secret in text}
    assert found == set()


def test_no_log_tells_what_somebody_looked_for(life: Life) -> None:
    logs = "".join(path.read_text(errors="replace") for path in (life.user.home / "logs").iterdir())
    assert "hourly_plays" in logs
    assert LOOKED_FOR not in logs + life.shown["up"]


def test_every_file_is_its_owners_alone_whatever_the_umask_and_the_rights_before(life: Life) -> None:
    home = life.user.home
    rights = {path.relative_to(home): stat.S_IMODE(path.lstat().st_mode) for path in [home, *home.rglob("*")]}
    expected_home = 0o711 if os.geteuid() == 0 else 0o700
    assert rights.pop(Path()) == expected_home
    assert {name: oct(mode) for name, mode in rights.items() if mode & 0o077} == {}
    assert rights[Path(".env")] == 0o600
    assert len(rights) > 8


def test_other_machines_and_other_sites_are_refused(life: Life) -> None:
    by_kind: dict[str, set[Any]] = {}
    for (_, kind), answer in life.refused.items():
        by_kind.setdefault(kind, set()).add(answer)
    assert by_kind.pop("a form") == by_kind.pop("a picture") == {403}
    assert by_kind.pop("another name") == {400}
    if network.addresses():
        assert by_kind.pop("no key") == {403}
        assert by_kind.pop("key") == {200}
        assert 0 not in by_kind.pop("port engine") | by_kind.pop("port code")
    assert by_kind == {}
