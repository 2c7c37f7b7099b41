"""`brapped serve PART`: one part of `brapped up` alone, for containers and for several machines.

Each has its own home and working folder; what they share is PostgreSQL, and the address of the code server.
"""

import os
import subprocess
from collections.abc import Mapping

from brapped_assets.services import code_server_readiness, parts
from brapped_assets.services.dagster_instance import environment, open_instance
from brapped_assets.services.orphans import fail_leftover_runs
from brapped_assets.services.parts import Address, Part
from brapped_assets.settings import Settings, SettingsError

PORTS = {Part.PAGES: 3000, Part.WEB: 3001, Part.CODE: 4000}
LOCATION = "brapped"


def serve(settings: Settings, part: Part, *, host: str, port: int | None, code_server: Address) -> int:
    """Become this part: returns only where a process cannot become another (Windows), with its exit code.

    Raises SettingsError without both databases, for the embedded server is one machine's own.
    """
    missing = [name for name in ("database_url", "dagster_pg_url") if getattr(settings, name) is None]
    if missing:
        raise SettingsError(
            f"{' and '.join(name.upper() for name in missing)} must be set: parts that run apart share nothing but "
            "PostgreSQL. On one machine, `brapped up` needs neither."
        )
    at = Address(host, PORTS[part] if port is None else port) if part in PORTS else code_server
    # What lies in the working folder is not to be imported.
    env = {**os.environ, "PYTHONSAFEPATH": "1"}
    if part is Part.PAGES:
        return _become(parts.pages(at), env)
    if part is Part.CODE:
        # It makes Dagster's tables before anybody else looks for them; and the runs of the queue are its children,
        # so what a dead one left unfinished is dead too. Else their pool would be taken until monitoring notices.
        with open_instance(settings) as instance:
            fail_leftover_runs(instance)
        return _become(parts.code(at), {**env, **environment(settings)})
    code_server_readiness.wait_for(code_server)
    env |= environment(settings)
    workspace = parts.write_workspace(settings.dagster_home, code_server, LOCATION)
    return _become(parts.daemon(workspace) if part is Part.DAEMON else parts.web(at, workspace), env)


def _become(command: list[str], env: Mapping[str, str]) -> int:
    """This process goes on as `command`, so that signals reach it; on Windows as its parent, with its exit code."""
    if os.name != "nt":
        os.execve(command[0], command, env)  # noqa: S606
    return subprocess.call(command, env=env)  # noqa: S603  (our own words)
