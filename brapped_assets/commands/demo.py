"""`brapped demo`: the whole product with a simulated account. Everything but the account's URL is the real thing."""

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import islice
from pathlib import Path

import requests
from rich.console import Console

from brapped_assets.accounts.consent_storage import remember
from brapped_assets.clocks.regions import zone_of_this_machine
from brapped_assets.commands.import_history import import_files
from brapped_assets.commands.up import AlreadyUp, collect, only_one, say_where_the_other_is
from brapped_assets.console import exit_codes
from brapped_assets.demo.account import SimulatedAccount
from brapped_assets.demo.catalogue import Catalogue
from brapped_assets.demo.export import write_export
from brapped_assets.demo.housemates import HOUSEMATES
from brapped_assets.demo.lively import LivelyListener
from brapped_assets.demo.resources import SIMULATED_A_SECOND
from brapped_assets.demo.server import serve
from brapped_assets.first_hour import LOOK_BACK, hour_before_start
from brapped_assets.home_folder import home_folder, keep_private
from brapped_assets.services.network import Network, network
from brapped_assets.services.orphans import stop_leftovers
from brapped_assets.services.ports import free_port
from brapped_assets.settings import DEMO_HOME, Settings, SettingsError
from brapped_assets.settings_file import ENV_FILE, write_env
from brapped_assets.spotify import SpotifyApp, authorization_request, exchange
from brapped_assets.warehouse.db import data_folder

ACCOUNT_PORT = 8899
REDIRECT_URI = "http://127.0.0.1:8898/callback"
SECONDS = 10
EXPORT = "my_spotify_data.zip"
EXPORTED = timedelta(days=3 * 365)


def demo(console: Console, *, port: int, reset: bool, open_browser: bool, lan: bool = False, listeners: int = 1) -> int:
    """Serve the simulated account, log in to it, import three years of its export, then `up`. Returns the exit code.

    So for each of the `listeners`: one app, an account each.

    Lives in `demo` under the home, with its own settings and databases. Raises SettingsError when DATABASE_URL is
    set: a demo must not write into somebody's warehouse.
    """
    if os.environ.get("DATABASE_URL"):
        raise SettingsError("DATABASE_URL is set, and the demo never writes into a warehouse of yours. Unset it first.")
    seen_on = network() if lan else None
    home = home_folder() / DEMO_HOME
    _forget_other_settings(home)
    try:
        with only_one(home) as running:
            if reset:
                _reset(home, console)
            return _run(
                console, home, running, port=port, open_browser=open_browser, seen_on=seen_on, listeners=listeners
            )
    except AlreadyUp as already:
        return say_where_the_other_is(already, home, console)


def _run(
    console: Console,
    home: Path,
    running: Path,
    *,
    port: int,
    open_browser: bool,
    seen_on: Network | None,
    listeners: int,
) -> int:
    zone, _ = zone_of_this_machine()
    settings = Settings.load()
    # Once: what was heard must not depend on when the demo was started again.
    began = settings.brapped_start or hour_before_start(datetime.now(UTC))
    accounts = _accounts(zone, listeners, since=began)
    with serve(accounts[0], port=free_port(ACCOUNT_PORT)) as server:
        account_settings = {
            "SPOTIFY_API_URL": server.api_url,
            "SPOTIFY_ACCOUNTS_URL": server.url,
            "SPOTIFY_OEMBED_URL": server.oembed_url,
            "MUSICBRAINZ_URL": server.musicbrainz_url,
            "WIKIDATA_URL": server.wikidata_url,
            "MUSICBRAINZ_CALLS_A_SECOND": f"{SIMULATED_A_SECOND:g}",
            "SPOTIFY_REDIRECT_URI": REDIRECT_URI,
            "BRAPPED_TIMEZONE": zone,
            "BRAPPED_START": began.isoformat(),
        }
        write_env(home / ENV_FILE, account_settings)
        for nth, account in enumerate(accounts):
            # Whoever is first gets the consent page; the others answer to their tokens.
            server.become(account, *accounts[:nth], *accounts[nth + 1 :])
            name = EXPORT if nth == 0 else f"{nth + 1}-{EXPORT}"
            code = _join(console, home, account, server.url, name, until=began + LOOK_BACK)
            if code != exit_codes.DONE:
                return code
        server.become(*accounts)
        return collect(
            Settings.load(), console, running, port=port, name="demo", open_browser=open_browser, seen_on=seen_on
        )


def _accounts(zone: str, listeners: int, *, since: datetime) -> list[SimulatedAccount]:
    catalogue = Catalogue()
    one = LivelyListener(catalogue, since=since, time_zone=zone, display_name="Simulated Listener")
    first = SimulatedAccount(one, catalogue=catalogue)
    others = [
        SimulatedAccount(
            LivelyListener(catalogue, name, since=since, time_zone=zone, display_name=name, leaning=leaning),
            catalogue=catalogue,
            seed=name,
            client_of=first,
        )
        for name, leaning in islice(HOUSEMATES.items(), listeners - 1)
    ]
    return [first, *others]


def _join(
    console: Console, home: Path, account: SimulatedAccount, url: str, export_name: str, *, until: datetime
) -> int:
    """Log in as this account, and import its export up to an instant; the exit code."""
    app = SpotifyApp(account.client_id, account.client_secret, url)
    request = authorization_request(app, REDIRECT_URI)
    remembered = remember(Settings.load(), app, exchange(app, request, _agree(request.url)))
    listener = remembered.listener
    console.print(
        f"[bold]This is a demo[/]: the account at {url} is simulated, and {listener.display_name} listens on "
        f"while you watch. It shows {len(remembered.page.items)} plays."
    )
    console.print("Their export, three years up to this hour, comes in first:")
    export = str(_export(home, account, export_name, until))
    return import_files(Settings.load(), console, [export], listener=listener.spotify_user_id, is_demo=True)


def _export(home: Path, account: SimulatedAccount, name: str, until: datetime) -> Path:
    """Their own data export, written once: a second start finds it imported."""
    export, partial = home / name, home / f"partial-{name}"
    if not export.exists():
        write_export(account.listener, partial, start=until - EXPORTED, end=until).replace(export)
    return export


def _forget_other_settings(home: Path) -> None:
    """Nothing of a real account reaches the demo: only its own home counts from here on, in children too."""
    for name in list(os.environ):
        if name.startswith(("SPOTIFY_", "BRAPPED_", "DAGSTER_", "MUSICBRAINZ_", "WIKIDATA_")):
            del os.environ[name]
    os.environ["BRAPPED_HOME"] = str(home)
    home.mkdir(parents=True, exist_ok=True)
    keep_private(home)
    write_env(home / ENV_FILE, {})


def _reset(home: Path, console: Console) -> None:
    stop_leftovers(home / "dagster")
    # Not by way of a start: data that cannot start is a reason to begin anew.
    data_folder.stop_at_once(data_folder.folder(home))
    for leftover in home.iterdir():
        # The lock is ours at this moment.
        if leftover.is_dir():
            shutil.rmtree(leftover)
        elif leftover.suffix != ".lock":
            leftover.unlink()
    write_env(home / ENV_FILE, {})
    console.print("The demo begins anew.")


def _agree(consent_page_url: str) -> str:
    """Press Agree on the simulated account's consent page; the address the browser would end at."""
    page = requests.get(consent_page_url, timeout=SECONDS)
    page.raise_for_status()
    found = re.search(r'id="agree" href="([^"]+)"', page.text)
    assert found is not None
    return unescape(found.group(1))
