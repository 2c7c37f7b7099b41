"""Spotify's consent, renewed from a page: what the program that holds the settings must offer."""

from typing import Protocol


class NotNow(Exception):
    """It cannot be begun from here; the text says what to do instead."""


class Renewing(Protocol):
    """Consent given anew, in the browser of this machine."""

    def begin(self) -> str:
        """Wait for the browser to come back from Spotify, for 5 minutes; the address to send it to.

        While somebody is on the way the same address is given again. Raises NotNow.
        """
        ...
