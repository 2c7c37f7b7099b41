"""A program of Dagster's, to which the settings are what they are to us: `python -m … MODULE OPTION…`.

Dagster's programs copy the `.env` of their folder into their environment when they start, over what stands there. Then
the environment would not come first any more, and what changes in the file later would count for nothing: a consent
that is renewed while `brapped up` runs, above all.
"""

import os
import runpy
import sys

from dagster._cli import utils
from dagster._core.secrets.env_file import get_env_var_dict

from brapped_assets.settings import Settings


def _but_ours(folder: str) -> dict[str, str]:
    """What lies in a folder's `.env` for somebody else's assets, and is not in the environment."""
    ours = Settings.model_fields
    return {
        name: value
        for name, value in get_env_var_dict(folder).items()
        if name.lower() not in ours and name not in os.environ
    }


def keep_settings_ours() -> None:
    """From now on our settings are read by `Settings` only, each time anew."""
    utils.get_env_var_dict = _but_ours  # type: ignore[attr-defined, assignment]


def main() -> None:
    keep_settings_ours()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
