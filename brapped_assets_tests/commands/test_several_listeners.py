"""Somebody comes to somebody: `brapped login`, and every command that then has to know whose."""

import os
import re
import webbrowser
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dotenv import dotenv_values

from brapped_assets.accounts.new_listener import MOST_LISTENERS
from brapped_assets.console.runner import console
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.browser import Browser
from brapped_assets_tests.commands.subprocess_user import Said, free_port
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.household import ANOTHER_KEY, housemate

pytestmark = pytest.mark.slow

Brapped = Callable[..., Said]


@dataclass(frozen=True)
class Home:
    """Of the account's listener, who is called Ann here, and of whoever comes."""

    connected: Connected
    brapped: Brapped
    browser: Browser
    ann: SimulatedAccount
    ben: SimulatedAccount

    def login(self, account: SimulatedAccount, *arguments: str) -> Said:
        """As this person; afterwards everybody's token is answered."""
        people = [self.ann, self.ben, account]
        others = [each for nth, each in enumerate(people) if each is not account and each not in people[:nth]]
        self.connected.server.become(account, *others)
        said = self.brapped("login", *arguments)
        self.browser.wait()
        return said

    def names(self) -> list[str]:
        with self.connected.warehouse.transaction() as tx:
            return [one.display_name for one in listeners.listeners(tx)]


@pytest.fixture
def home(connected: Connected, brapped: Brapped, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Ann has logged in, as ever: her token is in the settings file."""
    monkeypatch.delenv("SPOTIFY_REFRESH_TOKEN")
    monkeypatch.setenv("SPOTIFY_REDIRECT_URI", f"http://127.0.0.1:{free_port()}/callback")
    browser = Browser()
    monkeypatch.setattr(webbrowser, "open", browser.open)
    connected.account.listener.display_name = "Ann"
    home = Home(connected, brapped, browser, connected.account, housemate(connected.account, newest=10))
    assert home.login(home.ann).code == 0
    yield home
    browser.wait()


def env() -> dict[str, str | None]:
    return dotenv_values(Path(os.environ["BRAPPED_HOME"]) / ".env")


def everything_stored(warehouse: Warehouse) -> dict[str, list[str]]:
    """Every row of every table of ours as text, bytes as text and base64 too."""
    with warehouse.transaction() as tx:
        tables = tx.execute(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables"
            " where schemaname in ('raw', 'star', 'audit', 'insights')"
        ).fetchall()
        found: dict[str, list[str]] = {}
        for table in tables:
            rows = tx.execute(f"select * from {table['name']}").fetchall()
            found[table["name"]] = sorted(
                " ".join(
                    f"{bytes(v)!r} {b64encode(bytes(v)).decode()}" if isinstance(v, bytes) else str(v)
                    for v in row.values()
                )
                for row in rows
            )
    return found


def test_who_agrees_as_somebody_else_is_added_and_both_are_collected_from(home: Home, dagster_url: str) -> None:
    before = env()
    said = home.login(home.ben, "--yes")
    assert (said.code, said.errors) == (0, "")
    assert "This home keeps the plays of Ann. You agreed as Ben, who would be the second listener." in said.output
    assert 'brapped timezone Europe/Berlin --listener "Ben"' in said.output
    assert "The key is BRAPPED_TOKEN_KEY in " in said.output
    # Spotify would send a browser that agreed before straight back, as whoever that was.
    assert ["show_dialog=true" in url for url in home.browser.opened] == [False, True]
    key = env()["BRAPPED_TOKEN_KEY"] or ""
    assert env() == {**before, "BRAPPED_TOKEN_KEY": key}
    assert key not in said.output

    assert home.brapped("sync").code == 0
    with home.connected.warehouse.transaction() as tx:
        counted = tx.execute(
            "select display_name, count(*)::int as plays, count(distinct p.listener_id)::int as people"
            " from bi.plays p join bi.listeners using (listener_id) group by 1 order by 1"
        ).fetchall()
    assert [(row["display_name"], row["plays"]) for row in counted] == [
        ("Ann", len(home.ann.served)),
        ("Ben", len(home.ben.served)),
    ]
    said = home.brapped("status")
    assert said.code == 0
    assert re.search(r"Ann Asia/Kolkata .* Ben Asia/Kolkata ", said.output)

    held = home.ben.tokens.issued
    stored = everything_stored(home.connected.warehouse)
    for text in (line for lines in stored.values() for line in lines):
        assert key not in text
        assert not any(held(word) for word in re.findall(r"[\w.-]{20,}", text))
    mentioned = {name for name, lines in stored.items() if any(home.ben.listener.user_id in line for line in lines)}
    assert mentioned == {"audit.listener"}


def test_nobody_is_added_by_accident(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = env()
    said = home.login(home.ben)
    assert said.code == 2
    assert "You agreed as Ben, who would be the second listener. Nothing was changed. If that is meant, add --yes." in (
        said.errors
    )
    monkeypatch.setattr(console, "_force_terminal", True)
    monkeypatch.setattr(console, "no_color", True)
    monkeypatch.setattr(console, "input", lambda *_, **__: "n")
    said = home.login(home.ben)
    assert said.code == 1
    assert "Nothing was changed. To renew somebody's consent instead" in said.output
    assert (env(), home.names()) == (before, ["Ann"])
    monkeypatch.setattr(console, "input", lambda *_, **__: "y")
    assert home.login(home.ben).code == 0
    assert home.names() == ["Ann", "Ben"]


def test_a_friend_elsewhere_sends_the_address_and_later_renews_their_own_consent_only(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    show = console.print

    def read_by_a_friend(*objects: object, **options: object) -> None:
        shown.extend(str(each) for each in objects)
        show(*objects, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(console, "print", read_by_a_friend)
    monkeypatch.setattr(
        console, "input", lambda *_, **__: Browser().address([line for line in shown if "/authorize?" in line][-1])
    )
    assert home.login(home.ben, "--paste", "--yes").code == 0
    before = env()
    with home.connected.warehouse.transaction() as tx:
        ann, ben = listeners.listeners(tx)
        listeners.end_consent(tx, ben.listener_id, home.ben.clock())
    said = home.login(home.ben, "--paste")
    assert said.code == 0
    assert env() == before
    with home.connected.warehouse.transaction() as tx:
        again = listeners.listeners(tx)
    assert again[0] == ann
    assert (again[1].consent_ended_at, again[1].listener_id) == (None, ben.listener_id)
    assert home.login(home.ann).code == 0
    assert env() == {**before, "SPOTIFY_REFRESH_TOKEN": env()["SPOTIFY_REFRESH_TOKEN"]}
    assert env() != before


def test_a_sixth_is_refused_with_the_reason_and_a_way_out(home: Home) -> None:
    with home.connected.warehouse.transaction() as tx:
        for nth in range(2, MOST_LISTENERS + 1):
            listeners.save_listener(
                tx, refresh_token=f"{nth}", time_zone="UTC", now=home.ann.clock(), spotify_user_id=f"user{nth}",
                display_name=f"Friend {nth}",
            )  # fmt: skip
    said = home.login(home.ben, "--yes")
    assert said.code == 2
    assert "Ben would be one too many: Spotify lets an app in Development Mode serve five people" in said.errors
    assert "To make room: brapped forget --listener NAME." in said.errors
    assert len(home.names()) == MOST_LISTENERS
    assert home.login(home.ann).code == 0


def test_a_machine_without_the_key_adds_nobody_and_polls_only_whom_it_can(
    home: Home, monkeypatch: pytest.MonkeyPatch, dagster_url: str
) -> None:
    assert home.login(home.ben, "--yes").code == 0
    file = Path(os.environ["BRAPPED_HOME"]) / ".env"
    file.write_text("".join(line for line in file.read_text().splitlines(True) if "TOKEN_KEY" not in line))
    carol = housemate(home.ann, "Carol")
    said = home.login(carol, "--yes")
    assert said.code == 2
    assert "BRAPPED_TOKEN_KEY is not set here, and others' tokens are stored under one already." in said.errors
    home.connected.server.become(home.ann, home.ben)
    said = home.brapped("sync")
    assert said.code == 2
    assert "BRAPPED_TOKEN_KEY is not set here" in said.output
    with home.connected.warehouse.transaction() as tx:
        polls = tx.execute("select listener_id, items from audit.poll").fetchall()
    assert polls == [{"listener_id": 1, "items": 10}]
    monkeypatch.setenv("BRAPPED_TOKEN_KEY", ANOTHER_KEY)
    said = home.brapped("status")
    assert said.code == 2
    assert "BRAPPED_TOKEN_KEY does not open the stored refresh token of a listener." in said.output
    # The key is lost: they consent again, under the new one.
    assert home.login(home.ben).code == 0
    assert home.brapped("sync").code == 0


@pytest.mark.parametrize(
    "command", [("timezone", "Europe/Berlin"), ("forget", "--yes"), ("export",), ("import", "."), ("report",)]
)
def test_commands_ask_whose_and_a_report_is_the_firsts(home: Home, command: tuple[str, ...]) -> None:
    with home.connected.warehouse.transaction() as tx:
        listeners.save_listener(
            tx, refresh_token="b", time_zone="UTC", now=home.ann.clock(), spotify_user_id="b", display_name="Ben"
        )
    said = home.brapped(*command)
    if command == ("report",):
        assert "Nothing was played yet" in said.errors
        return
    assert said.code == 2
    assert "Which listener? Name one with --listener. The listeners are: Ann (" in said.errors or command[0] == "import"
    if command[0] == "timezone":
        assert home.brapped(*command, "--listener", "Ben").code == 0
        with home.connected.warehouse.transaction() as tx:
            assert [one.time_zone for one in listeners.listeners(tx)] == ["Asia/Kolkata", "Europe/Berlin"]


def test_one_is_forgotten_without_trace_and_the_other_keeps_everything(home: Home, dagster_url: str) -> None:
    assert home.brapped("sync").code == 0
    alone = everything_stored(home.connected.warehouse)
    assert home.login(home.ben, "--yes").code == 0
    ben = home.ben.listener
    assert home.brapped("sync").code == 0
    assert len(everything_stored(home.connected.warehouse)["audit.listener_token"]) == 1
    assert home.brapped("forget", "--listener", "Ben", "--yes").code == 0
    left = everything_stored(home.connected.warehouse)
    shared = {"audit.api_call", "audit.api_quota", "audit.tombstone", "audit.listener", "audit.poll"}
    # What was asked of MusicBrainz, and when, by whoever is here.
    changing = {"audit.tag_call", "audit.tag_pace", "audit.lookup_rest", "audit.lookup_weight", "audit.lookup_counted"}

    def told(name: str, lines: list[str]) -> list[str]:
        """An album is as the latest poll of either of them had it: its key and its id are what stays."""
        return [" ".join(line.split()[:3]) for line in lines] if name == "star.album_dim" else lines

    for name, lines in alone.items():
        if name not in shared | changing:
            assert [line for line in told(name, lines) if line not in told(name, left[name])] == [], name
    whole = "\n".join(line for lines in left.values() for line in lines)
    for trace in (ben.user_id, ben.account_id, "Ben"):
        assert trace not in whole
    assert left["audit.listener_token"] == []
    assert home.names() == ["Ann"]
    assert home.brapped("status").code == 0
