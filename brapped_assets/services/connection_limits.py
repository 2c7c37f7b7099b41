"""How many connections a server takes, and from whom: nobody takes all, and the one who waits longest goes first."""

import sys
from ipaddress import ip_address
from typing import Protocol

MOST, MOST_EACH = 400, 100
# For this machine's own, whatever the network does.
RESERVED_SHARE = 4


class Guest(Protocol):
    """A connection: from `address`, `may_be_sent_away` while it keeps nobody waiting but us."""

    address: str

    @property
    def may_be_sent_away(self) -> bool: ...

    def send_away(self) -> None: ...


class Room:
    """The connections of one server, the oldest first.

    One address of the network has `most_each` at most, all of the network three quarters of `most`. Where there is no
    room the oldest connection that only waits is sent away: of the same address, else of the one that has the most.
    So whoever floods sends away their own, and somebody who comes with one connection finds room.
    """

    def __init__(self, most: int = MOST, most_each: int = MOST_EACH) -> None:
        self._most, self._most_each = most, most_each
        self._guests: dict[str, dict[Guest, None]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._guests.values()))

    def enter(self, guest: Guest) -> None:
        """Take this one in, or send it or another away."""
        if not self._makes_room_for(guest):
            guest.send_away()
            return
        self._guests.setdefault(guest.address, {})[guest] = None

    def leave(self, guest: Guest) -> None:
        """It has gone; whoever was never in may say so, too."""
        here = self._guests.get(guest.address, {})
        here.pop(guest, None)
        if not here:
            self._guests.pop(guest.address, None)

    def _makes_room_for(self, guest: Guest) -> bool:
        if is_here(guest.address):
            return len(self) < self._most or self._sends_one_away(list(self._guests))
        if len(self._guests.get(guest.address, {})) >= self._most_each:
            return self._sends_one_away([guest.address])
        network = [address for address in self._guests if not is_here(address)]
        of_network = sum(len(self._guests[address]) for address in network)
        return of_network < self._most - self._most // RESERVED_SHARE or self._sends_one_away(network)

    def _sends_one_away(self, addresses: list[str]) -> bool:
        for address in sorted(addresses, key=lambda one: len(self._guests[one]), reverse=True):
            for guest in self._guests[address]:
                if guest.may_be_sent_away:
                    self.leave(guest)
                    guest.send_away()
                    return True
        return False


def most_connections() -> int:
    """As many as this process can have open beside its files and databases: at most half of what it may open."""
    if sys.platform == "win32":
        return MOST
    import resource  # noqa: PLC0415

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft // 2))


def is_here(address: str) -> bool:
    """Whether this is the machine itself, or nobody can tell (a Unix socket)."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True
