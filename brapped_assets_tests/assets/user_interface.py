"""What Dagster's own pages show, asked as they ask it."""

import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_graphql.test.utils import execute_dagster_graphql

from brapped_assets import definitions


@dataclass(frozen=True)
class UserInterface:
    workspace: WorkspaceProcessContext

    def checks(self) -> dict[tuple[str, str], str | None]:
        """Each check by asset and name, as its asset's page shows it; None: *Not Evaluated*."""
        nodes = self._asked(
            "{assetNodes {assetKey {path} assetChecksOrError {... on AssetChecks {checks {name"
            " executionForLatestMaterialization {status}}}}}}"
        )
        return {
            (node["assetKey"]["path"][-1], check["name"]): (check["executionForLatestMaterialization"] or {}).get(
                "status"
            )
            for node in nodes
            for check in node["assetChecksOrError"].get("checks", [])
        }

    def hours(self, asset: str) -> dict[str, list[tuple[str, str]]]:
        """The stretches of hours on an asset's *Partitions*, first and last of each, by colour."""
        nodes = self._asked(
            "{assetNodes {assetKey {path} assetPartitionStatuses {... on TimePartitionStatuses {ranges"
            " {startKey endKey status}}}}}"
        )
        (statuses,) = [node["assetPartitionStatuses"] for node in nodes if node["assetKey"]["path"] == [asset]]
        found = defaultdict(list)
        for stretch in statuses["ranges"]:
            found[stretch["status"]].append((stretch["startKey"], stretch["endKey"]))
        return dict(found)

    def _asked(self, query: str) -> list[dict[str, Any]]:
        answer = execute_dagster_graphql(self.workspace.create_request_context(), query)
        nodes: list[dict[str, Any]] = answer.data["assetNodes"]
        return nodes


@contextmanager
def user_interface(instance: dg.DagsterInstance) -> Iterator[UserInterface]:
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=definitions.__name__, attribute="defs")
    origin = InProcessCodeLocationOrigin(target, location_name="brapped")
    with warnings.catch_warnings():
        # Dagster's own, about itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        workspace = WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin))
    with workspace:
        yield UserInterface(workspace)
