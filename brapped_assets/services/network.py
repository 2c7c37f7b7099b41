"""The pages for the phone beside you: on the network of this machine, for whoever brings the key."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from secrets import token_urlsafe

import psutil
import segno
from rich.text import Text

from brapped_assets.settings import SettingsError

# In the environment, because everybody on this machine can read the arguments of a process.
KEY = "SUPERVISED_PAGES_KEY"
EVERYWHERE = "0.0.0.0"  # noqa: S104  (with a key only)
# Reserved for documentation: nobody has it, and nothing is sent there.
SOMEWHERE_ELSE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class Network:
    """Where the pages are reached from other devices; `key` is new at every start."""

    address: str
    key: str = field(default_factory=lambda: token_urlsafe(32), repr=False)

    def url(self, port: int, host: str | None = None) -> str:
        """The address with the key: for the first visit only, and for nobody else's eyes."""
        return f"http://{host or self.address}:{port}/?key={self.key}"


def network() -> Network:
    """This machine in its network. Raises SettingsError when it is in none."""
    here = addresses()
    if not here:
        raise SettingsError("This machine is in no network that a phone could share. Connect it, or leave out --lan.")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE_ELSE)
            way_out = str(probe.getsockname()[0])
        except OSError:
            way_out = ""
    return Network(way_out if way_out in here else here[0])


def addresses() -> list[str]:
    """The addresses (IPv4) of this machine that others may reach."""
    every = (
        one.address for of_card in psutil.net_if_addrs().values() for one in of_card if one.family == socket.AF_INET
    )
    return [one for one in every if not (IPv4Address(one).is_loopback or IPv4Address(one).is_link_local)]


def hosts() -> list[str]:
    """What others may call this machine."""
    name = socket.gethostname().lower()
    return [*addresses(), name, f"{name}.local"]


def key_from_environment() -> str | None:
    """The key this process was started with, if any; its own children do not get it."""
    return os.environ.pop(KEY, None)


def qr_code(text: str) -> Text:
    """A QR code of half blocks, dark on light whatever the terminal's colours are."""
    rows = [list(row) for row in segno.make(text, error="l").matrix_iter(border=2)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    return Text("\n".join(_half_blocks(rows)), style="#000000 on #ffffff", no_wrap=True)


def _half_blocks(rows: list[list[int]]) -> Iterator[str]:
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        yield "".join(" ▄▀█"[2 * bool(above) + bool(below)] for above, below in zip(upper, lower, strict=True))
