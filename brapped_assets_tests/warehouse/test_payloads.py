"""Payloads: kept as received, but once."""

import json
import math
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets.warehouse.payloads import VOLATILE, canonical, content_hash, reference, stable
from brapped_assets_tests.warehouse.polled_plays import Play, at, newcomer, poll, song


def test_fields_that_change_by_themselves_leave_on_every_level() -> None:
    volatile = dict.fromkeys(VOLATILE, 1)
    served = {"id": "a", **volatile, "album": {"id": "b", **volatile}, "artists": [{"id": "c", **volatile}]}
    assert stable(served) == {"id": "a", "album": {"id": "b"}, "artists": [{"id": "c"}]}


def test_what_postgresql_refuses_is_replaced() -> None:
    served = {"a\x00": "x\x00y", "b": "half \ud83d", "c": math.nan, "d": [math.inf, 1.5], "e": "whole 🎵"}
    assert stable(served) == {"a\ufffd": "x\ufffdy", "b": "half ?", "c": None, "d": [None, 1.5], "e": "whole 🎵"}


def test_the_same_track_served_twice_is_one_row_whatever_its_popularity_and_the_order_of_its_keys(
    warehouse: Warehouse,
) -> None:
    turned = dict(reversed(song("a", popularity=3).items()))
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        context = {"type": "album", "uri": "u"}
        poll(tx, me, [Play(at(0), song("a"), context), Play(at(4), turned, dict(reversed(context.items())))])
        poll(tx, me, [Play(at(8), song("a", popularity=80), context)])
        assert tx.execute("select track_ref, payload from raw.track_payload").fetchall() == [
            {"track_ref": "a", "payload": song("a")}
        ]
        assert tx.execute("select context_type, context_uri from raw.context").fetchall() == [
            {"context_type": "album", "context_uri": "u"}
        ]


def test_a_track_that_changed_is_a_second_row(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        me = newcomer(tx)
        poll(tx, me, [Play(at(0), song("a")), Play(at(4), song("a", name="Renamed"))])
        assert tx.execute("select payload ->> 'name' as name from raw.track_payload order by 1").fetchall() == [
            {"name": "Renamed"},
            {"name": "Song a"},
        ]


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_canonical_text_is_the_same_value_and_can_be_hashed(value: Any) -> None:
    kept = stable({"value": value})
    text = canonical(kept)
    assert json.loads(text) == kept
    assert isinstance(content_hash(text), UUID)
    assert stable(kept) == kept


def test_only_a_reference_no_index_could_hold_is_cut() -> None:
    assert reference("6rqhFgbbKwnb9MLmUQDhG6") == "6rqhFgbbKwnb9MLmUQDhG6"
    long, other = "x" * 600, "x" * 599 + "y"
    assert reference(long) != reference(other)
    assert len(reference(long).encode()) < 600
