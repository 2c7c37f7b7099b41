"""Who is let in: who brings a token, to what it opens, as often as it may; nobody else, and at no cost to the pages."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse import read_tokens
from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.read_tokens import SCOPES, Scope
from brapped_assets.web.api import gate as gates
from brapped_assets.web.api.endpoints import endpoints
from brapped_assets.web.api.gate import Bucket
from brapped_assets_tests.examples import examples, quick_of
from brapped_assets_tests.insights.overview_plays import NOW
from brapped_assets_tests.web.api.asking import HERE, live, living, make_token, program

TOTALS = "/api/v1/totals"


def kind(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/api#")


def test_without_a_token_made_it_is_off_and_says_how_to_make_one(
    warehouse: Warehouse, tmp_path: Path, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        live(tx)
    with program(tmp_path, database_url, "") as asking:
        answer = asking.client.get(TOTALS)
        assert (answer.status_code, kind(answer)) == (403, "no-token-made")
        assert "brapped token --make" in answer.json()["detail"]


def test_only_a_token_in_the_header_opens_it(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path, database_url) as asking:
        token, client = asking.token, asking.client
        assert asking.get("/totals").status_code == 200
        # The pages' own browser, which has whatever cookie they set, is nobody here; nor is a token in the address.
        client.get("/")
        client.cookies.set("brapped_key", token)
        assert kind(client.get(TOTALS)) == "token-missing"
        assert client.get(TOTALS).headers["www-authenticate"] == 'Bearer realm="Brapped"'
        assert kind(client.get(f"{TOTALS}?token={token}")) == "token-missing"
        for wrong in (
            f"Bearer {token}x", f"Bearer {token[:-1]}", f"Bearer {token.upper()}", "Bearer ", "Bearer",
            f"Basic {token}", token, "Bearer brapped_" + "A" * 43, "Bearer brapped_" + "\xe9" * 43,
            "Bearer ' or 1=1 --", "Bearer " + "x" * 20_000, f"Bearer {token} {token}", f"Bearer {token},{token}",
        ):  # fmt: skip
            answer = client.get(TOTALS, headers={b"Authorization": wrong.encode("latin-1")})
            assert (answer.status_code, kind(answer)) == (401, "token-unknown"), wrong
            assert token not in answer.text


@pytest.mark.parametrize("scope", quick_of(2, SCOPES))
def test_a_token_opens_what_it_is_for_and_nothing_else(tmp_path: Path, database_url: str, scope: Scope) -> None:
    with living(tmp_path, database_url, scope) as asking:
        for one in endpoints():
            answer = asking.get(one.path.replace("{key}", "1"))
            assert answer.status_code == (200 if one.scope == scope else 403), one.path
            if one.scope != scope:
                assert kind(answer) == "scope"
                assert f'scope="{one.scope}"' in answer.headers["www-authenticate"]


def test_a_token_opens_its_own_listener_only(warehouse: Warehouse, tmp_path: Path, database_url: str) -> None:
    from brapped_assets_tests.insights.overview_plays import Told, play
    from brapped_assets_tests.warehouse.polled_plays import newcomer

    with warehouse.transaction() as tx:
        live(tx)
        other = newcomer(tx, "other", zone="UTC")
        play(tx, other, [Told(NOW, 1, 60_000, False, False, False, "ios", False)])
        token = make_token(tx, other)
    with program(tmp_path, database_url, token) as asking:
        assert asking.answer("/plays")["total"] == 1
        assert asking.answer("/totals")["about"]["listener"]["key"] == other
        # There is no way to name another one.
        assert asking.get("/totals?listener=1").status_code == 400
        assert asking.client.get(f"/of/{other}{TOTALS}").status_code == 404


def test_what_is_revoked_opens_nothing_a_second_later_and_its_use_was_noted(
    warehouse: Warehouse, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with living(tmp_path, database_url) as asking:
        for _ in range(3):
            assert asking.get("/totals").status_code == 200
        with warehouse.transaction() as tx:
            (token,) = read_tokens.all_tokens(tx)
            assert token.last_used_at == NOW
            assert read_tokens.revoke(tx, token.token_id)
            make_token(tx, token.listener_id)
        monkeypatch.setattr(gates, "KNOWN_SECONDS", 0.0)
        assert kind(asking.get("/totals")) == "token-unknown"


def test_use_is_written_once_in_five_minutes(
    warehouse: Warehouse, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    note = read_tokens.note_use

    def noting(tx: Connection, *told: Any) -> None:
        written.append(told)
        note(tx, *told)

    monkeypatch.setattr(read_tokens, "note_use", noting)
    with living(tmp_path, database_url) as asking:
        for _ in range(5):
            asking.get("/totals")
        asking.get("/plays?colour=red")
        for _ in range(5):
            asking.client.get(TOTALS, headers={"Authorization": "Bearer brapped_" + "x" * 43})
    assert written == [(1, NOW)]


def test_one_who_asks_too_often_waits_and_another_does_not(
    warehouse: Warehouse, tmp_path: Path, database_url: str
) -> None:
    with warehouse.transaction() as tx:
        me = live(tx)
        few, many = make_token(tx, me, per_minute=3), make_token(tx, me)
    with program(tmp_path, database_url, few) as asking:
        answers = [asking.get("/totals") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert kind(answers[-1]) == "too-many"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
        asking.token = many
        assert asking.get("/totals").status_code == 200


@examples(50)
@given(waits=st.lists(st.floats(0, 120), max_size=60), per_minute=st.integers(1, 240))
def test_in_no_time_more_are_answered_than_a_minute_has_and_what_came_since(
    waits: list[float], per_minute: int
) -> None:
    bucket, now, taken = Bucket(float(per_minute), 0.0), 0.0, 0
    for seconds in waits:
        now += seconds
        told = bucket.wait(per_minute, now)
        taken += told == 0
        assert 0 <= told <= 60 / per_minute
        assert taken <= per_minute + now * per_minute / 60 + 1e-6


@pytest.mark.slow
def test_a_flood_of_wrong_tokens_asks_the_database_once_a_second_and_waits(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Connection] = []
    by_hash = read_tokens.by_hash

    def asking_for(tx: Connection) -> Any:
        asked.append(tx)
        return by_hash(tx)

    monkeypatch.setattr(read_tokens, "by_hash", asking_for)
    monkeypatch.setattr(gates, "KNOWN_SECONDS", 1e9)
    late: list[float] = []
    monkeypatch.setattr(gates, "REFUSED_A_MINUTE", 60)

    async def waiting(seconds: float) -> None:
        late.append(seconds)

    monkeypatch.setattr(gates, "sleep", waiting)
    with living(tmp_path, database_url) as asking:
        asked.clear()
        for n in range(200):
            wrong = {"Authorization": f"Bearer brapped_{n:043d}"}
            assert asking.client.get(TOTALS, headers=wrong).status_code == 401
        assert len(asked) == 1
        # All but the first, and those whom the time it took allows.
        assert len(late) > 100
        assert all(gates.LATE_SECONDS <= one <= 2 * gates.LATE_SECONDS for one in late)
        assert len(set(late)) == len(late)
        assert asking.client.get("/").status_code == 200


def test_on_a_network_a_token_opens_the_api_without_the_key_and_no_page(tmp_path: Path, database_url: str) -> None:
    with living(tmp_path, database_url, key="the-key-of-this-start") as asking:
        assert asking.get("/totals").status_code == 200
        assert asking.client.get("/", headers={"Authorization": f"Bearer {asking.token}"}).status_code == 403
        assert asking.client.get("/api/v1/openapi.json").status_code == 200
        for path in ("/api", "/api/v1", "/api/v2/totals", "/apiary"):
            assert asking.client.get(path).status_code == 403


def test_only_pages_of_origins_that_were_named_may_ask_from_a_browser(tmp_path: Path, database_url: str) -> None:
    ours, theirs = "https://dashboard.example.org", "https://evil.example"
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    with living(tmp_path / "a", database_url, origins=(ours,)) as asking:
        assert asking.get("/totals", Origin=ours).headers["access-control-allow-origin"] == ours
        assert "access-control-allow-origin" not in asking.get("/totals", Origin=theirs).headers
        assert asking.client.options(TOTALS, headers={"Origin": ours, **asks}).status_code == 200
        assert asking.client.options(TOTALS, headers={"Origin": theirs, **asks}).status_code == 400
        assert "access-control-allow-origin" not in asking.client.get("/", headers={"Origin": ours}).headers
    with program(tmp_path / "b", database_url, "") as nobody:
        answer = nobody.client.options(TOTALS, headers={"Origin": HERE, **asks})
        assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (405, False)


def test_no_table_holds_a_token_and_a_forgotten_listeners_go(warehouse: Warehouse) -> None:
    from brapped_assets.warehouse.forgetting import remove
    from brapped_assets_tests.warehouse.test_forgetting import scanned

    with warehouse.transaction() as tx:
        me = live(tx)
        token = make_token(tx, me)
        assert scanned(tx, token.removeprefix(read_tokens.PREFIX)) == []
        assert read_tokens.is_token(token)
    with warehouse.transaction(alone=True) as tx:
        remove(tx, me, before=NOW.replace(year=2025), now=NOW)
        assert len(read_tokens.all_tokens(tx)) == 1
        remove(tx, me, before=None, now=NOW)
        assert read_tokens.all_tokens(tx) == []
