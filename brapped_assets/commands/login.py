"""`brapped login`: from nothing to a connected account, in the words of someone who has never made a Spotify app."""

import webbrowser
from datetime import UTC, datetime, timedelta

import tzlocal
from rich.console import Console
from rich.prompt import Prompt

from brapped_assets.commands import exit_codes
from brapped_assets.commands.callback import CallbackTimeout, wait_for_callback
from brapped_assets.resources.ledger import SharedLedger
from brapped_assets.settings import Settings, SettingsError, env_file, write_env
from brapped_assets.spotify import (
    AccessTokens,
    AuthorizationRequest,
    Grant,
    PlayedItem,
    Profile,
    RecentlyPlayedPage,
    SpotifyApp,
    SpotifyClient,
    authorization_request,
    exchange,
)
from brapped_assets.warehouse import listeners
from brapped_assets.warehouse.connections import Connection, Warehouse
from brapped_assets.warehouse.listeners import Listener

WAIT = timedelta(minutes=5)
# The look-back of the partitions: the first poll closes the three days before the login.
BEFORE_THE_FIRST_LOGIN = timedelta(hours=72)
DASHBOARD = "https://developer.spotify.com/dashboard"
PRIVACY_PAGE = "https://www.spotify.com/account/privacy/"


def login(settings: Settings, console: Console, *, paste: bool, open_browser: bool) -> int:
    """Connect an account or renew its consent. Raises LoginFailed and its kin, each naming the likely mistake."""
    app = _app(settings, console)
    # A database that does not answer is better known before somebody has agreed.
    with Warehouse(settings.brapped_home, settings.database_url_text()) as warehouse, warehouse.transaction():
        pass
    request = authorization_request(app, settings.spotify_redirect_uri)
    console.print("Open this address and agree:" if paste or not open_browser else "Your browser opens this address:")
    # One line, whole: a wrapped address cannot be copied.
    console.print(request.url, soft_wrap=True)
    callback = _pasted(console) if paste else _caught(request, console, open_browser=open_browser)
    grant = exchange(app, request, callback)
    listener, page = remember(settings, app, grant)
    _greet(console, listener, page)
    return exit_codes.DONE


def remember(settings: Settings, app: SpotifyApp, grant: Grant) -> tuple[Listener, RecentlyPlayedPage]:
    """Keep a grant: token, zone and first hour in the settings file, person and consent date in the warehouse.

    Returns the listener and what Spotify shows of their plays right now. Nothing is kept when Spotify refuses to
    answer with this grant.
    """
    now = datetime.now(UTC)
    with Warehouse(settings.brapped_home, settings.database_url_text()) as warehouse:
        tokens = AccessTokens(app, grant.refresh_token)
        ledger = SharedLedger(warehouse, settings.spotify_daily_call_budget)
        with SpotifyClient(settings.spotify_api_url, tokens, ledger) as client:
            profile: Profile = client.profile()
            page = client.recently_played()
        zone = settings.brapped_timezone or tzlocal.get_localzone_name() or "UTC"
        with warehouse.transaction() as tx:
            _refuse_to_displace(tx, settings, profile)
            listener = listeners.welcome(
                tx,
                refresh_token=grant.refresh_token,
                time_zone=zone,
                now=now,
                spotify_user_id=profile.user_id,
                account_id=profile.account_id,
                display_name=profile.display_name,
                authorized_at=grant.granted_at,
            )
    values = {"SPOTIFY_CLIENT_ID": app.client_id, "SPOTIFY_REFRESH_TOKEN": grant.refresh_token}
    if app.client_secret:
        values["SPOTIFY_CLIENT_SECRET"] = app.client_secret
    if "brapped_start" not in settings.model_fields_set:
        first_hour = (now - BEFORE_THE_FIRST_LOGIN).replace(minute=0, second=0, microsecond=0)
        values["BRAPPED_START"] = first_hour.isoformat()
    write_env(env_file(), values)
    return listener, page


def _refuse_to_displace(tx: Connection, settings: Settings, profile: Profile) -> None:
    """A home holds one token: with another person's in its place, the one before would silently be polled no more.

    Raises SettingsError.
    """
    token = settings.spotify_refresh_token
    collected = listeners.by_token(tx, token.get_secret_value()) if token else None
    if collected is not None and collected.spotify_user_id not in (profile.user_id, listeners.UNNAMED):
        raise SettingsError(
            f"This home collects for {collected.display_name}, and you agreed as {profile.display_name}. Nothing was "
            "changed. Give each listener a home of their own, on the same DATABASE_URL: "
            "BRAPPED_HOME=~/.brapped-two brapped login. (If the first login was the mistake, take "
            f"SPOTIFY_REFRESH_TOKEN out of {env_file()} and log in again.)"
        )


def _app(settings: Settings, console: Console) -> SpotifyApp:
    secret = settings.spotify_client_secret
    client_id = settings.spotify_client_id
    if client_id is None:
        if not console.is_terminal:
            raise SettingsError(
                "SPOTIFY_CLIENT_ID is not set. Run `brapped login` in a terminal: it shows how to get one."
            )
        console.print(
            "Spotify lets an app of your own read your plays. Making one takes two minutes:\n\n"
            f"  1. Open [bold]{DASHBOARD}[/] and log in. The app's owner needs Spotify Premium.\n"
            "  2. Create app. Name and description are up to you. Tick [bold]Web API[/].\n"
            "  3. Redirect URI, exactly this one (copy it, then press Add):\n",
        )
        console.print(f"     [bold]{settings.spotify_redirect_uri}[/]\n", soft_wrap=True)
        console.print(
            "  4. Save, open Settings, and copy the Client ID.\n"
            "  5. Other listeners (five in all): enter each one's name and e-mail under User Management.\n"
        )
        while not client_id:
            client_id = Prompt.ask("Client ID", console=console).strip()
    return SpotifyApp(client_id, secret.get_secret_value() if secret else None, settings.spotify_accounts_url)


def _pasted(console: Console) -> str:
    console.print(
        "\nAfter you agree, the browser ends at an address that begins with the redirect URI. "
        "The page there need not open. Paste the whole address here."
    )
    return Prompt.ask("Address", console=console)


def _caught(request: AuthorizationRequest, console: Console, *, open_browser: bool) -> str:
    def opened() -> None:
        if open_browser:
            webbrowser.open(request.url)

    with console.status("Waiting for you to agree (5 minutes)…"):
        try:
            return wait_for_callback(request.redirect_uri, WAIT, on_ready=opened)
        except CallbackTimeout:
            raise CallbackTimeout(
                "Nobody came back from Spotify within 5 minutes. If its page said:\n"
                f"  INVALID_CLIENT: Invalid redirect URI   → add {request.redirect_uri} to the app, to the letter\n"
                "  INVALID_CLIENT: Insecure redirect URI  → use http://127.0.0.1, not localhost\n"
                "  INVALID_CLIENT: Invalid client         → check the Client ID\n"
                f"The app is at {DASHBOARD}. On a machine without a browser, use `brapped login --paste`."
            ) from None


def _greet(console: Console, listener: Listener, page: RecentlyPlayedPage) -> None:
    played = [item.played_at for item in page.items if isinstance(item, PlayedItem)]
    reach = f", reaching back to {min(played).astimezone():%A %d %B, %H:%M}" if played else ""
    console.print(f"\n[bold]Hello, {listener.display_name}![/] Spotify shows {len(page.items)} plays{reach}.")
    console.print(f"Your days are counted in {listener.time_zone} (to change: brapped timezone Europe/Berlin).")
    console.print("Consent lasts six months; `brapped status` says when to renew it.")
    console.print(
        f"\nYears before today: request [bold]both[/] exports now at {PRIVACY_PAGE} "
        "(account data: days; extended streaming history: up to 30 days), and bring them in with "
        "[bold]brapped import[/].\n"
        "Now run [bold]brapped up[/] to collect every 20 minutes, or [bold]brapped sync[/] from a scheduler."
    )
