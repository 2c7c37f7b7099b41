"""Exit codes, the same for every command."""

DONE = 0  # for `status`: healthy
FAILED = 1
USAGE = 2  # usage or configuration
CONSENT_NEEDED = 3
POSTPONED = 4  # by Spotify; nothing is lost by waiting
