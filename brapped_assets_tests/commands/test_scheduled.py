"""What `deploy/` hands out for schedulers: the workflow's steps run in bash, the rest is read by its kind of reader."""

import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from brapped_assets.settings import Settings
from brapped_assets_tests.commands.subprocess_user import Said, plays, words
from brapped_assets_tests.commands.test_deploy import OF_ONE_MACHINE
from brapped_assets_tests.conftest import Connected

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[2] / "deploy"
SCHEDULERS = DEPLOY / "schedulers"


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "github-actions" / "listen.yml").read_text(encoding="utf-8"))
    return read


class Runner:
    """A folder that is somebody's home on a runner, where steps run as GitHub runs those with `shell: bash`."""

    def __init__(self, folder: Path, steps: list[dict[str, Any]], brapped: str) -> None:
        self.folder = folder
        self.summary, self.output = folder / "summary.md", folder / "output"
        self._scripts = {step["name"]: step["run"] for step in steps if "run" in step}
        installed = folder / "brapped" / "bin" / "brapped"
        installed.parent.mkdir(parents=True)
        installed.write_text(brapped)
        installed.chmod(0o755)

    def run(self, step: str, **environment: str) -> Said:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._scripts[step]],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "BRAPPED_HOME": str(self.folder / "home"),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_OUTPUT": str(self.output),
                "GITHUB_EVENT_NAME": "schedule",
                "DATABASE_URL": "somewhere",
                "DAGSTER_PG_URL": "somewhere",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Said(done.returncode, words(done.stdout), words(done.stderr))


def steps_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = workflow["jobs"]["listen"]["steps"]
    return steps


def test_the_workflow_is_hourly_off_the_full_hour_alone_bounded_and_may_do_nothing_in_the_repository(
    workflow: dict[str, Any],
) -> None:
    # YAML 1.1 reads the word `on` as true.
    asked: dict[str, Any] = workflow[True]  # type: ignore[index]
    (cron,) = [each["cron"] for each in asked["schedule"]]
    minute, *rest = cron.split()
    assert 5 <= int(minute) <= 55
    assert rest == ["*"] * 4
    assert "workflow_dispatch" in asked
    assert workflow["permissions"] == {}
    assert workflow["concurrency"] == {"group": "listen", "cancel-in-progress": False}
    assert workflow["defaults"]["run"]["shell"] == "bash"
    assert workflow["jobs"]["listen"]["timeout-minutes"] <= 10


def test_the_workflow_hands_on_each_setting_that_a_poll_reads_and_only_where_it_is_needed(
    workflow: dict[str, Any],
) -> None:
    known = {name.upper() for name in Settings.model_fields}
    job = workflow["jobs"]["listen"]
    # An unknown BRAPPED_ name would be refused by the command itself.
    assert {name for name in job["env"] if name.startswith(("BRAPPED_", "SPOTIFY_"))} <= known
    secret = {step.get("name"): set(step["env"]) for step in steps_of(workflow) if "env" in step}
    assert set(secret) == {"Poll", "Summary", "Report"}
    # `gh secret set -f` sends the whole settings file: what the workflow did not name would be passed over unsaid.
    of_pages_and_of_up = {"BRAPPED_HOSTS", "BRAPPED_API_ORIGINS", "BRAPPED_SHARDS"}
    for names in secret.values():
        assert names == known - OF_ONE_MACHINE - of_pages_and_of_up
    for step in steps_of(workflow):
        for name, value in step.get("env", {}).items():
            assert value == f"${{{{ secrets.{name} }}}}"
        # No expression inside a script: what a secret holds would be read as shell.
        assert "${{" not in step.get("run", "")


def test_the_steps_poll_sum_up_and_report_from_nothing(
    workflow: dict[str, Any], connected: Connected, dagster_url: str, tmp_path: Path
) -> None:
    runner = Runner(tmp_path, steps_of(workflow), f'#!/bin/sh\nexec {sys.executable} -m brapped_assets "$@"\n')
    names = ("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", *next(s["env"] for s in steps_of(workflow) if "env" in s))
    settings = {name: os.environ.get(name, "") for name in names}
    polled = runner.run("Poll", **settings)
    assert (polled.code, polled.errors) == (0, "")
    assert "10 added to your history" in polled.output
    assert len(plays(connected.database_url)) == 10
    assert runner.run("Summary", **settings) == Said(0, "", "")
    told = runner.summary.read_text(encoding="utf-8")
    assert told.startswith("### ✓ Everything is collected\n")
    assert re.search(
        r"^\| .+ \| 10 \| \d{4}-\d\d-\d\d \d\d:\d\d UTC \| none \| (\d+ days left|date unknown) \|$", told, re.MULTILINE
    )
    assert re.search(r"^\d+ calls left today; ", told, re.MULTILINE)
    made = runner.run("Report", **settings, GITHUB_EVENT_NAME="workflow_dispatch")
    assert (made.code, made.errors) == (0, "")
    assert runner.output.read_text() == "made=true\n"
    assert (tmp_path / "wrapped.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    token = settings["SPOTIFY_REFRESH_TOKEN"]
    assert token not in told + polled.output + made.output


@pytest.mark.parametrize(
    ("code", "ends_with", "says"),
    [
        (0, 0, ""),
        (1, 1, "::error title=The poll failed::The lines above say why and what to do (exit code 1)."),
        (2, 2, "::error title=The poll failed::The lines above say why and what to do (exit code 2)."),
        (3, 3, "::error title=Consent needed::On your machine: brapped login, then gh secret set -f ~/.brapped/.env"),
        (4, 0, "::warning title=Postponed by Spotify::Nothing is lost by waiting; the next run polls again."),
    ],
)
def test_a_job_ends_green_or_says_what_to_do(
    *, workflow: dict[str, Any], tmp_path: Path, code: int, ends_with: int, says: str
) -> None:
    runner = Runner(tmp_path, steps_of(workflow), f"#!/bin/sh\nexit {code}\n")
    assert runner.run("Poll") == Said(ends_with, says, "")
    assert runner.run("Summary").code == 0
    # Only on the hour of reports, or by hand.
    made = runner.run("Report", GITHUB_EVENT_NAME="workflow_dispatch")
    assert made.code == 0
    assert runner.output.exists() == (code == 0)


def test_database_outages_or_a_package_a_job_says_what_to_set(workflow: dict[str, Any], tmp_path: Path) -> None:
    runner = Runner(tmp_path, steps_of(workflow), "#!/bin/sh\nexit 9\n")
    said = runner.run("Poll", DAGSTER_PG_URL="")
    assert (said.code, "gh secret set -f ~/.brapped/.env" in said.output) == (2, True)
    said = runner.run("Install", PACKAGE="")
    assert (said.code, "gh variable set PACKAGE" in said.output) == (2, True)


def test_cron_systemd_launchd_and_windows_poll_every_20_minutes() -> None:
    (line,) = [each for each in (SCHEDULERS / "crontab").read_text().splitlines() if not each.startswith("#")]
    assert re.fullmatch(r"5,25,45 \* \* \* \* [^%]+", line)
    timer = (SCHEDULERS / "brapped.timer").read_text()
    assert "OnCalendar=*:05/20" in timer
    plist = plistlib.loads((SCHEDULERS / "io.brapped.sync.plist").read_bytes())
    assert plist["ProgramArguments"][1:] == ["sync"]
    assert [each["Minute"] for each in plist["StartCalendarInterval"]] == [5, 25, 45]
    task = ET.parse(SCHEDULERS / "brapped.xml").getroot()
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.findtext(".//t:Repetition/t:Interval", namespaces=space) == "PT20M"
    assert task.findtext(".//t:MultipleInstancesPolicy", namespaces=space) == "IgnoreNew"
    assert task.findtext(".//t:Arguments", namespaces=space) == "sync"


def test_crons_line_is_silent_while_all_is_well_and_tells_the_rest(tmp_path: Path) -> None:
    line = (SCHEDULERS / "crontab").read_text().splitlines()[-1].split(maxsplit=5)[5]
    brapped = tmp_path / ".local" / "bin" / "brapped"
    brapped.parent.mkdir(parents=True)
    for code, says in ((0, ""), (3, "it said why\n")):
        brapped.write_text(f"#!/bin/sh\necho it said why\nexit {code}\n")
        brapped.chmod(0o755)
        done = subprocess.run(
            ["sh", "-c", line], env={"HOME": str(tmp_path)}, capture_output=True, text=True, check=False
        )
        assert done.stdout == says


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_nothing_wrong_with_its_units(tmp_path: Path) -> None:
    for name in ("brapped.service", "brapped.timer"):
        # The command is not installed here; it must be something that is.
        text = (SCHEDULERS / name).read_text().replace("%h/.local/bin/brapped", "/bin/true")
        (tmp_path / name).write_text(text)
    verify = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "brapped" in line] == []
    calendar = ["systemd-analyze", "calendar", "*:05/20", "--iterations=3", "--base-time=2026-11-20 15:00 UTC"]
    done = subprocess.run(calendar, env={**os.environ, "TZ": "UTC"}, capture_output=True, text=True, check=True)
    assert re.findall(r"15:\d\d:00", done.stdout) == ["15:05:00", "15:25:00", "15:45:00"]
