"""What can be wrong with a path or a file somebody wants to import, each in words that say what to do.

HistoryError
├── Missing         there is nothing at this path
├── Forbidden       this user may not read it, or the disk does not give it
├── NotAnExport     something else: a web page, a photo, Spotify's other data
├── CutOff          an archive whose end is missing
├── Encrypted       an archive with a password
├── Wrapped         it may hold a history, and this program cannot look into it
├── TooLarge        an archive that would expand beyond reason
└── Damaged         it is, or was, a listening history, and cannot be read whole

No text carries anything of a file's content, which may be an address or a private name.
"""

from typing import Any, Self

from brapped_assets.text.plain import plain
from brapped_assets.text.translation import N_, gettext, translated

AGAIN = N_("Download it again from Spotify and import the new one.")
"""The remedy of whatever is CutOff or Damaged. All other words stand where an error is raised."""


class HistoryError(Exception):
    """Base: `name` is what the file is called, in one line, `reason` what is wrong and what to do about it.

    It is made of texts of the catalogues (`N_`), in the language of whoever asks: `text` with its values, among them
    `what` as such a text too, and a `remedy`.
    """

    def __init__(self, name: str, text: str, remedy: str = "", **values: object) -> None:
        super().__init__(name, text, remedy, values)
        # A file may be called by several lines; an error is one, and none of it can pass for a line of ours.
        self.name = plain(name)
        self._text, self._remedy, self._values = text, remedy, values

    @property
    def reason(self) -> str:
        values = {**self._values, **({"what": translated(str(what))} if (what := self._values.get("what")) else {})}
        return plain(f"{gettext(self._text, **values)} {translated(self._remedy)}".rstrip())

    def called(self, name: str) -> Self:
        """The same of a file that is called otherwise."""
        return type(self)(name, self._text, self._remedy, **self._values)

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it survives pickling between processes."""
        return _made_again, (type(self), self.name, self._text, self._remedy, self._values)


def _made_again(kind: type[HistoryError], name: str, text: str, remedy: str, values: dict[str, object]) -> HistoryError:
    return kind(name, text, remedy, **values)


class Missing(HistoryError):
    pass


class Forbidden(HistoryError):
    pass


class NotAnExport(HistoryError):
    pass


class CutOff(HistoryError):
    pass


class Encrypted(HistoryError):
    pass


class Wrapped(HistoryError):
    pass


class TooLarge(HistoryError):
    pass


class Damaged(HistoryError):
    pass
