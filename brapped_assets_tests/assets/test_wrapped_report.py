"""The pages as files, in a run."""

import json
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pytest

from brapped_assets.definitions import defs
from brapped_assets_tests.assets.conftest import NOW
from brapped_assets_tests.assets.runs import metadata_of, run, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.warehouse.exported_plays import Told, tell
from brapped_assets_tests.warehouse.polled_plays import newcomer

YEAR = {"dagster/partition": "2026"}


@pytest.fixture
def played(connected: Connected) -> None:
    """Two listeners: Ann played this year, Bob has only a track that does not count."""
    with connected.warehouse.transaction() as tx:
        for token, ms_played in (("ann", 60_000), ("bob", 10_000)):
            told = Told(NOW.replace(microsecond=0), ms_played, title=f"{token}'s | song")
            tell(tx, newcomer(tx, token), [("extended", [told])])


@pytest.mark.usefixtures("played")
def test_a_year_and_all_time_are_written_and_told(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    (told,) = metadata_of(run("wrapped_reports", instance, YEAR), "wrapped_report").values()
    folder = tmp_path / "home" / "reports"
    year, everything = folder / "brapped-2026.html", folder / "brapped-all.html"
    assert sorted(folder.iterdir()) == [year, everything]
    assert told["files"] == [
        {
            "file": str(file), "range": asked, "rows": 3, "bytes": file.stat().st_size,
            "sha256": sha256(file.read_bytes()).hexdigest(),
        }
        for file, asked in ((year, "2026"), (everything, "all"))
    ]  # fmt: skip
    assert (told["range"], told["rows"], told["sha256"]) == ("2026", 6, told["files"][0]["sha256"])
    assert told["bytes"] == sum(file["bytes"] for file in told["files"])
    assert "ann's \\| song" in told["preview"]
    assert told["preview"].startswith("**Listener 1, 2026**")
    assert "name of" not in told["preview"]
    assert set(instance.get_materialized_partitions(dg.AssetKey("wrapped_report"))) == {"2026"}


@pytest.mark.usefixtures("played")
def test_a_year_without_plays_materializes_nothing(instance: dg.DagsterInstance) -> None:
    result = run("wrapped_reports", instance, {"dagster/partition": "2020"})
    assert result.success
    assert metadata_of(result, "wrapped_report") == {}


@pytest.mark.usefixtures("played")
def test_a_folder_that_cannot_be_written_is_a_sentence(instance: dg.DagsterInstance) -> None:
    config = {"ops": {"wrapped_report": {"config": {"folder": "s3://me:secret@bucket/pages"}}}}
    result = defs.resolve_job_def("wrapped_reports").execute_in_process(
        instance=instance, partition_key="2026", run_config=config, raise_on_error=False
    )
    sentence, cure = why(result)
    assert sentence.startswith("s3://bucket/pages/brapped-2026.html: this kind of URL needs another package")
    assert cure == "a person"
    assert "secret" not in json.dumps([str(event) for event in result.all_events if event.is_step_failure])
