"""The plays that a selection leaves, and which of them count by its rule: masks over all plays of a life."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from brapped_assets.insights.columns.artist_traits import country_number
from brapped_assets.insights.columns.catalogue import Catalogue
from brapped_assets.insights.columns.counting_rules import counts
from brapped_assets.insights.columns.day_numbers import DAYS_A_WEEK, FIRST_WEEKDAY
from brapped_assets.insights.columns.life import Life
from brapped_assets.insights.columns.play_mask import PlayMask
from brapped_assets.insights.columns.plays import MOST_DAYS, Flag, Manners, Mask
from brapped_assets.insights.columns.reductions import looked_up
from brapped_assets.insights.columns.shown_plays import ShownPlays, shown
from brapped_assets.insights.selection import Rule, Selection

SOURCES = {"api": Flag.API, "export": Flag.EXPORT, "both": Flag.API | Flag.EXPORT, "legacy": Flag(0)}
MODES = {"shuffled": Flag.SHUFFLE, "offline": Flag.OFFLINE}
# The kinds that are of what was heard, those of its artist among them.
OF_TRACKS = ("artist", "track", "album", "genre", "origin", "began", "decade")
# The kinds that are of how a play was heard.
MANNERS = ("device", "country", "source", "end", "mode", "basis")


@dataclass(frozen=True)
class Words:
    """What the words and keys of a selection mean to columns.

    Keys of labels and contexts; `albums` are release groups, `recordings` what the releases of a recording share.
    """

    albums: Collection[int] = ()
    recordings: Collection[int] = ()
    devices: Collection[int] = ()
    countries: Collection[int] = ()
    contexts: Collection[int] = ()
    track_done: Collection[int] = ()


def narrow(whole: ShownPlays, selection: Selection, words: Words) -> ShownPlays:
    """What a selection leaves of everything shown; first plays ever are told by the whole."""
    counted = by_rule(whole, selection.rule, words.track_done)
    if not selection.narrows and not selection.private:
        return counted
    some, counting = whole, counted.counting
    if selection.private:
        some = shown(whole.life, whole.kept, with_private=True)
        counting = _by_rule(some, selection.rule, words.track_done)
    asked = _asked_for(whole.life, selection, words)
    rows = PlayMask(lambda span: reduce(np.logical_and, (holds(span) for holds in asked), some.rows[span]))
    return ShownPlays(whole.life, whole.kept, rows, rows & counting, counted)


def of_tracks(some: ShownPlays, tracks: Mask) -> ShownPlays:
    """Those of some plays that are of some tracks (a mask by number)."""
    of = PlayMask(lambda span: looked_up(tracks, some.life.plays.track[span]))
    return ShownPlays(some.life, some.kept, some.rows & of, some.counting & of, some.everything)


def by_rule(whole: ShownPlays, rule: Rule, track_done: Collection[int]) -> ShownPlays:
    """The same plays, counted by another rule: once, for whoever asks."""
    if rule == "spotify":
        return whole
    held = whole.by_rules.get((rule, frozenset(track_done)))
    if held is None:
        counting = PlayMask.of(_by_rule(whole, rule, track_done)[whole.all_places])
        held = whole.by_rules[rule, frozenset(track_done)] = ShownPlays(whole.life, whole.kept, whole.rows, counting)
    return held


def _by_rule(some: ShownPlays, rule: Rule, track_done: Collection[int]) -> PlayMask:
    plays, catalogue = some.life.plays, some.catalogue
    return some.rows & PlayMask(lambda span: counts(plays.where(span), catalogue, rule, track_done))


def _asked_for(life: Life, selection: Selection, words: Words) -> list[Callable[[slice], Mask]]:
    """What a selection asks of plays in a row, shown or not: of a column it is asked of each value once."""
    plays, asked = life.plays, list[Callable[[slice], Mask]]()
    if any(getattr(selection, kind) for kind in OF_TRACKS):
        tracks = _tracks(life.catalogue, selection, words)
        asked.append(lambda span: looked_up(tracks, plays.track[span]))
    if selection.weekday:
        days = np.isin(1 + (np.arange(MOST_DAYS + 1) + FIRST_WEEKDAY) % DAYS_A_WEEK, selection.weekday)
        asked.append(lambda span: looked_up(days, plays.day[span]))
    if selection.hour:
        asked.append(lambda span: _any(plays.hour[span] == hour for hour in selection.hour))
    if selection.context:
        contexts = _keys(words.contexts)
        asked.append(lambda span: np.isin(plays.context[span], contexts))
    if any(getattr(selection, kind) for kind in MANNERS):
        manners = _manners(plays.manners, selection, words)
        asked.append(lambda span: looked_up(manners, plays.manners.number[span]))
    return asked


def _tracks(catalogue: Catalogue, selection: Selection, words: Words) -> Mask:
    """Which tracks (by number) a selection asks for."""
    found = np.ones(len(catalogue.tracks), np.bool_)
    if selection.artist:
        same = catalogue.same_artists
        found &= np.isin(
            catalogue.artist, _known(catalogue.artists.numbers(_keys(same.get(key, key) for key in selection.artist)))
        )
    if selection.track:
        found &= np.isin(catalogue.recording, _known(catalogue.recordings.numbers(_keys(words.recordings))))
    if selection.album:
        found &= np.isin(catalogue.album, _known(catalogue.albums.numbers(_keys(words.albums))))
    if selection.genre or selection.origin or selection.began:
        found &= _artists(catalogue, selection)[catalogue.artist]
    if selection.decade:
        found &= np.isin(catalogue.year // 10 * 10, selection.decade)
    return found


def _artists(catalogue: Catalogue, selection: Selection) -> Mask:
    """Which artists (by number) a selection asks for by what is known of them."""
    traits = catalogue.traits
    found = np.ones(len(catalogue.artists), np.bool_)
    if selection.genre:
        asked = [number for number, name in enumerate(traits.genres) if name in selection.genre]
        of_genre = np.zeros(len(catalogue.artists), np.bool_)
        of_genre[traits.artist[np.isin(traits.genre, asked)]] = True
        found &= of_genre
    if selection.origin:
        found &= np.isin(traits.country, [country_number(code) for code in selection.origin])
    if selection.began:
        found &= np.isin(traits.began // 10 * 10, selection.began)
    return found


def _manners(of: Manners, selection: Selection, words: Words) -> Mask:
    """Which manners of playing (by number) a selection asks for."""
    found = np.ones(len(of.flags), np.bool_)
    if selection.device:
        found &= np.isin(of.platform, _keys(words.devices))
    if selection.country:
        found &= np.isin(of.country, _keys(words.countries))
    if selection.source:
        told = of.flags & int(Flag.API | Flag.EXPORT)
        found &= np.isin(told, [int(SOURCES[source]) for source in selection.source])
    if selection.end:
        found &= _any(
            (of.flags & int(Flag.SKIPPED)) > 0 if end == "skipped" else np.isin(of.reason_end, _keys(words.track_done))
            for end in selection.end
        )
    if selection.mode:
        found &= _any((of.flags & int(MODES[mode])) > 0 for mode in selection.mode)
    if selection.basis:
        estimated = (of.flags & int(Flag.ESTIMATED)) > 0
        found &= _any(estimated == (basis == "estimated") for basis in selection.basis)
    return found


def _any(masks: Iterable[Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(list(masks))
    return found


def _keys(keys: Iterable[int]) -> NDArray[np.int64]:
    return np.array(sorted(keys), np.int64)


def _known(numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    return numbers[numbers >= 0]
