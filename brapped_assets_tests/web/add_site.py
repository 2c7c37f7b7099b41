"""The pages as `web/__main__.py` makes them, over a test's own database and home, and a browser's way to post."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from brapped_assets.insights.cover_cache import Covers
from brapped_assets.settings import Settings
from brapped_assets.warehouse.db.connections import Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.cover_worker import BackgroundCovers
from brapped_assets.web.import_progress import Progress
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets.web.site import Site

HERE = "http://127.0.0.1"


@dataclass(frozen=True)
class Pages:
    """A running site and a browser at it; `incoming` is what takes its uploads."""

    site: Site
    incoming: BackgroundImport
    browser: TestClient
    home: Path

    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.browser.get("/add").text)
        assert found is not None
        return found.group(1)

    def answer(self, what: str = "store", **fields: str) -> int:
        """The status that a button of what is asked gives; fields of the form beside those it has."""
        proposal = self.incoming.progress().proposal
        form = {"token": self.token(), "proposal": str(proposal.number if proposal else 0), **fields}
        status: int = self.browser.post(f"/add/{what}", data=form, follow_redirects=False).status_code
        return status

    def done(self) -> Progress:
        """What became of the upload under way, once it was answered with yes."""
        if self.asked().state == "asking":
            assert self.answer() == 303
        return self.asked()

    def asked(self) -> Progress:
        """What is asked of the upload under way, or became of it."""
        until = time.monotonic() + 60
        while self.incoming.progress().is_working:
            assert time.monotonic() < until
            time.sleep(0.01)
        return self.incoming.progress()


@contextmanager
def pages(home: Path, url: str, account_url: str | None = None, key: str | None = None) -> Iterator[Pages]:
    oembed = f"{(account_url or 'http://127.0.0.1:9').removesuffix('/v1')}/oembed"
    settings = Settings(
        brapped_home=home, database_url=SecretStr(url), brapped_timezone="Asia/Kolkata", spotify_oembed_url=oembed
    )
    covering = BackgroundCovers(settings, pace_seconds=0)
    incoming = BackgroundImport(settings)
    site = Site(
        Reading(home, url), writing=Writing(home, url), incoming=incoming, covers=Covers(home / "covers", account_url),
        covering=covering,
    )  # fmt: skip
    with TestClient(create_app(site, ["10.0.0.7"], key=key), HERE, raise_server_exceptions=False) as browser:
        browser.headers["origin"] = HERE
        yield Pages(site, incoming, browser, home)
