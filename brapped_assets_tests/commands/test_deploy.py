"""What `deploy/` hands out for containers and clusters, read by the libraries that will read it."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from kubernetes.client import V1Deployment, V1Service

from brapped_assets.cli import app
from brapped_assets.settings import Settings
from brapped_assets_tests.commands.conftest import CHECKOUT
from brapped_assets_tests.commands.kubernetes_fields import unknown_fields

DEPLOY = CHECKOUT / "deploy"
# Where files are, a login's callback, and stand-ins for Spotify: of one machine.
OF_ONE_MACHINE = {
    "BRAPPED_HOME", "SPOTIFY_REDIRECT_URI", "SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "SPOTIFY_OEMBED_URL",
}  # fmt: skip


def read(file: str) -> dict[str, Any]:
    (document,) = read_all(file)
    return document


def read_all(file: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / file).read_text(encoding="utf-8")))


def named_twice(node: yaml.Node) -> list[str]:
    """The keys that stand twice in one table: to PyYAML the last one holds, Docker's compose refuses the file."""
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        within = [name for _, value in node.value for name in named_twice(value)]
        return [name for name in {*names} if names.count(name) > 1] + within
    return [name for one in node.value for name in named_twice(one)] if isinstance(node, yaml.SequenceNode) else []


def test_no_file_says_anything_twice() -> None:
    files = [file for file in DEPLOY.rglob("*") if file.suffix in {".yml", ".yaml"}]
    assert len(files) > 10
    for file in files:
        for document in yaml.compose_all(file.read_text(encoding="utf-8"), yaml.SafeLoader):
            assert named_twice(document) == [], file


def is_one_of_ours(command: list[str]) -> bool:
    """Whether `brapped` takes these words, asked of its own parser; nothing is run."""
    program, name, *words = command
    group = typer.main.get_command(app)
    with group.make_context("brapped", [name, *words], resilient_parsing=True) as context:
        found, subcommand, rest = group.resolve_command(context, [name, *words])  # type: ignore[attr-defined]
        subcommand.make_context(found, rest, parent=context).close()
    return program == "brapped"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = read("compose.yaml")["services"]
    return found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose here")
def test_compose_understands_the_compose_file(tmp_path: Path) -> None:
    check = ["docker-compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    without = subprocess.run(check, env=environment, capture_output=True, text=True, check=False)
    assert without.returncode != 0
    assert "set it in .env" in without.stderr
    done = subprocess.run(
        check, env={**environment, "POSTGRES_PASSWORD": "x"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_each_service_runs_a_command_we_have_and_names_what_is_there(services: dict[str, Any]) -> None:
    ours = {name: service for name, service in services.items() if name != "postgres"}
    assert {service["command"][2] for service in ours.values()} == set(ours) == {"code", "daemon", "web", "pages"}
    volumes = set(read("compose.yaml")["volumes"])
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in volumes or (DEPLOY / source).is_file(), volume
    for name, service in ours.items():
        assert is_one_of_ours(service["command"])
        assert service["image"] == "brapped"
        assert service["restart"] == "unless-stopped"
        # Files of its own, and nobody else's.
        assert service["volumes"] == [f"{name}:/home/brapped/.brapped"]
        if "--code" in service["command"]:
            host, port = service["command"][service["command"].index("--code") + 1].split(":")
            assert (host in services, port) == (True, "4000")
    build = ours["code"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()


def test_only_this_machine_reaches_the_containers_and_no_secret_is_written_there(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert sorted(published) == ["127.0.0.1:3000:3000", "127.0.0.1:3001:3001"]
    settings = services["code"]["environment"]
    assert settings == services["pages"]["environment"]
    assert set(settings) - {"DAGSTER_HOME"} == {name.upper() for name in Settings.model_fields} - OF_ONE_MACHINE
    for name, value in settings.items():
        if name not in {"DATABASE_URL", "DAGSTER_PG_URL", "DAGSTER_HOME"}:
            assert value == f"${{{name}:-}}"
    assert all(re.search(r":\$\{POSTGRES_PASSWORD\b", settings[name]) for name in ("DATABASE_URL", "DAGSTER_PG_URL"))
    # SQLAlchemy 2.1 would take psycopg 3 otherwise, for commands of Dagster's that do not go through ours.
    assert settings["DAGSTER_PG_URL"].startswith("postgresql+psycopg2://")


def test_the_image_is_made_from_what_is_there_and_from_nothing_else() -> None:
    lines = (DEPLOY / "container" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    let_through = {
        line.removeprefix("!") for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert (CHECKOUT / ".dockerignore").read_text().splitlines()[1] == "*"
    copied = {
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    }
    assert {name.split("/")[0] for name in copied} == let_through
    assert all((CHECKOUT / name).exists() for name in copied)
    assert any(re.fullmatch(r"USER \d+", line) for line in lines)
    (command,) = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    assert is_one_of_ours(yaml.safe_load(command))
    # Dagster's chart starts `dagster api grpc` and `/bin/bash -c dagster-webserver` in it.
    assert not any(line.startswith("ENTRYPOINT") for line in lines)


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return read("helm/values.yaml")


def test_kubernetes_client_knows_every_field_of_the_pages(values: dict[str, Any]) -> None:
    deployment, service = read_all("kubernetes/pages.yaml")
    assert unknown_fields(deployment, V1Deployment) == []
    assert unknown_fields(service, V1Service) == []
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert is_one_of_ours(container["args"])
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    (of_chart,) = values["dagster-user-deployments"]["deployments"]
    assert container["image"] == "{repository}:{tag}".format(**of_chart["image"])
    assert container["envFrom"] == [{"secretRef": secret} for secret in of_chart["envSecrets"]]
    assert pod["spec"]["securityContext"] == of_chart["podSecurityContext"]


def test_what_belongs_together_has_one_version() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (postgres,) = [one for one in project["dependencies"] if one.startswith("dagster-postgres")]
    assert project["optional-dependencies"]["k8s"] == [postgres.replace("postgres", "k8s")]
