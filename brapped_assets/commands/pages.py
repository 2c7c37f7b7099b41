"""The pages, served on this machine: `python -m brapped_assets.commands.pages PORT`, one of the processes of `up`."""

import sys

import uvicorn

from brapped_assets.insights.web.app import create_app
from brapped_assets.insights.web.site import Site
from brapped_assets.settings import Settings
from brapped_assets.warehouse.reading import Reading
from brapped_assets.warehouse.writing import Writing

# Somebody may be looking when everything is stopped; nobody waits for them.
FAREWELL_SECONDS = 2
DEMO_HOME = "demo"


def main() -> None:
    settings = Settings.load()
    where = settings.brapped_home, settings.database_url_text()
    reading = Reading(*where)
    site = Site(reading, writing=Writing(*where), is_demo=settings.brapped_home.name == DEMO_HOME)
    try:
        uvicorn.run(
            create_app(site),
            host="127.0.0.1",
            port=int(sys.argv[1]),
            log_level="warning",
            # Addresses tell what somebody looked for.
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=FAREWELL_SECONDS,
        )
    finally:
        reading.close()


if __name__ == "__main__":
    main()
