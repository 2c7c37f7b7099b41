"""Whatever Spotify does to polls while an export comes in: neither loses, doubles or waits for the other."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.faults import Kind
from brapped_assets.demo.listener import Listener
from brapped_assets.history.discovery import find_histories
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.db.connections import Warehouse
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import FEED, poll, rows, served, value
from brapped_assets_tests.conftest import Connected

pytestmark = pytest.mark.slow

# Each fault, and for how many calls it stays: for ever (None) fails or postpones the poll.
FAULTS: list[tuple[Kind, int | None]] = [
    ("rate_limited", 1),
    ("server_error", None),
    ("cut_off", None),
    ("malformed_json", None),
    ("forbidden", None),
    ("quota_exceeded", None),
    ("empty_page", None),
]


@contextmanager
def importing(connected: Connected, export: Path, listener_id: int) -> Iterator[Summary]:
    """An import in small pieces that goes on as long as the block; whole at its end. What it raised is raised here."""
    summary, raised = Summary(), list[BaseException]()
    everybody_is_done = threading.Event()

    def work() -> None:
        try:
            with Warehouse(export.parent, connected.database_url) as warehouse:
                import_history(
                    warehouse,
                    listener_id,
                    [find_histories(export)],
                    summary,
                    # Slowly, so that there is a piece between any two statements of a poll.
                    progress=lambda _done, _expected: time.sleep(0 if everybody_is_done.is_set() else 0.02),
                    piece_rows=20,
                )
        except BaseException as error:  # noqa: BLE001  (whatever it is belongs to the test)
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield summary
    finally:
        everybody_is_done.set()
        thread.join()
    assert raised == []


@pytest.mark.usefixtures("slept")
def test_polls_that_meet_every_fault_while_an_export_comes_in_have_everything_once(
    connected: Connected, instance: dg.DagsterInstance, clock: Traveller, catalogue: Catalogue, tmp_path: Path
) -> None:
    export = write_export(Listener(catalogue), tmp_path / "e.zip", start=NOW - timedelta(days=90), end=NOW)
    with connected.warehouse.transaction() as tx:
        token = os.environ["SPOTIFY_REFRESH_TOKEN"]
        person = listeners.save_listener(tx, refresh_token=token, time_zone="Asia/Kolkata", now=NOW)
    with importing(connected, export, person.listener_id) as summary:
        for kind, times in FAULTS:
            connected.account.faults.add(kind, path=FEED, times=times)
            poll(instance)
            connected.account.faults.clear()
            clock.move_to(value(connected, "select not_before from audit.api_quota") or datetime.now(UTC))
            clock.shift(timedelta(minutes=20))
            assert poll(instance).success
        done_while_polled = summary.rows
    assert done_while_polled > 0
    polled = rows(
        connected,
        "select f.api_at, 'spotify:track:' || t.track_id as uri from star.streaming_fact f"
        " join star.track_dim t on t.track_key = f.api_track_key where f.api_at is not null order by 1, 2",
    )
    assert [(row["api_at"], row["uri"]) for row in polled] == served(connected)
    told = sum((summary.plays.added, summary.plays.matched, summary.plays.told_twice, summary.plays.known))
    assert value(connected, "select count(*) from star.streaming_fact where export_at is not null") == told
    assert value(connected, "select count(*) from star.streaming_fact where api_at is not null and in_extended") > 0
    assert value(connected, "select count(*) from audit.import_file where finished_at is null") == 0
