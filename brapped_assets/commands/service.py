"""Starts a program once another listens: `python -m brapped_assets.commands.service PORT PROGRAM ARGUMENT…`.

The daemon and the webserver look for the code server when they start, and again only a minute later, or never.
"""

import os
import socket
import subprocess
import sys
import time

WAIT_SECONDS = 120


def wait_for(port: int) -> bool:
    """Whether somebody listens on 127.0.0.1:`port`, within two minutes."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def main() -> None:
    port, *command = sys.argv[1:]
    if not wait_for(int(port)):
        sys.exit(f"ERROR nobody listens on port {port}")
    if os.name == "nt":
        sys.exit(subprocess.call(command))  # noqa: S603  (the supervisor's own words)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
