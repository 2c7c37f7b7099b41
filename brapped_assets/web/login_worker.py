"""A login begun on the page: what `brapped login` does, with the page's own browser and in a thread."""

import logging
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread

from brapped_assets.accounts.consent_storage import WAIT, remember
from brapped_assets.accounts.loopback_server import wait_for_callback
from brapped_assets.accounts.new_listener import NothingChanged
from brapped_assets.settings import Settings, SettingsError
from brapped_assets.spotify import AuthorizationRequest, SpotifyApp, SpotifyError, authorization_request, exchange
from brapped_assets.text.translation import _
from brapped_assets.warehouse.errors import WarehouseError

OPENING_SECONDS = 5
log = logging.getLogger(__name__)


class NotNow(Exception):
    """It cannot be begun from here; the text says what to do instead."""


@dataclass(frozen=True)
class _Begun:
    """One login: where it leads, whether somebody listens for its answer (set once), and the thread that does."""

    request: AuthorizationRequest
    thread: Thread
    opened: "Future[bool]"


class BackgroundLogin:
    """One at a time; what came of it shows on the pages, and why nothing did in the log."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begun: _Begun | None = None

    def begin(self) -> str:
        """Wait for the browser to come back from Spotify, for 5 minutes; the address to send it to.

        While somebody is on the way the same address is given again. The settings are read now: an app may have been
        named since the program started. Raises NotNow.
        """
        with self._lock:
            if self._begun is None or not self._begun.thread.is_alive():
                self._begun = self._start()
            begun = self._begun
        try:
            is_open = begun.opened.result(OPENING_SECONDS)
        except TimeoutError:
            raise NotNow(_("This machine is busy, and nobody listens for Spotify's answer yet. Try again.")) from None
        if not is_open:
            raise NotNow(_("The address Spotify sends the browser back to is taken. In a terminal: brapped login"))
        return begun.request.url

    def _start(self) -> _Begun:
        settings = Settings.load()
        if settings.spotify_client_id is None:
            raise NotNow(_("No Spotify app is set up here yet. In a terminal: brapped login"))
        app = settings.spotify_app()
        # Spotify says as whom one agrees: several people may share the browser.
        request = authorization_request(app, settings.spotify_redirect_uri, show_dialog=True)
        opened: Future[bool] = Future()
        # A daemon: nobody waits for a browser that never came back when the program ends.
        thread = Thread(target=self._wait, args=(settings, app, request, opened), name="login", daemon=True)
        thread.start()
        return _Begun(request, thread, opened)

    def join(self, seconds: float) -> None:
        """Wait until what was begun has ended."""
        if self._begun is not None:
            self._begun.thread.join(seconds)

    @staticmethod
    def _wait(settings: Settings, app: SpotifyApp, request: AuthorizationRequest, opened: "Future[bool]") -> None:
        try:
            callback = wait_for_callback(request.redirect_uri, WAIT, on_ready=lambda: opened.set_result(True))
            # Here a consent is renewed; somebody new is added where it can be asked whether that is meant.
            remember(settings, app, exchange(app, request, callback), lambda _told, _name: False)
        except NothingChanged:
            log.warning("Whoever agreed is no listener yet. To add them: brapped login")
        except (SpotifyError, SettingsError, WarehouseError, OSError) as error:
            log.warning("The login begun on the page came to nothing: %s", error)
        finally:
            if not opened.done():
                opened.set_result(False)
