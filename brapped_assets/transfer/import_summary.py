"""What an import did, counted and in words: how many rows became plays, and what became of the others."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from brapped_assets.history.discovery import Unusable
from brapped_assets.text.translation import N_, _, translated
from brapped_assets.warehouse.merge.play_merge import MergeOutcome
from brapped_assets.warehouse.merge.spoken_plays import SpokenOutcome

# What Spotify itself has forgotten is nothing that went wrong here.
NOT_PLAYS = {
    "unknown": N_("rows without a name: Spotify no longer knows what was played"),
    "podcast": N_("of podcasts, kept beside music"),
    "audiobook": N_("of audiobooks, kept beside music"),
    "video": N_("of videos, kept beside music"),
}
FORGOTTEN = N_("forgotten: they ended before what brapped forget removed")


@dataclass
class Summary:
    """What an import did so far; every one of its `rows` is a play, or counted in `other` or `odd`.

    Of `other` rows `spoken` says what became of episodes, chapters and videos.

    `archives` are exports of our own, whose rows are what each source had told of their plays. `files` are the
    histories it merged whole, `files_known` those among them that were so before, `files_read_again` those among these
    of which an older reader had not kept what is spoken; `is_within_file` tells that rows of one more are merged.
    `repeats` of the new plays are impossible. `failed` are histories that cannot be read and left nothing behind,
    `ignored` what lay beside them and is none.
    """

    archives: int = 0
    files: int = 0
    files_known: int = 0
    files_read_again: int = 0
    rows: int = 0
    plays: MergeOutcome = field(default_factory=MergeOutcome)
    spoken: SpokenOutcome = field(default_factory=SpokenOutcome)
    other: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    is_within_file: bool = False
    repeats: int = 0
    failed: list[Unusable] = field(default_factory=list)
    ignored: list[Unusable] = field(default_factory=list)

    def as_numbers(self) -> dict[str, int]:
        """Every count under a name of its own, for programs."""
        return {
            "rows": self.rows,
            "archives": self.archives,
            "files": self.files,
            "files_known": self.files_known,
            "files_read_again": self.files_read_again,
            "files_failed": len(self.failed),
            "impossible_repeats": self.repeats,
            **{f"plays_{what}": count for what, count in asdict(self.plays).items()},
            **{f"spoken_{what}": count for what, count in asdict(self.spoken).items()},
            **{f"not_music_{kind}": count for kind, count in sorted(self.other.items())},
            **{f"odd: {reason}": count for reason, count in sorted(self.odd.items())},
        }

    def told(self) -> list[tuple[int, str]]:
        """What became of the rows, by reason, for people; new plays always, others where there are any."""
        rows = [
            (self.plays.matched, _("matched with polled plays")),
            (self.plays.told_twice, _("told by the other kind of export before")),
            (self.plays.known, _("already there")),
            (self.plays.forgotten, translated(FORGOTTEN)),
            *((count, _not_a_play(kind)) for kind, count in sorted(self.other.items())),
            (self.spoken.added, _("of these, which are no music, not known before")),
            *(
                (count, _("too odd, kept aside: %(reason)s", reason=translated(reason)))
                for reason, count in sorted(self.odd.items())
            ),
            (self.repeats, _("of these, reported again too soon to have been heard: kept, not counted")),
        ]
        return [(self.plays.added, _("new plays")), *((count, what) for count, what in rows if count)]


def _not_a_play(kind: str) -> str:
    return translated(NOT_PLAYS[kind]) if kind in NOT_PLAYS else _("not music: %(kind)s", kind=kind)
