"""`python -m brapped_assets.demo`: the simulated account as a process, in real time."""

import argparse
import signal
from threading import Event

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m brapped_assets.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8899, help="0: any free port")
    parser.add_argument("--seed", default="brapped", help="another seed is another listener")
    parser.add_argument("--listener-time-zone", default="Asia/Kolkata", metavar="ZONE")
    parser.add_argument("--plays-per-day", type=float, default=60)
    options = parser.parse_args()
    catalogue = Catalogue(options.seed)
    listener = Listener(catalogue, options.seed, options.plays_per_day, options.listener_time_zone)
    account = SimulatedAccount(listener, catalogue=catalogue, seed=options.seed)
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with serve(account, port=options.port) as server:
        print(f"The simulated account answers at {server.url}", flush=True)  # noqa: T201  # its one line of output
        # In short waits, because Windows delivers no signal to a thread that waits without end.
        while not stop.wait(0.5):
            pass


if __name__ == "__main__":
    main()
