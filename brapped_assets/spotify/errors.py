"""What can go wrong between us and Spotify, named after the mistake.

    SpotifyError
    ├── Transient               nobody's fault: the next run may well succeed
    ├── Postponed               Spotify asks not to be called before an instant
    │   └── BudgetSpent         our own daily budget asks so (enrichment only; polls go on)
    ├── ConsentNeeded           the listener's consent is gone: `brapped login`
    ├── Refused                 asking again is pointless until a person changes something
    │   ├── WrongCredentials    SPOTIFY_CLIENT_ID or SPOTIFY_CLIENT_SECRET
    │   ├── NotOnUserList       the app's User Management
    │   ├── OwnerWithoutPremium the app owner's subscription
    │   └── MissingScope        the consent was given for less than we ask
    ├── Malformed               an answer that is not what the API promises
    │   └── Intercepted         an answer that is not Spotify's: of a network's login page, of a proxy, or empty
    └── LoginFailed             a login that brought no refresh token
        ├── StateMismatch       the answer belongs to another login
        └── ConsentDenied       the listener pressed Cancel

A rerun cures Transient, Postponed and Intercepted by itself; only a person cures ConsentNeeded, Refused and
LoginFailed; only a new version of this code cures Malformed. No message carries a token, a secret or a header.
"""

from datetime import UTC, datetime


class SpotifyError(Exception):
    """The root of the tree above."""


class Transient(SpotifyError):
    """A network failure, a 5xx, or another answer that time alone may cure."""


class Postponed(SpotifyError):
    """Not to be called again before `not_before` (an aware instant)."""

    def __init__(self, not_before: datetime, reason: str) -> None:
        # Both go to `args`, so that the error survives pickling between processes.
        super().__init__(not_before, reason)
        self.not_before = not_before
        self.reason = reason

    def __str__(self) -> str:
        until = self.not_before.astimezone(UTC)
        return f"Spotify is not to be called before {until:%Y-%m-%d %H:%M:%S} UTC: {self.reason}"


class BudgetSpent(Postponed):
    """The calls that polling does not need are used up; `not_before` is when it is worth looking again."""

    def __str__(self) -> str:
        until = self.not_before.astimezone(UTC)
        return f"no catalogue calls before {until:%Y-%m-%d %H:%M:%S} UTC: {self.reason}"


class ConsentNeeded(SpotifyError):
    """The token endpoint answered `invalid_grant`: final, whatever its description says."""


class Refused(SpotifyError):
    """Spotify understood and said no."""


class WrongCredentials(Refused):
    """The token endpoint does not know the app (`invalid_client`)."""


class NotOnUserList(Refused):
    """The listener logged in, but the app's owner has not added them."""


class OwnerWithoutPremium(Refused):
    """Since 2026 a Development Mode app works only while its owner has Premium."""


class MissingScope(Refused):
    """The consent does not cover this call."""


class Malformed(SpotifyError):
    """A failed read, not an empty result: nothing may be concluded from it."""


class Intercepted(Malformed):
    """What came is nobody's answer to our question: something stands between here and Spotify, mostly for a while."""


class LoginFailed(SpotifyError):
    """The login ended without a refresh token; the message names the likely mistake."""


class StateMismatch(LoginFailed):
    """The callback's `state` is not the one this login sent out."""


class ConsentDenied(LoginFailed):
    """The callback says `error=access_denied`."""
