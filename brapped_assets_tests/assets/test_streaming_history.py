"""The data export through Dagster: the same import, its summary as metadata."""

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from brapped_assets.assets.backlog_level import DUE
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.history.discovery import find_histories
from brapped_assets.sensors.dimensions import newest_level
from brapped_assets.transfer.import_summary import Summary
from brapped_assets.transfer.importer import import_history
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import everything, metadata_of, poll, value, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.history.export_builders import document, extended, zipped

HISTORY, EPISODES = "streaming_history", "episode_history"


def launch(instance: dg.DagsterInstance, *paths: Path | str, **more: bool) -> dg.ExecuteInProcessResult:
    config = {"ops": {HISTORY: {"config": {"paths": [str(path) for path in paths], **more}}}}
    return everything.resolve_job_def("import_history").execute_in_process(
        instance=instance, run_config=config, raise_on_error=False
    )


@pytest.fixture
def export(catalogue: Catalogue, tmp_path: Path) -> Path:
    """The last days of what the account's listener played."""
    return write_export(Listener(catalogue), tmp_path / "e.zip", start=NOW - timedelta(days=9), end=NOW)


def test_the_summary_is_the_same_as_that_of_the_command(
    connected: Connected, instance: dg.DagsterInstance, export: Path
) -> None:
    assert poll(instance).success
    result = launch(instance, export)
    assert result.success
    told = metadata_of(result, HISTORY)[None]
    assert told["plays_matched"] > 20
    assert told["plays_added"] + told["plays_matched"] == value(
        connected, "select count(*)::int from star.streaming_fact where export_at is not null"
    )
    assert told["plays_matched"] == value(connected, "select count(*)::int from bi.plays where source = 'both'")
    assert told["dagster/row_count"] == value(connected, "select count(*)::int from audit.import_file") == told["files"]
    assert all(column.description for column in told["dagster/column_schema"].columns)
    assert told["first_year"] == 2026
    compared = {kind: told[f"listener_plays_{kind}"] for kind in ("matched", "only_polled", "only_exported")}
    assert compared["matched"] == told["plays_matched"]
    assert sum(compared.values()) == value(connected, "select count(*)::int from star.streaming_fact")
    differences = [record.data["plays"] for record in told["exported_later_than_polled_by"].records]
    assert sum(differences) == compared["matched"]
    lines = told["plays_per_day_by_source"].splitlines()
    assert len(lines) == 3 + 60
    assert sum(int(line.split()[-1]) for line in lines[2:-1]) == sum(compared.values())

    summary = Summary()
    with connected.warehouse.transaction() as tx:
        row = tx.execute("select listener_id from audit.listener").fetchone()
    assert row is not None
    import_history(connected.warehouse, row["listener_id"], [find_histories(export)], summary)
    again = metadata_of(launch(instance, str(export)), HISTORY)[None]
    assert again.items() >= summary.as_numbers().items()
    assert again["plays_known"] == told["plays_added"] + told["plays_matched"]
    # What is no music is counted in the same run, and checked.
    assert metadata_of(result, EPISODES)[None]["spoken_plays"] == value(
        connected, "select count(*)::int from bi.spoken_plays"
    )
    (check,) = result.get_asset_check_evaluations()
    assert (check.asset_key.path, check.check_name, check.passed) == ([EPISODES], "no_spoken_play_is_music", True)
    # The sensor goes by the level: what no poll had told of is to be looked up.
    tracks = value(
        connected, "select count(*)::int from star.track_dim where track_id is not null and payload_key is null"
    )
    level = newest_level(instance)
    assert 0 < tracks <= level[DUE]
    # And polling goes on.
    assert poll(instance).success


def test_a_wrong_path_and_a_broken_file_are_sentences(
    connected: Connected, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert why(launch(instance, tmp_path / "none.zip")) == (
        f"{tmp_path / 'none.zip'}: there is no such file or folder. Check the path.",
        "a person",
    )
    good = document([extended()])
    broken = zipped(tmp_path / "e.zip", {"endsong_0.json": good, "endsong_1.json": good[:-20]})
    sentence, _ = why(launch(instance, broken))
    assert sentence.startswith("1 of the files could not be read, and nothing of them was imported. endsong_1.json: ")
    assert value(connected, "select count(*)::int from star.streaming_fact") == 1


def test_what_seems_somebody_elses_fails_without_names_and_the_configuration_takes_it(
    connected: Connected, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    for who in ("ana", "bo"):
        (tmp_path / who).mkdir()
        (tmp_path / who / "endsong_0.json").write_bytes(document([extended(username=who)]))
    paths = (tmp_path / "ana", tmp_path / "bo")
    sentence, cure = why(launch(instance, *paths))
    assert sentence == (
        "This may be somebody else's listening (two accounts), and nothing was imported. `brapped import` with the "
        "same paths tells why; if it is this listener's, set even_if_someone_elses in the configuration."
    )
    assert cure == "a person"
    assert value(connected, "select count(*)::int from audit.import_file") == 0
    assert value(connected, "select count(*)::int from audit.listener") == 0
    assert launch(instance, *paths, even_if_someone_elses=True).success
    assert value(connected, "select count(*)::int from audit.import_file") == 2
