"""A poll as the hourly job makes it, checks included: calls, connections, round trips, time inside the assets."""

import time
from statistics import median
from time import perf_counter

import dagster as dg
import requests

from bench.figures import Figure
from bench.newest_hour import poll_newest_hour
from bench.test_bed import Scene, connected, hurried_account
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.server import RunningServer
from brapped_assets_tests.round_trips import counted

POLLS = 7
# The listener ends a play every second: each poll finds something new, as most do while somebody listens.
PAUSE = 1.0


def measure(scene: Scene) -> list[Figure]:
    account = hurried_account()
    with scene.database() as name, dg.DagsterInstance.ephemeral() as instance:
        with counted(scene.postgres.url(name)) as wire, connected(account, wire.url):
            poll_newest_hour(instance)  # the first asks whose token it is
            before = wire.connections, wire.round_trips, len(account.calls)
            poll_newest_hour(instance)
            connections, round_trips = wire.connections - before[0], wire.round_trips - before[1]
            calls = [call.path for call in account.calls[before[2] :] if call.path.startswith("/v1/")]
        with connected(account, scene.postgres.url(name)) as server:
            inside = []
            for _ in range(POLLS):
                time.sleep(PAUSE)
                inside.append(milliseconds_inside(poll_newest_hour(instance)))
            bare = [_bare(server, account) for _ in range(POLLS)]
    return [
        Figure("poll: API calls", len(calls), budget=1, note="besides one for an access token, each run being new"),
        Figure(
            "poll: further calls for track rows", sum(not path.endswith("/recently-played") for path in calls), budget=0
        ),
        Figure("poll: connections to the warehouse", connections),
        Figure("poll: SQL round trips", round_trips, note="three assets and three checks"),
        Figure(
            "poll: time inside the two assets",
            median(inside),
            "ms",
            baseline=median(bare),
            baseline_is="token, page and JSON, nothing else",
            note=f"median of {POLLS}",
        ),
    ]


def milliseconds_inside(polled: dg.ExecuteInProcessResult) -> float:
    """What the run's assets say they took."""
    told = [event.materialization.metadata for event in polled.get_asset_materialization_events()]
    return 1000 * sum(float(str(metadata["seconds"].value)) for metadata in told if "seconds" in metadata)


def _bare(server: RunningServer, account: SimulatedAccount) -> float:
    """Milliseconds for what no poll can do without."""
    started = perf_counter()
    with requests.Session() as session:
        form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token()}
        credentials = (account.client_id, account.client_secret)
        token = session.post(f"{server.url}/api/token", data=form, auth=credentials, timeout=10).json()["access_token"]
        page = session.get(
            f"{server.api_url}/me/player/recently-played?limit=50",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        ).json()
    assert page["items"]
    return 1000 * (perf_counter() - started)
