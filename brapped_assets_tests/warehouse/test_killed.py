"""SIGKILL before every statement, and before every commit: what is done again ends as if nothing had happened."""

import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from brapped_assets.warehouse.db.connections import Connection, Warehouse
from brapped_assets.warehouse.dimensions import apply_payloads
from brapped_assets.warehouse.landed_plays import land_tracks
from brapped_assets.warehouse.merge.encoding import Occurrences, encode
from brapped_assets.warehouse.merge.exported_plays import merge_exported
from brapped_assets.warehouse.merge.legacy_plays import merge_legacy
from brapped_assets.warehouse.merge.play_merge import merge_plays
from brapped_assets.warehouse.rejected_items import retry_rejected
from brapped_assets_tests.warehouse.exported_plays import Old, Told
from brapped_assets_tests.warehouse.polled_plays import (
    Play,
    Unread,
    at,
    everything,
    local_file,
    newcomer,
    plays,
    poll,
    song,
)

pytestmark = pytest.mark.slow

CONTEXT = {"type": "album", "uri": "spotify:album:1"}
Step = Callable[[Connection], object]


def _welcome(tx: Connection) -> object:
    return newcomer(tx)


def _first_page(tx: Connection) -> object:
    return poll(tx, 1, [Play(at(0), song("a", artists=["alice", "bob"]), CONTEXT), *plays([4])], [Unread("odd")])


def _second_page(tx: Connection) -> object:
    """Overlap by nothing, a local file, something odd again and something understood at last."""
    retry_rejected(
        tx,
        1,
        parser_version=2,
        parse=lambda text, _: Play(at(1), song("b")) if "odd" in text else Unread(text),
        now=at(60),
    )
    return poll(tx, 1, [Play(at(58), local_file("demo")), Play(at(60), song("a", name="Renamed"))], [Unread("odd")])


def _merge(tx: Connection) -> object:
    return merge_plays(tx, 1, at(61))


def _export(tx: Connection) -> object:
    """What the first page told, relinked and measured, and two plays of its own."""
    told = [Told(at(0), 120_000, "a2", "Song a", "alice", album="Album a"), Told(at(2), 0), Told(at(2), 0)]
    return merge_exported(tx, 1, "extended", encode(told, Occurrences()))


def _account(tx: Connection) -> object:
    told = [Told(at(2), 0, None), Told(at(9), 31_000, None)]
    return merge_exported(tx, 1, "account", encode(told, Occurrences()))


def _legacy(tx: Connection) -> object:
    """What the first page told, a second off; a play of its own, twice; and one an export tells of."""
    told = [Old(at(0.01), "a"), Old(at(2)), Old(at(20), "b", "Song b"), Old(at(20.02), "b", "Song b")]
    return merge_legacy(tx, 1, told)


def _look_up(tx: Connection) -> object:
    """A track of the export answers, with another id than it was asked by; its artist and album get real ones."""
    land_tracks(tx, [("a2", song("a", artists=["alice", "bob"]))], at(62))
    return apply_payloads(tx)


# Each step with what was done before it, undisturbed.
STEPS: list[tuple[list[Step], Step]] = [
    ([_welcome], _first_page),
    ([_welcome, _first_page, _merge], _second_page),
    ([_welcome, _first_page], _merge),
    ([_welcome, _first_page, _merge, _second_page], _merge),
    ([_welcome, _first_page, _merge, apply_payloads, _second_page, _merge], apply_payloads),
    ([_welcome, _first_page, _merge], _export),
    ([_welcome, _first_page, _account, _export], _merge),
    ([_welcome, _first_page, _merge, _account], _export),
    ([_welcome, _export], _account),
    ([_welcome, _first_page, _merge, _export], _legacy),
    ([_welcome, _account, _export], _look_up),
]
NAMES = [
    "land", "land on gap", "merge", "merge late", "read", "export", "merge after exports", "export after account data",
    "account data", "old tables", "look up",
]  # fmt: skip


@pytest.mark.parametrize(("before", "step"), STEPS, ids=NAMES)
def test_killed_anywhere_and_done_again_nothing_is_lost_and_nothing_twice(
    warehouse: Warehouse, database_url: str, before: list[Step], step: Step
) -> None:
    def prepare() -> dict[str, Any]:
        with warehouse.transaction() as tx:
            tx.execute("truncate audit.listener, raw.track_payload, raw.context, raw.export_track, raw.legacy_track,"
                       " star.play_label, star.streaming_fact, star.artist_dim, star.album_dim"
                       " restart identity cascade")  # fmt: skip
        for earlier in before:
            with warehouse.transaction() as tx:
                earlier(tx)
        with warehouse.transaction() as tx:
            return everything(tx)

    untouched = prepare()
    with warehouse.transaction() as tx:
        step(tx)
    with warehouse.transaction() as tx:
        undisturbed = everything(tx)
    assert undisturbed != untouched

    statements = 0
    while True:
        assert prepare() == untouched
        warehouse.close()
        if not _killed(database_url, step, after=statements):
            break
        with warehouse.transaction() as tx:
            assert everything(tx) == untouched
        with warehouse.transaction() as tx:
            step(tx)
        with warehouse.transaction() as tx:
            assert everything(tx) == undisturbed, f"killed after {statements} statements"
        statements += 1
    assert statements >= 5
    with warehouse.transaction() as tx:
        assert everything(tx) == undisturbed


def _killed(database_url: str, step: Step, *, after: int) -> bool:
    """Do the step in a process that is killed after so many statements; False when it got through to the end."""
    child = os.fork()
    if child == 0:  # only the kernel may end it from here on: nothing of pytest's runs twice
        try:
            _run_until_killed(database_url, step, after)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _run_until_killed(database_url: str, step: Step, left: int) -> None:
    execute: Callable[..., Any] = psycopg.Connection.execute

    def statement() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def counted(connection: Connection, *args: Any, **options: Any) -> Any:
        statement()
        return execute(connection, *args, **options)

    connection = psycopg.connect(
        database_url, autocommit=True, prepare_threshold=None, row_factory=psycopg.rows.dict_row
    )
    with patch.object(psycopg.Connection, "execute", counted), connection.transaction():
        step(connection)
        statement()  # the commit
    os._exit(0)
