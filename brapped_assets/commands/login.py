"""`brapped login`: from nothing to a connected account, in the words of someone who has never made a Spotify app."""

import webbrowser

from rich.console import Console
from rich.prompt import Confirm, Prompt

from brapped_assets.accounts import new_listener
from brapped_assets.accounts.consent_storage import WAIT, Remembered, remember
from brapped_assets.accounts.loopback_server import CallbackTimeout, wait_for_callback
from brapped_assets.console import exit_codes
from brapped_assets.console.screen import escape
from brapped_assets.home_folder import env_file
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import (
    AuthorizationRequest,
    PlayedItem,
    SpotifyApp,
    authorization_request,
    exchange,
)
from brapped_assets.spotify.response_errors import DASHBOARD
from brapped_assets.warehouse import listeners

AGREE = "Open this address and agree:"
PRIVACY_PAGE = "https://www.spotify.com/account/privacy/"
RENEWING = (
    "To renew somebody's consent instead, log in to Spotify as them on the page that asks (its link “Not you?”), "
    "or use a private window."
)


def login(settings: Settings, console: Console, *, paste: bool, open_browser: bool, yes: bool = False) -> int:
    """Connect an account, add a listener, or renew a consent; returns the exit code.

    Raises LoginFailed and its kin, each naming the likely mistake, and SettingsError as `new_listener.place_of`.
    """
    app = _app(settings, console)
    # A database that does not answer is better known before somebody has agreed.
    with settings.warehouse() as warehouse, warehouse.transaction() as tx:
        is_first = not listeners.listeners(tx)
    request = authorization_request(app, settings.spotify_redirect_uri, show_dialog=not is_first)
    callback = _pasted(request, console) if paste else _caught(request, console, open_browser=open_browser)
    grant = exchange(app, request, callback)
    try:
        remembered = remember(settings, app, grant, _agreed(console, yes=yes))
    except new_listener.NothingChanged:
        return exit_codes.FAILED
    _greet(settings, console, remembered)
    return exit_codes.DONE


def _app(settings: Settings, console: Console) -> SpotifyApp:
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
    return settings.spotify_app(client_id)


def _pasted(request: AuthorizationRequest, console: Console) -> str:
    _show(request, console, AGREE)
    console.print(
        "\nAfter you agree, the browser ends at an address that begins with the redirect URI. "
        "The page there need not open. Paste the whole address here."
    )
    return Prompt.ask("Address", console=console)


def _show(request: AuthorizationRequest, console: Console, words: str) -> None:
    console.print(words)
    # One line, whole: a wrapped address cannot be copied.
    console.print(request.url, soft_wrap=True)


def _caught(request: AuthorizationRequest, console: Console, *, open_browser: bool) -> str:
    def opened() -> None:
        # Not before somebody listens where the browser is sent to: a quick one would find nobody.
        _show(request, console, "Your browser opens this address:" if open_browser else AGREE)
        if open_browser:
            webbrowser.open(request.url)

    with console.status("Waiting for you to agree (5 minutes)…"):
        try:
            return wait_for_callback(request.redirect_uri, WAIT, on_ready=opened)
        except CallbackTimeout as timeout:
            raise CallbackTimeout(
                f"{timeout} If its page said:\n"
                f"  INVALID_CLIENT: Invalid redirect URI   → add {request.redirect_uri} to the app, to the letter\n"
                "  INVALID_CLIENT: Insecure redirect URI  → use http://127.0.0.1, not localhost\n"
                "  INVALID_CLIENT: Invalid client         → check the Client ID\n"
                f"The app is at {DASHBOARD}. On a machine without a browser, use `brapped login --paste`."
            ) from None


def _agreed(console: Console, *, yes: bool) -> new_listener.Agreed:
    """Ask in a terminal; elsewhere --yes has to say it."""

    def agreed(told: str, name: str) -> bool:
        if not yes and not console.is_terminal:
            raise SettingsError(f"{told} Nothing was changed. If that is meant, add --yes. {RENEWING}")
        console.print(escape(told))
        if yes or Confirm.ask(f"Add {escape(name)}?", console=console, default=False):
            return True
        console.print(f"Nothing was changed. {RENEWING}")
        return False

    return agreed


def _greet(settings: Settings, console: Console, remembered: Remembered) -> None:
    listener, page = remembered.listener, remembered.page
    played = [item.played_at for item in page.items if isinstance(item, PlayedItem)]
    reach = f", reaching back to {min(played).astimezone():%A %d %B, %H:%M}" if played else ""
    name = escape(listener.display_name)
    console.print(f"\n[bold]Hello, {name}![/] Spotify shows {len(page.items)} plays{reach}.")
    if remembered.no_zone:
        console.print(f"[yellow]![/] {escape(remembered.no_zone)}", soft_wrap=True)
    if remembered.is_added:
        console.print(
            f"{name}'s days are counted in {listener.time_zone} (to change: brapped timezone Europe/Berlin --listener "
            f'"{name}"). From now on every poll asks for them, too.'
        )
    else:
        console.print(f"Your days are counted in {listener.time_zone} (to change: brapped timezone Europe/Berlin).")
    if remembered.is_key_new:
        console.print(
            f"Their token is kept encrypted in the database. The key is BRAPPED_TOKEN_KEY in {escape(str(env_file()))}:"
            " wherever else Brapped polls (a cloud host, another machine) it needs this setting.",
            soft_wrap=True,
        )
    if remembered.is_overruled:
        console.print(
            "[yellow]![/] Polls go on with another token: SPOTIFY_REFRESH_TOKEN is set in the environment, which wins "
            f"over {escape(str(env_file()))}. Where it is set, put the one of that file.",
            soft_wrap=True,
        )
    console.print("Consent lasts six months; `brapped status` says when to renew it.")
    if settings.brapped_genres == "on":
        console.print(
            "Genres and countries of artists come from MusicBrainz and Wikidata: they are sent the Spotify ids of the "
            "artists you heard, and of albums whose titles leave doubt, and no plays. Not wanted? Set "
            "BRAPPED_GENRES=off.",
            soft_wrap=True,
        )
    console.print(
        f"\nYears before today: request [bold]both[/] exports now at {PRIVACY_PAGE} "
        "(account data: days; extended streaming history: up to 30 days), and bring them in with "
        "[bold]brapped import[/].\n"
        "Now run [bold]brapped up[/] to collect every 20 minutes, or [bold]brapped sync[/] from a scheduler."
    )
