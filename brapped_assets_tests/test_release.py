"""One source of the version, and a release that refuses another."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from brapped_assets import __version__
from brapped_assets.rendering.environment import environment
from brapped_assets_tests.commands.conftest import CHECKOUT

WORKFLOW = CHECKOUT / "deploy" / "github-actions" / "release.yml"


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return found


def step(job: dict[str, Any], name: str) -> str:
    (script,) = [each["run"] for each in job["steps"] if each.get("name") == name]
    return str(script)


@pytest.mark.parametrize(
    ("tag", "heading", "refusal"),
    [
        (f"v{__version__}", f"## {__version__} (2026-12-01)", None),
        ("v9.9.9", f"## {__version__} (2026-12-01)", "The tag is v9.9.9, brapped_assets/__init__.py says"),
        (f"v{__version__}", f"## {__version__} (unreleased)", "CHANGELOG.md has no dated heading"),
        (f"v{__version__}", "## 0.0.1 (2025-01-01)", "CHANGELOG.md has no dated heading"),
    ],
)
def test_a_tag_that_is_not_the_version_or_has_no_changes_is_refused(
    jobs: dict[str, Any], tmp_path: Path, tag: str, heading: str, refusal: str | None
) -> None:
    (tmp_path / "brapped_assets").mkdir()
    (tmp_path / "brapped_assets" / "__init__.py").write_text((CHECKOUT / "brapped_assets" / "__init__.py").read_text())
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
    (tmp_path / "python").symlink_to(sys.executable)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step(jobs["build"], "The tag is the version")],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, (refusal or "") in done.stdout) == (1 if refusal else 0, True)


def test_only_a_tag_publishes_and_nothing_before_the_tests_have_passed(jobs: dict[str, Any]) -> None:
    assert jobs["publish"]["if"] == "github.ref_type == 'tag'"
    assert (jobs["publish"]["needs"], jobs["image"]["needs"]) == ("build", "build")
    (push,) = [each for each in jobs["image"]["steps"] if each.get("name") == "Push"]
    assert "github.ref_type == 'tag'" in push["if"]
    names = [each.get("name") for each in jobs["build"]["steps"]]
    assert names.index("Tests") < names.index("Wheel and source")


def test_every_script_of_the_workflow_is_bash(jobs: dict[str, Any]) -> None:
    for job in jobs.values():
        for each in job["steps"]:
            if "run" in each:
                subprocess.run(["bash", "-n", "-c", each["run"]], check=True)


def test_the_foot_of_every_page_says_the_version() -> None:
    templates = environment()
    assert templates.globals["version"] == __version__
    source = (CHECKOUT / "brapped_assets" / "rendering" / "templates" / "base.html").read_text(encoding="utf-8")
    assert "Brapped {{ version }}" in source
