"""What we use of Dagster that it promises nobody: little, listed here, and looked at in one release."""

import ast
import logging
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import dagster as dg
import pytest

import brapped_assets
from brapped_assets.assets import daily_retention

# The release in which each of these was read and tried; another one fails here first, and says so.
LOOKED_AT = "1.13.27"
INTERNALS = {
    "assets/daily_retention.py": {
        "dagster._core.storage.event_log.schema.AssetCheckExecutionsTable",
        "dagster._core.storage.event_log.sql_event_log.SqlEventLogStorage",
    },
    "code_location/renaming.py": {
        "dagster._core.definitions.unresolved_asset_job_definition.UnresolvedAssetJobDefinition",
    },
    "sensors/heartbeat.py": {
        "dagster._core.definitions.unresolved_asset_job_definition.UnresolvedAssetJobDefinition",
    },
    "services/dagster_program.py": {
        "dagster._cli.utils",
        "dagster._core.secrets.env_file.get_env_var_dict",
    },
    "services/dagster_storage.py": {
        "dagster._serdes.ConfigurableClassData",
        "dagster_postgres.DagsterPostgresStorage",
    },
    "services/dagster_webserver.py": {
        "dagster_webserver.app",
        "dagster_webserver.cli",
        "dagster_webserver.webserver.DagsterWebserver",
    },
}
# Named in a command, in `dagster.yaml`, or put in the place of Dagster's own.
NAMED = (
    "dagster._cli.utils.get_env_var_dict",
    "dagster._daemon.cli.cli",
    "dagster._core.storage.noop_compute_log_manager.NoOpComputeLogManager",
    "dagster._core.run_coordinator.QueuedRunCoordinator",
    "dagster_webserver.app.DagsterWebserver",
    "dagster_webserver.cli.uvicorn",
)
PACKAGE = Path(brapped_assets.__file__).parent


def is_internal(module: str) -> bool:
    return module.startswith(("dagster._", "dagster_webserver", "dagster_postgres", "dagster_shared"))


def test_these_are_the_internals_that_are_imported_and_no_others() -> None:
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and is_internal(node.module or ""):
                file = path.relative_to(PACKAGE).as_posix()
                found.setdefault(file, set()).update(f"{node.module}.{one.name}" for one in node.names)
    assert found == INTERNALS


@pytest.mark.parametrize("name", sorted({*NAMED, *(name for names in INTERNALS.values() for name in names)}))
def test_an_internal_is_where_it_was(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    try:
        is_there = hasattr(import_module(module), attribute) or find_spec(name) is not None
    except ImportError:
        is_there = False
    assert is_there, f"{name} was there in Dagster {LOOKED_AT}, and is not in {version('dagster')}."


def test_internals_of_another_release_than_the_one_that_is_pinned_were_looked_at() -> None:
    pins = (PACKAGE.parent / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert f"dagster=={LOOKED_AT}" in pins, "Look at each internal in that release, then write its name here."


def test_a_ui_that_cannot_be_guarded_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    # Late: it brings Dagster's web server, and every worker collects this file.
    from brapped_assets.services import dagster_webserver as guarded

    # What it sets for its process.
    monkeypatch.setattr(logging, "_logRecordFactory", logging.getLogRecordFactory())
    monkeypatch.delattr("dagster_webserver.app.DagsterWebserver")
    with pytest.raises(SystemExit) as refused:
        guarded.main()
    # A text goes to the errors, and the exit code is 1.
    said = f"ERROR The web server of Dagster {version('dagster-webserver')} cannot be put behind"
    assert str(refused.value.code).startswith(said)


def test_where_the_table_of_check_results_has_moved_nothing_else_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setitem(sys.modules, "dagster._core.storage.event_log.schema", None)
        assert daily_retention._forget_check_results(instance, datetime.now(UTC)) == 0
