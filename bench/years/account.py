"""The simulated account of a simulated life, in a process of its own: what it remembers is no memory of Brapped's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg.rows import dict_row

from bench.landed_plays import shown
from bench.years.plan import DAY, SPOTIFYS, STAYING, Plan, Trouble
from bench.years.truth import Held, held_against_the_truth
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.listener import Listener
from brapped_assets.demo.server import serve
from brapped_assets.spotify import RECENTLY_PLAYED

FEED = f"/v1/{RECENTLY_PLAYED}"
CONSENT = timedelta(days=182)
ZONE = "Europe/Berlin"


class Account:
    """Serves a plan's listener over HTTP for as long as its process lives, by a clock that is moved from outside."""

    def __init__(self, plan: Plan) -> None:
        catalogue = Catalogue(artists=plan.artists)
        self._plan, self._at = plan, plan.begin
        self._listener = Listener(catalogue, plays_per_day=plan.plays_a_day, time_zone=ZONE)
        self._account = SimulatedAccount(self._listener, catalogue=catalogue, clock=lambda: self._at)
        self._account.tokens.consent_lifetime = plan.consent
        self._served = ExitStack()
        self._url = self._served.enter_context(serve(self._account)).url
        plays = shown(self._listener, plan.begin - 2 * DAY, plan.end)
        self._to_be_shown = sorted((play.served_from for play in plays), reverse=True)

    def settings(self) -> dict[str, str]:
        """Those of somebody who connected it before the first poll."""
        return {
            "SPOTIFY_API_URL": f"{self._url}/v1",
            "SPOTIFY_ACCOUNTS_URL": self._url,
            "SPOTIFY_CLIENT_ID": self._account.client_id,
            "SPOTIFY_CLIENT_SECRET": self._account.client_secret,
            "SPOTIFY_REFRESH_TOKEN": self._account.refresh_token(authorized_at=self._plan.begin),
        }

    def move_to(self, at: datetime) -> bool:
        """Set the clock; whether a play has come to be shown since it was last moved."""
        self._at, waiting = at, len(self._to_be_shown)
        while self._to_be_shown and self._to_be_shown[-1] <= at:
            self._to_be_shown.pop()
        return len(self._to_be_shown) < waiting

    def begin(self, trouble: Trouble) -> None:
        """Answer so from now on. An outage stays until `end`; a hiccup is over at the next attempt."""
        assert trouble.kind in SPOTIFYS
        wait = int(trouble.lasts.total_seconds()) if trouble.kind == "quota_exceeded" else None
        times = None if trouble.kind in STAYING else 1
        self._account.faults.add(trouble.kind, path=FEED, times=times, retry_after=wait)  # type: ignore[arg-type]

    def end(self) -> None:
        """Nothing goes wrong any more."""
        self._account.faults.clear()

    def consent_again(self) -> str:
        """The refresh token of a login now."""
        self._account.tokens.consent_lifetime = CONSENT
        return self._account.refresh_token(authorized_at=self._at)

    def export(self, path: Path, start: datetime, end: datetime) -> None:
        write_export(self._listener, path, start=start, end=end)

    def held(self, url: str, polled: tuple[datetime, datetime], exported: tuple[datetime, datetime] | None) -> Held:
        """The warehouse at `url` as it is now, against what was played; see `held_against_the_truth`."""
        with psycopg.connect(url, row_factory=dict_row) as connection:
            connection.execute("set timezone to 'UTC'")
            return held_against_the_truth(connection, self._account, polled, exported)


class _Process(BaseManager):
    pass


_Process.register("Account", Account)


@contextmanager
def apart(plan: Plan) -> Iterator[Account]:
    """The account of a plan, every call of which is answered by its own process."""
    with _Process(ctx=get_context("spawn")) as process:
        made: Any = process
        yield cast(Account, made.Account(plan))
