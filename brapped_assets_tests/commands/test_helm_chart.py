"""What Dagster's Helm chart makes of `deploy/helm/values.yaml`: its own schema, and what Helm rendered."""

import hashlib
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml
from dagster import DagsterRun
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.instance.config import dagster_instance_config
from dagster._core.instance.ref import InstanceRef
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster_k8s.job import construct_dagster_k8s_job
from dagster_k8s.launcher import K8sRunLauncher
from jsonschema import Draft202012Validator
from kubernetes import client
from kubernetes.client import ApiClient, V1PriorityClass
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from brapped_assets.services.ports import free_port
from brapped_assets_tests.commands.conftest import CHECKOUT
from brapped_assets_tests.commands.kubernetes_fields import unknown_fields
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS, wait_until

LAUNCHER = "$.runLauncher.config.k8sRunLauncher"
VALUES = CHECKOUT / "deploy" / "helm" / "values.yaml"
CHART = Path(__file__).parent / "dagster_chart"


def merged(below: Any, above: Any) -> Any:
    """The chart's values with ours over them, as Helm lays them: tables key by key, everything else whole."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return above


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    """What Helm made of our values, an object of Kubernetes each."""
    return [found for found in yaml.safe_load_all((CHART / "rendered.yaml").read_text(encoding="utf-8")) if found]


def one(objects: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def container(objects: list[dict[str, Any]], deployment: str) -> dict[str, Any]:
    (found,) = one(objects, "Deployment", deployment)["spec"]["template"]["spec"]["containers"]
    return dict(found)


CODE, DAEMON, WEB = "brapped-dagster-user-deployments-brapped", "brapped-dagster-daemon", "brapped-dagster-webserver"


def schema_of_kubernetes(kind: str) -> dict[str, Any]:
    """What Kubernetes' own client knows of an object, as a schema: the types of its fields; others may stand beside."""
    if kind.startswith("list["):
        return {"type": "array", "items": schema_of_kubernetes(kind[5:-1])}
    if kind.startswith("dict"):
        return {"type": "object", "additionalProperties": {"type": "string"}}
    model = getattr(client, kind, None)
    if model is None:
        return {"str": {"type": "string"}, "int": {"type": "integer"}, "bool": {"type": "boolean"}}.get(kind, {})
    fields = {spelled: model.openapi_types[name] for name, spelled in model.attribute_map.items()}
    return {
        "type": ["object", "null"],
        "properties": {spelled: schema_of_kubernetes(field) for spelled, field in fields.items()},
    }


class _Definitions(dict[str, Any]):
    """The definitions of Kubernetes' objects that the chart's schema points to, made as they are asked for."""

    def __missing__(self, name: str) -> dict[str, Any]:
        found = self[name] = schema_of_kubernetes("V1" + name.rsplit(".", 1)[1])
        return found


def validator() -> Draft202012Validator:
    elsewhere = Resource.from_contents({"definitions": _Definitions()}, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry(retrieve=lambda _address: elsewhere)  # type: ignore[call-arg]
    return Draft202012Validator(
        json.loads((CHART / "values.schema.json").read_text(encoding="utf-8")), registry=registry
    )


def complaints(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Where the chart's schema refuses the chart's values with these over them, and why."""
    defaults = json.loads((CHART / "default_values.json").read_text(encoding="utf-8"))
    return [(error.json_path, error.validator) for error in validator().iter_errors(merged(defaults, values))]


def test_the_charts_own_schema_takes_our_values(values: dict[str, Any]) -> None:
    assert complaints(values) == []


@pytest.mark.parametrize(
    ("above", "refused"),
    [
        ({"runLauncher": {"type": "PodPerRun"}}, ("$.runLauncher.type", "enum")),
        ({"runLauncher": {"config": {"k8sRunLauncher": {"backoffLimit": 0}}}}, (LAUNCHER, "anyOf")),
        ({"dagsterDaemon": {"resources": {"limits": 1}}}, ("$.dagsterDaemon.resources.limits", "type")),
        ({"concurrency": {"pools": {"default_limit": 1}}}, ("$.concurrency.pools", "additionalProperties")),
        ({"postgresql": None}, ("$.postgresql", "type")),
    ],
)  # fmt: skip
def test_the_charts_own_schema_refuses_what_it_does_not_know(
    values: dict[str, Any], above: dict[str, Any], refused: tuple[str, str]
) -> None:
    assert complaints(merged(values, above)) == [refused]


def test_what_helm_rendered_is_of_todays_values() -> None:
    first = (CHART / "rendered.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.split()[1] == hashlib.sha256(VALUES.read_bytes()).hexdigest(), f"see {CHART / 'README.md'}"


def test_kubernetes_client_knows_every_field_that_helm_rendered(objects: list[dict[str, Any]]) -> None:
    kinds = {one["kind"] for one in objects}
    assert kinds == {"ServiceAccount", "ConfigMap", "Role", "RoleBinding", "Service", "Deployment"}
    unknown = [unknown_fields(one, f"V1{one['kind']}") for one in objects]
    assert [fields for fields in unknown if fields] == []


@pytest.fixture
def home(objects: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Dagster's home in each pod: a folder with the dagster.yaml that Helm rendered."""
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "of a Secret")
    text = one(objects, "ConfigMap", "brapped-dagster-instance")["data"]["dagster.yaml"]
    (tmp_path / "dagster.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_dagster_takes_the_instance_that_helm_rendered(home: Path) -> None:
    # By hand, a limit of runs stood in it twice, and no part of Dagster would have started.
    taken, _ = dagster_instance_config(str(home))
    text = files("brapped_assets").joinpath("dagster.yaml").read_text(encoding="utf-8")
    ours = yaml.safe_load(Template(text).substitute(tables_are_missing="false", shards=1, runs=3))
    # A node may have to pull the image first.
    ours["run_monitoring"]["start_timeout_seconds"] = 300
    for part in ("concurrency", "run_monitoring", "freshness", "retention", "telemetry", "nux"):
        assert {key: taken[part][key] for key in ours[part]} == ours[part], part
    ref = InstanceRef.from_dir(str(home))
    for storage in (ref.run_storage_data, ref.event_storage_data, ref.schedule_storage_data):
        assert storage is not None
        assert storage.config_dict["postgres_db"]["scheme"] == "postgresql+psycopg2"


@pytest.fixture
def launcher(home: Path) -> K8sRunLauncher:
    """The launcher of that instance; the cluster it would find itself in is one of a file."""
    nowhere = home / "kubeconfig"
    nowhere.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "nowhere",
                "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
                "clusters": [{"name": "nowhere", "cluster": {"server": "https://127.0.0.1:1"}}],
                "users": [{"name": "nobody", "user": {}}],
            }
        )
    )
    data = InstanceRef.from_dir(str(home)).run_launcher_data
    assert data is not None
    config = {**data.config_dict, "load_incluster_config": False, "kubeconfig_file": str(nowhere)}
    return K8sRunLauncher(**config)


def test_a_run_is_a_pod_of_our_image_confined_as_the_others_and_started_once(
    objects: list[dict[str, Any]], launcher: K8sRunLauncher, values: dict[str, Any]
) -> None:
    served = container(objects, CODE)
    environment = {variable["name"]: variable.get("value") for variable in served["env"]}
    image = environment["DAGSTER_CURRENT_IMAGE"]
    pointer = ModuleCodePointer("brapped_assets.definitions", "defs", None)
    context = json.loads(environment["DAGSTER_CLI_API_GRPC_CONTAINER_CONTEXT"])
    repository = RepositoryPythonOrigin("python", pointer, image, ["dagster"], context)
    run = DagsterRun("poll", job_code_origin=JobPythonOrigin("poll", repository))
    for_run = launcher.get_container_context_for_run(run)
    job = construct_dagster_k8s_job(
        for_run.get_k8s_job_config(image, launcher),
        ["dagster", "api", "execute_run"],
        "a-run",
        user_defined_k8s_config=for_run.run_k8s_config,
    )
    spec = ApiClient().sanitize_for_serialization(job)["spec"]
    pod = spec["template"]["spec"]
    (runs,) = pod["containers"]
    # Words alone: with an ENTRYPOINT in the image they would be its arguments.
    assert (runs["image"], runs["args"], runs.get("command")) == (image, ["dagster", "api", "execute_run"], None)
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    assert {"secretRef": {"name": "brapped"}} in runs["envFrom"]
    assert deployment["volumeMounts"][0] in runs["volumeMounts"]
    assert runs["resources"] == deployment["resources"]
    assert (pod["securityContext"], runs["securityContext"]) == (
        deployment["podSecurityContext"], deployment["securityContext"],
    )  # fmt: skip
    # The next poll is the retry.
    assert (spec["backoffLimit"], spec["ttlSecondsAfterFinished"], pod["restartPolicy"]) == (0, 3600, "Never")
    priority = yaml.safe_load((CHECKOUT / "deploy" / "kubernetes" / "priority.yaml").read_text(encoding="utf-8"))
    assert pod["priorityClassName"] == priority["metadata"]["name"]
    assert unknown_fields(priority, V1PriorityClass) == []
    assert launcher.fail_pod_on_run_failure is True


def test_every_part_of_dagsters_is_our_image_and_nobody_is_root(
    objects: list[dict[str, Any]], values: dict[str, Any]
) -> None:
    (deployment,) = values["dagster-user-deployments"]["deployments"]
    for name in (CODE, DAEMON, WEB):
        pod = one(objects, "Deployment", name)["spec"]["template"]["spec"]
        (served,) = pod["containers"]
        assert served["image"] == "{repository}:{tag}".format(**deployment["image"])
        assert pod["securityContext"] == deployment["podSecurityContext"]
        for confined in (*pod.get("initContainers", []), served):
            assert confined["securityContext"] == deployment["securityContext"], name
    web = container(objects, WEB)
    (port,) = web["ports"]
    assert web["readinessProbe"]["httpGet"] == {"path": "/server_info", "port": port["containerPort"]}
    assert f"-p {port['containerPort']} " in web["command"][2]


@pytest.mark.slow
def test_the_code_server_starts_as_its_pod_does_and_answers_the_pods_probe(
    objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    served = container(objects, CODE)
    port = str(free_port(4000))
    program = [str(Path(sys.executable).with_name("dagster"))]
    arguments = [port if word == "4000" else word for word in served["args"][1:]]
    environment = {variable["name"]: variable["value"] for variable in served["env"] if "value" in variable}
    for source in served["envFrom"]:
        if "configMapRef" in source:
            environment |= one(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
    # Nothing of ours is in the pod but these, and the Secret.
    environment |= {
        "PATH": os.environ["PATH"],
        "BRAPPED_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
        "DAGSTER_PG_PASSWORD": "of a Secret",
    }
    probe = [port if word == "4000" else word for word in served["readinessProbe"]["exec"]["command"][1:]]
    server = subprocess.Popen([*program, *arguments], env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:

        def is_ready() -> bool:
            assert server.poll() is None, server.stderr.read() if server.stderr else ""
            return subprocess.run([*program, *probe], env=environment, capture_output=True, check=False).returncode == 0

        wait_until(is_ready, "the probe of the pod is answered")
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE_SECONDS)
