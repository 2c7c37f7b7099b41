"""Ports of this machine: the one that is asked for, or the next free one."""

import socket
import sys

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535
TAKEN = "Port {asked} is taken; using {found}."


def free_port(preferred: int, host: str = LOOPBACK) -> int:
    """`preferred`, or the next free one on `host`; 0 means any."""
    last = min(preferred + 49, HIGHEST_PORT)
    for port in range(preferred, last + 1) if preferred else [0]:
        with socket.socket() as probe:
            if sys.platform != "win32":
                # As the web server does: connections of a moment ago (ours, before a restart) take no port.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"No port is free on {host} from {preferred} to {last}; name another with --port.")
