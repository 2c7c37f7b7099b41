"""Stored refresh tokens: nothing in the database opens them, and no sentence shows a key."""

import pytest

from brapped_assets.warehouse import listeners, refresh_tokens
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.errors import TokenUnreadable
from brapped_assets.warehouse.refresh_tokens import Holder
from brapped_assets_tests.household import ANOTHER_KEY, KEY
from brapped_assets_tests.warehouse.polled_plays import at

ANY_ROW = "select encrypted from audit.listener_token"


@pytest.fixture
def ben(warehouse: Warehouse) -> int:
    with warehouse.transaction() as tx:
        for token, name in (("given", "ann"), ("canary", "ben")):
            found = listeners.save_listener(
                tx, refresh_token=token, time_zone="UTC", now=at(0), spotify_user_id=name, display_name=name
            )
        refresh_tokens.keep(tx, found.listener_id, "canary", KEY, at(0))
    return found.listener_id


def test_a_stored_token_is_read_with_its_key_and_is_nowhere_in_clear(warehouse: Warehouse, ben: int) -> None:
    with warehouse.transaction() as tx:
        assert refresh_tokens.stored(tx, ben, KEY) == "canary"
        assert refresh_tokens.stored(tx, ben - 1, KEY) is None
        (row,) = tx.execute(ANY_ROW).fetchall()
        assert b"canary" not in bytes(row["encrypted"])
        refresh_tokens.keep(tx, ben, "newer", KEY, at(1))
        assert refresh_tokens.stored(tx, ben, KEY) == "newer"
        refresh_tokens.drop(tx, ben)
        assert refresh_tokens.stored(tx, ben, KEY) is None


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (None, "BRAPPED_TOKEN_KEY is not set here"),
        (" , ", "BRAPPED_TOKEN_KEY is not set here"),
        (ANOTHER_KEY, "BRAPPED_TOKEN_KEY does not open"),
        ("nonsense", "BRAPPED_TOKEN_KEY is no key"),
        (f"{KEY},nonsensé", "BRAPPED_TOKEN_KEY is no key"),
    ],
    ids=["missing", "blank", "wrong", "nonsense", "half nonsense"],
)
def test_a_key_that_opens_nothing_is_named_and_not_shown(
    warehouse: Warehouse, ben: int, keys: str | None, sentence: str
) -> None:
    with warehouse.transaction() as tx, pytest.raises(TokenUnreadable) as refused:
        refresh_tokens.stored(tx, ben, keys)
    assert sentence in str(refused.value)
    assert not any(key in str(refused.value) for key in (KEY, ANOTHER_KEY, "nonsens"))


def test_with_several_keys_all_open_and_the_first_takes_over(warehouse: Warehouse, ben: int) -> None:
    with warehouse.transaction() as tx:
        assert refresh_tokens.stored(tx, ben, f"{ANOTHER_KEY}, {KEY}") == "canary"
        assert refresh_tokens.stored(tx, ben, ANOTHER_KEY) == "canary"
        with pytest.raises(TokenUnreadable):
            refresh_tokens.stored(tx, ben, KEY)


def test_who_has_a_token_is_known_without_opening_any(warehouse: Warehouse, ben: int) -> None:
    with warehouse.transaction() as tx:
        listeners.get_or_create_placeholder(tx, time_zone="UTC", now=at(0))
        ann, second, _ = listeners.listeners(tx)
        assert refresh_tokens.holders(tx, "given") == [Holder(ann, is_given=True), Holder(second, is_given=False)]
        assert (
            refresh_tokens.holders(tx, None)
            == refresh_tokens.holders(tx, "unknown")
            == [Holder(second, is_given=False)]
        )
        assert listeners.logged_in(tx) == 2
