"""Dagster's programs have the settings that all of Brapped has."""

import os
import subprocess
import sys
from pathlib import Path

# A run is a process that a program of Dagster's starts: it has that one's environment.
PROGRAM = """
import os
from dagster._cli.utils import get_instance_for_cli
with get_instance_for_cli():
    print(*(os.environ.get(name) for name in ("SPOTIFY_REFRESH_TOKEN", "DAGSTER_PG_URL", "MINE", "GIVEN")))
"""


def test_the_settings_file_is_copied_into_no_program_of_dagsters(tmp_path: Path) -> None:
    """The environment comes first, what the file says is read when it is needed; other people's lines are Dagster's."""
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / ".env").write_text("SPOTIFY_REFRESH_TOKEN=old\nDAGSTER_PG_URL=postgresql://raw\nMINE=1\nGIVEN=no\n")
    program = [sys.executable, "-m", "brapped_assets.services.dagster_program", "program"]
    given = {
        "DAGSTER_HOME": str(tmp_path),
        "DAGSTER_PG_URL": "postgresql+psycopg2://ours",
        "GIVEN": "yes",
        "PYTHONPATH": str(tmp_path),
    }
    env = {name: value for name, value in os.environ.items() if name != "SPOTIFY_REFRESH_TOKEN"}
    said = subprocess.run(program, cwd=tmp_path, env={**env, **given}, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["None", "postgresql+psycopg2://ours", "1", "yes"]
