"""The gear makes tokens and ends them: shown once, by our own forms only."""

import re
from pathlib import Path
from typing import Any

import pytest

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.web.api.asking import HERE, Program, live, program


def send(asking: Program, path: str, **fields: str) -> Any:
    token = str(asking.client.app.state.site.token)  # type: ignore[attr-defined]
    return asking.client.post(path, data={"token": token, "listener": "1", **fields}, headers={"origin": HERE})


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Path:
    with warehouse.transaction() as tx:
        live(tx)
    return tmp_path


def test_a_token_is_made_used_shown_without_itself_and_revoked(home: Path, database_url: str) -> None:
    with program(home, database_url, "") as asking:
        answer = send(asking, "/settings/token", name=" My <b>dash</b>\nboard ", **{"opens-totals": "yes"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "My &lt;b&gt;dash&lt;/b&gt; board" in answer.text
        (asking.token,) = re.findall(r"brapped_[\w-]{43}", answer.text)
        # At once, though nobody had a token a moment ago.
        assert asking.get("/totals").status_code == 200
        assert asking.get("/plays").status_code == 403
        page = asking.client.get("/settings").text
        assert "My &lt;b&gt;dash&lt;/b&gt; board" in page
        assert "Last used" in page
        assert asking.token not in page
        assert send(asking, "/settings/token/revoke", token_id="1").headers["location"] == "/settings#tokens"
        assert asking.get("/totals").status_code == 401
        assert "My &lt;b&gt;" not in asking.client.get("/settings").text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/settings/token", {"name": "x"}, 400),
        ("/settings/token", {"opens-totals": "yes"}, 400),
        ("/settings/token", {"name": "x", "opens-everything": "yes"}, 400),
        ("/settings/token", {"name": "x", "opens-totals": "yes", "listener": "99"}, 400),
        ("/settings/token", {"name": "x", "opens-totals": "yes", "token": "guessed"}, 403),
        ("/settings/token/revoke", {"token_id": "x"}, 400),
    ],
)
def test_a_form_that_is_not_ours_or_not_whole_makes_nothing(
    home: Path, database_url: str, *, warehouse: Warehouse, path: str, fields: dict[str, str], status: int
) -> None:
    with program(home, database_url, "") as asking:
        assert send(asking, path, **fields).status_code == status
        elsewhere = {"token": "", "name": "x", "opens-totals": "yes"}
        assert asking.client.post(path, data=elsewhere, headers={"origin": "http://evil.example"}).status_code == 403
    with warehouse.transaction() as tx:
        assert read_tokens.all_tokens(tx) == []
