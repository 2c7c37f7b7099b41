"""A login begun on the page: what `brapped login` does, with the page's own browser and in a thread."""

import logging
from queue import SimpleQueue
from threading import Lock, Thread

from brapped_assets.commands.callback import wait_for_callback
from brapped_assets.commands.login import WAIT, remember
from brapped_assets.commands.newcomer import NothingChanged
from brapped_assets.insights.renewing import NotNow
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import AuthorizationRequest, SpotifyApp, SpotifyError, authorization_request, exchange
from brapped_assets.warehouse.errors import WarehouseError

OPENING_SECONDS = 5
log = logging.getLogger(__name__)


class BackgroundLogin:
    """One at a time; what came of it shows on the pages, and why nothing did in the log."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None
        self._url = ""

    def begin(self) -> str:
        """As `Renewing.begin`. The settings are read now: an app may have been named since the program started."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return self._url
            settings = Settings.load()
            if settings.spotify_client_id is None:
                raise NotNow("No Spotify app is set up here yet. In a terminal: brapped login")
            secret = settings.spotify_client_secret
            app = SpotifyApp(
                settings.spotify_client_id, secret.get_secret_value() if secret else None, settings.spotify_accounts_url
            )
            # Spotify says as whom one agrees: several people may share the browser.
            request = authorization_request(app, settings.spotify_redirect_uri, show_dialog=True)
            opened: SimpleQueue[bool] = SimpleQueue()
            # A daemon: nobody waits for a browser that never came back when the program ends.
            self._thread = Thread(target=self._wait, args=(settings, app, request, opened), name="login", daemon=True)
            self._thread.start()
            if not opened.get(timeout=OPENING_SECONDS):
                raise NotNow("The address Spotify sends the browser back to is taken. In a terminal: brapped login")
            self._url = request.url
            return self._url

    def join(self, seconds: float) -> None:
        """Wait until what was begun has ended."""
        if self._thread is not None:
            self._thread.join(seconds)

    @staticmethod
    def _wait(settings: Settings, app: SpotifyApp, request: AuthorizationRequest, opened: "SimpleQueue[bool]") -> None:
        try:
            callback = wait_for_callback(request.redirect_uri, WAIT, on_ready=lambda: opened.put(True))
            # Here a consent is renewed; somebody new is added where it can be asked whether that is meant.
            remember(settings, app, exchange(app, request, callback), lambda _told, _name: False)
        except NothingChanged:
            log.warning("Whoever agreed is no listener yet. To add them: brapped login")
        except (SpotifyError, SettingsError, WarehouseError, OSError) as error:
            log.warning("The login begun on the page came to nothing: %s", error)
        finally:
            opened.put(False)
