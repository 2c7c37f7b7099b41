"""The pages, served: `python -m brapped_assets.web.__main__ HOST PORT`, one of the parts of `up`."""

import os
import sys

import uvicorn

from brapped_assets.insights.columns.heap import keep_little
from brapped_assets.insights.cover_cache import Covers
from brapped_assets.notifications import stopped_parts
from brapped_assets.services import network
from brapped_assets.services.http_limits import limits
from brapped_assets.settings import Settings
from brapped_assets.text.plain import keep_logs_plain
from brapped_assets.warehouse.dagster_runs import DagsterRuns
from brapped_assets.warehouse.db.connections import Writing
from brapped_assets.warehouse.db.read_pool import Reading
from brapped_assets.web.app import create_app
from brapped_assets.web.cover_worker import BackgroundCovers
from brapped_assets.web.import_worker import BackgroundImport
from brapped_assets.web.login_worker import BackgroundLogin
from brapped_assets.web.security import safe_headers
from brapped_assets.web.site import Site

# Somebody may be looking when everything is stopped; nobody waits for them.
FAREWELL_SECONDS = 2


def main() -> None:
    host, port = sys.argv[1:]
    keep_logs_plain()
    key = network.key_from_environment()
    settings = Settings.load()
    home, url = settings.brapped_home, settings.database_url_text()
    site = Site(
        Reading(home, url),
        is_demo=settings.is_demo,
        writing=Writing(home, url),
        incoming=BackgroundImport(settings),
        covering=BackgroundCovers(settings),
        covers=Covers(home / "covers", settings.spotify_api_url),
        # A token from the environment wins over what a login writes: then only who set it can renew it.
        down=lambda: tuple(one.sentence() for one in stopped_parts.read(home)),
        # `up` tells where Dagster keeps its own, also on the embedded server.
        runs=DagsterRuns(settings.dagster_pg_url.get_secret_value()) if settings.dagster_pg_url else None,
        call_budget=settings.spotify_daily_call_budget,
        renewing=None if os.environ.get("SPOTIFY_REFRESH_TOKEN") else BackgroundLogin(),
    )
    hosts = [*settings.brapped_hosts, *(network.hosts() if key else [])]
    app = create_app(site, hosts, key=key, origins=settings.brapped_api_origins)
    keep_little()
    uvicorn.run(
        # It closes the site at its end, also at SIGTERM, which uvicorn hands on once it has stopped.
        app,
        host=host,
        port=int(port),
        log_level="warning",
        # Addresses tell what somebody looked for.
        access_log=False,
        server_header=False,
        # What somebody behind a proxy says of itself counts for nothing here.
        proxy_headers=False,
        timeout_graceful_shutdown=FAREWELL_SECONDS,
        ws="none",
        **limits(safe_headers(key)),
    )


if __name__ == "__main__":
    main()
