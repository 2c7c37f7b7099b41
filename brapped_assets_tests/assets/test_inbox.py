"""The folder `exports` of the home: what lies there is imported, once, when it no longer grows."""

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from time_machine import Traveller

from brapped_assets.definitions import defs
from brapped_assets.history.discovery import find_histories
from brapped_assets.history.errors import HistoryError
from brapped_assets.text.language import LANGUAGES, Display, written_as
from brapped_assets.transfer import importer, refused_inbox
from brapped_assets.warehouse.errors import Interrupted
from brapped_assets_tests.assets.runs import metadata_of, run, value, why
from brapped_assets_tests.conftest import Connected
from brapped_assets_tests.history.export_builders import document, extended

HISTORY = "streaming_history"
GROWS = "Something new lies in the inbox. It is imported once it no longer grows."
DONE = "What lies in the inbox was imported, or refused, as it is."
RESTS = "The last import failed a moment ago; the next try is in a quarter of an hour."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "exports"


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


class Watch:
    """The sensor, tick by tick, with its cursor; a run that it asks for is made and ends at once."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self.cursor: str | None = None
        self.runs: list[dg.ExecuteInProcessResult] = []

    def tick(self) -> str:
        """Why nothing is asked for, or `asked`."""
        with dg.build_sensor_context(
            instance=self._instance,
            repository_def=defs.get_repository_def(),
            cursor=self.cursor,
            resources=dict(defs.resources or {}),
        ) as context:
            answer = defs.resolve_sensor_def("inbox").evaluate_tick(context)
        self.cursor = answer.cursor or self.cursor
        if answer.skip_message:
            return answer.skip_message
        (request,) = answer.run_requests or []
        self.runs.append(run("import_history", self._instance, request.tags))
        return "asked"


def test_an_empty_inbox_is_a_result_of_0_and_one_line_and_makes_nobody(
    connected: Connected, kept_instance: dg.DagsterInstance, folder: Path
) -> None:
    result = run("import_history", kept_instance)
    assert result.success
    told = metadata_of(result, HISTORY)[None]
    assert (told["files"], told["rows"], told["plays_added"], told["backlog_due"]) == (0, 0, 0, 0)
    said = [entry.user_message for entry in kept_instance.all_logs(result.run_id) if "inbox" in entry.user_message]
    assert said == [f"The inbox is empty. Put a data export of Spotify's into {folder}."]
    assert value(connected, "select count(*)::int from audit.listener") == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_lies_in_it_is_imported_without_any_configuration(
    connected: Connected, instance: dg.DagsterInstance, folder: Path
) -> None:
    put(folder, "endsong_0.json", document([extended()]))
    put(folder, "notes.md", b"not an export")
    put(folder, "later.zip.crdownload", b"half of it")
    assert metadata_of(run("import_history", instance), HISTORY)[None]["plays_added"] == 1
    assert value(connected, "select count(*)::int from star.streaming_fact") == 1


def test_a_state_is_imported_once_and_when_no_file_grows_any_more(
    connected: Connected, kept_instance: dg.DagsterInstance, folder: Path
) -> None:
    watch = Watch(kept_instance)
    assert watch.tick() == f"The inbox is empty. Put a data export of Spotify's into {folder}."
    whole = document([extended()])
    put(folder, "endsong_0.json", whole[:50])
    assert watch.tick() == GROWS
    put(folder, "endsong_0.json", whole)
    assert watch.tick() == GROWS
    assert [watch.tick() for _ in range(3)] == ["asked", DONE, DONE]
    put(folder, "endsong_1.json", document([extended(ts="2025-05-01T10:00:00Z")]))
    assert [watch.tick() for _ in range(3)] == [GROWS, "asked", DONE]
    assert [metadata_of(made, HISTORY)[None]["plays_added"] for made in watch.runs] == [1, 1]
    assert value(connected, "select count(*)::int from star.streaming_fact") == 2
    # A digest or two, however much lies there.
    assert len(watch.cursor or "") < 200


@pytest.mark.slow
def test_a_file_that_was_refused_is_not_tried_again_until_something_changes(
    connected: Connected, kept_instance: dg.DagsterInstance, folder: Path, clock: Traveller
) -> None:
    watch = Watch(kept_instance)
    put(folder, "my_spotify_data.zip", b"no zip")
    assert [watch.tick() for _ in range(2)] == [GROWS, "asked"]
    sentence, cure = why(watch.runs[0])
    assert str(folder) in sentence
    assert cure == "a person"
    refused = refused_inbox.read(folder.parent)
    assert refused is not None
    assert refused.sentence() == f"Something in the inbox was refused: {sentence}"
    # Whoever is told reads it in a language of their own.
    for language in LANGUAGES:
        with written_as(Display(language)), pytest.raises(HistoryError) as error, find_histories(folder):
            pass
        with written_as(Display(language)):
            assert refused.why == str(error.value)
    assert len(set(refused.whys.values())) == len(LANGUAGES)
    clock.shift(timedelta(days=1))
    assert watch.tick() == DONE
    # By hand: it is no news.
    assert not run("import_history", kept_instance).success
    assert refused_inbox.read(folder.parent) == refused
    (folder / "my_spotify_data.zip").unlink()
    assert refused_inbox.read(folder.parent) is None
    put(folder, "endsong_0.json", document([extended()]))
    assert [watch.tick() for _ in range(2)] == [GROWS, "asked"]
    assert watch.runs[1].success
    assert not (folder.parent / refused_inbox.FILE).exists()
    assert value(connected, "select count(*)::int from star.streaming_fact") == 1


def test_an_import_that_the_database_stopped_is_tried_again_after_a_rest(
    connected: Connected,
    kept_instance: dg.DagsterInstance,
    folder: Path,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Watch(kept_instance)
    put(folder, "endsong_0.json", document([extended()]))
    with monkeypatch.context() as broken:

        def hung_up(*_: Any) -> None:
            raise Interrupted("The connection to the database was lost; the next run does the work again.")

        broken.setattr(importer, "import_history", hung_up)
        assert [watch.tick() for _ in range(3)] == [GROWS, "asked", RESTS]
    assert not watch.runs[0].success
    assert refused_inbox.read(folder.parent) is None
    clock.shift(timedelta(minutes=16))
    assert watch.tick() == "asked"
    assert watch.runs[1].success
    clock.shift(timedelta(minutes=16))
    assert watch.tick() == DONE
    assert value(connected, "select count(*)::int from star.streaming_fact") == 1


def test_an_import_that_somebody_ended_is_not_told_to_be_done(
    connected: Connected, kept_instance: dg.DagsterInstance, folder: Path
) -> None:
    watch = Watch(kept_instance)
    put(folder, "endsong_0.json", document([extended()]))
    assert [watch.tick() for _ in range(2)] == [GROWS, "asked"]
    made = kept_instance.get_run_by_id(watch.runs[0].run_id)
    assert made is not None
    kept_instance.report_run_canceled(made)
    assert watch.tick() == "Somebody ended the import of the inbox. Launch import_history to let it go on."


def test_a_cursor_of_another_version_begins_anew(kept_instance: dg.DagsterInstance, folder: Path) -> None:
    put(folder, "endsong_0.json", document([extended()]))
    watch = Watch(kept_instance)
    for cursor in ("3", "no json", json.dumps({"newer": 1})):
        watch.cursor = cursor
        assert watch.tick() == GROWS
