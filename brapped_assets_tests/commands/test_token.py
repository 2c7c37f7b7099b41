"""`brapped token`: a token is printed once and alone, shown without what opens anything, and ended."""

import re
from collections.abc import Callable

import pytest

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.commands.subprocess_user import Said
from brapped_assets_tests.warehouse.polled_plays import newcomer

Brapped = Callable[..., Said]


@pytest.fixture
def here(warehouse: Warehouse, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return warehouse


def test_one_is_made_shown_and_revoked(brapped: Brapped, here: Warehouse) -> None:
    assert brapped("token").output.startswith("There is no read token, so the API is off. To make one: brapped token")
    with here.transaction() as tx:
        newcomer(tx, "ada", zone="UTC")
    said = brapped(
        "token", "--make", "my dash\x1b[31mboard", "--opens", "plays", "--opens", "totals", "--per-minute", "7"
    )
    assert said.code == 0
    assert read_tokens.is_token(said.output)
    assert "whoever has it reads totals, plays of Listener" in said.errors
    with here.transaction() as tx:
        (token,) = read_tokens.by_hash(tx).items()
    assert token[0] == read_tokens.digest(said.output)
    assert (token[1].scopes, token[1].per_minute) == (("totals", "plays"), 7)
    shown = brapped("token").output
    assert re.fullmatch(
        r"1\. my dash.*board \(Listener\): totals, plays; 7 a minute; made \d{4}-\d\d-\d\d, not used yet", shown
    )
    assert "\x1b" not in shown
    assert said.output not in shown
    assert brapped("token", "--revoke", "1").output == "Token 1 opens nothing any more."
    assert brapped("token", "--revoke", "1").code == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--make", "x"], "There is nobody yet whose listening a token could open."),
        (["--make", " "], "A token needs a name"),
        (["--make", "x" * 61], "A token needs a name of at most 60 characters"),
        (["--make", "x", "--revoke", "1"], "Make one or revoke one, not both."),
        (["--make", "x", "--per-minute", "0"], "Invalid value"),
        (["--make", "x", "--opens", "everything"], "'everything' is not one of"),
        (["--revoke", "9"], "There is no token 9."),
    ],
)
def test_what_cannot_be_done_is_said(brapped: Brapped, here: Warehouse, options: list[str], sentence: str) -> None:
    said = brapped("token", *options)
    assert said.code == 2
    assert sentence in " ".join(said.errors.replace("│", " ").split())


def test_there_are_so_many_at_most(brapped: Brapped, here: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_tokens, "MOST_TOKENS", 1)
    with here.transaction() as tx:
        newcomer(tx, "ada", zone="UTC")
    assert brapped("token", "--make", "one").code == 0
    said = brapped("token", "--make", "two")
    assert (said.code, said.errors.startswith("✗ There are 1 read tokens already.")) == (1, True)
