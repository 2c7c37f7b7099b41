"""What a selection could be narrowed by: plays and milliseconds of each value of each kind.

A number beside a value is that of the page it leads to: of its own kind nothing else is asked for there.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.day_numbers import DAYS_A_WEEK, FIRST_WEEKDAY
from brapped_assets.insights.columns.plays import Flag
from brapped_assets.insights.columns.reductions import Sums
from brapped_assets.insights.columns.selection_mask import MODES, SOURCES
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.habits import device_group
from brapped_assets.insights.names import context_types
from brapped_assets.insights.origins import TRAITS, Known, Trait, known, shares
from brapped_assets.insights.periods import Period
from brapped_assets.insights.selection import Selection
from brapped_assets.insights.viewer import Viewer
from brapped_assets.warehouse.db.connections import Connection

# Every combination of flags.
COMBINATIONS = np.arange(2 * max(Flag))


class Option(NamedTuple):
    """A value of a kind, as a `Selection` holds it, and the plays that count of it."""

    value: int | str
    plays: int
    ms: int


class Facet(NamedTuple):
    """Values with plays, and plays and milliseconds of all that they are of: with one of the values or none.

    `told_plays` and `told_ms` are those with any: values of an artist overlap.
    """

    options: list[Option]
    plays: int
    ms: int
    told_plays: int
    told_ms: int


# Who sees what a selection leaves (`selected_viewer.viewer_of`), the same for the same selection.
Seen = Callable[[Selection], Viewer]
Counted = Callable[[Connection, Viewer, SummedPlays], list[Option]]


def facets(tx: Connection, seen: Seen, selection: Selection, period: Period) -> Mapping[str, Facet]:
    """By kind; weekdays and hours in their order, all else by plays.

    Each kind is counted as if nothing of it were asked for: those that are not asked for are counted of the same plays.
    """
    found = {}
    for kind, counted in KINDS.items():
        who = seen(selection.without(kind))
        plays = who.shown.plays(period.first, period.until)
        options = counted(tx, who, plays)
        told = (
            known(plays, kind) if kind in TRAITS else Known(sum(o.plays for o in options), sum(o.ms for o in options))
        )
        found[kind] = Facet(options, len(plays), plays.total_ms, *told)
    return found


def _of_artists(trait: Trait) -> Counted:
    return lambda _tx, _who, plays: [Option(*share) for share in shares(plays, trait)]


def _decades(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    sums = plays.by_track.grouped(plays.catalogue.year // 10, 1 + int(plays.catalogue.year.max(initial=0)) // 10)
    return [Option(int(n) * 10, int(sums.plays[n]), int(sums.ms[n])) for n in sums.played]


def _weekdays(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    heard = plays.by_hour
    by_day = Sums(heard.plays.sum(axis=1), heard.ms.sum(axis=1))
    return _numbered(by_day.grouped((heard.day + FIRST_WEEKDAY) % DAYS_A_WEEK, DAYS_A_WEEK), first=1)


def _hours(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    return _numbered(Sums(plays.by_hour.plays.sum(axis=0), plays.by_hour.ms.sum(axis=0)))


def _devices(_tx: Connection, who: Viewer, plays: SummedPlays) -> list[Option]:
    return _worded(plays.by_platform, {key: device_group(word) for key, word in who.shown.life.labels.items()})


def countries(who: Viewer, plays: SummedPlays) -> list[Option]:
    """Where plays were heard, as far as an export tells."""
    return _worded(plays.by_country, {key: word.upper() for key, word in who.shown.life.labels.items()})


def _contexts(tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    return _worded(plays.by_context, context_types(tx, plays.by_context.played.tolist()))


def _sources(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    told = COMBINATIONS & int(Flag.API | Flag.EXPORT)
    return _by_plays(_option(source, plays.by_flags, told == int(flags)) for source, flags in SOURCES.items())


def _endings(_tx: Connection, who: Viewer, plays: SummedPlays) -> list[Option]:
    done = np.isin(np.arange(len(plays.by_reason_end.plays)), who.shown.life.track_done)
    finished = _option("finished", plays.by_reason_end, done)
    return _by_plays([finished, _option("skipped", plays.by_flags, (COMBINATIONS & int(Flag.SKIPPED)) > 0)])


def _modes(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    return _by_plays(_option(mode, plays.by_flags, (COMBINATIONS & int(flag)) > 0) for mode, flag in MODES.items())


def _bases(_tx: Connection, _who: Viewer, plays: SummedPlays) -> list[Option]:
    estimated = (COMBINATIONS & int(Flag.ESTIMATED)) > 0
    return _by_plays([_option("reported", plays.by_flags, ~estimated), _option("estimated", plays.by_flags, estimated)])


KINDS: dict[str, Counted] = {
    "genre": _of_artists("genre"),
    "origin": _of_artists("origin"),
    "began": _of_artists("began"),
    "decade": _decades,
    "weekday": _weekdays,
    "hour": _hours,
    "device": _devices,
    "country": lambda _tx, who, plays: countries(who, plays),
    "context": _contexts,
    "source": _sources,
    "end": _endings,
    "mode": _modes,
    "basis": _bases,
}


def _numbered(sums: Sums, first: int = 0) -> list[Option]:
    return [Option(int(n) + first, int(sums.plays[n]), int(sums.ms[n])) for n in sums.played]


def _worded(sums: Sums, words: Mapping[int, str]) -> list[Option]:
    """By word; keys without one are told by nobody."""
    found: dict[str, Option] = {}
    for key in sums.played.tolist():
        if key in words:
            before = found.get(words[key], Option(words[key], 0, 0))
            found[words[key]] = Option(words[key], before.plays + int(sums.plays[key]), before.ms + int(sums.ms[key]))
    return _by_plays(found.values())


def _option(value: str, sums: Sums, those: NDArray[np.bool_]) -> Option:
    return Option(value, int(sums.plays[those].sum()), int(sums.ms[those].sum()))


def _by_plays(options: Iterable[Option]) -> list[Option]:
    return sorted((one for one in options if one.plays), key=lambda one: (-one.plays, str(one.value)))
