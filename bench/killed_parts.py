"""Parts of Brapped on machines of their own, each killed with SIGKILL at an awkward moment: what is lost, what doubled.

The listener ends a play every four seconds, so a poll's page reaches back 200 s. Truth is what they played, from the
first play kept to the poll that followed each kill; `BENCH_FAULTS` limits how many kills there are.
"""

import os
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import requests

from bench.figures import Figure
from bench.separate_parts import ENDED, Apart, until
from bench.test_bed import Scene, connected, environment, hurried_account
from brapped_assets import partitions
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.jobs import hourly_plays
from brapped_assets.services.parts import Part

QUEUED, ASKING, LANDING = "in the queue", "asking Spotify", "landing or merging"
RUN, EVERYTHING = "the run", "all but PostgreSQL"
FAULTS: list[tuple[Part | str, str]] = [
    (RUN, ASKING),
    (RUN, LANDING),
    (Part.CODE, QUEUED),
    (Part.CODE, ASKING),
    (Part.CODE, LANDING),
    (Part.DAEMON, QUEUED),
    (Part.DAEMON, ASKING),
    (Part.DAEMON, LANDING),
    (Part.WEB, ASKING),
    (Part.PAGES, ASKING),
    (EVERYTHING, LANDING),
]
SECONDS_A_PLAY = 4
FEED, TOKEN = "/v1/me/player", "/api/token"


@dataclass
class Kept:
    """What is in the warehouse after a poll, held against the truth."""

    truth: int
    lost: int
    doubled: int
    gaps: int


def measure(scene: Scene) -> list[Figure]:
    chance = random.Random(2026)
    account = hurried_account(seconds=SECONDS_A_PLAY)
    with (
        scene.database() as warehouse,
        scene.database(template="dagster") as history,
        connected(account, scene.postgres.url(warehouse)),
        environment({"DAGSTER_PG_URL": scene.postgres.url(history)}),
    ):
        apart = Apart(scene.folder, os.environ)
        try:
            for part in Part:
                apart.start(part)
            _poll(apart)
            figures = [
                _kill(
                    apart,
                    account,
                    scene.postgres.url(warehouse),
                    part=part,
                    moment=moment,
                    seconds=chance.uniform(0, 0.4),
                )
                for part, moment in FAULTS[: int(os.environ.get("BENCH_FAULTS", len(FAULTS)))]
            ]
            kept = _held_against(account, scene.postgres.url(warehouse))
        finally:
            apart.close()
    walls = "folders of their own, empty at each start" if apart.is_walled_off else "folders of their own"
    note = f"{kept.truth:,} plays; four parts in {walls}; {kept.gaps} gaps marked"
    return [*figures, Figure("apart, after all kills: plays doubled", kept.doubled, budget=0, note=note)]


def _kill(
    apart: Apart, account: SimulatedAccount, url: str, *, part: Part | str, moment: str, seconds: float
) -> Figure:
    """One kill (`seconds` after the moment) during a poll, a start of what was killed, and the next poll."""
    before, asked, answered = apart.runs(), _calls(account, TOKEN), _calls(account, FEED)
    if moment != QUEUED:
        account.faults.add("slow", path=FEED, seconds=2)
    run_id = _launch(apart)
    if moment != QUEUED:
        until(lambda: _calls(account, TOKEN) > asked, "the run has asked for a token")
        time.sleep(0.5)
    if moment == LANDING:
        until(lambda: _calls(account, FEED) > answered, "Spotify has answered")
        time.sleep(seconds)
    if part == RUN:
        for process in apart.runs() - before:
            process.kill()
    else:
        killed = list(Part) if part == EVERYTHING else [Part(part)]
        for one in killed:
            apart.kill(one)
        for one in killed:
            apart.start(one)
    account.faults.clear()
    ended = until(lambda: _ended(apart, run_id), "the run it happened to has ended")
    _poll(apart)
    kept = _held_against(account, url)
    what = part.value if isinstance(part, Part) else part
    return Figure(
        f"kill -9 of {what}, a poll {moment}: plays lost",
        kept.lost,
        budget=0,
        note=f"{kept.truth:,} plays, {kept.doubled} doubled, {kept.gaps} gaps; that run: {ended}",
    )


def _launch(apart: Apart) -> str:
    until(apart.is_ready, "web server, code server and pages are up")
    newest = partitions.hour_of(partitions.look_back(datetime.now(UTC))[-1])
    tags = partitions.HourRange(newest, newest).tags
    return until(lambda: apart.launch(hourly_plays.name, tags), "the run was put into the queue")


def _poll(apart: Apart) -> None:
    """A poll that succeeds."""
    run_id = _launch(apart)
    status = until(lambda: _ended(apart, run_id), "a poll has ended")
    if status != "SUCCESS":
        raise RuntimeError(f"the poll {run_id} ended as {status}")


def _ended(apart: Apart, run_id: str) -> str | None:
    try:
        status = apart.status(run_id)
    except requests.RequestException:
        return None  # its web server was killed
    return status if status in ENDED else None


def _calls(account: SimulatedAccount, path: str) -> int:
    return sum(call.path.startswith(path) for call in account.calls)


def _held_against(account: SimulatedAccount, url: str) -> Kept:
    """The fact beside what was played, up to the newest poll."""
    with psycopg.connect(url) as connection:
        kept = connection.execute("select played_at, track_id from bi.plays").fetchall()
        row = connection.execute(
            "select max(polled_at), (select count(*) from bi.coverage_gaps) from audit.poll"
        ).fetchone()
    assert row is not None
    newest = max(at for at, _ in kept)
    plays = account.listener.plays_between(min(at for at, _ in kept), newest + timedelta(milliseconds=1))
    until_then = {(play.played_at, play.track.id) for play in plays}
    # The newest poll shows the newest play there was: nothing may lie between the two.
    assert (row[0] - newest).total_seconds() < 2 * SECONDS_A_PLAY + 2, "the newest poll did not show the newest play"
    return Kept(len(until_then), len(until_then - set(kept)), len(kept) - len(until_then & set(kept)), row[1])
