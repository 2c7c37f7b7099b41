import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from brapped_assets.demo.account import SimulatedAccount
from brapped_assets_tests.commands.subprocess_user import PATIENCE_SECONDS
from brapped_assets_tests.examples import quick_of


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "brapped_assets.demo", "--port", "0", "--seed", "process"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


@pytest.mark.slow
@pytest.mark.parametrize("how", quick_of(1, [signal.SIGTERM, signal.SIGINT]))
def test_it_runs_as_a_process_and_ends_quietly(process: subprocess.Popen[str], how: signal.Signals) -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    url = line.split()[-1]
    # Ids and tokens come from the seed, so another process may make them.
    account = SimulatedAccount(seed="process")
    form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token()}
    auth = (account.client_id, account.client_secret)
    token = requests.post(f"{url}/api/token", data=form, auth=auth, timeout=60).json()["access_token"]
    feed = requests.get(f"{url}/v1/me/player/recently-played", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert len(feed.json()["items"]) == 20
    process.send_signal(how)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (output, errors, process.returncode) == ("", "", 0)
