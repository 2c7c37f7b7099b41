"""Waiting for the code server, which other parts need.

The daemon and the webserver look for the code server when they start, and again only a minute later, or never.
"""

import socket
import time

from brapped_assets.services.parts import Address

WAIT_SECONDS = 120


class NobodyListens(OSError):
    """Nobody listened in time; the text says where."""


def wait_for(address: Address) -> None:
    """Return once somebody listens there. Raises NobodyListens after two minutes."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection((address.host, address.port), timeout=2).close()
        except OSError:
            # Not up yet, or in a container's network its name is not known yet.
            time.sleep(0.1)
        else:
            return
    raise NobodyListens(f"Nobody listens on {address}. Is the code server up, and is it reachable from here?")
