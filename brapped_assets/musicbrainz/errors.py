"""What can go wrong between us and MusicBrainz or Wikidata.

TagError
├── Away        the service as a whole does not answer, or asks to wait: nothing more is asked for a while
└── Malformed   an answer about something that cannot be understood: others may be
"""

from datetime import timedelta


class TagError(Exception):
    """The root of the tree above; the text is fit for a log line and holds nothing of the answer."""


class Away(TagError):
    """Nothing is to be asked of this service for `wait`. `is_busy`: it says so itself."""

    def __init__(self, reason: str, wait: timedelta, *, is_busy: bool = False) -> None:
        super().__init__(reason, wait)
        self.reason = reason
        self.wait = wait
        self.is_busy = is_busy

    def __str__(self) -> str:
        return self.reason


class Malformed(TagError):
    """A failed read, not an empty result: nothing may be concluded from it. `is_too_long`: the question was."""

    def __init__(self, reason: str, *, is_too_long: bool = False) -> None:
        super().__init__(reason)
        self.is_too_long = is_too_long
