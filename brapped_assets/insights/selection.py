"""What an address asks for besides the period: which plays, and by which rule they count."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self, cast, get_args
from urllib.parse import urlencode

from brapped_assets.text.translation import N_, _

Rule = Literal["spotify", "lastfm", "finished", "all"]
Source = Literal["api", "export", "both", "legacy"]
Device = Literal["Phone", "Computer", "Web", "Speaker", "TV", "Car", "Other"]
ContextType = Literal["album", "playlist", "artist", "collection"]
Ending = Literal["skipped", "finished"]
Mode = Literal["shuffled", "offline"]
Basis = Literal["reported", "estimated"]
# Keys are PostgreSQL integers; more values than these are no question of anybody's.
LARGEST_KEY, MOST_VALUES = 2**31 - 1, 100
LONGEST_SHOWN = 40
LONGEST_GENRE = 100
DECADES = {"decade", "began"}


@dataclass(frozen=True)
class Selection:
    """Values of one kind are alternatives, kinds narrow each other; nothing asked for is everything.

    `artist`, `track` and `album` are keys: a main artist's plays; every release of a recording; every release of an
    album. `genre` (by its exact name), `origin` (two letters) and `began` (a decade) are of the main artist: a play is
    of every genre of theirs. `decade` of release by its first year, 0 where it is not known. `weekday` 1 (Monday) to 7
    and `hour` 0 to 23 are local. `device` is a kind of device, `country` two letters as exports have them, `context`
    what was played from: a type or a uri. `end`, `mode`, `basis` and `source` are of the play. `private` has private
    sessions come along.

    `rule` says which plays count: of 30 s (`spotify`); of half the track or 4 minutes, where its length is known
    (`lastfm`); played to the end (`finished`); all of them. `usual` is the rule that an address need not name, and
    `usual_private` what it need not say about private sessions.
    """

    rule: Rule = "spotify"
    usual: Rule = "spotify"
    usual_private: bool = False
    artist: tuple[int, ...] = ()
    track: tuple[int, ...] = ()
    album: tuple[int, ...] = ()
    genre: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    began: tuple[int, ...] = ()
    decade: tuple[int, ...] = ()
    weekday: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    device: tuple[Device, ...] = ()
    country: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    source: tuple[Source, ...] = ()
    end: tuple[Ending, ...] = ()
    mode: tuple[Mode, ...] = ()
    basis: tuple[Basis, ...] = ()
    private: bool = False

    @property
    def narrows(self) -> bool:
        """Whether some plays are left out, by whatever rule the others count."""
        return self != replace(self.bare, rule=self.rule)

    @property
    def bare(self) -> "Selection":
        """Everything, by the usual rule."""
        return usual_selection(self.usual, private=self.usual_private)

    def toggled(self, kind: str, value: object) -> Self:
        """With one value more, or without it if it is there."""
        held: tuple[object, ...] = getattr(self, kind)
        kept: Any = tuple(one for one in held if one != value) if value in held else (*held, value)
        return replace(self, **{kind: kept})

    def without(self, kind: str) -> Self:
        return replace(self, **{kind: getattr(self.bare, kind)})

    def asked(self) -> list[tuple[str, str]]:
        """As an address has it, in an order of its own: the same selection gives the same address."""
        found: list[tuple[str, str]] = [] if self.rule == self.usual else [("rule", self.rule)]
        for kind in KINDS:
            found += [(kind, _written(kind, value)) for value in getattr(self, kind)]
        return [*found, ("private", "yes" if self.private else "no")] if self.private != self.usual_private else found

    def query(self) -> str:
        return urlencode(self.asked())


def usual_selection(rule: Rule, *, private: bool) -> Selection:
    """Everything that a listener sees without asking."""
    return Selection(rule=rule, usual=rule, private=private, usual_private=private)


EVERYTHING = Selection()
KINDS = tuple(one.name for one in fields(Selection) if one.name not in {"rule", "usual", "private", "usual_private"})
CHOICES: dict[str, Sequence[str]] = {
    "device": get_args(Device), "source": get_args(Source), "end": get_args(Ending),
    "mode": get_args(Mode), "basis": get_args(Basis),
}  # fmt: skip
NUMBERS = {"artist": (1, LARGEST_KEY), "track": (1, LARGEST_KEY), "album": (1, LARGEST_KEY), "decade": (1000, 2990),
           "began": (1000, 2990),
           "weekday": (1, 7), "hour": (0, 23)}  # fmt: skip

# What an address says once, and the sentence on anything else.
ONE_OF = {"rule": get_args(Rule), "private": ("yes", "no")}
NO_SUCH = {
    "rule": N_("%(value)s is no rule of counting; say %(choices)s."),
    "private": N_("%(value)s is no answer to whether private sessions come along; say %(choices)s."),
}


def read_selection(
    asked: Iterable[tuple[str, str]], usual: Rule = EVERYTHING.rule, *, usual_private: bool = False
) -> tuple[Selection, list[str]]:
    """The selection in the pairs of an address, and what was left out of it, a sentence each.

    Where it names no rule, `usual` is on; private sessions come along as usual. Other names than those of a selection
    are somebody else's. Values given twice are given once.
    """
    found: dict[str, list[int | str]] = {kind: [] for kind in KINDS}
    ignored: list[str] = []
    one: dict[str, str] = {}
    for kind, text in asked:
        value: int | str | None
        if kind in ONE_OF:
            if text not in ONE_OF[kind]:
                ignored.append(_(NO_SUCH[kind], value=_shown(text), choices=", ".join(ONE_OF[kind])))
            else:
                if one.get(kind, text) != text:
                    ignored.append(_("Of two values for %(kind)s the last counts: %(value)s.", kind=kind, value=text))
                one[kind] = text
        elif kind in found:
            value = _read(kind, text.strip())
            if value is None:
                ignored.append(_("%(value)s is no %(kind)s; it was left out.", value=_shown(text), kind=kind))
            elif value not in found[kind]:
                found[kind].append(value)
    for kind, values in found.items():
        if len(values) > MOST_VALUES:
            ignored.append(
                _(
                    "Of %(many)s values for %(kind)s the first %(most)s count.",
                    many=len(values),
                    kind=kind,
                    most=MOST_VALUES,
                )
            )
    chosen: dict[str, Any] = {kind: tuple(sorted(values[:MOST_VALUES], key=str)) for kind, values in found.items()}
    rule = cast(Rule, one.get("rule", usual))
    private = one["private"] == "yes" if "private" in one else usual_private
    return Selection(rule=rule, usual=usual, private=private, usual_private=usual_private, **chosen), ignored


def _read(kind: str, text: str) -> int | str | None:
    """A value as a selection holds it; None for what is none."""
    if kind in NUMBERS:
        return _number(kind, text)
    if kind in CHOICES:
        return next((choice for choice in CHOICES[kind] if choice.lower() == text.lower()), None)
    if kind == "genre":
        name = " ".join(text.lower().split())
        return name if name.isprintable() and 0 < len(name) <= LONGEST_GENRE else None
    if kind in {"country", "origin"}:
        return text.upper() if re.fullmatch("[A-Za-z]{2}", text) else None
    if text in get_args(ContextType):
        return text
    return text if re.fullmatch(r"spotify:[a-zA-Z0-9:_%.-]{1,200}", text) else None


def _number(kind: str, text: str) -> int | None:
    if kind == "decade" and text == "unknown":
        return 0
    least, most = NUMBERS[kind]
    number = int(text) if re.fullmatch("[0-9]{1,10}", text) else -1
    return number if least <= number <= most and (kind not in DECADES or number % 10 == 0) else None


def _written(kind: str, value: object) -> str:
    return "unknown" if kind == "decade" and value == 0 else str(value)


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")
