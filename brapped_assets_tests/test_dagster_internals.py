"""What we use of Dagster that it promises nobody: little, listed here, and looked at in one release."""

import ast
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

import brapped_assets

# The release in which each of these was read and tried; another one fails here first, and says so.
LOOKED_AT = "1.13.27"
INTERNALS = {
    "assets/retention.py": {
        "dagster._core.storage.event_log.schema.AssetCheckExecutionsTable",
        "dagster._core.storage.event_log.sql_event_log.SqlEventLogStorage",
    },
    "hosting/renaming.py": {
        "dagster._core.definitions.unresolved_asset_job_definition.UnresolvedAssetJobDefinition",
    },
    "sensors/heartbeat.py": {
        "dagster._core.definitions.unresolved_asset_job_definition.UnresolvedAssetJobDefinition",
    },
    "services/dagster_webserver.py": {
        "dagster_webserver.app",
        "dagster_webserver.cli",
        "dagster_webserver.webserver.DagsterWebserver",
    },
}
# Named in a command, in `dagster.yaml`, or put in the place of Dagster's own.
NAMED = (
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


def test_a_ui_that_cannot_be_guarded_is_not_started() -> None:
    code = """
import brapped_assets.services.dagster_webserver as guarded
del guarded.dagster_app.DagsterWebserver
guarded.main()
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"ERROR The web server of Dagster {version('dagster-webserver')} cannot be put behind")


def test_where_the_table_of_check_results_has_moved_nothing_else_breaks() -> None:
    code = """
import sys
sys.modules["dagster._core.storage.event_log.schema"] = None
import dagster as dg
from datetime import datetime
from brapped_assets.assets import retention
print(retention._forget_check_results(None, datetime.now()))
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()[-1:]) == (0, "0"), ran.stderr[-800:]
