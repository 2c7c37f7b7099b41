"""The same plays counted by each rule, and how the rules differ."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple, get_args

import numpy as np

from brapped_assets.insights.columns.counting_rules import Measures, counts
from brapped_assets.insights.columns.numbering import Numbers
from brapped_assets.insights.columns.reductions import Sums
from brapped_assets.insights.columns.summed_plays import SummedPlays
from brapped_assets.insights.periods import Period
from brapped_assets.insights.selection import EVERYTHING, Rule
from brapped_assets.insights.viewer import Viewer
from brapped_assets.text.translation import N_, _
from brapped_assets.warehouse.db.connections import Writing
from brapped_assets.warehouse.db.statements import Statements

q = Statements(__file__, "viewer.sql")

WORDS: dict[Rule, str] = {
    "spotify": N_("A play counts once 30 seconds of it were heard, as at Spotify."),
    "lastfm": N_(
        "A play counts once half of the song, or 4 minutes of it, were heard, as at Last.fm; songs of 30 seconds "
        "and less, or of a length that is not known yet, never do."
    ),
    "finished": N_(
        "A play counts when an export tells that the song ran to its end; what was polled only tells no end, "
        "so it never does."
    ),
    "all": N_("Every play counts, however soon it was skipped."),
}

# In a few words, as a page says which one is on.
SHORT: dict[Rule, str] = {
    "spotify": N_("30 seconds and more"),
    "lastfm": N_("half of the song, or 4 minutes"),
    "finished": N_("played to the end"),
    "all": N_("every play, however short"),
}


# A bit for each rule: rows are summed once, by which rules count them.
BITS = {rule: 1 << nth for nth, rule in enumerate(get_args(Rule))}


class Counted(NamedTuple):
    """Plays and milliseconds by a rule.

    `added` are plays that count by it and not by the default rule, `missing` the other way round.
    """

    rule: Rule
    plays: int
    ms: int
    added: int
    missing: int

    @property
    def words(self) -> str:
        return _(WORDS[self.rule])


def choose_rule(writing: Writing, listener_id: int, rule: Rule, now: datetime) -> None:
    """From now on plays count by it wherever no other is asked for; nothing for a listener there is not."""
    with writing.transaction() as tx:
        tx.execute(q.choose_rule, {"listener_id": listener_id, "rule": rule, "now": now})


def side_by_side(who: Viewer, period: Period) -> list[Counted]:
    """What a viewer sees of a period, by every rule."""
    done = frozenset(who.shown.life.track_done)

    def find() -> Sums:
        return who.shown.told(period.first, period.until).summed(partial(_counted_by, done), 1 << len(BITS))

    sums = who.shown.remembering(("by rules", done), period.first, period.until, find)
    kinds = np.arange(1 << len(BITS))
    usual = kinds & BITS[EVERYTHING.rule] > 0
    found = []
    for rule, bit in BITS.items():
        these = kinds & bit > 0
        plays = [int(sums.plays[which].sum()) for which in (these, these & ~usual, usual & ~these)]
        found.append(Counted(rule, plays[0], int(sums.ms[these].sum()), *plays[1:]))
    return found


def _counted_by(track_done: Collection[int], plays: SummedPlays) -> Numbers:
    """The bits of the rules that count each of some rows."""
    found, of = np.zeros(len(plays), np.int32), Measures(plays.ms, plays.track, plays.reason_end)
    for rule, bit in BITS.items():
        found |= counts(of, plays.catalogue, rule, track_done) * np.int32(bit)
    return found
