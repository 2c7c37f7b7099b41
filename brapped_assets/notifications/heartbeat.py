"""BRAPPED_HEARTBEAT_URL: whoever watches hears of every success, and so notices the one that is missing."""

import requests

TIMEOUT_SECONDS = 10


def beat(url: str) -> str | None:
    """Call `url`; None, or what went wrong in words that do not show it. A deaf watcher is no failure of ours."""
    try:
        requests.get(url, timeout=TIMEOUT_SECONDS).raise_for_status()
    except requests.RequestException as error:
        return f"The heartbeat URL did not answer ({type(error).__name__})."
    return None
