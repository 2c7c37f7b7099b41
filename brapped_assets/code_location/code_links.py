"""From an asset in Dagster's UI to its code."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import dagster as dg

import brapped_assets

CHECKOUT = Path(brapped_assets.__file__).parents[1]


def linked(assets: Sequence[dg.AssetsDefinition], git_url: str | None, git_branch: str) -> list[dg.AssetsDefinition]:
    """These assets with the place of their functions: files of this machine, or pages of the repository."""
    with warnings.catch_warnings():
        # All of it is beta; what it does is metadata.
        warnings.simplefilter("ignore", dg.BetaWarning)
        found = dg.with_source_code_references(assets)
        if git_url is not None:
            mapping = dg.AnchorBasedFilePathMapping(local_file_anchor=CHECKOUT, file_anchor_path_in_repository="")
            found = dg.link_code_references_to_git(found, git_url, git_branch, mapping)
    return cast("list[dg.AssetsDefinition]", list(found))
