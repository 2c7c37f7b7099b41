"""The pages as files, in a run."""

import json
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pytest

from brapped_assets.definitions import defs
from brapped_assets.home_folder import RUNNING
from brapped_assets.partitions import range_tags, years
from brapped_assets.rendering import report_target
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
            "file": str(file), "range": asked, "plays": 1, "rows": 3, "bytes": file.stat().st_size,
            "sha256": sha256(file.read_bytes()).hexdigest(),
        }
        for file, asked in ((year, "2026"), (everything, "all"))
    ]  # fmt: skip
    assert (told["range"], told["plays"], told["rows"]) == ("2026", 1, 6)
    assert told["bytes"] == sum(file["bytes"] for file in told["files"])
    assert "ann's \\| song" in told["preview"]
    assert told["preview"].startswith("**Listener 1, 2026**")
    assert "name of" not in told["preview"]
    assert told["dagster/uri"] == year.as_uri()
    assert "page" not in told
    assert set(instance.get_materialized_partitions(dg.AssetKey("wrapped_report"))) == {"2026"}


@pytest.mark.usefixtures("played")
def test_while_the_pages_are_up_a_link_opens_the_same_there(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / RUNNING).write_text(json.dumps({"page": "http://127.0.0.1:3000"}))
    (told,) = metadata_of(run("wrapped_reports", instance, YEAR), "wrapped_report").values()
    assert told["page"] == "http://127.0.0.1:3000/wrapped?range=2026"


@pytest.mark.usefixtures("played")
def test_a_year_without_plays_is_a_result_of_0(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    result = run("wrapped_reports", instance, {"dagster/partition": "2020"})
    assert result.success
    (told,) = metadata_of(result, "wrapped_report").values()
    assert (told["range"], told["plays"]) == ("2020", 0)
    assert [file["range"] for file in told["files"]] == ["all"]
    assert [file.name for file in (tmp_path / "home" / "reports").iterdir()] == ["brapped-all.html"]


def test_a_warehouse_without_anybody_has_years_of_0(connected: Connected, instance: dg.DagsterInstance) -> None:
    (told,) = metadata_of(run("wrapped_reports", instance, YEAR), "wrapped_report").values()
    assert (told["plays"], told["rows"], told["bytes"], told["files"], told["preview"]) == (0, 0, 0, [], "")


@pytest.mark.usefixtures("played")
def test_all_years_are_one_run_and_that_of_all_time_is_written_once(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    real = report_target.write

    def write(html: bytes, target: str) -> str:
        written.append(Path(target).name)
        return real(html, target)

    monkeypatch.setattr(report_target, "write", write)
    every = years.get_partition_keys(current_time=NOW)
    told = metadata_of(run("wrapped_reports", instance, range_tags(every[0], every[-1])), "wrapped_report")
    assert {year: numbers["plays"] for year, numbers in told.items()} == {**dict.fromkeys(every, 0), "2026": 1}
    assert written == ["brapped-2026.html", "brapped-all.html"]
    assert [year for year, numbers in told.items() if "seconds" in numbers] == ["2026"]


@pytest.mark.usefixtures("played")
def test_a_file_that_is_gone_or_cut_off_is_told_by_the_check(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    def told(result: dg.ExecuteInProcessResult) -> tuple[bool, object]:
        (verdict,) = result.get_asset_check_evaluations()
        assert verdict.severity == dg.AssetCheckSeverity.WARN
        return verdict.passed, verdict.metadata["sample"].value if "sample" in verdict.metadata else []

    check = dg.AssetCheckKey(dg.AssetKey("wrapped_report"), "every_year_has_its_file")
    job = dg.define_asset_job("look", dg.AssetSelection.checks(check))
    look = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("look")
    assert told(look.execute_in_process(instance=instance)) == (True, [])
    assert told(run("wrapped_reports", instance, range_tags("2025", "2026"))) == (True, [])
    page = tmp_path / "home" / "reports" / "brapped-2026.html"
    for spoil in (lambda: page.write_text("half of it"), page.unlink):
        spoil()
        found = told(look.execute_in_process(instance=instance))
        assert found == (False, [{"year": "2026", "listeners": 1, "files": 0}])
    assert told(run("wrapped_reports", instance, YEAR)) == (True, [])


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
