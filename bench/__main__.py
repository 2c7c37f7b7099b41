"""`python -m bench [NAME…]`: measure, and print the tables."""

import argparse
import sys
from importlib import import_module
from time import perf_counter

from rich.console import Console

from bench import figures, test_bed

WIDTH = 150
# The module of this name, and what it measures.
BENCHMARKS = {
    "poll": "one poll: calls, connections, round trips, milliseconds",
    "poll_by_life": "a poll beside 10,000 plays and beside a million; BENCH_ROWS for another size",
    "run_process": "the hourly run as a process against one of two empty assets",
    "hourly_run": "the same without interpreter and imports; bytes of history",
    "merge": "the merge of 1,000 landed hours",
    "import_history": "an export of a million rows; fewer with BENCH_ROWS",
    "cold_sync": "`brapped sync` with nothing new, as a process",
    "cold_demo": "`brapped demo` to its first hour and to its page",
    "warehouse_size": "bytes a play",
    "pages": "every page at 100,000 and a million plays, and their totals; BENCH_ROWS for another size",
    "api": "the API at a million plays, and a page while many connections are refused; BENCH_ROWS",
    "neon_day": "how often a day wakes the warehouse",
    "keen_year": "calls a day, and plays lost",
    "apart": "the parts of `up` on machines of their own, each killed in a poll; fewer kills with BENCH_FAULTS",
    "thousand_listeners": "three polls of each of a thousand listeners into one PostgreSQL; fewer with BENCH_LISTENERS",
    "shards": "one poll of many by eight run workers at once, beside one run; fewer with BENCH_LISTENERS",
    "years": "a year of outages, exports, an upgrade and restarts: plays lost and doubled, and what is left behind",
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure, and print every figure beside its budget and a baseline of the same run.",
        epilog="\n".join(f"{name:20}{what}" for name, what in BENCHMARKS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all without one")
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    # A pipe has no width of its own; rich would take 80 columns.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    for name in names:
        # Each has a server of its own: what one leaves in its caches is no advantage for the next.
        with test_bed.opened() as here:
            started = perf_counter()
            # Imported here: the definitions read the settings when they are imported.
            measured = import_module(f"bench.{name}").measure(here)
            console.print(figures.table(f"{name} ({perf_counter() - started:.0f} s)", measured))


if __name__ == "__main__":
    main()
