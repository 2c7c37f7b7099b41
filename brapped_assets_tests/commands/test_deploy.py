"""What `deploy/` hands out for containers and clusters, read by the libraries that will read it."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pytest
import typer
import yaml
from dagster._config import process_config, resolve_to_config_type
from dagster._core.instance.config import dagster_instance_config_schema
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.job import DagsterK8sJobConfig, construct_dagster_k8s_job
from kubernetes import client
from kubernetes.client import ApiClient, V1Deployment, V1PriorityClass, V1Service

from brapped_assets.cli import app
from brapped_assets.services import parts
from brapped_assets.settings import Settings
from brapped_assets_tests.commands.conftest import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
# Of a laptop: a login's callback, a stand-in for Spotify or MusicBrainz, where files are, what a plan of Neon's holds.
NOT_IN_CONTAINERS = {
    "MUSICBRAINZ_URL",
    "MUSICBRAINZ_CONTACT",
    "MUSICBRAINZ_CALLS_A_SECOND",
    "WIKIDATA_URL",
    "BRAPPED_HOME",
    "BRAPPED_STORAGE_LIMIT_MB",
    "SPOTIFY_REDIRECT_URI",
    "SPOTIFY_API_URL",
    "SPOTIFY_ACCOUNTS_URL",
    "SPOTIFY_OEMBED_URL",
}


def read(file: str) -> dict[str, Any]:
    (document,) = read_all(file)
    return document


def read_all(file: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / file).read_text(encoding="utf-8")))


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
    assert set(settings) - {"DAGSTER_HOME"} == {name.upper() for name in Settings.model_fields} - NOT_IN_CONTAINERS
    for name, value in settings.items():
        if name.startswith(("SPOTIFY_", "BRAPPED_")):
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


# Helm refuses other keys than these where the chart's values.schema.json closes a level; by path. Kubernetes' own
# objects below them are read in the other tests. Read from the chart of 1.13.27; the file itself is other people's.
CHART_KEYS = {
    "global": "postgresqlSecretName dagsterHome",
    "postgresql": (
        "enabled postgresqlHost postgresqlUsername postgresqlDatabase postgresqlParams postgresqlScheme service"
    ),
    "postgresql.service": "port",
    "dagster-user-deployments": "enabled enableSubchart deployments",
    "dagsterWebserver": "image podSecurityContext securityContext resources env service readinessProbe replicaCount",
    "dagsterWebserver.image": "repository tag pullPolicy",
    "dagsterWebserver.service": "type port annotations",
    "dagsterDaemon": "image podSecurityContext securityContext resources env runCoordinator runMonitoring runRetries",
    "dagsterDaemon.image": "repository tag pullPolicy",
    "dagsterDaemon.runCoordinator": "enabled type config",
    "runLauncher": "type config",
    "runLauncher.config": "celeryK8sRunLauncher k8sRunLauncher customRunLauncher",
    "runLauncher.config.k8sRunLauncher": (
        "image imagePullPolicy jobNamespace loadInclusterConfig kubeconfigFile envConfigMaps envSecrets envVars "
        "volumeMounts volumes labels failPodOnRunFailure resources schedulerName securityContext runK8sConfig"
    ),
    "runLauncher.config.k8sRunLauncher.runK8sConfig": (
        "containerConfig podSpecConfig podTemplateSpecMetadata jobSpecConfig jobMetadata"
    ),
    "computeLogManager": "type config",
    "telemetry": "enabled",
}  # fmt: skip


def test_helm_finds_no_key_that_the_chart_does_not_know(values: dict[str, Any]) -> None:
    unknown = {}
    for path, keys in CHART_KEYS.items():
        level = values
        for name in path.split("."):
            level = level[name]
        unknown[path] = set(level) - set(keys.split())
    assert {path: keys for path, keys in unknown.items() if keys} == {}
    assert values.keys() - {path.split(".")[0] for path in CHART_KEYS} == {
        "generatePostgresqlPasswordSecret", "additionalInstanceConfig",
    }  # fmt: skip


@pytest.fixture
def chart(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The dagster.yaml that the chart makes of our values, as its templates have it."""
    database = values["postgresql"]
    storage = {
        "postgres_db": {
            "username": database["postgresqlUsername"],
            "password": {"env": "DAGSTER_PG_PASSWORD"},
            "hostname": database["postgresqlHost"],
            "db_name": database["postgresqlDatabase"],
            "port": database["service"]["port"],
            "params": database["postgresqlParams"],
            "scheme": database["postgresqlScheme"],
        }
    }
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    jobs = launcher["runK8sConfig"]
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "of a Secret")
    return {
        "run_storage": {"module": "dagster_postgres.run_storage", "class": "PostgresRunStorage", "config": storage},
        "event_log_storage": {
            "module": "dagster_postgres.event_log",
            "class": "PostgresEventLogStorage",
            "config": storage,
        },
        "schedule_storage": {
            "module": "dagster_postgres.schedule_storage",
            "class": "PostgresScheduleStorage",
            "config": storage,
        },
        "run_launcher": {
            "module": "dagster_k8s",
            "class": "K8sRunLauncher",
            "config": {
                "load_incluster_config": launcher["loadInclusterConfig"],
                "fail_pod_on_run_failure": launcher["failPodOnRunFailure"],
                "image_pull_policy": launcher["imagePullPolicy"],
                "job_namespace": "default",
                "service_account_name": "brapped-dagster",
                "dagster_home": values["global"]["dagsterHome"],
                "instance_config_map": "brapped-dagster-instance",
                "postgres_password_secret": values["global"]["postgresqlSecretName"],
                "run_k8s_config": {
                    "job_spec_config": jobs["jobSpecConfig"],
                    "pod_spec_config": jobs["podSpecConfig"],
                    "pod_template_spec_metadata": jobs["podTemplateSpecMetadata"],
                },
            },
        },
        "run_coordinator": {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator"},
        "compute_logs": {
            "module": "dagster.core.storage.noop_compute_log_manager",
            "class": values["computeLogManager"]["type"],
        },
        "telemetry": values["telemetry"],
        **values["additionalInstanceConfig"],
    }


def test_dagster_takes_the_instance_that_the_chart_makes_of_our_values(
    chart: dict[str, Any],
) -> None:
    taken = process_config(resolve_to_config_type(dagster_instance_config_schema()), chart)
    assert taken.success, taken.errors
    for name in ("run_storage", "event_log_storage", "schedule_storage", "run_launcher"):
        part = chart[name]
        kind = getattr(import_module(part["module"]), part["class"])
        fits = process_config(resolve_to_config_type(kind.config_type()), part["config"])
        assert fits.success, fits.errors
    assert chart["run_storage"]["config"]["postgres_db"]["scheme"] == "postgresql+psycopg2"


def test_pools_monitoring_and_retention_are_those_of_our_own_dagster_yaml(values: dict[str, Any]) -> None:
    text = files("brapped_assets").joinpath("dagster.yaml").read_text(encoding="utf-8")
    ours = yaml.safe_load(Template(text).substitute(tables_are_missing="false", shards=1, runs=3))
    theirs = values["additionalInstanceConfig"]
    patience = theirs["run_monitoring"]["start_timeout_seconds"]
    assert patience > ours["run_monitoring"]["start_timeout_seconds"]
    ours["run_monitoring"]["start_timeout_seconds"] = patience
    assert theirs == {name: ours[name] for name in theirs}
    assert values["telemetry"] == ours["telemetry"]
    # The chart would write them a second time.
    assert values["dagsterDaemon"]["runMonitoring"] == {"enabled": False}


def test_dagster_k8s_makes_pods_of_our_values(values: dict[str, Any]) -> None:
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    context = K8sContainerContext.create_from_config(
        {
            "k8s": {
                "image_pull_policy": deployment["image"]["pullPolicy"],
                "env_secrets": [secret["name"] for secret in deployment["envSecrets"]],
                "volumes": deployment["volumes"],
                "volume_mounts": deployment["volumeMounts"],
                "resources": deployment["resources"],
                "run_k8s_config": {
                    "pod_spec_config": {"securityContext": deployment["podSecurityContext"]},
                    "container_config": {"securityContext": deployment["securityContext"]},
                },
            }
        }
    )
    job = construct_dagster_k8s_job(
        DagsterK8sJobConfig(
            job_image="an/image",
            dagster_home=values["global"]["dagsterHome"],
            instance_config_map="brapped-dagster-instance",
            postgres_password_secret=values["global"]["postgresqlSecretName"],
        ),
        ["dagster", "api", "execute_run"],
        "a-run",
        user_defined_k8s_config=context.run_k8s_config,
    )
    pod = ApiClient().sanitize_for_serialization(job)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    # Words alone: with an ENTRYPOINT in the image they would be its arguments.
    assert container["args"] == ["dagster", "api", "execute_run"]
    assert "command" not in container
    assert container["envFrom"] == [{"secretRef": secret} for secret in deployment["envSecrets"]]
    assert container["securityContext"] == deployment["securityContext"]
    assert container["resources"] == deployment["resources"]
    assert deployment["volumeMounts"][0] in container["volumeMounts"]
    assert pod["securityContext"] == deployment["podSecurityContext"]
    assert pod["restartPolicy"] == "Never"
    assert values["dagsterWebserver"]["image"] == values["dagsterDaemon"]["image"] == deployment["image"]


def test_a_pod_of_a_run_is_started_once_and_has_a_priority_that_there_is(values: dict[str, Any]) -> None:
    given = values["runLauncher"]["config"]["k8sRunLauncher"]["runK8sConfig"]
    context = K8sContainerContext.create_from_config(
        {
            "k8s": {
                "run_k8s_config": {
                    "job_spec_config": given["jobSpecConfig"],
                    "pod_spec_config": given["podSpecConfig"],
                }
            }
        }
    )
    job = construct_dagster_k8s_job(
        DagsterK8sJobConfig(job_image="an/image", dagster_home="/home"),
        ["dagster", "api", "execute_run"],
        "a-run",
        user_defined_k8s_config=context.run_k8s_config,
    )
    spec = ApiClient().sanitize_for_serialization(job)["spec"]
    assert (spec["backoffLimit"], spec["ttlSecondsAfterFinished"]) == (0, 3600)
    priority = read("kubernetes/priority.yaml")
    assert spec["template"]["spec"]["priorityClassName"] == priority["metadata"]["name"]
    assert unknown_fields(priority, V1PriorityClass) == []


def test_the_code_server_of_the_chart_is_ours(values: dict[str, Any]) -> None:
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    command = parts.code(parts.Address("0.0.0.0", deployment["port"]))
    listens = ["--host", "0.0.0.0", "--port", str(deployment["port"])]
    assert command[-len(listens) - len(deployment["dagsterApiGrpcArgs"]) :] == [
        *deployment["dagsterApiGrpcArgs"],
        *listens,
    ]


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


def unknown_fields(value: Any, model: Any, path: str = "") -> list[str]:
    """Fields (paths) of a manifest that Kubernetes' own client has no place for."""
    if isinstance(model, str) and model.startswith("list["):
        return [found for one in value for found in unknown_fields(one, model[5:-1], path)]
    kind = getattr(client, model, None) if isinstance(model, str) else model
    if kind is None or not isinstance(value, dict):
        return []
    names = {spelled: name for name, spelled in kind.attribute_map.items()}
    return [
        found
        for spelled, inner in value.items()
        for found in (
            unknown_fields(inner, kind.openapi_types[names[spelled]], f"{path}.{spelled}")
            if spelled in names
            else [f"{path}.{spelled}"]
        )
    ]


def test_what_belongs_together_has_one_version() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (postgres,) = [one for one in project["dependencies"] if one.startswith("dagster-postgres")]
    assert project["optional-dependencies"]["k8s"] == [postgres.replace("postgres", "k8s")]
