"""`/metrics`: the machinery for Prometheus: polls, gaps, calls, consents, runs, sizes, page times; nobody's listening.

Names follow Prometheus' conventions: base units, instants as timestamps, and an ending of its own for what only grows.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brapped_assets import __version__
from brapped_assets.spotify.quota import RECENTLY_PLAYED
from brapped_assets.warehouse import call_ledger, listener_status, lookup_queue, storage
from brapped_assets.warehouse.dagster_runs import RunTally
from brapped_assets.warehouse.errors import WarehouseError
from brapped_assets.warehouse.notifications import undelivered
from brapped_assets.web.api import problems
from brapped_assets.web.api.gate import Gate
from brapped_assets.web.api.problems import Problem
from brapped_assets.web.site import Site

PATH = "/metrics"
# What a database tells is asked at most so often, however often somebody scrapes; one that sleeps shall go on sleeping.
KEPT_SECONDS, KEPT_ASLEEP_SECONDS = 60.0, 3_600.0
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# First parts of addresses; whatever else is asked for is one page together.
PAGES = frozenset(
    {"today", "explore", "wrapped", "history", "history.csv", "search", "search.json", "list", "changes", "places",
     "artist", "track", "album", "compare", "counted", "settings", "hidden", "add", "covers", "cover", "feed.atom",
     "export.html", "genres", "spoken", "spoken.csv", "same", "ask", "mcp", "static", "service_worker.js", "offline",
     "api", "metrics", "health"}
)  # fmt: skip


class Asked(Collector):
    """What a database tells, asked once in a while; and, as `up`, whether it answers."""

    def __init__(self, up: tuple[str, str], ask: Callable[[], Iterator[Metric]], may_sleep: Callable[[], bool]) -> None:
        self._up, self._ask, self._may_sleep, self._lock = up, ask, may_sleep, Lock()
        # What it told, and when by the monotonic clock.
        self._told: tuple[float, list[Metric]] | None = None

    def collect(self) -> Iterator[Metric]:
        kept = KEPT_ASLEEP_SECONDS if self._may_sleep() else KEPT_SECONDS
        with self._lock:
            if self._told is None or time.monotonic() - self._told[0] >= kept:
                try:
                    self._told = time.monotonic(), [*self._ask()]
                except WarehouseError:
                    # What was told before is of another time: nothing is better, and `up` says why.
                    self._told = None
            told = self._told
        yield _gauge(*self._up, [({}, int(told is not None))])
        yield from told[1] if told else []


class Machinery(Collector):
    """What this process knows, and what the warehouse and Dagster's database tell."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._asked = [
            Asked(
                ("brapped_database_up", "1 while the database answers."),
                self._of_warehouse,
                lambda: site.reading.database == "sleeping",
            )
        ]
        if (runs := site.runs) is not None:
            up = ("brapped_dagster_database_up", "1 while Dagster's database answers.")
            self._asked.append(Asked(up, lambda: _of_runs(runs.tallies()), lambda: runs.may_sleep))

    def collect(self) -> Iterator[Metric]:
        yield _gauge("brapped_info", "The version that serves.", [({"version": __version__}, 1)])
        yield _gauge("brapped_stopped_parts", "Parts of `brapped up` that stay down.", [({}, len(self._site.down()))])
        for one in self._asked:
            yield from one.collect()

    def _of_warehouse(self) -> Iterator[Metric]:
        now = self._site.clock()
        with self._site.reading.transaction() as tx:
            of = listener_status.by_listener(tx, now)
            spent = call_ledger.spent(tx, poll_endpoint=RECENTLY_PLAYED, now=now)
            waiting, stored, lost = lookup_queue.backlog(tx, now), storage.stored(tx, None), undelivered(tx)

        def each(name: str, words: str, value: Any) -> Metric:
            told = (({"listener": f"{one.listener_id}"}, value(one)) for one in of)
            return _gauge(f"brapped_{name}", words, [(labels, number) for labels, number in told if number is not None])

        yield _gauge("brapped_listeners", "Listeners there are.", [({}, len(of))])
        yield _gauge("brapped_plays", "Plays kept, of all listeners.", [({}, sum(one.plays for one in of))])
        yield each(
            "last_poll_timestamp_seconds", "When Spotify was last asked.", lambda one: _seconds(one.last_polled_at)
        )
        yield each(
            "consent_end_timestamp_seconds",
            "When Spotify's consent ends, or has ended.",
            lambda one: _seconds(one.consent_ended_at or one.consent_ends_at),
        )
        yield each("open_gaps", "Stretches in which plays may be missing.", lambda one: one.gaps_open)
        yield each("open_gap_seconds", "The length of those.", lambda one: one.seconds_in_gaps)
        yield each("rejected_items", "Items of polls that nobody understood, kept aside.", lambda one: one.rejected)
        yield _gauge(
            "brapped_polls",
            "Polls noted, of all listeners; quiet old ones are forgotten.",
            [({}, sum(one.polls for one in of))],
        )
        yield _gauge(
            "brapped_spotify_calls",
            "Calls to Spotify in the last 24 hours.",
            [({"kind": "poll"}, spent.polls), ({"kind": "other"}, spent.calls - spent.polls)],
        )
        budget = self._site.call_budget
        yield _gauge("brapped_spotify_calls_budget", "Calls there may be in 24 hours.", [({}, budget)])
        yield _gauge("brapped_spotify_calls_left", "Calls that are left of them.", [({}, max(budget - spent.calls, 0))])
        yield _gauge(
            "brapped_spotify_not_before_timestamp_seconds",
            "Until when Spotify asks to wait; 0: not at all.",
            [({}, _seconds(spent.not_before) or 0)],
        )
        yield _gauge(
            "brapped_lookups_waiting",
            "What is still to be looked up.",
            [({"kind": "track"}, waiting.tracks), ({"kind": "artist"}, waiting.artists)],
        )
        yield _gauge("brapped_undelivered_notices", "Notices that no address took.", [({}, lost)])
        yield _gauge("brapped_database_size_bytes", "The size of the warehouse, of all of its server.",
                     [({"database": "warehouse"}, stored.warehouse),
                      ({"database": "all"}, stored.project)])  # fmt: skip


class PageTimes:
    """How long each page takes, from the request until the answer is handed over; which, and of whom, nobody hears."""

    def __init__(self, app: ASGIApp, histogram: Histogram) -> None:
        self._app, self._histogram = app, histogram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            taken = time.perf_counter() - began
            self._histogram.labels(page=page_of(scope["path"]), status=f"{status // 100}xx").observe(taken)


class Metrics:
    """Of one site: what pages take, and what its database tells."""

    def __init__(self, site: Site) -> None:
        self.registry = CollectorRegistry()
        self.times = Histogram("brapped_page_duration_seconds", "From the request until the answer is handed over.",
                               ["page", "status"], buckets=BUCKETS, registry=self.registry)  # fmt: skip
        self.registry.register(Machinery(site))
        ProcessCollector(registry=self.registry)

    def route(self, gate: Gate) -> Route:
        """Answers who may see the pages, or brings a token that opens metrics."""

        async def show(request: Request) -> Response:
            try:
                # Without one, whoever guards the pages has let it through.
                if "authorization" in request.headers:
                    await gate.note(await gate.admit(request, "metrics"))
            except Problem as problem:
                return problems.answer(problem)
            content = await run_in_threadpool(generate_latest, self.registry)
            return Response(content, media_type=CONTENT_TYPE_LATEST)

        return Route(PATH, show)


def page_of(path: str) -> str:
    """Of which page an address is: few names, whatever is asked for."""
    parts = path.strip("/").split("/")
    if parts[0] == "of":
        parts = parts[2:]
    first = parts[0] if parts else ""
    return first if first in PAGES else "overview" if not first else "other"


def _of_runs(found: list[RunTally]) -> Iterator[Metric]:
    """By `dagster_job`: Prometheus calls what it scrapes a job."""
    of = [({"dagster_job": one.job, "status": one.status}, one) for one in found]
    yield _gauge(
        "brapped_dagster_runs",
        "Runs that Dagster keeps; those of more than 30 days are forgotten.",
        [(labels, one.runs) for labels, one in of],
    )
    yield _gauge(
        "brapped_dagster_run_end_timestamp_seconds",
        "When the newest run of a job that ended so ended.",
        [(labels, one.ended_at) for labels, one in of if one.ended_at is not None],
    )


def _gauge(name: str, words: str, samples: list[tuple[dict[str, str], float]]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=[*samples[0][0]] if samples else [])
    for labels, value in samples:
        found.add_metric([*labels.values()], value)
    return found


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
